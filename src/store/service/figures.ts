import type { Session } from '../database/database.ts'
import { IS_DECISION } from '../database/case-sql.ts'

/** What waits in one system of a flow. */
export interface SideFigures {
  readonly flow: string
  readonly system: string
  /** Writes that are decided and have not landed. */
  readonly waiting: number
  readonly quarantined: number
  /** Since when the oldest of them waits; milliseconds since the epoch. */
  readonly oldest: number | null
  /** When changes were last looked for here. */
  readonly looked: number | null
  readonly hints: number
}

export interface FlowFigures {
  readonly flow: string
  readonly lastSuccess: number | null
  readonly openCases: number
  readonly paused: boolean
  readonly failures: number
}

/** Figures of every side, for metrics. */
export async function sideFigures(session: Session): Promise<SideFigures[]> {
  const rows = await session.query<{
    flow: string
    system: string
    waiting: string
    quarantined: string
    oldest: string | null
    looked: string | null
    hints: string
  }>(
    `select f.name as flow, s.system, d.waiting, d.quarantined, d.oldest, extract(epoch from s.served_at) * 1000 as looked,
       (select count(*) from inbox i where i.flow = f.name and i.system = s.system and i.done_at is null) as hints
     from side s join flow f on f.id = s.flow_id
       left join lateral (
         select count(*) filter (where state <> 'quarantined') as waiting, count(*) filter (where state = 'quarantined') as quarantined,
           extract(epoch from min(since) filter (where state <> 'quarantined')) * 1000 as oldest
         from dirty where side_id = s.id) d on true
     order by 1, 2`,
  )
  return rows.map((row) => ({
    flow: row.flow,
    system: row.system,
    waiting: Number(row.waiting),
    quarantined: Number(row.quarantined),
    oldest: row.oldest === null ? null : Number(row.oldest),
    looked: row.looked === null ? null : Number(row.looked),
    hints: Number(row.hints),
  }))
}

/** Figures of every flow, for metrics. */
export async function flowFigures(session: Session): Promise<FlowFigures[]> {
  const rows = await session.query<{
    flow: string
    success: string | null
    cases: string
    paused: boolean
    failures: number | null
  }>(
    `select f.name as flow, extract(epoch from f.last_success) * 1000 as success, s.paused_at is not null as paused, s.failures,
       (select count(*) from case_file c where c.flow_id = f.id and c.state = 'open' and ${IS_DECISION('c')}) as cases
     from flow f left join flow_service s on s.flow_id = f.id order by 1`,
  )
  return rows.map((row) => ({
    flow: row.flow,
    lastSuccess: row.success === null ? null : Number(row.success),
    openCases: Number(row.cases),
    paused: row.paused,
    failures: row.failures ?? 0,
  }))
}

/** By system: how far ahead of now its budget of calls is spent, in milliseconds. */
export async function budgetsAhead(session: Session): Promise<ReadonlyMap<string, number>> {
  const rows = await session.query<{ system: string; ahead: string }>(
    'select system, extract(epoch from spent_at - clock_timestamp()) * 1000 as ahead from system_budget',
  )
  return new Map(rows.map((row) => [row.system, Math.max(0, Number(row.ahead))]))
}
