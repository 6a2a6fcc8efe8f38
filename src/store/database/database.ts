import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { ConcordatError } from '../../model/errors.ts'
import { SEPARATOR } from './copy-text.ts'

/** One session with the store; all statements of a transaction go through the same one. */
export interface Session {
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** Number of rows that a statement touched. */
  execute(text: string, values?: readonly unknown[]): Promise<number>
  /** `COPY target FROM STDIN`; rows of COPY's text format with `SEPARATOR` between the values, each ending in a newline. */
  copyIn(target: string, lines: string): Promise<void>
}

export interface DedicatedSession {
  readonly session: Session
  /** The server, or what is in between, has ended it. */
  hasEnded(): boolean
  release(): void
}

/** The store's database: a pool, or (for a rehearsal) one session whose work is taken back at the end. */
export interface Database extends Session {
  /** `guard`: a query without values, asked in the round trip that begins the transaction; its rows are given to `work`. */
  transaction<T>(work: (session: Session, guarded: readonly object[]) => Promise<T>, guard?: string): Promise<T>
  /**
   * Runs `work` against a view of the store whose every change is undone afterwards, whatever `work` does:
   * how `plan` runs the very code of `run`.
   */
  rehearse<T>(work: (database: Database) => Promise<T>): Promise<T>
  /** A session of one's own, for what lives as long as the session (advisory locks). */
  dedicated(): Promise<DedicatedSession>
  close(): Promise<void>
}

/** For a transaction that waits for others in between, and that nobody waits for: it may stand still. */
export const PATIENT = 'set local idle_in_transaction_session_timeout = 0'
/** How long a transaction may wait for its own process. */
export const IDLE_MS = 20_000

// A process that stands still in a transaction must not keep its successor waiting: others take over from it.
const SETTINGS = `
  set timezone = 'UTC';
  set datestyle = 'ISO';
  set jit = off;
  set idle_in_transaction_session_timeout = ${IDLE_MS}`

// Text in, text out: ids and bigints stay strings, nothing is parsed that nobody reads.
const TYPES = {
  getTypeParser: (oid: number) =>
    oid === 16
      ? (v: string) => v === 't'
      : oid === 1009
        ? parseTextArray
        : oid === 114 || oid === 3802
          ? JSON.parse
          : oid === 21 || oid === 23
            ? Number
            : (v: string) => v,
}

const parserOf = pg.types.getTypeParser as (oid: number) => (text: string) => unknown
const parseTextArray = (text: string): string[] => parserOf(1009)(text) as string[]

/** How a statement is sent. */
type Form = (text: string, values: readonly unknown[]) => pg.QueryConfig

const asItIs: Form = (text, values) => ({ text, values: values as unknown[] })

const names = new Map<string, string>()

/** Sent once a connection, then called by name. Plans are made for tables as they are then. */
const prepared: Form = (text, values) => {
  // Without values it may be several.
  if (values.length === 0) return { text }
  let name = names.get(text)
  if (name === undefined) names.set(text, (name = `s${names.size}`))
  return { name, text, values: values as unknown[] }
}

function sessionOf(
  client: pg.Pool | pg.PoolClient,
  withClient: <T>(use: (c: pg.PoolClient) => Promise<T>) => Promise<T>,
  form: Form = asItIs,
): Session {
  return {
    async query<Row extends object>(text: string, values: readonly unknown[] = []) {
      return (await reached(client.query<Row>(form(text, values)))).rows
    },
    async execute(text, values = []) {
      return (await reached(client.query(form(text, values)))).rowCount ?? 0
    },
    async copyIn(target, lines) {
      if (lines === '') return
      await withClient(async (c) => {
        const copy = c.query(copyFrom(`copy ${target} from stdin (delimiter '${SEPARATOR}')`))
        await reached(
          new Promise<void>((resolve, reject) => {
            copy.once('error', reject)
            copy.once('finish', resolve)
            copy.end(Buffer.from(lines))
          }),
        )
      })
    },
  }
}

export interface OpenOptions {
  readonly connections?: number
  /**
   * Statements are parsed and planned once a connection. Only for a store that stays as small as it is: a plan that was
   * made for empty tables is no plan for full ones.
   */
  readonly prepare?: boolean
  /** How long to wait for a connection, in milliseconds; default: 10,000. */
  readonly connectMs?: number
}

/** Opens the store's database. Throws `store.unreachable` when nobody answers. */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const form = options.prepare === true ? prepared : asItIs
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 6,
    application_name: 'concordat',
    // By a statement: what goes with the start of a connection, a pooler of sessions refuses or forgets.
    verify: (client, done) => client.query(SETTINGS, (error?: Error | null) => done(error ?? undefined)),
    types: TYPES,
    connectionTimeoutMillis: options.connectMs ?? 10_000,
    // What is in between forgets sessions that say nothing.
    keepAlive: true,
  })
  // A connection that dies while idle is replaced by the pool; the next statement reports trouble, if any.
  pool.on('error', () => {})
  // One that dies between two statements must not end the process: the next statement reports it as well.
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    await pool.query('select 1')
  } catch (cause) {
    await pool.end()
    throw new ConcordatError('store.unreachable', `The store's database does not answer: ${reason(cause)}.`, {
      cause,
      retry: 'later',
      cure: 'Check DATABASE_URL and that the server runs; without DATABASE_URL the embedded server is used.',
    })
  }
  const withClient = async <T>(use: (c: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await reached(pool.connect())
    let broken: Error | undefined
    try {
      return await use(client)
    } catch (error) {
      broken = error as Error
      throw error
    } finally {
      // An error without an SQLSTATE may have left the session in the middle of something.
      const usable = broken && 'code' in broken && broken.code !== 'store.unreachable'
      client.release(usable ? undefined : broken)
    }
  }
  const transaction: Database['transaction'] = (work, guard) =>
    withClient(async (client) => {
      try {
        const guarded = await begin(client, 'begin', guard)
        const result = await work(
          sessionOf(client, (use) => use(client), form),
          guarded,
        )
        await reached(client.query('commit'))
        return result
      } catch (error) {
        await client.query('rollback').catch(() => {})
        throw error
      }
    })
  return {
    ...sessionOf(pool, withClient, form),
    transaction,
    rehearse: (work) =>
      withClient(async (client) => {
        await client.query(`begin; ${PATIENT}`)
        try {
          return await work(rehearsal(client))
        } finally {
          await client.query('rollback').catch(() => {})
        }
      }),
    async dedicated() {
      const client = await reached(pool.connect())
      let hasEnded = false
      client.once('end', () => (hasEnded = true))
      return {
        session: sessionOf(client, (use) => use(client), form),
        hasEnded: () => hasEnded,
        release: () => client.release(true),
      }
    },
    close: () => pool.end(),
  }
}

async function begin(client: pg.PoolClient, how: string, guard: string | undefined): Promise<readonly object[]> {
  const answer: unknown = await reached(client.query(guard === undefined ? how : `${how}; ${guard}`))
  // Several statements are answered by a list of results.
  return Array.isArray(answer) ? (answer.at(-1) as pg.QueryResult<object>).rows : []
}

/** A database on one session inside an open transaction: transactions become savepoints, one at a time. */
function rehearsal(client: pg.PoolClient): Database {
  const session = sessionOf(client, (use) => use(client))
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
  const database: Database = {
    query: (text, values) => inTurn(() => session.query(text, values)),
    execute: (text, values) => inTurn(() => session.execute(text, values)),
    copyIn: (target, lines) => inTurn(() => session.copyIn(target, lines)),
    transaction: (work, guard) =>
      inTurn(async () => {
        try {
          const guarded = await begin(client, 'savepoint part', guard)
          const result = await work(session, guarded)
          await client.query('release savepoint part')
          return result
        } catch (error) {
          await client.query('rollback to savepoint part').catch(() => {})
          throw error
        }
      }),
    rehearse: (work) => work(database),
    dedicated: async () => ({ session: database, hasEnded: () => false, release: () => {} }),
    close: async () => {},
  }
  return database
}

/** A connection that breaks, or cannot be made, is told as such: the store is gone, and whatever was begun is undone. */
async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    if (isFull(cause)) {
      throw new ConcordatError('store.unwritable', `The store's database cannot write any more: ${reason(cause)}.`, {
        cause,
        retry: 'later',
        cure: 'Make room on the disk of the database; the next run goes on where this one ended.',
      })
    }
    if (!isConnectionLoss(cause)) throw cause
    throw new ConcordatError('store.unreachable', `The store's database has gone away: ${reason(cause)}.`, {
      cause,
      retry: 'later',
      cure: 'Look after the database; the next run goes on where this one ended.',
    })
  }
}

function isConnectionLoss(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.some(isConnectionLoss)
  const { code = '', message } = cause as { code?: string; message: string }
  if (/^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|08|(57P0[123]|25P03)$)/.test(code)) return true
  return /connection (terminated|ended|closed)|not queryable|timeout exceeded when trying to connect/i.test(message)
}

/** No room on the disk, the disk fails, or the server has become a read-only standby. */
function isFull(cause: unknown): boolean {
  const { code = '' } = cause as { code?: string }
  return code === '53100' || code === '58030' || code === '25006'
}

const reason = (cause: unknown): string =>
  cause instanceof AggregateError ? reason(cause.errors[0]) : cause instanceof Error ? cause.message : String(cause)
