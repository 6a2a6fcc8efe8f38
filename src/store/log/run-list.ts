import type { FlowRun } from '../../model/report.ts'
import type { Outcome, RunKind, RunStatus } from '../../model/words.ts'
import { Conditions } from '../database/conditions.ts'
import type { Session } from '../database/database.ts'

/*
 * Runs as lists, and what is stored of one of them.
 */

export interface RunSearch {
  /** Null: of all flows. */
  readonly flows: readonly string[] | null
  readonly status?: RunStatus | undefined
  readonly kind?: RunKind | undefined
  /** Only runs that wrote something (false: nothing). */
  readonly changed?: boolean | undefined
  /** Without those of which nothing came (true: only those). */
  readonly dull?: boolean | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

export interface ListedRun {
  readonly id: string
  readonly flow: string
  readonly kind: RunKind
  readonly status: RunStatus
  readonly rules: string
  readonly started: string
  readonly finished: string | null
  readonly message: string | null
  readonly errorCode: string | null
  readonly errorSystem: string | null
  /** Null while it has told nothing yet. */
  readonly report: FlowRun | null
}

const COLUMNS = `n.id, f.name as flow, n.kind, n.status, c.fingerprint as rules, n.started_at as started,
  n.finished_at as finished, n.message, n.error_code as "errorCode", n.error_system as "errorSystem", n.report`

/** As the index of runs that wrote something has it. */
const WROTE = `n.report @? '$.writes.* ? (@ > 0)'`

/** A page of runs before one of them, newest first. */
export async function listRuns(
  session: Session,
  search: RunSearch,
  page: { readonly before: number | null; readonly limit: number },
): Promise<ListedRun[]> {
  const { flows, status, kind, since, until, dull, changed } = search
  const where = new Conditions()
  // Between two equal bounds, so that only the index for just this search has the order that is asked for: the planner
  // would else look for what is rare among the runs of all.
  let order: string
  if (status !== undefined) {
    const wanted = where.value(status, 'text')
    where.add(`n.flow_id = f.id and n.status between ${wanted} and ${wanted}`)
    if (kind !== undefined) where.add(`n.kind = ${where.value(kind, 'text')}`)
    order = 'n.status, n.id desc'
  } else if (kind !== undefined) {
    const wanted = where.value(kind, 'text')
    where.add(`n.flow_id = f.id and n.kind between ${wanted} and ${wanted}`)
    order = 'n.kind, n.id desc'
  } else {
    where.add('n.flow_id between f.id and f.id')
    order = 'n.flow_id, n.id desc'
  }
  if (since !== undefined) where.add(`n.started_at >= ${where.value(since, 'timestamptz')}`)
  if (until !== undefined) where.add(`n.started_at <= ${where.value(until, 'timestamptz')}`)
  if (page.before !== null) where.add(`n.id < ${where.value(page.before, 'bigint')}`)
  if (dull !== undefined) where.add(dull ? 'n.dull' : 'not n.dull')
  if (changed !== undefined) where.add(changed ? WROTE : `(${WROTE}) is not true`)
  const limit = where.value(page.limit, 'int')
  const ofFlows = flows === null ? '' : `where f.name = any(${where.value(flows, 'text[]')})`
  return session.query<ListedRun>(
    `select ${COLUMNS} from flow f
     cross join lateral (select * from run n where ${where.all} order by ${order} limit ${limit}) n
     join contract_version c on c.id = n.contract_id ${ofFlows} order by n.id desc limit ${limit}`,
    where.values,
  )
}

export async function findRun(session: Session, id: number): Promise<ListedRun | null> {
  const [row] = await session.query<ListedRun>(
    `select ${COLUMNS} from run n join flow f on f.id = n.flow_id join contract_version c on c.id = n.contract_id where n.id = $1`,
    [id],
  )
  return row ?? null
}

/** From the first call to a system until the last answer. */
export interface Writing {
  readonly system: string
  readonly from: string
  readonly to: string | null
  readonly calls: number
}

/** When a run wrote to which system. */
export async function writingsOf(session: Session, runId: number): Promise<Writing[]> {
  return session.query<Writing>(
    `select s.system, min(b.intended_at) as "from", case when bool_or(b.settled_at is null) then null else max(b.settled_at) end as "to",
       count(*)::int as calls
     from batch b join side s on s.id = b.side_id where b.run_id = $1 group by s.system order by 2`,
    [runId],
  )
}

/** Writes of a run that a system did not take; newest first. */
export async function refusedIn(
  session: Session,
  run: Pick<ListedRun, 'id' | 'flow' | 'started'>,
  limit: number,
): Promise<{ readonly count: number; readonly first: readonly number[] }> {
  const rows = await session.query<{ id: string; count: number }>(
    `select o.id, (count(*) over ())::int as count from flow f join side s on s.flow_id = f.id
     cross join unnest($4::text[]) as w(outcome)
     cross join lateral (
       select id, at from operation where side_id = s.id and outcome = w.outcome and at >= $3::timestamptz - interval '1 minute'
         and run_id = $1) o
     where f.name = $2 order by o.at desc, o.id desc limit $5`,
    [run.id, run.flow, run.started, ['refused', 'failed'] satisfies Outcome[], limit],
  )
  return { count: rows[0]?.count ?? 0, first: rows.map((row) => Number(row.id)) }
}

/** How many cases a run opened. */
export async function casesOpenedBy(
  session: Session,
  run: Pick<ListedRun, 'id' | 'flow' | 'started'>,
): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select count(*)::int as count from case_file c join flow f on f.id = c.flow_id
     where f.name = $2 and c.opened_at >= $3::timestamptz - interval '1 minute' and c.opened_run = $1`,
    [run.id, run.flow, run.started],
  )
  return row!.count
}
