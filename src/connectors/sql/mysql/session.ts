import mysql from 'mysql2'
import type { PoolConnection, PoolOptions, ResultSetHeader, RowDataPacket } from 'mysql2'
import type { BeforeCommit, Marking } from '../../../connector-kit/port.ts'
import { Trusted } from '../../../connector-kit/trusted.ts'
import { ConcordatError } from '../../../model/errors.ts'
import type { SystemIdentity } from '../../../model/system-identity.ts'
import type { Raw } from '../../../model/value.ts'
import { readIdentity } from './identity.ts'
import { failures } from './failure.ts'
import { readMark, setMark } from './mark.ts'
import { tlsOf } from './tls.ts'
import { awaitSlots, leaveSlot, takeSlot } from './write-lock.ts'

const READ_WRITE = 'start transaction read write'

/*
 * Connections to one server. All statements with values are prepared, so that values never become part of an SQL text.
 * Sessions are strict: what a column cannot hold is refused, never cut.
 */

const CONNECTIONS = 8
const CONNECT_MS = 15_000
/** Longest time of a statement; streams have none, as a slow reader may hold them. */
export const STATEMENT_SECONDS = 120
const LOCK_SECONDS = 20
/** The longest wait for the answer to a statement: a little longer than the server itself lets one take. */
const ANSWER_MS = (STATEMENT_SECONDS + 30) * 1_000
const STANDSTILL_SECONDS = 60

const SETTINGS =
  `set session time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', ` +
  `innodb_lock_wait_timeout = ${LOCK_SECONDS}, net_write_timeout = 3600, autocommit = 1, sql_safe_updates = 0, sql_select_limit = default` +
  // MariaDB only: a write that stands still must not keep users from the rows that it has locked.
  ` /*M!100300 , idle_write_transaction_timeout = ${STANDSTILL_SECONDS} */`

/** A value to bind: text, or bytes. */
export type Parameter = Raw | Buffer

/** One connection, in or out of a transaction. */
export class Link {
  readonly connection: PoolConnection
  private readonly answerMs: number

  constructor(connection: PoolConnection, answerMs: number) {
    this.connection = connection
    this.answerMs = answerMs
  }

  /** Runs a statement without values, unprepared. */
  run(sql: string): Promise<void> {
    return this.answered((resolve, reject) =>
      this.connection.query(sql, (error) => (error ? reject(error) : resolve())),
    )
  }

  /** Rows as arrays. All columns must be texts (see `row-query.ts`). */
  rows(sql: string, values: readonly Parameter[] = []): Promise<Raw[][]> {
    return this.answered((resolve, reject) => {
      this.connection.execute<RowDataPacket[]>({ sql, values: [...values], rowsAsArray: true }, (error, rows) =>
        error ? reject(error) : resolve((rows as unknown as (Raw | Buffer)[][]).map(inText)),
      )
    })
  }

  write(sql: string, values: readonly Parameter[]): Promise<ResultSetHeader> {
    return this.answered((resolve, reject) => {
      this.connection.execute<ResultSetHeader>({ sql, values: [...values] }, (error, result) =>
        error ? reject(error) : resolve(result),
      )
    })
  }

  /** Gives up on a server from which no answer comes, and on the connection with it. */
  private answered<T>(ask: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.connection.destroy()
        reject(Object.assign(new Error('the server sent no answer'), { code: 'ETIMEDOUT' }))
      }, this.answerMs)
      ask(
        (value) => {
          clearTimeout(timer)
          resolve(value)
        },
        (error) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }

  /** Rows as they arrive, at the reader's pace; a server that sends none for as long is given up. */
  stream(sql: string, values: readonly Parameter[]): AsyncIterable<Raw[]> {
    const rows = this.connection
      .execute({ sql, values: [...values], rowsAsArray: true })
      .stream({ highWaterMark: 1000 })
    // The driver tells a broken connection to callbacks only; without this the stream would wait for ever.
    const fail = (error: Error) => rows.destroy(error)
    this.connection.once('error', fail)
    let timer: NodeJS.Timeout
    const listen = (): void => {
      clearTimeout(timer)
      // A reader that takes its time has rows waiting; only a buffer that stays empty shows a server that is silent.
      timer = setTimeout(() => {
        if (rows.readableLength > 0) return listen()
        this.connection.destroy()
        fail(Object.assign(new Error('the server sent nothing'), { code: 'ETIMEDOUT' }))
      }, this.answerMs)
    }
    listen()
    const push = rows.push.bind(rows)
    rows.push = (row: unknown) => {
      listen()
      return push(Array.isArray(row) ? inText(row as (Raw | Buffer)[]) : row)
    }
    rows.once('close', () => {
      clearTimeout(timer)
      this.connection.off('error', fail)
    })
    return rows as AsyncIterable<Raw[]>
  }

  /** Sets the longest time of a statement in seconds, 0 for none: MariaDB has one variable for it, MySQL another. */
  async limitTime(seconds: number): Promise<void> {
    try {
      await this.run(`set session max_statement_time = ${seconds}`)
    } catch {
      await this.run(`set session max_execution_time = ${seconds * 1000}`)
    }
  }
}

/** A row whose bytes are hexadecimal digits, as the server prints them. */
function inText(row: (Raw | Buffer)[]): Raw[] {
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!
    if (value instanceof Buffer) row[i] = value.toString('hex').toUpperCase()
  }
  return row as Raw[]
}

/** A borrowed connection. */
export interface Lease {
  readonly link: Link
  /** Gives it back; `broken` closes it, when it is in the middle of something. */
  release(broken?: boolean): void
}

/** What a transaction writes to, and what is asked before it is committed. */
interface Writing {
  readonly object: string
  readonly beforeCommit: BeforeCommit | undefined
  /** The object has an engine without transactions. */
  readonly landsAtOnce?: boolean
}

/** The connections of one connector to one MySQL or MariaDB database. */
export class Session {
  /** `host:port/database`. */
  readonly server: string
  private readonly pool: mysql.Pool
  private readonly prepared = new WeakSet<object>()
  private readonly trusted = new Trusted<PoolConnection>()
  /** Set where the contract allows a mark. */
  marking: Marking | null = null
  private readonly answerMs: number
  private readonly database: string

  constructor(url: string, answerMs = ANSWER_MS) {
    this.answerMs = answerMs
    const options = readUrl(url)
    this.database = options.database ?? ''
    this.server = `${options.host}:${options.port}/${options.database ?? ''}`
    this.pool = mysql.createPool({
      ...options,
      charset: 'utf8mb4',
      connectionLimit: CONNECTIONS,
      maxIdle: CONNECTIONS,
      idleTimeout: 10_000,
      connectTimeout: CONNECT_MS,
      enableKeepAlive: true,
      keepAliveInitialDelay: 30_000,
      maxPreparedStatements: 200,
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      jsonStrings: true,
      connectAttributes: { program_name: 'concordat' },
    })
  }

  /** Which database answers now, whether or not it is trusted. */
  async identity(): Promise<SystemIdentity> {
    const link = await this.linked(false)
    try {
      const identity = await readIdentity(link)
      link.connection.release()
      return identity
    } catch (error) {
      link.connection.destroy()
      throw failures.translate(error, this)
    }
  }

  trust(trusts: (identity: SystemIdentity) => boolean): void {
    this.trusted.trust(trusts)
  }

  async lease(): Promise<Lease> {
    const link = await this.linked(true)
    const { connection } = link
    return { link, release: (broken = false) => (broken ? connection.destroy() : connection.release()) }
  }

  private async linked(trusted: boolean): Promise<Link> {
    let connection: PoolConnection
    try {
      connection = await new Promise<PoolConnection>((resolve, reject) =>
        this.pool.getConnection((error, found) => (error ? reject(error) : resolve(found))),
      )
    } catch (error) {
      throw failures.translate(error, this)
    }
    const link = new Link(connection, this.answerMs)
    try {
      if (!this.prepared.has(connection)) {
        // A connection that breaks while nobody uses it is simply replaced.
        connection.on('error', () => {})
        await link.run(SETTINGS)
        await link.run('set session transaction isolation level read committed')
        await link.limitTime(STATEMENT_SECONDS)
        this.prepared.add(connection)
      }
      if (trusted) await this.trusted.demand(connection, () => readIdentity(link), this.server)
    } catch (error) {
      connection.destroy()
      throw failures.translate(error, this)
    }
    return link
  }

  /** Runs `work` on a connection, outside a transaction. */
  async query<T>(work: (link: Link) => Promise<T>, object?: string): Promise<T> {
    const lease = await this.lease()
    let broken = false
    try {
      return await work(lease.link)
    } catch (error) {
      broken = failures.isLoss(error)
      throw failures.translate(error, this.place(object))
    } finally {
      lease.release(broken)
    }
  }

  /** Runs `work` in a transaction that writes, and answers what it has written; where `beforeCommit` rejects, it is taken back. */
  async write(
    work: (on: Link) => Promise<{ length: number }>,
    { object, beforeCommit, landsAtOnce = false }: Writing,
  ): Promise<void> {
    const { marking } = this
    let slot: string | null = null
    let used: Link | null = null
    let number: string | null = null
    const whole = async (on: Link): Promise<void> => {
      used = on
      slot = await takeSlot(on, this.lockOf(object), LOCK_SECONDS)
      // What lands at once cannot be taken back.
      if (landsAtOnce) await beforeCommit?.()
      const { length } = await work(on)
      if (marking && length > 0) {
        number = await marking.next()
        await setMark(on, marking, object, number)
      }
      await beforeCommit?.()
    }
    await this.transaction(whole, object, READ_WRITE, () => used && leaveSlot(used, slot))
    if (number !== null) await marking?.landed(object, number)
  }

  /** The number that stands for an object; null: none does. */
  async markedAs(object: string): Promise<string | null> {
    return this.query((link) => readMark(link, this.marking!, object), this.marking!.table)
  }

  /** Runs `work` in a transaction; a connection that is lost while it commits is `connector.lost-response`. */
  async transaction<T>(
    work: (link: Link) => Promise<T>,
    object: string,
    begin = READ_WRITE,
    ended = (): void => {},
  ): Promise<T> {
    const lease = await this.lease()
    const { link } = lease
    let result: T
    try {
      await link.run(begin)
      result = await work(link)
    } catch (error) {
      const broken =
        failures.isLoss(error) ||
        !(await link.run('rollback').then(
          () => true,
          () => false,
        ))
      if (!broken) ended()
      lease.release(broken)
      throw failures.translate(error, this.place(object))
    }
    try {
      await link.run('commit')
      ended()
      lease.release()
      return result
    } catch (error) {
      lease.release(true)
      if (failures.isLoss(error) && begin.endsWith('write')) {
        throw new ConcordatError(
          'connector.lost-response',
          `The connection to MySQL at ${this.server} broke while a write to ${object} was being committed.`,
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
    await this.query((link) => awaitSlots(link, this.lockOf(object)), object)
  }

  /** Locks are the whole server's. */
  private lockOf(object: string): string {
    return `${this.database}/${object}`
  }

  place(object?: string): { server: string; object?: string } {
    return object === undefined ? { server: this.server } : { server: this.server, object }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.pool.end(() => resolve()))
  }
}

/** The URL may hold the password, so nothing of it goes into an error. */
function readUrl(text: string): PoolOptions & { host: string; port: number } {
  if (/^(mysql|mariadb):\/\//.test(text) && URL.canParse(text)) {
    const url = new URL(text)
    try {
      const database = decodeURIComponent(url.pathname.slice(1))
      const ssl = tlsOf(url.searchParams)
      if (database !== '') {
        return {
          host: decodeURIComponent(url.hostname) || 'localhost',
          port: Number(url.port || 3306),
          user: decodeURIComponent(url.username),
          password: decodeURIComponent(url.password),
          database,
          ...(ssl && { ssl }),
        }
      }
    } catch (error) {
      if (error instanceof ConcordatError) throw error
      // A malformed escape: the one message for every malformed URL.
    }
  }
  throw new ConcordatError('cli.usage', 'The url of a mysql system is not a MySQL connection URL.', {
    cure: 'Write it as mysql://user:password@host:3306/database; percent-encode special characters of the password.',
  })
}
