import type { Session } from '../database/database.ts'
import { fromNow, STORE_NOW } from '../database/store-clock.ts'

/** A process of the service. */
export interface Member {
  readonly id: number
  readonly name: string
  readonly role: 'serve' | 'worker'
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly beatAt: number
  /** Keeps the schedules. */
  readonly leads: boolean
  /** Milliseconds that its machine's clock is ahead of the store's; null: not known. */
  readonly clockOff: number | null
}

export async function joinMembers(session: Session, name: string, role: Member['role']): Promise<number> {
  const [row] = await session.query<{ id: string }>(
    `insert into member (name, role, started_at, beat_at) values ($1, $2, ${STORE_NOW}, ${STORE_NOW}) returning id`,
    [name, role],
  )
  return Number(row!.id)
}

/** Shows that the process lives; forgets those that have not for a day. */
export async function beat(
  session: Session,
  id: number,
  { leads, clockOff }: Pick<Member, 'leads' | 'clockOff'>,
): Promise<void> {
  await session.execute(
    `update member set beat_at = ${STORE_NOW}, leads = $2, clock_off = $3::float8 / 1000 where id = $1`,
    [id, leads, clockOff],
  )
  await session.execute(`delete from member where beat_at < ${STORE_NOW} - interval '1 day'`)
}

export async function leaveMembers(session: Session, id: number): Promise<void> {
  await session.execute('delete from member where id = $1', [id])
}

/** Processes that have shown themselves within the last `withinMs`. */
export async function members(session: Session, withinMs: number): Promise<Member[]> {
  const rows = await session.query<{
    id: string
    name: string
    role: Member['role']
    started: string
    beat: string
    leads: boolean
    off: string | null
  }>(
    `select id, name, role, extract(epoch from started_at) * 1000 as started, extract(epoch from beat_at) * 1000 as beat, leads,
       clock_off * 1000 as off
     from member where beat_at >= ${STORE_NOW} - $1::float8 * interval '1 millisecond' order by id`,
    [withinMs],
  )
  return rows.map((row) => ({
    id: Number(row.id),
    name: row.name,
    role: row.role,
    startedAt: Number(row.started),
    beatAt: Number(row.beat),
    leads: row.leads,
    clockOff: row.off === null ? null : Math.round(Number(row.off)),
  }))
}

/**
 * Takes or keeps the lead for `ms`; answers whether the process has it. It passes on when its holder has not kept it in
 * time, be it dead or only standing still.
 */
export async function holdLead(session: Session, id: number, ms: number): Promise<boolean> {
  const touched = await session.execute(
    `insert into leader (member_id, until) values ($1, ${fromNow('$2')})
     on conflict (one) do update set member_id = excluded.member_id, until = excluded.until
       where leader.member_id = $1 or leader.until < ${STORE_NOW}`,
    [id, ms],
  )
  return touched === 1
}

/** Lets another process have the lead at once. */
export async function resignLead(session: Session, id: number): Promise<void> {
  await session.execute('delete from leader where member_id = $1', [id])
}
