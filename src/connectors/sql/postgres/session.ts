import { hash } from 'node:crypto'
import pg from 'pg'
import type { PoolClient } from 'pg'
import type { BeforeCommit, Marking } from '../../../connector-kit/port.ts'
import { ConcordatError } from '../../../model/errors.ts'
import { Trusted } from '../../../connector-kit/trusted.ts'
import type { SystemIdentity } from '../../../model/system-identity.ts'
import { ANSWER_MS, clientWithDeadline } from './deadline.ts'
import { failures } from './failure.ts'
import { readIdentity } from './identity.ts'
import { readMark, setMark } from './mark.ts'

/*
 * Connections to one server: a small pool that opens when it is first used, every connection set so that values print
 * the same way whatever the server's or the user's defaults are.
 */

const CONNECTIONS = 8
const CONNECT_MS = 15_000
const STATEMENT_MS = 120_000
const LOCK_MS = 20_000
/** How long a write may stand still in its transaction, with users waiting for the rows that it has locked. */
const STANDSTILL_MS = 60_000

/**
 * Ends sessions of ours that wait for the rest of a COPY from a process that stands still: the server counts them as busy,
 * so that none of its own time-outs ends them.
 */
const END_FROZEN = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and usename = current_user and application_name = 'concordat'
    and state = 'active' and wait_event = 'ClientRead'
    and query_start < clock_timestamp() - interval '${STANDSTILL_MS} ms'`

const SETTINGS = [
  `client_encoding = 'UTF8'`,
  `timezone = 'UTC'`,
  `datestyle = 'ISO, YMD'`,
  `intervalstyle = 'postgres'`,
  'extra_float_digits = 1',
  `bytea_output = 'hex'`,
  `lc_monetary = 'C'`,
  'standard_conforming_strings = on',
  `default_transaction_isolation = 'read committed'`,
  'jit = off',
  `statement_timeout = ${STATEMENT_MS}`,
  `lock_timeout = ${LOCK_MS}`,
  `idle_in_transaction_session_timeout = ${10 * 60_000}`,
]
const OF_SESSION = SETTINGS.map((setting) => `set ${setting}`).join('; ')
const OF_TRANSACTION = `; set transaction isolation level read committed; ${SETTINGS.map((setting) => `set local ${setting}`).join('; ')}`

/** `whole`: a policy that would hide rows makes the statement fail instead, so that nothing seems to be deleted. */
export type Mode = 'read only' | 'read only, whole' | 'read write'

/** How a transaction of a mode reaches what is there. */
function accessOf(mode: Mode): string {
  return mode === 'read only, whole' ? `read only; ${WHOLE}` : mode
}

/** Statement of a transaction in which no policy hides rows unnoticed. */
export const WHOLE = 'set local row_security = off'

/** How long a read may go without a byte from the server. */
export const IDLE_MS = 5 * 60_000

/** A borrowed connection. */
export interface Lease {
  readonly client: PoolClient
  /**
   * What every transaction begins with besides: empty where the session is ours. Behind a connection pooler it is not, or only
   * until the transaction ends: there nothing may stay of what was set.
   */
  readonly settings: string
  /** Gives it back; `broken` closes it, when it is in the middle of something. */
  release(broken?: boolean): void
}

/** What a transaction writes to, and what is asked before it is committed. */
interface Writing {
  readonly object: string
  readonly beforeCommit: BeforeCommit | undefined
}

/** The connections of one connector to one PostgreSQL database. */
export class Session {
  /** `host:port/database`. */
  readonly server: string
  private readonly pool: pg.Pool
  /** What transactions on a connection begin with. */
  private readonly prepared = new WeakMap<PoolClient, string>()
  private readonly trusted = new Trusted<PoolClient>()
  /** Set where the contract allows a mark. */
  marking: Marking | null = null

  constructor(url: string, answerMs = ANSWER_MS) {
    this.server = serverOf(url)
    this.pool = new pg.Pool({
      Client: clientWithDeadline(answerMs),
      connectionString: url,
      application_name: 'concordat',
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: 10_000,
      keepAlive: true,
      allowExitOnIdle: true,
    })
    // A connection that breaks while nobody uses it is simply replaced; without these listeners it would end the process.
    this.pool.on('error', () => {})
    this.pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** Which database answers now, whether or not it is trusted. */
  async identity(): Promise<SystemIdentity> {
    const client = await this.connected(false)
    let broken = false
    try {
      return await readIdentity(client)
    } catch (error) {
      broken = true
      throw failures.translate(error, this)
    } finally {
      client.release(broken)
    }
  }

  trust(trusts: (identity: SystemIdentity) => boolean): void {
    this.trusted.trust(trusts)
  }

  async lease(): Promise<Lease> {
    const client = await this.connected(true)
    return { client, settings: this.prepared.get(client)!, release: (broken = false) => client.release(broken) }
  }

  private async connected(trusted: boolean): Promise<PoolClient> {
    let client: PoolClient
    try {
      client = await this.pool.connect()
    } catch (error) {
      throw failures.translate(error, this)
    }
    try {
      if (!this.prepared.has(client)) {
        const isOurs = await hasOwnSession(client)
        if (isOurs) await client.query(OF_SESSION)
        this.prepared.set(client, isOurs ? '' : OF_TRANSACTION)
      }
      if (trusted) await this.trusted.demand(client, () => readIdentity(client), this.server)
    } catch (error) {
      client.release(true)
      throw failures.translate(error, this)
    }
    return client
  }

  /** Runs `work` on a connection, outside a transaction where the session is ours. */
  async query<T>(work: (client: PoolClient) => Promise<T>, object?: string): Promise<T> {
    const lease = await this.lease()
    const { client, settings } = lease
    const isShared = settings !== ''
    let broken = false
    try {
      if (isShared) await client.query(`begin${settings}`)
      const result = await work(client)
      if (isShared) await client.query('commit')
      return result
    } catch (error) {
      broken = failures.isLoss(error) || (isShared && !(await rolledBack(client)))
      throw failures.translate(error, this.place(object))
    } finally {
      lease.release(broken)
    }
  }

  /** Whether a pooler stands between us and the server, and gives our connections to others. */
  async isPooled(): Promise<boolean> {
    const { settings, release } = await this.lease()
    release()
    return settings !== ''
  }

  /** Runs `work` in a transaction that writes, and answers what it has written; where `beforeCommit` rejects, it is taken back. */
  async write(work: (on: PoolClient) => Promise<{ length: number }>, { object, beforeCommit }: Writing): Promise<void> {
    const { marking } = this
    let number: string | null = null
    const whole = async (on: PoolClient): Promise<void> => {
      const { length } = await work(on)
      if (marking && length > 0) {
        number = await marking.next()
        await setMark(on, marking, object, number)
      }
      await beforeCommit?.()
    }
    await this.transaction(whole, object, 'read write')
    if (number !== null) await marking?.landed(object, number)
  }

  /** The number that stands for an object; null: none does. */
  async markedAs(object: string): Promise<string | null> {
    return this.query((client) => readMark(client, this.marking!, object), this.marking!.table)
  }

  /** Runs `work` in a transaction; a connection that is lost while it commits is `connector.lost-response`. */
  async transaction<T>(
    work: (client: PoolClient) => Promise<T>,
    object: string,
    mode: Mode = 'read write',
  ): Promise<T> {
    const lease = await this.lease()
    const { client, settings } = lease
    let result: T
    try {
      // Held until the transaction ends, whatever becomes of its connection: see `awaitWrites`.
      const held =
        mode === 'read write'
          ? `; set local idle_in_transaction_session_timeout = ${STANDSTILL_MS}; select pg_advisory_xact_lock_shared(${writeLock(object)})`
          : ''
      await client.query(`begin ${accessOf(mode)}${settings}${held}`)
      result = await work(client)
    } catch (error) {
      const broken = failures.isLoss(error) || !(await rolledBack(client))
      lease.release(broken)
      throw failures.translate(error, this.place(object))
    }
    try {
      await client.query('commit')
      lease.release()
      return result
    } catch (error) {
      const lost = failures.isLoss(error)
      lease.release(true)
      if (lost && mode === 'read write') {
        throw new ConcordatError(
          'connector.lost-response',
          `The connection to PostgreSQL at ${this.server} broke while a write to ${object} was being committed.`,
          {
            retry: 'later',
            cure: 'The next run reads the records and finds out whether the write landed.',
          },
        )
      }
      throw failures.translate(error, this.place(object))
    }
  }

  /** Waits until every transaction of ours that writes to the object has ended, also one whose connection we lost. */
  async awaitWrites(object: string): Promise<void> {
    await this.query((client) => client.query(END_FROZEN), object)
    await this.query((client) => client.query(`select pg_advisory_xact_lock(${writeLock(object)})`), object)
  }

  place(object?: string): { server: string; object?: string } {
    return object === undefined ? { server: this.server } : { server: this.server, object }
  }

  async close(): Promise<void> {
    await this.pool.end()
  }
}

/** Key of the advisory lock that writers of an object share: our class, and a number made from the object's name. */
function writeLock(object: string): string {
  return `7261906, ${hash('sha256', object, 'buffer').readInt32BE(0)}`
}

/** A pooler hands out sessions of its own, under keys of its own. */
async function hasOwnSession(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return (client as { readonly processID?: number | null }).processID === rows[0]!.pid
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback')
    return true
  } catch {
    return false
  }
}

/** `host:port/database` of a URL. The URL may hold the password, so nothing else of it goes into an error. */
function serverOf(url: string): string {
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) {
    const { hostname, port, pathname, searchParams } = new URL(url)
    return `${hostname || searchParams.get('host') || 'localhost'}:${port || searchParams.get('port') || 5432}${pathname}`
  }
  throw new ConcordatError('cli.usage', 'The url of a postgres system is not a PostgreSQL connection URL.', {
    cure: 'Write it as postgres://user:password@host:5432/database; percent-encode special characters of the password.',
  })
}
