import type { Language } from '../../model/language.ts'
import type { Flow } from '../contract.ts'
import { printDuration } from './duration.ts'
import { printSchedule } from './schedule.ts'
import { nextTime } from './schedule-times.ts'
import { latenessEn } from './lateness-en.ts'
import { latenessEs } from './lateness-es.ts'

/*
 * Whether a flow keeps what the contract promises. It is late in two ways, whichever comes first:
 *
 *   a change waits        oldest change that has not landed + late_after
 *   nothing has happened  the next look that the schedule promises after the last success + late_after
 *
 * Both are moments that can be told beforehand from what is known, so "is it late" is only a comparison with the clock.
 */

export interface TimelinessFacts {
  /** Since when the promise is held against the flow: first watched, or resumed. Milliseconds, like all times here. */
  readonly promisedSince: number
  /** When the last look that succeeded began; null when none has. */
  readonly looked: number | null
  /** The oldest change that is decided and has not landed, or waits for what it refers to. */
  readonly waiting: { readonly since: number; readonly system: string } | null
  /** The first sync is being done by a process that is alive. */
  readonly firstSyncUnderWay: boolean
}

export interface Lateness {
  /** From when on the flow is late, if nothing changes. */
  readonly from: number
  readonly reason: 'change waits' | 'nothing happened'
  /** Where the change waits to land, or whose schedule was not kept. */
  readonly system: string
  /** Since when the change waits, or when the look was due. */
  readonly due: number
}

type Promised = Pick<Flow, 'name' | 'schedule' | 'systems' | 'lateAfterMs'>

/** When a flow becomes late, as far as is known; null: never (it is being filled for the first time). */
export function latenessOf(flow: Promised, timezone: string, facts: TimelinessFacts): Lateness | null {
  if (facts.firstSyncUnderWay) return null
  const found: Lateness[] = []
  if (facts.waiting !== null) {
    // Not held against the flow while nobody had promised anything, or while it was paused.
    const due = Math.max(facts.waiting.since, facts.promisedSince)
    found.push({ from: due + flow.lateAfterMs, reason: 'change waits', system: facts.waiting.system, due })
  }
  const looked = Math.max(facts.looked ?? -Infinity, facts.promisedSince)
  for (const system of flow.systems) {
    const schedule = flow.schedule[system]
    const due = schedule === undefined ? null : nextTime(schedule, timezone, looked)
    if (due !== null) found.push({ from: due + flow.lateAfterMs, reason: 'nothing happened', system, due })
  }
  return found.reduce<Lateness | null>((first, one) => (first === null || one.from < first.from ? one : first), null)
}

/** What the store knows of a flow, as far as its promise is concerned. */
export interface KnownOfFlow {
  readonly watchedSince: number | null
  readonly looked: number | null
  readonly firstSyncDone: boolean
  /** Until when the process that works on the flow may go on. */
  readonly leasedUntil: number | null
  /** Whether any run has ended. */
  readonly ended: object | null
}

/** Why a flow is late now, or null. A flow that nobody watches and nobody ran has promised nothing yet. */
export function lateNow(
  flow: Promised,
  timezone: string,
  known: KnownOfFlow,
  waiting: readonly { readonly oldest: number; readonly system: string }[],
  now: number,
): Lateness | null {
  const oldest = waiting.reduce<(typeof waiting)[number] | null>(
    (first, one) => (first === null || one.oldest < first.oldest ? one : first),
    null,
  )
  const late = latenessOf(flow, timezone, {
    promisedSince: known.watchedSince ?? (known.ended === null ? now : 0),
    looked: known.looked,
    waiting: oldest && { since: oldest.oldest, system: oldest.system },
    firstSyncUnderWay: !known.firstSyncDone && known.leasedUntil !== null && known.leasedUntil > now,
  })
  return late !== null && now > late.from ? late : null
}

const WORDS = { en: latenessEn, es: latenessEs }

/** Why a flow is late, as sentences without personal data; `time` prints a moment. */
export function explainLateness(
  flow: Promised,
  late: Lateness,
  looked: number | null,
  time: (at: number) => string,
  language: Language = 'en',
): string {
  const words = WORDS[language]
  const promise = printDuration(flow.lateAfterMs, language)
  if (late.reason === 'change waits') return words.waits(flow.name, late.system, time(late.due), promise)
  const schedule = printSchedule(flow.schedule[late.system]!, language)
  return words.nothing(flow.name, late.system, looked === null ? null : time(looked), schedule, promise)
}
