import type { Alert, Told } from '../../model/alert.ts'
import type { Condition } from '../../model/condition.ts'
import type { Session } from '../database/database.ts'

/** Any number that nobody else locks: one process looks at a time. */
const LOCK = 7_261_906

/** Takes the watch for this transaction; false when another process has it. */
export async function takeWatch(session: Session): Promise<boolean> {
  const [row] = await session.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [LOCK])
  return row!.mine
}

interface Row {
  readonly id: string
  readonly key: string
  readonly openedAt: string
  readonly beganAt: string
  readonly clearedAt: string | null
  readonly endedAt: string | null
  readonly returns: number
  readonly acknowledgedAt: string | null
  readonly acknowledgedBy: string | null
  readonly mutedUntil: string | null
  readonly mutedBy: string | null
  readonly condition: Condition
  readonly told: Told[]
}

const SELECT = `select id, key, opened_at as "openedAt", began_at as "beganAt", cleared_at as "clearedAt", ended_at as "endedAt",
  returns, acknowledged_at as "acknowledgedAt", acknowledged_by as "acknowledgedBy",
  muted_until as "mutedUntil", muted_by as "mutedBy", condition, told from alert`

/** Alerts that are open, and those that ended after a moment. */
export async function currentAlerts(session: Session, endedAfter: Date): Promise<Alert[]> {
  const rows = await session.query<Row>(
    `${SELECT} where ended_at is null union all ${SELECT} where ended_at is not null and ended_at > $1 order by id`,
    [endedAfter],
  )
  return rows.map(alertOf)
}

/** The newest alerts, open ones first. */
export async function listAlerts(session: Session, open: boolean, limit: number): Promise<Alert[]> {
  const rows = await session.query<Row>(
    `${SELECT} where $1::boolean is false or ended_at is null order by ended_at is null desc, id desc limit $2`,
    [open, limit],
  )
  return rows.map(alertOf)
}

export interface AlertSearch {
  readonly state: 'open' | 'ended' | 'all'
  /** Only of these flows, and those that are of no flow; null: all. */
  readonly flows: readonly string[] | null
  readonly flow?: string | undefined
  readonly system?: string | undefined
}

/** A page of alerts, open ones first, then the newest; `after`: where the page before ended. */
export async function alertPage(
  session: Session,
  { state, flows, flow, system }: AlertSearch,
  { after, limit }: { readonly after: { readonly ended: boolean; readonly id: number } | null; readonly limit: number },
): Promise<Alert[]> {
  const rows = await session.query<Row>(
    `${SELECT}
     where ($1 = 'all' or (ended_at is not null) = ($1 = 'ended'))
       and ($2::text[] is null or condition->'flows' = '[]' or condition->'flows' ?| $2)
       and ($3::text is null or condition->'flows' ? $3) and ($4::text is null or condition->>'system' = $4)
       and ($5::boolean is null or (ended_at is not null) > $5 or (ended_at is not null) = $5 and id < $6)
     order by ended_at is not null, id desc limit $7`,
    [state, flows, flow ?? null, system ?? null, after?.ended ?? null, after?.id ?? null, limit],
  )
  return rows.map(alertOf)
}

/** Lets nobody be told of an open alert until a moment; null: as ever. False when it is not open. */
export async function muteAlert(session: Session, id: number, by: string, until: Date | null): Promise<boolean> {
  const touched = await session.execute(
    `update alert set muted_until = $2, muted_by = case when $2::timestamptz is not null then $3 end
     where id = $1 and ended_at is null`,
    [id, until, by],
  )
  return touched === 1
}

export async function findAlert(session: Session, id: number): Promise<Alert | null> {
  const [row] = await session.query<Row>(`${SELECT} where id = $1`, [id])
  return row ? alertOf(row) : null
}

/** How many alerts are open; `flows`: of one of these, or of none at all; null: all. */
export async function countOpenAlerts(session: Session, flows: readonly string[] | null = null): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select count(*)::int as count from alert
     where ended_at is null and ($1::text[] is null or condition->'flows' = '[]' or condition->'flows' ?| $1)`,
    [flows],
  )
  return row!.count
}

/** Stores an alert as it is now; answers its id. What a person acknowledged meanwhile stays acknowledged. */
export async function saveAlert(session: Session, alert: Alert): Promise<string> {
  const values = [
    date(alert.clearedAt),
    date(alert.endedAt),
    alert.returns,
    JSON.stringify(alert.condition),
    JSON.stringify(alert.told),
  ]
  if (alert.id === null) {
    const [row] = await session.query<{ id: string }>(
      `insert into alert (cleared_at, ended_at, returns, condition, told, key, opened_at, began_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
      [...values, alert.key, date(alert.openedAt), date(alert.beganAt)],
    )
    return row!.id
  }
  await session.execute(
    `update alert set cleared_at = $1, ended_at = $2, returns = $3::integer, condition = $4, told = $5,
       acknowledged_at = case when returns = $3::integer then acknowledged_at end,
       acknowledged_by = case when returns = $3::integer then acknowledged_by end
     where id = $6`,
    [...values, alert.id],
  )
  return alert.id
}

/** Removes alerts that ended before a moment, with their messages. */
export async function forgetAlerts(session: Session, endedBefore: Date): Promise<void> {
  await session.execute(
    `with old as (select id from alert where ended_at is not null and ended_at < $1 limit 1000)
     delete from alert a using old where a.id = old.id`,
    [endedBefore],
  )
}

/** Takes down that somebody looks after an open alert; false when it is not open, or somebody does already. */
export async function acknowledgeAlert(session: Session, id: number, by: string, now: Date): Promise<boolean> {
  const touched = await session.execute(
    `update alert set acknowledged_at = $2, acknowledged_by = $3
     where id = $1 and ended_at is null and acknowledged_at is null`,
    [id, now, by],
  )
  return touched === 1
}

function alertOf(row: Row): Alert {
  const { openedAt, beganAt, clearedAt, endedAt, acknowledgedAt, acknowledgedBy, mutedUntil, mutedBy, ...rest } = row
  return {
    ...rest,
    openedAt: Date.parse(openedAt),
    beganAt: Date.parse(beganAt),
    clearedAt: ms(clearedAt),
    endedAt: ms(endedAt),
    acknowledged: acknowledgedAt === null ? null : { by: acknowledgedBy ?? '', at: Date.parse(acknowledgedAt) },
    muted: mutedUntil === null ? null : { by: mutedBy ?? '', until: Date.parse(mutedUntil) },
  }
}

const ms = (at: string | null): number | null => (at === null ? null : Date.parse(at))
const date = (at: number | null): Date | null => (at === null ? null : new Date(at))
