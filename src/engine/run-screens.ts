import type { Contract } from '../contract/contract.ts'
import { tellFailure } from '../contract/wording/tell-failure.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Language } from '../model/language.ts'
import type { Legend, LogEntry } from '../model/report.ts'
import type { OperationKind, Outcome, RunKind, RunStatus } from '../model/words.ts'
import type { Database, Session } from '../store/database/database.ts'
import { readLogEntry } from '../store/log/log-pages.ts'
import {
  casesOpenedBy,
  findRun,
  listRuns,
  refusedIn,
  writingsOf,
  type ListedRun,
  type RunSearch,
} from '../store/log/run-list.ts'
import { sentBy } from './log-screens.ts'
import { ASKED_TO_STOP } from './flow-work.ts'
import { tell } from './tell-record.ts'
import { tellOutcome } from './words/outcome-words.ts'

/** A run as lists show it. */
export interface RunEntry {
  readonly run: number
  readonly flow: string
  readonly kind: RunKind
  readonly status: RunStatus
  readonly rules: string
  readonly started: string
  readonly finished: string | null
  readonly seconds: number | null
  readonly message: string | null
  readonly failure: { code: string; system: string | null } | null
  readonly counts: Record<(typeof COUNTS)[number], number>
  readonly writes: Readonly<Record<string, number>>
  readonly open_cases: number | null
}

const COUNTS = [
  'read',
  'created',
  'updated',
  'deleted',
  'unchanged',
  'linked',
  'held',
  'quarantined',
  'conflicts',
] as const

/** A write that a system did not take, with what was sent and what the system answered. */
export interface RefusedWrite extends Legend {
  readonly operation: number
  readonly at: string
  readonly system: string
  readonly what: OperationKind
  readonly outcome: Outcome
  readonly record: string
  readonly title: string
  readonly remote_id: string | null
  readonly fields: LogEntry['fields']
  readonly request: Readonly<Record<string, string | null>> | null
  readonly response: string | null
}

export interface RunInDetail extends RunEntry {
  readonly stages: { system: string; stage: string; from: string; to: string | null; writes: number; calls: number }[]
  readonly refused: { count: number; first: RefusedWrite[] }
  readonly cases_opened: number
}

/** Why a run stopped before it had done all, where its stored English does not serve: somebody asked it to, or a case says why. */
const STOPS = {
  es: {
    asked: 'Se pidió parar la ejecución; la siguiente continúa donde esta terminó.',
    stopped: 'La ejecución se detuvo sin terminar; su caso dice por qué.',
  },
}

const WRITING: Readonly<Record<Language, (system: string) => string>> = {
  en: (system) => `writing ${system}`,
  es: (system) => `escritura en ${system}`,
}

/** So many refused writes are shown with their run; the log has all. */
const SHOWN = 20

/** A page of runs, and where to go on. */
export async function tellRunPage(
  session: Session,
  _contract: Contract,
  search: RunSearch,
  page: { readonly before: number | null; readonly limit: number },
  language: Language,
): Promise<{ readonly items: RunEntry[]; readonly next: number | null }> {
  const rows = await listRuns(session, search, { ...page, limit: page.limit + 1 })
  const items = rows.slice(0, page.limit).map((row) => entryOf(row, language))
  return { items, next: rows.length > page.limit ? items.at(-1)!.run : null }
}

/** One run: what it did, when it wrote where, and what was refused. */
export async function tellRunInDetail(
  database: Database,
  contract: Contract,
  id: number,
  language: Language,
): Promise<RunInDetail> {
  const row = await findRun(database, id)
  if (row === null)
    throw new ConcordatError('engine.unknown-run', `There is no run ${id}.`, {
      cure: 'Runs that did nothing are forgotten after a day.',
    })
  const refused = await refusedIn(database, row, SHOWN)
  const first: RefusedWrite[] = []
  for (const operation of refused.first) first.push(...(await refusedWrite(database, contract, operation, language)))
  return {
    ...entryOf(row, language),
    stages: (await writingsOf(database, id)).map(({ system, from, to, calls }) => ({
      system,
      stage: WRITING[language](system),
      from: iso(from),
      to: to === null ? null : iso(to),
      writes: row.report?.writes[system] ?? 0,
      calls,
    })),
    refused: { count: refused.count, first },
    cases_opened: await casesOpenedBy(database, row),
  }
}

function entryOf(row: ListedRun, language: Language): RunEntry {
  const { report } = row
  const took = row.finished === null ? null : (Date.parse(row.finished) - Date.parse(row.started)) / 1000
  return {
    run: Number(row.id),
    flow: row.flow,
    kind: row.kind,
    status: row.status,
    rules: row.rules,
    started: iso(row.started),
    finished: row.finished === null ? null : iso(row.finished),
    seconds: took === null ? null : Math.max(0, took),
    message: messageOf(row, language),
    failure: row.errorCode === null ? null : { code: row.errorCode, system: row.errorSystem },
    counts: Object.fromEntries(COUNTS.map((name) => [name, report?.[name] ?? 0])) as RunEntry['counts'],
    writes: report?.writes ?? {},
    open_cases: report?.open_cases ?? null,
  }
}

/** Why a run ended as it did. It is stored in English; where a run stopped at a limit, its case says at which. */
function messageOf({ status, message, errorCode, errorSystem }: ListedRun, language: Language): string | null {
  if (message === null || language === 'en') return message
  if (status === 'failed') return tellFailure({ code: errorCode, system: errorSystem, message }, language)
  const { asked, stopped } = STOPS[language]
  return message === ASKED_TO_STOP ? asked : stopped
}

async function refusedWrite(
  database: Database,
  contract: Contract,
  operation: number,
  language: Language,
): Promise<RefusedWrite[]> {
  const row = await readLogEntry(database, 'operation', operation)
  if (!row) return []
  const [entry] = await tell(database, contract, [row], language)
  const { references, line_fields, title, fields } = entry!
  const { sent } = await sentBy(database, contract, row, entry!)
  return [
    {
      operation,
      at: iso(row.at),
      system: row.system ?? '',
      what: row.what as OperationKind,
      outcome: row.outcome as Outcome,
      record: row.recordId ?? '',
      title,
      remote_id: row.remoteId,
      fields,
      request: row.what === 'delete' ? null : sent,
      response: row.error && tellOutcome(row.error, language),
      ...(references && { references }),
      ...(line_fields && { line_fields }),
    },
  ]
}

const iso = (at: string): string => new Date(at).toISOString()
