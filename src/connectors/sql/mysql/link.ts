import type { Socket } from 'node:net'
import mysql from 'mysql2'
import type { PoolConnection, PoolOptions, ResultSetHeader, RowDataPacket } from 'mysql2'
import { ConcordatError } from '../../../model/errors.ts'
import type { Raw } from '../../../model/value.ts'
import { answered, silence } from '../deadline.ts'
import type { Driver, Link, Purpose } from '../link.ts'
import { textOf, type Parameter, type Sql } from '../sql.ts'
import { tlsOf } from './tls.ts'
import { awaitSlots, leaveSlot, takeSlot } from './write-lock.ts'

/*
 * Connections to one MySQL or MariaDB server. All statements with values are prepared, so that values never become part of
 * an SQL text. Sessions are strict: what a column cannot hold is refused, never cut.
 */

const CONNECTIONS = 8
const CONNECT_MS = 15_000
/** Longest time of a statement; streams have none, as a slow reader may hold them. */
export const STATEMENT_SECONDS = 120
const LOCK_SECONDS = 20
const STANDSTILL_SECONDS = 60
/** Rows that a stream keeps for its reader. */
const ROWS_WAITING = 1_000

const SETTINGS =
  `set session time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', ` +
  `innodb_lock_wait_timeout = ${LOCK_SECONDS}, net_write_timeout = 3600, autocommit = 1, sql_safe_updates = 0, sql_select_limit = default` +
  // MariaDB only: a write that stands still must not keep users from the rows that it has locked.
  ` /*M!100300 , idle_write_transaction_timeout = ${STANDSTILL_SECONDS} */`

/** One borrowed connection to MySQL or MariaDB. */
export class MysqlLink implements Link {
  readonly connection: PoolConnection
  readonly opening = null
  private readonly answerMs: number

  constructor(connection: PoolConnection, answerMs: number) {
    this.connection = connection
    this.answerMs = answerMs
  }

  get socket(): Socket {
    return (this.connection as unknown as { stream: Socket }).stream
  }

  run(text: string): Promise<void> {
    return this.answered((resolve, reject) =>
      this.connection.query(text, (error) => (error ? reject(error) : resolve())),
    )
  }

  rows(statement: Sql): Promise<Raw[][]> {
    return this.answered((resolve, reject) => {
      this.connection.execute<RowDataPacket[]>({ ...prepared(statement), rowsAsArray: true }, (error, rows) =>
        error ? reject(error) : resolve((rows as unknown as (Raw | Buffer)[][]).map(inText)),
      )
    })
  }

  change(statement: Sql): Promise<number> {
    return this.answered((resolve, reject) => {
      this.connection.execute<ResultSetHeader>(prepared(statement), (error, result) =>
        error ? reject(error) : resolve(result.affectedRows),
      )
    })
  }

  private answered<T>(ask: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    return answered(new Promise(ask), this.answerMs, () => this.connection.destroy())
  }

  /** Rows as they arrive, at the reader's pace; a server that sends none for as long is given up. */
  stream(statement: Sql): AsyncIterable<Raw[]> {
    const rows = this.connection
      .execute({ ...prepared(statement), rowsAsArray: true })
      .stream({ highWaterMark: ROWS_WAITING })
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
        fail(silence())
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

  release(broken = false): void {
    if (broken) this.connection.destroy()
    else this.connection.release()
  }
}

/** The link as MySQL's own; all links of its driver are. */
export function ofMysql(link: Link): MysqlLink {
  if (link instanceof MysqlLink) return link
  throw new ConcordatError('bug', 'A connection of another database was handed to the dialect of MySQL.')
}

function prepared(statement: Sql): { sql: string; values: Parameter[] } {
  return { sql: textOf(statement, () => '?'), values: [...statement.values] }
}

/** A row whose bytes are hexadecimal digits, as the server prints them. */
function inText(row: (Raw | Buffer)[]): Raw[] {
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!
    if (value instanceof Buffer) row[i] = value.toString('hex').toUpperCase()
  }
  return row as Raw[]
}

/** Connections to the database of a URL. */
export function connect(url: string, answerMs: number): Driver {
  const options = readUrl(url)
  const pool = mysql.createPool({
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
  const links = new WeakMap<PoolConnection, MysqlLink>()
  // Locks are the whole server's.
  const lockOf = (object: string): string => `${options.database}/${object}`
  return {
    server: `${options.host}:${options.port}/${options.database}`,
    async borrow() {
      const connection = await new Promise<PoolConnection>((resolve, reject) =>
        pool.getConnection((error, found) => (error ? reject(error) : resolve(found))),
      )
      const known = links.get(connection)
      if (known !== undefined) return known
      const link = new MysqlLink(connection, answerMs)
      try {
        // A connection that breaks while nobody uses it is simply replaced.
        connection.on('error', () => {})
        await link.run(SETTINGS)
        await link.run('set session transaction isolation level read committed')
        await link.limitTime(STATEMENT_SECONDS)
      } catch (error) {
        connection.destroy()
        throw error
      }
      links.set(connection, link)
      return link
    },
    async begin(link: Link, { mode, object }: Purpose) {
      if (mode !== 'write') {
        await link.run('start transaction with consistent snapshot, read only')
        return () => {}
      }
      await link.run('start transaction read write')
      const slot = await takeSlot(link, lockOf(object), LOCK_SECONDS)
      return () => leaveSlot(link, slot)
    },
    awaitWrites: (link, object) => awaitSlots(link, lockOf(object)),
    close: () => new Promise((resolve) => pool.end(() => resolve())),
  }
}

/** The URL may hold the password, so nothing of it goes into an error. */
function readUrl(text: string): PoolOptions & { host: string; port: number; database: string } {
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
