import type { InOthers } from '../../model/language.ts'
import { REFUSED } from '../cases/cases.ts'
import type { Database, Session } from '../database/database.ts'
import { STORE_NOW } from '../database/store-clock.ts'

/** What the scheduler knows of a flow between its runs; times in milliseconds since the epoch. */
export interface FlowService {
  readonly flow: string
  readonly paused: {
    readonly at: number
    readonly by: string | null
    readonly reason: string
    /** The same in other languages, where the service gave it. */
    readonly reasonIn?: InOthers | null
  } | null
  readonly failures: number
  readonly failingSince: number | null
  readonly retryAt: number | null
  readonly asked: { readonly at: number; readonly full: boolean } | null
  readonly lastSuccess: number | null
  /** When the newest full pass that came to an end began. */
  readonly lastFull: number | null
  /** By system: when a run last looked at it. */
  readonly served: ReadonlyMap<string, number>
  /** Systems of which hints wait. */
  readonly hinted: readonly string[]
  /** A system refused a write for good, and nobody has decided about it yet. */
  readonly refused: boolean
  /** A run is under way and its process is alive, as far as its lease says. */
  readonly leased: boolean
}

interface Row {
  readonly flow: string
  readonly paused_at: string | null
  readonly paused_by: string | null
  readonly pause_reason: string | null
  readonly pause_reason_in: InOthers | null
  readonly failures: number | null
  readonly failing_since: string | null
  readonly retry_at: string | null
  readonly asked_at: string | null
  readonly asked_full: boolean | null
  readonly last_success: string | null
  readonly last_full: string | null
  readonly served: Readonly<Record<string, number>> | null
  readonly hinted: string[] | null
  readonly refused: boolean
  readonly leased: boolean
}

const MS = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`

/** Makes the flows and sides known; a side is looked at for the first time at its next time from `now` on. */
export async function enrol(
  session: Session,
  sides: readonly { readonly flow: string; readonly system: string }[],
  now: number,
): Promise<void> {
  const flows = [...new Set(sides.map((side) => side.flow))]
  await session.execute('insert into flow (name) select unnest($1::text[]) on conflict do nothing', [flows])
  await session.execute(
    'insert into flow_service (flow_id) select id from flow where name = any($1::text[]) on conflict do nothing',
    [flows],
  )
  await session.execute(
    `insert into side (flow_id, system, served_at)
     select f.id, n.system, to_timestamp($3 / 1000.0) from unnest($1::text[], $2::text[]) as n(flow, system) join flow f on f.name = n.flow
     on conflict (flow_id, system) do update set served_at = coalesce(side.served_at, excluded.served_at)`,
    [sides.map((side) => side.flow), sides.map((side) => side.system), now],
  )
}

/** How the flows stand for the scheduler; without names, all of them. */
export async function flowServices(session: Session, flows: readonly string[] | null): Promise<FlowService[]> {
  const rows = await session.query<Row>(
    `select f.name as flow, ${MS('s.paused_at')} as paused_at, s.paused_by, s.pause_reason, s.pause_reason_in, s.failures,
       ${MS('s.failing_since')} as failing_since, ${MS('s.retry_at')} as retry_at,
       ${MS('s.asked_at')} as asked_at, s.asked_full, ${MS('f.last_success')} as last_success,
       (select ${MS('r.started_at')} from run r where r.flow_id = f.id and r.kind = 'full' and r.status in ('done', 'waiting', 'stopped')
        order by r.id desc limit 1) as last_full,
       (select json_object_agg(d.system, ${MS('d.served_at')}) from side d where d.flow_id = f.id and d.served_at is not null) as served,
       (select array_agg(distinct i.system) from inbox i where i.flow = f.name and i.done_at is null) as hinted,
       ${REFUSED('f.id')} is not null as refused,
       exists (select 1 from lease l where l.flow_id = f.id and l.expires_at > ${STORE_NOW}) as leased
     from flow f left join flow_service s on s.flow_id = f.id
     where $1::text[] is null or f.name = any($1)`,
    [flows],
  )
  return rows.map((row) => ({
    flow: row.flow,
    paused:
      row.paused_at === null
        ? null
        : {
            at: Number(row.paused_at),
            by: row.paused_by,
            reason: row.pause_reason ?? '',
            reasonIn: row.pause_reason_in,
          },
    failures: row.failures ?? 0,
    failingSince: numberOrNull(row.failing_since),
    retryAt: numberOrNull(row.retry_at),
    asked: row.asked_at === null ? null : { at: Number(row.asked_at), full: row.asked_full === true },
    lastSuccess: numberOrNull(row.last_success),
    lastFull: numberOrNull(row.last_full),
    served: new Map(Object.entries(row.served ?? {}).map(([system, at]) => [system, at])),
    hinted: row.hinted ?? [],
    refused: row.refused,
    leased: row.leased,
  }))
}

const numberOrNull = (value: string | null): number | null => (value === null ? null : Number(value))

/** Notes that a run looks at these sides from `now` on. */
export async function markServed(session: Session, sideIds: readonly number[], now: Date): Promise<void> {
  await session.execute('update side set served_at = greatest(served_at, $2) where id = any($1::smallint[])', [
    sideIds,
    now,
  ])
}

/** Pauses a flow; one that is paused stays as it is. Answers whether it was not. */
export async function pauseFlow(
  session: Session,
  flow: string,
  pause: { readonly by: string | null; readonly reason: string; readonly reasonIn?: InOthers; readonly now: Date },
): Promise<boolean> {
  const touched = await session.execute(
    `insert into flow_service (flow_id, paused_at, paused_by, pause_reason, pause_reason_in)
     select id, $2, $3, $4, $5 from flow where name = $1
     on conflict (flow_id) do update set paused_at = excluded.paused_at, paused_by = excluded.paused_by,
       pause_reason = excluded.pause_reason, pause_reason_in = excluded.pause_reason_in
       where flow_service.paused_at is null`,
    [flow, pause.now, pause.by, pause.reason, pause.reasonIn === undefined ? null : JSON.stringify(pause.reasonIn)],
  )
  return touched > 0
}

/** Lets a paused flow go on, at once; answers whether it was paused. */
export async function resumeFlow(session: Session, flow: string): Promise<boolean> {
  const touched = await session.execute(
    `update flow_service set paused_at = null, paused_by = null, pause_reason = null, pause_reason_in = null, failures = 0, failing_since = null,
       retry_at = null, asked_at = now()
     where flow_id = (select id from flow where name = $1) and paused_at is not null`,
    [flow],
  )
  return touched > 0
}

/** Asks for a run as soon as possible. */
export async function askForRun(session: Session, flow: string, full: boolean, now: Date): Promise<void> {
  await session.execute(
    `insert into flow_service (flow_id, asked_at, asked_full) select id, $2, $3 from flow where name = $1
     on conflict (flow_id) do update set asked_at = excluded.asked_at, asked_full = flow_service.asked_full or excluded.asked_full`,
    [flow, now, full],
  )
}

/** What was asked for up to now is being done. */
export async function takeRequest(session: Session, flow: string, askedAt: number): Promise<void> {
  await session.execute(
    `update flow_service set asked_at = null, asked_full = false
     where flow_id = (select id from flow where name = $1) and asked_at <= to_timestamp($2 / 1000.0) + interval '1 millisecond'`,
    [flow, askedAt],
  )
}

/** Notes how a run ended for the next one: after a failure, when it is tried again. */
export async function noteRun(
  session: Session,
  flow: string,
  outcome: { readonly failures: number; readonly failingSince: number | null; readonly retryAt: number | null },
): Promise<void> {
  await session.execute(
    `update flow_service set failures = $2, failing_since = to_timestamp($3 / 1000.0), retry_at = to_timestamp($4 / 1000.0)
     where flow_id = (select id from flow where name = $1)`,
    [flow, outcome.failures, outcome.failingSince, outcome.retryAt],
  )
}

/** Flows that wait for a system that answers again need not wait any longer. */
export async function retryNow(session: Session, flows: readonly string[], now: number): Promise<void> {
  await session.execute(
    `update flow_service set retry_at = to_timestamp($2 / 1000.0)
     where retry_at > to_timestamp($2 / 1000.0) and flow_id in (select id from flow where name = any($1::text[]))`,
    [flows, now],
  )
}

/** Re-arms what was given up: refused writes of a flow are due again. Answers how many. */
export async function rearmQuarantined(database: Database, flow: string): Promise<number> {
  return database.execute(
    `update dirty d set state = 'waiting', attempts = 0, error = null, error_in = null, waits_for = null, waits_image = null, retry_at = null,
       since = now()
     from side s join flow f on f.id = s.flow_id
     where d.side_id = s.id and f.name = $1 and d.state = 'quarantined'`,
    [flow],
  )
}
