import { escapeLike } from '../database/escape-like.ts'
import type { OperationKind } from '../../model/words.ts'
import { columns } from '../database/columns.ts'
import { Conditions } from '../database/conditions.ts'
import type { Session } from '../database/database.ts'
import { stretchesOf, type Stretch } from './log-fields.ts'
import { scopeOf, type EntryKind, type LogSearch, type Scope } from './log-scope.ts'
import type { LogRow } from './log.ts'

/*
 * The log, page by page, newest first, however far back. Each source (writes, agreed values, cases) is read along an
 * index that is in the order of time, one range for each side or flow, and what the ranges give is merged.
 */

/** The place of an entry in the log. */
export interface LogPlace {
  readonly at: string
  readonly kind: EntryKind
  readonly id: string
}

/** Entries of one moment stand in this order, the first of them newest. */
const RANK: Readonly<Record<EntryKind, number>> = { operation: 2, case: 1, revision: 0 }
const OPERATIONS: readonly OperationKind[] = ['create', 'update', 'delete', 'archive', 'restore']

/** A page of the log after a place. */
export async function readLogPage(
  session: Session,
  search: LogSearch,
  page: { readonly after: LogPlace | null; readonly limit: number },
): Promise<LogRow[]> {
  const scope = await scopeOf(session, search)
  if (scope === null) return []
  const wanted = (kind: EntryKind): boolean => search.kind === undefined || search.kind === kind
  // Only a write has an outcome and a kind of write.
  const onlyWrites = search.outcome !== undefined || search.what !== undefined
  const parts = await Promise.all([
    wanted('operation') ? alongStretches(session, scope, page, operations) : [],
    wanted('revision') && !onlyWrites ? alongStretches(session, scope, page, revisions) : [],
    wanted('case') && !onlyWrites ? cases(session, scope, page.after, page.limit) : [],
  ])
  return parts.flat().toSorted(newestFirst).slice(0, page.limit)
}

function newestFirst(a: LogRow, b: LogRow): number {
  const byTime = Date.parse(b.at) - Date.parse(a.at)
  if (byTime !== 0) return byTime
  const byRank = RANK[b.kind] - RANK[a.kind]
  return byRank !== 0 ? byRank : Number(BigInt(b.id) - BigInt(a.id))
}

/** What of time, place and run all sources have in common. `at`, `run`: their columns. */
function shared(
  scope: Scope,
  after: LogPlace | null,
  kind: EntryKind,
  column: { at: string; run: string },
): Conditions {
  const { search, since, until, contracts, records } = scope
  const where = new Conditions()
  if (since !== null) where.add(`x.${column.at} >= ${where.value(since, 'timestamptz')}`)
  if (until !== null) where.add(`x.${column.at} <= ${where.value(until, 'timestamptz')}`)
  if (after !== null) {
    const at = where.value(after.at, 'timestamptz')
    const rank = RANK[kind] - RANK[after.kind]
    where.add(`x.${column.at} ${rank > 0 ? '<' : '<='} ${at}`)
    if (rank === 0) where.add(`(x.${column.at}, x.id) < (${at}, ${where.value(after.id, 'bigint')})`)
  }
  if (search.run !== undefined) where.add(`x.${column.run} = ${where.value(search.run, 'bigint')}`)
  if (contracts !== null)
    where.add(
      `exists (select 1 from run r where r.id = x.${column.run} and r.contract_id = any(${where.value(contracts, 'int[]')}))`,
    )
  if (records?.kind === 'some') where.add(`x.record_id = any(${where.value(records.ids, 'bigint[]')})`)
  if (records?.kind === 'many')
    where.add(
      `exists (select 1 from record r where r.id = x.record_id and r.golden ilike ${where.value(records.pattern, 'text')})`,
    )
  return where
}

const OUTCOME = `coalesce(x.outcome, case when b.settled_at is null then 'intended' else 'done' end)`

/** An operation `x` of a side `s`, as the log has it. */
const OPERATION = `select x.at, 'operation' as kind, x.id, f.name as flow, x.run_id as run, x.record_id as "recordId", s.system,
  x.kind as what, ${OUTCOME} as outcome, x.rule, x.fields as detail, null as title, x.version, x.error`
const ITS_SIDE = 'join batch b on b.id = x.batch_id join side s on s.id = x.side_id join flow f on f.id = s.flow_id'

interface PageAsked {
  readonly after: LogPlace | null
  readonly limit: number
}
type ReadRange = (
  session: Session,
  scope: Scope,
  page: PageAsked,
  stretches: readonly Stretch[] | null,
) => Promise<LogRow[]>

/**
 * Reads the changes of one field only where there were any, newest first and ever more at once: a field that changes often is
 * found in the first hours, one that rarely does in the few that there are. Everything else is read as it stands.
 */
async function alongStretches(session: Session, scope: Scope, page: PageAsked, read: ReadRange): Promise<LogRow[]> {
  const { search, records, flowIds, since } = scope
  if (search.field === undefined || records?.kind === 'some') return read(session, scope, page, null)
  const ends = [scope.until, page.after?.at].filter((one) => typeof one === 'string')
  const until = ends.length === 0 ? null : new Date(Math.min(...ends.map(Date.parse))).toISOString()
  const pieces = (await stretchesOf(session, flowIds, search.field, { since, until })).flatMap(inPieces)
  const found: LogRow[] = []
  let many = 2
  for (let from = 0; from < pieces.length && found.length < page.limit; from += many) {
    if (from > 0) many = Math.min(4 * many, MOST_PIECES)
    found.push(...(await read(session, scope, page, pieces.slice(from, from + many))))
  }
  return found
}

/** Stretches that are read by one statement, at most. */
const MOST_PIECES = 128
const PIECE_MS = 6 * 3_600_000

/** A long stretch as shorter ones, newest first. */
function inPieces({ from, to }: Stretch): Stretch[] {
  const pieces: Stretch[] = []
  for (let end = Date.parse(to); end > Date.parse(from); end -= PIECE_MS)
    pieces.push({
      from: new Date(Math.max(end - PIECE_MS, Date.parse(from))).toISOString(),
      to: new Date(end).toISOString(),
    })
  return pieces
}

/** Stretches as rows `h` of SQL, and that `x` is within one; nothing where all time counts. */
function within(where: Conditions, stretches: readonly Stretch[] | null): string {
  if (stretches === null) return ''
  const [from, to] = columns(stretches, (one) => [one.from, one.to])
  where.add('x.at >= h.since and x.at < h.until')
  return `cross join unnest(${where.value(from, 'timestamptz[]')}, ${where.value(to, 'timestamptz[]')}) as h(since, until)`
}

const operations: ReadRange = async (session, scope, { after, limit }, stretches) => {
  const { search, records } = scope
  const where = shared(scope, after, 'operation', { at: 'at', run: 'run_id' })
  const sides = where.value(
    scope.sides.map((side) => side.id),
    'int[]',
  )
  const kinds = where.value(search.what === undefined ? OPERATIONS : [search.what], 'text[]')
  const most = where.value(limit, 'int')
  const ordered = `order by x.at desc, x.id desc limit ${most}`
  if (search.field !== undefined) {
    const written = `x.fields like ${where.value(`%[${escapeLike(JSON.stringify(search.field))},%`, 'text')}`
    where.add(records === null ? written : `(x.fields is null or ${written})`)
  }
  const { outcome } = search
  const hours = within(where, stretches)
  if (outcome === 'done')
    where.add(
      `(x.outcome = 'done' or x.outcome is null and exists (select 1 from batch b where b.id = x.batch_id and b.settled_at is not null))`,
    )
  // The few that are meant, wherever they are.
  if (records?.kind === 'some') {
    if (outcome !== undefined && outcome !== 'done') where.add(`${OUTCOME} = ${where.value(outcome, 'text')}`)
    return session.query<LogRow>(
      `${OPERATION} from operation x ${ITS_SIDE} where x.side_id = any(${sides}) and x.kind = any(${kinds}) and ${where.all} ${ordered}`,
      where.values,
    )
  }
  // One range of the index that fits for each side (and kind of write).
  const ranges =
    outcome === undefined || outcome === 'done'
      ? `unnest(${sides}) as a(side) cross join unnest(${kinds}) as k(kind) ${hours} cross join lateral (
           select x.* from operation x where x.side_id = a.side and x.kind = k.kind and ${where.all} ${ordered}) x`
      : outcome === 'intended'
        ? `batch a ${hours} cross join lateral (
             select x.* from operation x where x.side_id = a.side_id and x.kind = any(${kinds}) and x.at = a.intended_at
               and x.batch_id = a.id and x.outcome is null and ${where.all} ${ordered}) x`
        : `unnest(${sides}) as a(side) ${hours} cross join lateral (
             select x.* from operation x where x.side_id = a.side and x.outcome = ${where.value(outcome, 'text')}
               and x.kind = any(${kinds}) and ${where.all} ${ordered}) x`
  const unsettled = outcome === 'intended' ? `where a.settled_at is null and a.side_id = any(${sides})` : ''
  return session.query<LogRow>(`${OPERATION} from ${ranges} ${ITS_SIDE} ${unsettled} ${ordered}`, where.values)
}

const revisions: ReadRange = async (session, scope, { after, limit }, stretches) => {
  const { search, records } = scope
  const where = shared(scope, after, 'revision', { at: 'at', run: 'run_id' })
  const flows = where.value(scope.flowIds, 'int[]')
  const ordered = `order by x.at desc, x.id desc limit ${where.value(limit, 'int')}`
  for (const [key, value] of [
    ['system', search.system],
    ['field', search.field],
  ] as const)
    if (value !== undefined)
      where.add(`x.changes like ${where.value(`%"${key}":${escapeLike(JSON.stringify(value))}%`, 'text')}`)
  const hours = within(where, stretches)
  const from =
    records?.kind === 'some'
      ? `revision x join flow f on f.id = x.flow_id where x.flow_id = any(${flows}) and ${where.all}`
      : `unnest(${flows}) as a(flow) ${hours} cross join lateral (
           select x.* from revision x where x.flow_id = a.flow and ${where.all} ${ordered}) x
         join flow f on f.id = x.flow_id`
  return session.query<LogRow>(
    `select x.at, 'revision' as kind, x.id, f.name as flow, x.run_id as run, x.record_id as "recordId", null as system,
       'revision' as what, null as outcome, null as rule, x.changes as detail, null as title, x.version, null as error
     from ${from} ${ordered}`,
    where.values,
  )
}

const SAID = `x.detail->>'sentence' || case when x.resolved_by is null then '' else ' ' || x.resolved_by || ' decided: ' || x.resolution || '.' end`

async function cases(session: Session, scope: Scope, after: LogPlace | null, limit: number): Promise<LogRow[]> {
  const { search } = scope
  const where = shared(scope, after, 'case', { at: 'opened_at', run: 'opened_run' })
  const flows = where.value(scope.flowIds, 'int[]')
  const ordered = `order by x.opened_at desc, x.id desc limit ${where.value(limit, 'int')}`
  if (search.field !== undefined) where.add(`x.field = ${where.value(search.field, 'text')}`)
  if (search.system !== undefined)
    where.add(
      `x.side_id = any(${where.value(
        scope.sides.map((side) => side.id),
        'int[]',
      )})`,
    )
  return session.query<LogRow>(
    `select x.opened_at as at, 'case' as kind, x.id, f.name as flow, x.opened_run as run, x.record_id as "recordId", s.system,
       x.kind as what, null as outcome, null as rule, ${SAID} as detail, x.title, null::int as version, null as error
     from unnest(${flows}) as a(flow) cross join lateral (
       select x.* from case_file x where x.flow_id = a.flow and ${where.all} ${ordered}) x
     join flow f on f.id = x.flow_id left join side s on s.id = x.side_id ${ordered}`,
    where.values,
  )
}

/** An entry with what is stored besides its line. */
export interface LogEntryRow extends LogRow {
  readonly flowId: number
  readonly remoteId: string | null
  readonly rules: string
  /** Of a write: what was sent, the row before it, and the shape of that row. */
  readonly patch: string | null
  readonly before: string | null
  readonly layoutId: number | null
  readonly settledAt: string | null
}

/** One entry of the log. */
export async function readLogEntry(session: Session, kind: EntryKind, id: number): Promise<LogEntryRow | null> {
  const rules = 'join run r on r.id = RUN join contract_version c on c.id = r.contract_id'
  const none = `null as patch, null as before, null::int as "layoutId"`
  const statement = {
    operation: `${OPERATION}, f.id as "flowId", x.remote_id as "remoteId", c.fingerprint as rules, x.patch, x.before,
        x.layout_id as "layoutId", b.settled_at as "settledAt"
      from operation x ${ITS_SIDE} ${rules.replace('RUN', 'x.run_id')} where x.id = $1`,
    revision: `select x.at, 'revision' as kind, x.id, f.name as flow, x.run_id as run, x.record_id as "recordId", null as system,
        'revision' as what, null as outcome, null as rule, x.changes as detail, null as title, x.version, null as error,
        f.id as "flowId", null as "remoteId", c.fingerprint as rules, ${none}, null as "settledAt"
      from revision x join flow f on f.id = x.flow_id ${rules.replace('RUN', 'x.run_id')} where x.id = $1`,
    case: `select x.opened_at as at, 'case' as kind, x.id, f.name as flow, x.opened_run as run, x.record_id as "recordId", s.system,
        x.kind as what, null as outcome, null as rule, ${SAID} as detail, x.title, null::int as version, null as error,
        f.id as "flowId", x.remote_id as "remoteId", c.fingerprint as rules, ${none}, x.resolved_at as "settledAt"
      from case_file x join flow f on f.id = x.flow_id left join side s on s.id = x.side_id
        ${rules.replace('RUN', 'x.opened_run')} where x.id = $1`,
  }[kind]
  const [row] = await session.query<LogEntryRow>(statement, [id])
  return row ?? null
}
