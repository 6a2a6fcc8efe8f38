import type { Session } from '../database/database.ts'

/** A process that starts runs by the schedule. Times are milliseconds since the epoch. */
export interface Heartbeat {
  readonly process: string
  readonly beatAt: number
}

/** Says that this process lives and starts runs; answers nothing and is to be called every few seconds. */
export async function beat(session: Session, process: string, now: Date): Promise<void> {
  await session.execute(
    `insert into heartbeat (process, started_at, beat_at) values ($1, $2, $2)
     on conflict (process) do update set beat_at = excluded.beat_at, ended_at = null`,
    [process, now],
  )
}

/** Says that this process ends on purpose: its silence is no sign of death. */
export async function endBeat(session: Session, process: string, now: Date): Promise<void> {
  await session.execute('update heartbeat set ended_at = $2 where process = $1', [process, now])
}

/** The processes that did not end on purpose. */
export async function heartbeats(session: Session): Promise<Heartbeat[]> {
  const rows = await session.query<{ process: string; beatAt: string }>(
    'select process, beat_at as "beatAt" from heartbeat where ended_at is null',
  )
  return rows.map((row) => ({ process: row.process, beatAt: Date.parse(row.beatAt) }))
}

/** Forgets the dead once another process has taken their place. */
export async function forgetDead(session: Session, silentSince: Date): Promise<void> {
  await session.execute(
    'delete from heartbeat where beat_at < $1 and exists (select 1 from heartbeat where beat_at >= $1 and ended_at is null)',
    [silentSince],
  )
}
