import { escapeLike } from '../database/escape-like.ts'
import type { OperationKind, Outcome } from '../../model/words.ts'
import type { Session } from '../database/database.ts'
import type { LogRow } from './log.ts'

/*
 * What somebody looks for in the log, and what that comes down to: sides and flows, a span of time, the records meant.
 */

export type EntryKind = LogRow['kind']

/** Which entries of the log. */
export interface LogSearch {
  /** Null: of all flows. */
  readonly flows: readonly string[] | null
  /** Record id, a remote id as `system:id`, or text that its values contain. */
  readonly record?: string | undefined
  /**
   * Changes of this field. A creation writes all fields at once; it is an entry of each of them only when `record` says
   * whose history this is, for else every creation would be.
   */
  readonly field?: string | undefined
  readonly system?: string | undefined
  /** Writes that ended so. */
  readonly outcome?: Outcome | undefined
  readonly kind?: EntryKind | undefined
  /** Writes of this kind. */
  readonly what?: OperationKind | undefined
  readonly run?: number | undefined
  /** Fingerprint of the contract that it was done by, or the beginning of it. */
  readonly rules?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

/** What a search comes down to. */
export interface Scope {
  readonly search: LogSearch
  readonly sides: readonly { readonly id: number; readonly flowId: number; readonly system: string }[]
  readonly flowIds: readonly number[]
  readonly since: string | null
  readonly until: string | null
  readonly contracts: readonly number[] | null
  readonly records: Meant | null
}

/** Null: nothing can be found. */
export async function scopeOf(session: Session, search: LogSearch): Promise<Scope | null> {
  const all = await session.query<{ id: number; flowId: number; system: string }>(
    `select s.id, s.flow_id as "flowId", s.system from side s join flow f on f.id = s.flow_id
     where $1::text[] is null or f.name = any($1)`,
    [search.flows],
  )
  const run = search.run === undefined ? undefined : await spanOfRun(session, search.run)
  if (run === null) return null
  const rules = search.rules === undefined ? undefined : await spanOfRules(session, search.rules)
  if (rules === null) return null
  const sides = all.filter((side) => run === undefined || side.flowId === run.flowId)
  const flowIds = [
    ...new Set(
      sides.filter((side) => search.system === undefined || side.system === search.system).map((side) => side.flowId),
    ),
  ]
  const starts = [search.since, run?.since, rules?.since].filter((one) => one !== undefined)
  const ends = [search.until, run?.until, rules?.until].filter((one) => one !== undefined)
  const records = search.record === undefined ? null : await meant(session, flowIds, search.record)
  if (records?.kind === 'some' && records.ids.length === 0) return null
  return {
    search,
    sides: sides.filter((side) => search.system === undefined || side.system === search.system),
    flowIds,
    since: starts.length === 0 ? null : new Date(Math.max(...starts.map(Date.parse))).toISOString(),
    until: ends.length === 0 ? null : new Date(Math.min(...ends.map(Date.parse))).toISOString(),
    contracts: rules?.contracts ?? null,
    records,
  }
}

/** Clocks of two machines do not agree to the second. */
const LEEWAY_MS = 60_000

/** The flow of a run, and the time from its beginning to its end: what it did is found among what was done then. */
async function spanOfRun(
  session: Session,
  id: number,
): Promise<{ flowId: number; since: string; until: string } | null> {
  const [run] = await session.query<{ flowId: number; from: string; to: string | null }>(
    'select flow_id as "flowId", started_at as "from", finished_at as "to" from run where id = $1',
    [id],
  )
  return run ? { flowId: run.flowId, ...span(run.from, run.to) } : null
}

async function spanOfRules(
  session: Session,
  fingerprint: string,
): Promise<{ contracts: readonly number[]; since: string; until: string } | null> {
  const contracts = await session.query<{ id: number }>(
    `select id from contract_version where starts_with(fingerprint, $1)`,
    [fingerprint],
  )
  const ids = contracts.map((one) => one.id)
  const [runs] = await session.query<{ from: string | null; to: string | null }>(
    `select min(started_at) as "from", case when bool_or(finished_at is null) then null else max(finished_at) end as "to"
     from run where contract_id = any($1::int[])`,
    [ids],
  )
  return runs?.from ? { contracts: ids, ...span(runs.from, runs.to) } : null
}

const span = (from: string, to: string | null): { since: string; until: string } => ({
  since: new Date(Date.parse(from) - LEEWAY_MS).toISOString(),
  until: new Date((to === null ? Date.now() : Date.parse(to)) + LEEWAY_MS).toISOString(),
})

/** Records that are meant: so few that each of them is looked up, or those that hold a text. */
type Meant =
  { readonly kind: 'some'; readonly ids: readonly string[] } | { readonly kind: 'many'; readonly pattern: string }

/** More records than this are recognised as the log is read. */
const FEW = 2_000

async function meant(session: Session, flowIds: readonly number[], query: string): Promise<Meant> {
  const colon = query.indexOf(':')
  const named = await session.query<{ id: string }>(
    `select id from record where id = $2::bigint and flow_id = any($1::int[])
     union
     select l.record_id from side s cross join lateral (select record_id from link where side_id = s.id and remote_id = $4) l
     where s.flow_id = any($1::int[]) and s.system = $3`,
    [
      flowIds,
      /^\d{1,18}$/.test(query) ? query : null,
      colon < 0 ? null : query.slice(0, colon),
      colon < 0 ? null : query.slice(colon + 1),
    ],
  )
  if (named.length > 0) return { kind: 'some', ids: named.map((row) => row.id) }
  const pattern = `%${escapeLike(query)}%`
  const holding = await session.query<{ id: string }>(
    'select id from record where flow_id = any($1::int[]) and golden ilike $2 limit $3',
    [flowIds, pattern, FEW + 1],
  )
  return holding.length > FEW ? { kind: 'many', pattern } : { kind: 'some', ids: holding.map((row) => row.id) }
}
