import { hash } from 'node:crypto'
import type { Socket } from 'node:net'
import pg from 'pg'
import type { PoolClient } from 'pg'
import { ConcordatError } from '../../../model/errors.ts'
import type { Raw } from '../../../model/value.ts'
import { answered } from '../deadline.ts'
import type { Driver, Link, Purpose } from '../link.ts'
import { textOf, type Sql } from '../sql.ts'
import { settingsOf, withSettings } from './bindings.ts'
import { CopyIn, CopyOut } from './copy.ts'

/*
 * Connections to one PostgreSQL server: a small pool that opens when it is first used, every connection set so that values
 * print the same way whatever the server's or the user's defaults are.
 */

const CONNECTIONS = 8
const CONNECT_MS = 15_000
const STATEMENT_MS = 120_000
const LOCK_MS = 20_000
/** How long a write may stand still in its transaction, with users waiting for the rows that it has locked. */
const STANDSTILL_MS = 60_000
/** How long a COPY may go without a byte from the server. */
const IDLE_MS = 5 * 60_000

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

/** Values as the server prints them: none is parsed. */
const AS_TEXT = { getTypeParser: () => (value: unknown) => value }

/** One borrowed connection to PostgreSQL. */
export class PostgresLink implements Link {
  readonly client: PoolClient
  /**
   * What every transaction begins with besides: empty where the session is ours. Behind a connection pooler it is not, or only
   * until the transaction ends: there nothing may stay of what was set.
   */
  readonly settings: string
  private readonly answerMs: number

  constructor(client: PoolClient, settings: string, answerMs: number) {
    this.client = client
    this.settings = settings
    this.answerMs = answerMs
  }

  get connection(): object {
    return this.client
  }

  get socket(): Socket {
    return (this.client as unknown as { connection: { stream: Socket } }).connection.stream
  }

  get opening(): string | null {
    return this.settings === '' ? null : `begin${this.settings}`
  }

  async run(text: string): Promise<void> {
    await this.answered(this.client.query(text))
  }

  async rows(statement: Sql): Promise<Raw[][]> {
    const query = {
      text: inNumbers(statement),
      values: [...statement.values],
      rowMode: 'array',
      types: AS_TEXT,
    } as const
    return (await this.answered(this.client.query<Raw[]>(query))).rows
  }

  async change(statement: Sql): Promise<number> {
    return (await this.answered(this.client.query(inNumbers(statement), [...statement.values]))).rowCount ?? 0
  }

  /** Sends rows by COPY FROM. */
  async load(text: string, rows: Buffer): Promise<void> {
    const copy = new CopyIn(text, rows)
    this.client.query(copy)
    await this.answered(copy.done)
  }

  /** Reads the rows of a `select` by COPY TO, inside a transaction. */
  async copy(select: Sql): Promise<CopyOut> {
    const { settings, text } = withSettings(select)
    if (settings.length > 0) await this.answered(this.client.query(settingsOf(settings.length), [...settings]))
    return this.client.query(new CopyOut(`copy (${text}) to stdout`, Math.min(IDLE_MS, this.answerMs * 2)))
  }

  release(broken = false): void {
    this.client.release(broken)
  }

  private answered<T>(answer: Promise<T>): Promise<T> {
    return answered(answer, this.answerMs, (error) => this.socket.destroy(error))
  }
}

/** The link as PostgreSQL's own; all links of its driver are. */
export function ofPostgres(link: Link): PostgresLink {
  if (link instanceof PostgresLink) return link
  throw new ConcordatError('bug', 'A connection of another database was handed to the dialect of PostgreSQL.')
}

/** Connections to the database of a URL. */
export function connect(url: string, answerMs: number): Driver {
  const server = serverOf(url)
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'concordat',
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 10_000,
    keepAlive: true,
    allowExitOnIdle: true,
  })
  // A connection that breaks while nobody uses it is simply replaced; without these listeners it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const links = new WeakMap<PoolClient, PostgresLink>()
  return {
    server,
    async borrow() {
      const client = await pool.connect()
      const known = links.get(client)
      if (known !== undefined) return known
      const bare = new PostgresLink(client, '', answerMs)
      try {
        const isOurs = await hasOwnSession(bare)
        if (isOurs) await bare.run(OF_SESSION)
        const link = isOurs ? bare : new PostgresLink(client, OF_TRANSACTION, answerMs)
        links.set(client, link)
        return link
      } catch (error) {
        client.release(true)
        throw error
      }
    },
    async begin(link, purpose) {
      await link.run(beginning(purpose, ofPostgres(link).settings))
      return () => {}
    },
    async awaitWrites(link, object) {
      await link.run(END_FROZEN)
      await link.run(`select pg_advisory_xact_lock(${writeLock(object)})`)
    },
    close: () => pool.end(),
  }
}

function beginning({ mode, object, whole = false }: Purpose, settings: string): string {
  const begin = `begin ${mode === 'write' ? 'read write' : 'read only'}${settings}`
  // Held until the transaction ends, whatever becomes of its connection: see `awaitWrites`.
  if (mode === 'write')
    return `${begin}; set local idle_in_transaction_session_timeout = ${STANDSTILL_MS}; select pg_advisory_xact_lock_shared(${writeLock(object)})`
  const endless = mode === 'stream' ? '; set local statement_timeout = 0' : ''
  return `${begin}${endless}${whole ? '; set local row_security = off' : ''}`
}

/** Key of the advisory lock that writers of an object share: our class, and a number made from the object's name. */
function writeLock(object: string): string {
  return `7261906, ${hash('sha256', object, 'buffer').readInt32BE(0)}`
}

/** A pooler hands out sessions of its own, under keys of its own. */
async function hasOwnSession(link: PostgresLink): Promise<boolean> {
  const [row] = await link.rows({ texts: ['select pg_backend_pid()'], values: [] })
  return String((link.client as { readonly processID?: number | null }).processID) === row![0]
}

function inNumbers(statement: Sql): string {
  return textOf(statement, (i) => `$${i + 1}`)
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
