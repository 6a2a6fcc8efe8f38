import type { ChangeFeed, ChangeHint, FeedState, HintBatch, Watched } from '../../../connector-kit/change-feed.ts'
import { ConcordatError } from '../../../model/errors.ts'
import { relationsOf, tableNamed } from '../../../connector-kit/table-names.ts'
import { readTables } from './catalogue.ts'
import { quoteName } from './column-sql.ts'
import { changesOf, foundation, prefixOf, triggers, type WatchedColumn } from './feed-statements.ts'
import type { Link } from '../link.ts'
import type { Session } from '../session.ts'
import { bind, sql } from '../sql.ts'

/*
 * The feed of a MySQL or MariaDB database: lines in a table of changes, looked for several times a second, since these
 * servers have no notification. Whatever lines are there are taken, and exactly these are deleted when they are
 * acknowledged; counters are handed out in another order than transactions commit in, so nothing is remembered of them.
 */

/** Most lines of one batch. */
const PAGE = 5_000
/** Most lines that are taken and not acknowledged; then the listener waits. */
const MOST_IN_FLIGHT = 20_000
/** When more wait at the beginning, a poll is the better way; this many lines are then taken at once. */
const MOST_AT_START = 20_000
const FLOOD_PAGE = 50_000
/** How long to rest between looks: short after a hint, as the next is seldom far, then longer. */
const LEAST_REST_MS = 20
const MOST_REST_MS = 200
const INSTALL_LOCK_SECONDS = 3

interface Line {
  readonly seq: string
  readonly object: string
  readonly id: string
}

export class MysqlFeed implements ChangeFeed {
  private readonly session: Session
  private readonly watched: readonly Watched[]
  private readonly installation: string
  /** Lines by token. */
  private readonly taken = new Map<string, readonly string[]>()
  private tokens = 0

  constructor(session: Session, watched: readonly Watched[], installation: string) {
    this.session = session
    this.watched = watched
    this.installation = installation
  }

  async inspect(): Promise<FeedState> {
    return this.session.query(async (link) => {
      const { missing, removal, hasTable, notes } = await this.compare(link)
      const state = missing.length === 0 ? 'installed' : removal.length > 0 ? 'partial' : 'absent'
      const waiting = hasTable
        ? Number((await link.rows(sql`select cast(count(*) as char) from ${this.changes()}`))[0]![0])
        : null
      return { state, statements: missing, removal, waiting, notes }
    })
  }

  async install(): Promise<void> {
    await this.perform('missing')
  }

  async remove(): Promise<void> {
    await this.perform('removal')
  }

  private async perform(which: 'missing' | 'removal'): Promise<void> {
    await this.session.query(async (link) => {
      const statements = (await this.compare(link))[which]
      // A trigger is made once nobody uses the table: rather give up soon than let everybody wait behind us.
      await link.run(`set session lock_wait_timeout = ${INSTALL_LOCK_SECONDS}`)
      try {
        for (const statement of statements) await link.run(statement)
      } catch (error) {
        const { errno } = error as { errno?: number }
        if (errno === 1419) throw needsTrust(this.session.server)
        throw errno === 1142 || errno === 1044 || errno === 1370 ? forbidden(this.session.server) : error
      } finally {
        await link.run('set session lock_wait_timeout = default').catch(() => {})
      }
    })
  }

  async *listen(signal: AbortSignal): AsyncGenerator<HintBatch> {
    this.taken.clear()
    const names = await this.aliases()
    for (;;) {
      const flood = await this.take(FLOOD_PAGE)
      if (flood.length <= MOST_AT_START || signal.aborted) break
      // So many that reading everything is less work than naming them.
      const hints = [...names.values()].flat().map((object) => ({ object, id: null }))
      yield { token: this.token(flood.map((line) => line.seq)), hints }
    }
    let rest = LEAST_REST_MS
    while (!signal.aborted) {
      const lines = this.inFlight() < MOST_IN_FLIGHT ? await this.take(PAGE) : []
      if (lines.length > 0) {
        rest = LEAST_REST_MS
        yield this.batch(lines, names)
        continue
      }
      await pause(rest, signal)
      rest = Math.min(MOST_REST_MS, rest * 1.5)
    }
  }

  async acknowledge(token: string): Promise<void> {
    const taken = this.taken.get(token)
    if (!taken) return
    await this.session.query(async (link) => {
      for (let i = 0; i < taken.length; i += 1_000) {
        const part = taken.slice(i, i + 1_000)
        // Numbers of our own counter; as texts they would be compared as floating point.
        await link.run(
          `delete from ${this.changes()} where seq in (${part.filter((seq) => /^\d+$/.test(seq)).join(', ')})`,
        )
      }
    })
    this.taken.delete(token)
  }

  private changes(): string {
    return quoteName(changesOf(this.installation))
  }

  private async take(most: number): Promise<Line[]> {
    const inFlight = new Set([...this.taken.values()].flat())
    const rows = await this.session.query((link) =>
      link.rows(
        sql`select cast(seq as char), object, id from ${this.changes()} order by seq limit ${String(most + inFlight.size)}`,
      ),
    )
    const lines = rows.map(([seq, object, id]) => ({ seq: seq!, object: object!, id: id! }))
    return lines.filter((line) => !inFlight.has(line.seq)).slice(0, most)
  }

  private batch(lines: readonly Line[], names: Aliases): HintBatch {
    const hints = new Map<string, ChangeHint>()
    for (const { object, id } of lines)
      for (const name of names.get(object) ?? []) hints.set(`${name}\0${id}`, { object: name, id })
    return { token: this.token(lines.map((line) => line.seq)), hints: [...hints.values()] }
  }

  private token(taken: readonly string[]): string {
    const token = String(++this.tokens)
    this.taken.set(token, taken)
    return token
  }

  private inFlight(): number {
    return [...this.taken.values()].reduce((sum, taken) => sum + taken.length, 0)
  }

  /** Names in the flows by name in the table of changes. */
  private async aliases(): Promise<Aliases> {
    return this.session.query(async (link) => {
      if (!(await this.hasTable(link))) {
        throw new ConcordatError(
          'connector.feed-missing',
          `MySQL at ${this.session.server} has no change feed of this installation.`,
          { cure: 'Install it with `concordat feed install`, or let the system be polled.' },
        )
      }
      return (await this.columns(link)).names
    })
  }

  private async hasTable(link: Link): Promise<boolean> {
    const name = bind(changesOf(this.installation))
    const found = await link.rows(
      sql`select 1 from information_schema.tables where table_schema = database() and table_name = ${name}`,
    )
    return found.length > 0
  }

  private async compare(link: Link) {
    const { columns, notes } = await this.columns(link)
    const hasTable = await this.hasTable(link)
    const [database] = (await link.rows(sql`select database()`))[0]!
    const standing = await link.rows(
      sql`select trigger_schema, trigger_name, cast(action_statement as char) from information_schema.triggers where trigger_name like ${bind(`${prefixOf(this.installation).replaceAll('_', '\\_')}%`)}`,
    )
    const missing: string[] = hasTable ? [] : [foundation(this.installation)]
    const wanted = new Set<string>()
    for (const watched of columns) {
      for (const { name, body, statement, drop } of triggers(this.installation, database!, watched)) {
        wanted.add(name)
        const there = standing.find((row) => row[1] === name)
        if (there && there[2] !== body) missing.push(drop)
        if (there?.[2] !== body) missing.push(statement)
      }
    }
    const drop = (row: (typeof standing)[number]) =>
      `drop trigger if exists ${quoteName(row[0]!)}.${quoteName(row[1]!)}`
    for (const row of standing) if (!wanted.has(row[1]!)) missing.push(drop(row))
    const removal = [...standing.map(drop), ...(hasTable ? [`drop table ${this.changes()}`] : [])]
    const others = await link.rows(
      sql`select table_name from information_schema.tables where table_schema = database() and table_name regexp '^concordat_change_[0-9a-z]{8}$' and table_name <> ${bind(changesOf(this.installation))} order by 1`,
    )
    if (others.length > 0) {
      const list = others.map((row) => row[0]).join(', ')
      notes.push(`Other installations have a feed here as well, untouched by this one: ${list}.`)
    }
    return { missing, removal, hasTable, notes }
  }

  /** The watched columns that can be watched. */
  private async columns(link: Link) {
    const asked = this.watched.flatMap((one) => [one.object, ...(one.lines ?? []).map((lines) => lines.object)])
    const tables = await readTables(link, relationsOf(asked))
    const resolve = (name: string) => tableNamed(tables, name)
    const notes: string[] = []
    const columns = new Map<string, WatchedColumn>()
    const names = new Map<string, string[]>()
    const watch = (name: string, column: string, object: string): void => {
      const table = resolve(name)
      if (!table) notes.push(`There is no table ${name} that this user can see.`)
      else if (table.isView) notes.push(`${name} is a view: its changes are not noted, only polled.`)
      else if (!table.columns.has(column)) notes.push(`Table ${name} has no column ${column}.`)
      else columns.set(JSON.stringify([table.schema, table.relation, column, object]), { table, column, object })
    }
    for (const { object, id, lines } of this.watched) {
      const table = resolve(object)
      const full = table ? `${table.schema}.${table.relation}` : object
      const known = names.get(full)
      if (!known) names.set(full, [object])
      else if (!known.includes(object)) known.push(object)
      watch(object, id, full)
      for (const child of lines ?? []) watch(child.object, child.parent, full)
    }
    return { columns: [...columns.values()], names: names as Aliases, notes: [...new Set(notes)] }
  }
}

type Aliases = ReadonlyMap<string, readonly string[]>

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}

function forbidden(server: string): ConcordatError {
  return new ConcordatError('connector.forbidden', `The user may not change the feed in MySQL at ${server}.`, {
    cure: 'Grant create, drop and trigger on the database, or let an administrator run the statements of `concordat feed status`.',
  })
}

function needsTrust(server: string): ConcordatError {
  return new ConcordatError(
    'connector.forbidden',
    `MySQL at ${server} keeps a binary log and lets only administrators make triggers (1419).`,
    {
      cure: 'Let an administrator run the statements of `concordat feed status`, or set log_bin_trust_function_creators = 1.',
    },
  )
}
