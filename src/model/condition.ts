import { storedIn, type InOthers, type Language } from './language.ts'
import { en } from './status-words/en.ts'
import { es } from './status-words/es.ts'
import type { FlowStatus, RunStatus } from './words.ts'

/*
 * What is wrong now with a flow or a system, in words that a person can act on; and the one place that says which of the
 * six words a flow's card bears. Conditions are found anew at each look; `key` tells that it is still the same trouble.
 */

export type ConditionKind =
  /** The contract's promise is broken: a change waits too long, or nothing has happened at all. */
  | 'late'
  /** The last run failed, and no system that could not be reached is to blame. */
  | 'failing'
  /** Cases wait for a decision; the flow goes on. */
  | 'needs you'
  /** A limit, or a record that failed, stopped the flow: nothing is written until somebody decides. */
  | 'stopped'
  /** Somebody paused the flow, or the service did by itself. */
  | 'paused'
  | 'system unreachable'
  | 'credentials refused'
  /** A table or column that the contract names is not what it was. */
  | 'schema changed'
  /** No process starts runs any more. */
  | 'scheduler dead'
  /** A full pass found what the looks at changes had missed. */
  | 'repaired by scan'

/** A record by its name. Personal data: for the body of a message, never for its subject. */
export interface ConcernedRecord {
  /** Id of the golden record; null where there is none yet. */
  readonly record: string | null
  readonly title: string
}

export interface Condition {
  readonly kind: ConditionKind
  /** The same trouble has the same key from one look to the next. Holds names of flows and systems only. */
  readonly key: string
  readonly flows: readonly string[]
  readonly system: string | null
  /** Milliseconds since the epoch. */
  readonly since: number
  /** How many records are concerned; 0 where it is not about records. */
  readonly count: number
  /** Some of them. */
  readonly records: readonly ConcernedRecord[]
  /** What happened, without personal data: `customers is late`. */
  readonly headline: string
  /** What happened, in sentences. */
  readonly happened: string
  /** What it means for the business. */
  readonly meaning: string
  /** What to do about it. */
  readonly todo: string
  /** Path of the page that shows it, below the base URL. */
  readonly path: string
  /** What the dashboard says instead, by language. Conditions of before have none. */
  readonly page?: Readonly<Record<Language, Partial<PageWords>>>
}

/** What a reader of the dashboard is told. */
export type PageWords = Pick<Condition, 'headline' | 'happened' | 'meaning' | 'todo'>

/** Why a flow is paused. */
export interface Pause {
  /** Name of the person; null when the service did it by itself. */
  readonly by: string | null
  readonly since: number
  readonly reason: string | null
  /** The reason in other languages, where the service gave it. */
  readonly reasonIn?: InOthers | null
}

/** Why a flow was paused, in a language; null: nobody said. */
export const pauseReason = (
  { reason, reasonIn }: Pick<Pause, 'reason' | 'reasonIn'>,
  language: Language,
): string | null => (reason === null ? null : storedIn(reason, reasonIn, language))

export interface StatusFacts {
  readonly paused: Pause | null
  /** The newest run. */
  readonly run: { readonly status: RunStatus; readonly message: string | null } | null
  /** Why the last run that ended failed; null when it did not. */
  readonly failure: string | null
  /** Why the newest run stopped before its end; `asked`: because somebody wanted it to. */
  readonly stopped: { readonly asked: boolean } | null
  /** Why the promise is broken, or null. */
  readonly late: string | null
  readonly openCases: number
  /** Another database answers in the place of one of its systems, in a sentence. */
  readonly stranger?: string | null
  /** Who has to sign the rules before they run; null when they are signed. */
  readonly unsigned: string | null
  /** Changes since the newest run are carried over as systems tell of them. */
  readonly realTime?: boolean
}

const WORDS = { en, es }

/** The word that a flow's card bears, and why: the first of these that is true counts. */
export function statusOf(
  facts: StatusFacts,
  language: Language = 'en',
): { readonly status: FlowStatus; readonly why: string } {
  const { paused, run, failure, stopped, late, openCases, unsigned, stranger = null, realTime = false } = facts
  const words = WORDS[language]
  if (paused !== null)
    return { status: 'Paused', why: words.paused(paused.by ?? words.concordat, pauseReason(paused, language)) }
  if (unsigned !== null) return { status: 'Needs you', why: unsigned }
  if (stranger !== null) return { status: 'Needs you', why: stranger }
  if (run === null) return late === null ? { status: 'Never run', why: words.noRun } : { status: 'Late', why: late }
  if (failure !== null) return { status: 'Failing', why: failure }
  if (stopped !== null && !stopped.asked) return { status: 'Needs you', why: words.limit(run.message) }
  if (late !== null) return { status: 'Late', why: stopped === null ? late : `${words.asked} ${late}` }
  if (openCases > 0) return { status: 'Needs you', why: words.cases(openCases) }
  if (stopped !== null) return { status: 'On time', why: words.asked }
  if (run.status === 'running') return { status: 'On time', why: words.running }
  return { status: 'On time', why: realTime ? words.carriedOver : words.succeeded }
}

/** Why a flow is paused that somebody, or the service (null), gave this reason for. */
export const whyPaused = (by: string | null, reason: string, language: Language): string =>
  WORDS[language].pausedBy(by, reason)
