import { ConcordatError } from '../../model/errors.ts'
import { IDLE_MS, type Database, type Session } from '../database/database.ts'
import { fromNow, ownSteadyClock, STORE_NOW, type SteadyClock } from '../database/store-clock.ts'

/*
 * The right to work on a flow. How long it lasts is told by the store's clock alone, and whether it still stands is asked of
 * the store: whoever takes a flow over raises its token first, and only then waits for what its predecessor has in place in
 * the systems. A predecessor puts its write in place first and asks afterwards, so one of the two always sees the other, and
 * no clock of any machine decides anything (laws L17 and L34).
 */

/** The right to work on a flow, or on a shard of it: whoever holds the newest token may commit (law L17). */
export interface Lease {
  readonly flowId: number
  readonly token: string
  /** Set where the right is only to a part of the flow's marks. */
  readonly shardId?: number
  /**
   * When its time is over, by `steady`: an estimate that spares a process whose time is clearly over the way to the store. A
   * machine that was suspended takes it for longer than it is; the store has the last word (`confirmLease`).
   */
  until: number
  readonly steady: SteadyClock
  /** The session that shows we are alive has ended: others may take the flow over before our time is up. */
  readonly hasEnded?: () => boolean
  /** Gives back the lock that shows we are alive, while its session is still there. */
  readonly unlock?: () => Promise<unknown>
  /** Ends the session that shows we are alive. */
  readonly release: () => void
}

/** Class of the advisory locks that show that the holder of a flow is alive. */
export const FLOW_LOCKS = 7_261_905

/**
 * Takes the flow, or answers null when somebody else holds it. A holder whose session with the store has ended is gone:
 * its flow is taken over at once; one that is merely silent keeps it until its time is up, and so does one that took it from
 * a silent one, whose session goes on. Whoever works on a shard of the flow is waited for all the same.
 */
export async function acquireLease(
  database: Database,
  flowId: number,
  holder: string,
  ttl: number,
  steady = ownSteadyClock,
): Promise<Lease | null> {
  const { session, hasEnded, release } = await database.dedicated()
  await session.execute(`set lock_timeout = '5s'`)
  // It says nothing for as long as it is held.
  await session.query(`select set_config(name, '0', false) from pg_settings where name = 'idle_session_timeout'`)
  const asked = steady()
  const taken = session.query<{ token: string }>(
    `with alive as materialized (select pg_try_advisory_lock($4, $1) as free)
     insert into lease (flow_id, token, holder, expires_at, has_lock)
     select $1, 1, $2, ${fromNow('$3')}, free from alive
     on conflict (flow_id) do update
       set token = lease.token + 1, holder = $2, expires_at = ${fromNow('$3')}, has_lock = excluded.has_lock
       where (lease.has_lock and (select free from alive) or lease.expires_at <= ${STORE_NOW})
         and not exists (select 1 from shard s where s.flow_id = $1 and s.holder is not null and s.done_at is null
           and s.expires_at > ${STORE_NOW})
     returning token`,
    [flowId, holder, ttl, FLOW_LOCKS],
  )
  let row: { token: string } | undefined
  try {
    ;[row] = await taken
  } catch (error) {
    release()
    if ((error as { code?: unknown }).code !== LOCK_TIMEOUT) throw error
    await endFrozen(database)
    return null
  }
  if (!row) {
    release()
    return null
  }
  const unlock = (): Promise<unknown> => session.query('select pg_advisory_unlock($1, $2)', [FLOW_LOCKS, flowId])
  return { flowId, token: row.token, until: asked + ttl, steady, hasEnded, unlock, release }
}

const LOCK_TIMEOUT = '55P03'

/**
 * Ends sessions that wait for the rest of a COPY from a process that stands still. The server counts them as busy, so that
 * none of its own time-outs ends them, and a transaction under a lease holds takers off.
 */
async function endFrozen(database: Database): Promise<void> {
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and usename = current_user and application_name = current_setting('application_name')
       and state = 'active' and wait_event = 'ClientRead' and query_start < clock_timestamp() - $1 * interval '1 ms'`,
    [IDLE_MS],
  )
}

/** The lease of work that is undone in the end: it is taken from nobody, and whoever holds the flow goes on. */
export async function rehearsedLease(session: Session, flowId: number): Promise<Lease> {
  await session.execute(
    `insert into lease (flow_id, token, holder, expires_at) values ($1, 1, '', '-infinity') on conflict do nothing`,
    [flowId],
  )
  const [row] = await session.query<{ token: string }>('select token from lease where flow_id = $1', [flowId])
  return { flowId, token: row!.token, until: Infinity, steady: ownSteadyClock, release: () => {} }
}

/** Who holds a flow, for a message to people. */
export async function leaseHolder(session: Session, flowId: number): Promise<string | null> {
  const [row] = await session.query<{ holder: string }>('select holder from lease where flow_id = $1', [flowId])
  return row?.holder ?? null
}

/** How long it is ours yet, as far as this process can tell. */
export const timeLeft = (lease: Lease): number => lease.until - lease.steady()

/** Throws `engine.lease-lost` when somebody else has been given the right since. To be asked when a write is in place. */
export async function confirmLease(database: Database, lease: Lease): Promise<void> {
  if ((await database.query(stillOurs(lease))).length === 0) throw lost()
}

export async function renewLease(database: Database, lease: Lease, ttl: number): Promise<void> {
  const asked = lease.steady()
  const rows =
    lease.shardId === undefined
      ? await database.query<{ left: string }>(
          `update lease set expires_at = ${fromNow('$3')} where flow_id = $1 and token = $2 returning $3::float8 as left`,
          [lease.flowId, lease.token, ttl],
        )
      : await database.query<{ left: string }>(
          `update shard s set expires_at = least(${fromNow('$2')}, l.expires_at) from lease l
           where s.id = $1 and l.flow_id = s.flow_id and l.token = s.flow_token and l.token = $3
           returning ${LEFT} as left`,
          [lease.shardId, ttl / 2, lease.token],
        )
  if (rows.length === 0) throw lost()
  lease.until = asked + Number(rows[0]!.left)
}

/** Milliseconds that a shard `s` is held yet; also where its end is an infinite time. */
export const LEFT = `(extract(epoch from s.expires_at)::float8 - extract(epoch from ${STORE_NOW})::float8) * 1000`

/**
 * A transaction that is refused when the lease has been taken over, and that holds takers off until it ends (law L17).
 * Asked in the round trip that begins it.
 */
export function transactionUnder<T>(
  database: Database,
  lease: Lease,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return database.transaction(
    (session, held) => {
      if (held.length === 0) throw lost()
      return work(session)
    },
    `${stillOurs(lease)} for share`,
  )
}

/** Asks whether the right is still ours. Made of numbers that the store itself gave us. */
function stillOurs({ flowId, token: text, shardId }: Lease): string {
  const token = BigInt(text)
  return shardId === undefined
    ? `select 1 from lease where flow_id = ${flowId} and token = ${token}`
    : `select 1 from lease l join shard s on s.flow_id = l.flow_id
       where l.flow_id = ${flowId} and l.token = ${token} and s.id = ${shardId} and s.flow_token = ${token}`
}

export async function releaseLease(database: Database, lease: Lease): Promise<void> {
  try {
    // The end of a session takes a moment: whoever takes the flow next would do so without the lock.
    await lease.unlock?.().catch(() => {})
    await database.execute(`update lease set expires_at = '-infinity' where flow_id = $1 and token = $2`, [
      lease.flowId,
      lease.token,
    ])
  } finally {
    lease.release()
  }
}

const lost = () =>
  new ConcordatError(
    'engine.lease-lost',
    'Another process has taken this flow over; nothing more is written by this one.',
    { retry: 'later' },
  )
