import type { FlowRun } from '../model/report.ts'
import type { Outcome, RunKind, RunStatus } from '../model/words.ts'
import type { Session } from './database.ts'

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

/** Written out, so that the planner sees which index it may use. */
const DULL: Readonly<Record<string, string>> = { true: ' and n.dull', false: ' and not n.dull', undefined: '' }
const WROTE = `n.report @? '$.writes.* ? (@ > 0)'`
const CHANGED: Readonly<Record<string, string>> = {
  true: ` and ${WROTE}`,
  false: ` and (${WROTE}) is not true`,
  undefined: '',
}

/** A page of runs before one of them, newest first. */
export async function listRuns(
  session: Session,
  search: RunSearch,
  page: { readonly before: number | null; readonly limit: number },
): Promise<ListedRun[]> {
  const { flows, status, kind, since, until, dull, changed } = search
  // Between two equal bounds, so that only the index of the flow's runs has the order that is asked for: the planner would
  // else look for a flow that seldom runs among the runs of all.
  const [within, order] =
    status !== undefined
      ? ['n.flow_id = f.id and n.status between $2 and $2', 'n.status, n.id desc']
      : kind !== undefined
        ? ['n.flow_id = f.id and n.kind between $3 and $3', 'n.kind, n.id desc']
        : ['n.flow_id between f.id and f.id', 'n.flow_id, n.id desc']
  return session.query<ListedRun>(
    `select ${COLUMNS} from flow f cross join lateral (
       select * from run n where ${within} and ($2::text is null or n.status = $2) and ($3::text is null or n.kind = $3) and ($4::timestamptz is null or n.started_at >= $4)
         and ($5::timestamptz is null or n.started_at <= $5) and ($6::bigint is null or n.id < $6)${DULL[String(dull)]}${CHANGED[String(changed)]}
       order by ${order} limit $7) n
     join contract_version c on c.id = n.contract_id
     where ($1::text[] is null or f.name = any($1)) order by n.id desc limit $7`,
    [flows, status ?? null, kind ?? null, since ?? null, until ?? null, page.before, page.limit],
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
