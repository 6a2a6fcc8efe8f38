import type { Database, Session } from './database.ts'

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
}

/** Class of the advisory lock that the process holds that keeps the schedules. */
const LEADER = 7_261_906

export async function joinMembers(session: Session, name: string, role: Member['role'], now: number): Promise<number> {
  const [row] = await session.query<{ id: string }>(
    `insert into member (name, role, started_at, beat_at) values ($1, $2, to_timestamp($3 / 1000.0), to_timestamp($3 / 1000.0)) returning id`,
    [name, role, now],
  )
  return Number(row!.id)
}

/** Shows that the process lives; forgets those that have not for a day. */
export async function beat(session: Session, id: number, leads: boolean, now: number): Promise<void> {
  await session.execute(`update member set beat_at = to_timestamp($2 / 1000.0), leads = $3 where id = $1`, [
    id,
    now,
    leads,
  ])
  await session.execute(`delete from member where beat_at < to_timestamp($1 / 1000.0) - interval '1 day'`, [now])
}

export async function leaveMembers(session: Session, id: number): Promise<void> {
  await session.execute('delete from member where id = $1', [id])
}

/** Processes that have shown themselves since `since`. */
export async function members(session: Session, since: number): Promise<Member[]> {
  const rows = await session.query<{
    id: string
    name: string
    role: Member['role']
    started: string
    beat: string
    leads: boolean
  }>(
    `select id, name, role, extract(epoch from started_at) * 1000 as started, extract(epoch from beat_at) * 1000 as beat, leads
     from member where beat_at >= to_timestamp($1 / 1000.0) order by id`,
    [since],
  )
  return rows.map((row) => ({
    id: Number(row.id),
    name: row.name,
    role: row.role,
    startedAt: Number(row.started),
    beatAt: Number(row.beat),
    leads: row.leads,
  }))
}

/** The right to keep the schedules, as long as its session lives. */
export interface Leadership {
  /** False when the session has ended. */
  holds(): Promise<boolean>
  resign(): void
}

/** Takes the lead, or answers null while another process has it. */
export async function takeLead(database: Database): Promise<Leadership | null> {
  const { session, release } = await database.dedicated()
  try {
    const [row] = await session.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LEADER])
    if (!row!.taken) {
      release()
      return null
    }
  } catch (error) {
    release()
    throw error
  }
  return {
    holds: () =>
      session.query('select 1').then(
        () => true,
        () => false,
      ),
    resign: release,
  }
}
