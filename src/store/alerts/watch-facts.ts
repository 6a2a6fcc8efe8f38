import type { ConcernedRecord } from '../../model/condition.ts'
import type { CaseKind, RunStatus } from '../../model/words.ts'
import type { Session } from '../database/database.ts'
import { CASES_ABOUT, IS_DECISION } from '../database/case-sql.ts'

/*
 * What is known of how flows keep their promise: a few set-based queries for all flows together, each on an index, so
 * that a look costs the same whether ten changes wait or a million. Times are milliseconds since the epoch.
 */

export interface FlowFacts {
  readonly flow: string
  readonly watchedSince: number | null
  /** Start of the last look that succeeded. */
  readonly looked: number | null
  readonly firstSyncDone: boolean
  /** Until when the process that works on the flow may go on; null when nobody does. */
  readonly leasedUntil: number | null
  /** The newest run that has ended. */
  readonly ended: {
    readonly status: RunStatus
    readonly message: string | null
    readonly errorCode: string | null
    readonly errorSystem: string | null
    readonly at: number
  } | null
  /** Changes that the newest full pass found and looks at changes had missed. */
  readonly repaired: { readonly count: number; readonly at: number } | null
  /** Start of the first run after the last success. */
  readonly troubleSince: number | null
}

/** Changes of a flow that have not landed in a system. */
export interface WaitingChanges {
  readonly flow: string
  readonly system: string
  readonly oldest: number
}

export interface OpenCaseGroup {
  readonly flow: string
  readonly kind: CaseKind
  readonly count: number
  readonly since: number
  /** The oldest few. */
  readonly records: readonly ConcernedRecord[]
}

/** Facts of all flows that the store knows. */
export async function flowFacts(session: Session): Promise<FlowFacts[]> {
  const rows = await session.query<{
    flow: string
    since: string | null
    looked: string | null
    firstSyncAt: string | null
    leasedUntil: string | null
    status: RunStatus | null
    message: string | null
    errorCode: string | null
    errorSystem: string | null
    finished: string | null
    repaired: number | null
    repairedAt: string | null
    trouble: string | null
  }>(
    `select coalesce(f.name, w.flow) as flow, w.since, greatest(w.looked_at, s.started_at) as looked,
       f.first_sync_at as "firstSyncAt",
       case when isfinite(l.expires_at) then l.expires_at end as "leasedUntil",
       e.status, e.message, e.error_code as "errorCode", e.error_system as "errorSystem",
       e.finished_at as finished, t.started_at as trouble, r.repaired, r.finished_at as "repairedAt"
     from flow f full join flow_watch w on w.flow = f.name
     left join lease l on l.flow_id = f.id
     left join lateral (select started_at from run where flow_id = f.id and status in ('done', 'waiting') order by id desc limit 1) s on true
     left join lateral (select * from run where flow_id = f.id and status <> 'running' order by id desc limit 1) e on true
     left join lateral (
       select (report->>'repaired')::int as repaired, finished_at from run
       where flow_id = f.id and kind = 'full' and status in ('done', 'waiting', 'stopped') order by id desc limit 1) r on true
     left join lateral (
       select started_at from run where flow_id = f.id and started_at > coalesce(s.started_at, '-infinity') order by started_at limit 1) t on true`,
  )
  return rows.map((row) => ({
    flow: row.flow,
    watchedSince: ms(row.since),
    looked: ms(row.looked),
    firstSyncDone: row.firstSyncAt !== null,
    leasedUntil: ms(row.leasedUntil),
    ended:
      row.status === null || row.finished === null
        ? null
        : {
            status: row.status,
            message: row.message,
            errorCode: row.errorCode,
            errorSystem: row.errorSystem,
            at: Date.parse(row.finished),
          },
    repaired:
      row.repaired === null || row.repairedAt === null ? null : { count: row.repaired, at: Date.parse(row.repairedAt) },
    troubleSince: ms(row.trouble),
  }))
}

/**
 * A mark whose record is held back in its side, that waits for what a person was asked about, or about which a person was
 * asked itself, waits for that person and not for us.
 */
const NOT_ASKED = `not exists (
  select 1 from link l join held h on h.side_id = l.side_id and h.remote_id = l.remote_id
  where l.side_id = d.side_id and l.record_id = d.record_id)
  and not (d.state = 'parked' and (
    exists (select 1 from case_file c where c.record_id = d.record_id and c.side_id = d.side_id and c.state = 'open')
    or exists (${CASES_ABOUT('d.waits_for')})
    or exists (select 1 from dirty p where p.record_id = d.waits_for and p.waits_for is not null and exists (${CASES_ABOUT('p.waits_for')}))))`
/** One that waited as long as the contract says waits for a person. */
const NO_CASE = `not exists (
  select 1 from case_file c where c.flow_id = s.flow_id and c.subject = s.system || ':' || h.remote_id and c.kind = 'held record' and c.state = 'open')`

/** By flow and system the oldest change that has not landed: a mark, a record that waits for another, a write without a result. */
export async function waitingChanges(session: Session): Promise<WaitingChanges[]> {
  const rows = await session.query<{ flow: string; system: string; oldest: string | null }>(
    `select f.name as flow, s.system, least(m.since, h.since, b.since) as oldest
     from side s join flow f on f.id = s.flow_id
     left join lateral (
       select d.since from dirty d where d.side_id = s.id and d.state <> 'quarantined' and ${NOT_ASKED}
       order by d.since limit 1) m on true
     left join lateral (
       select h.since from held h where h.side_id = s.id and h.cause = 'missing_reference' and ${NO_CASE}
       order by h.since limit 1) h on true
     left join lateral (select min(intended_at) as since from batch where side_id = s.id and settled_at is null) b on true
     where least(m.since, h.since, b.since) is not null`,
  )
  return rows.map((row) => ({ ...row, oldest: Date.parse(row.oldest!) }))
}

/** Ids of records whose changes have been waiting in a system since before a moment: the oldest few, and how many, at most `most`. */
export async function lateRecords(
  session: Session,
  of: { readonly flow: string; readonly system: string; readonly before: number },
  few: number,
  most: number,
): Promise<{ readonly count: number; readonly records: readonly string[] }> {
  const side = `select s.id from side s join flow f on f.id = s.flow_id where f.name = $1 and s.system = $2`
  const values = [of.flow, of.system, new Date(of.before)]
  const oldest = await session.query<{ id: string }>(
    `select d.record_id as id from dirty d where d.side_id = (${side}) and d.state <> 'quarantined' and d.since <= $3 and ${NOT_ASKED}
     order by d.since limit $4`,
    [...values, few],
  )
  const [row] = await session.query<{ count: number }>(
    `select count(*)::int as count from (
       (select 1 from dirty d where d.side_id = (${side}) and d.state <> 'quarantined' and d.since <= $3 and ${NOT_ASKED} limit $4)
       union all
       (select 1 from held h join side s on s.id = h.side_id
        where h.side_id = (${side}) and h.cause = 'missing_reference' and h.since <= $3 and ${NO_CASE} limit $4)
     ) as late`,
    [...values, most],
  )
  return { count: Math.min(row!.count, most), records: oldest.map((one) => one.id) }
}

/** Open cases by flow and kind, with the oldest few of each. */
export async function openCaseGroups(session: Session, few: number): Promise<OpenCaseGroup[]> {
  const rows = await session.query<{
    flow: string
    kind: CaseKind
    count: number
    since: string
    ids: (string | null)[]
    titles: string[]
  }>(
    `select f.name as flow, g.kind, g.count, g.since, few.ids, few.titles
     from (select flow_id, kind, count(*)::int as count, min(opened_at) as since from case_file c where state = 'open' and ${IS_DECISION('c')} group by flow_id, kind) g
     join flow f on f.id = g.flow_id
     cross join lateral (
       select array_agg(coalesce(c.record_id::text, '') order by c.id) as ids, array_agg(c.title order by c.id) as titles
       from (select id, record_id, title from case_file c where flow_id = g.flow_id and kind = g.kind and state = 'open' and ${IS_DECISION('c')} order by id limit $1) c
     ) few
     order by f.name, g.kind`,
    [few],
  )
  return rows.map(({ ids, titles, since, ...row }) => ({
    ...row,
    since: Date.parse(since),
    records: titles.map((title, i) => ({ record: ids[i] || null, title })),
  }))
}

/** Takes down since when the promises of these flows are watched; those that are watched already are left. */
export async function beginWatching(session: Session, flows: readonly string[], now: Date): Promise<void> {
  await session.execute(
    'insert into flow_watch (flow, since) select unnest($1::text[]), $2 on conflict (flow) do nothing',
    [flows, now],
  )
}

/** What a flow promises counts from this moment on: nothing was promised while it was paused. */
export async function watchAnew(session: Session, flow: string, now: Date): Promise<void> {
  await session.execute('update flow_watch set since = $2 where flow = $1', [flow, now])
}

/** Takes down that changes of a flow were looked for with success, for those who do that without a run of its own. */
export async function noteLook(session: Session, flow: string, at: Date): Promise<void> {
  await session.execute(
    `insert into flow_watch (flow, since, looked_at) values ($1, $2, $2)
     on conflict (flow) do update set looked_at = greatest(flow_watch.looked_at, excluded.looked_at)`,
    [flow, at],
  )
}

const ms = (at: string | null): number | null => (at === null ? null : Date.parse(at))
