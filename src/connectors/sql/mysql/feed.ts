import type { HintBatch } from '../../../connector-kit/change-feed.ts'
import { ConcordatError } from '../../../model/errors.ts'
import { MOST_AT_START, MOST_IN_FLIGHT, PAGE, SqlFeed, type Comparison } from '../feed.ts'
import type { Link } from '../link.ts'
import { bind, sql } from '../sql.ts'
import type { WatchedColumn } from '../watched-column.ts'
import { quoteName } from './column-sql.ts'
import { changesOf, foundation, prefixOf, triggers } from './feed-statements.ts'

/*
 * The feed of a MySQL or MariaDB database: its lines are looked for several times a second, since these servers have no
 * notification. Whatever lines are there are taken, and exactly these are deleted when they are acknowledged; counters are
 * handed out in another order than transactions commit in, so nothing is remembered of them.
 */

/** Lines that are taken at once while too many wait to be named. */
const FLOOD_PAGE = 50_000
/** How long to rest between looks: short after a hint, as the next is seldom far, then longer. */
const LEAST_REST_MS = 20
const MOST_REST_MS = 200
const INSTALL_LOCK_SECONDS = 3
const DELETED_AT_ONCE = 1_000

interface Line {
  readonly seq: string
  readonly object: string
  readonly id: string
}

/** `Taken`: the numbers of the lines. */
export class MysqlFeed extends SqlFeed<readonly string[]> {
  protected get changes(): string {
    return quoteName(changesOf(this.installation))
  }

  protected async perform(statements: readonly string[]): Promise<void> {
    await this.session.query(async (link) => {
      // A trigger is made once nobody uses the table: rather give up soon than let everybody wait behind us.
      await link.run(`set session lock_wait_timeout = ${INSTALL_LOCK_SECONDS}`)
      try {
        for (const statement of statements) await link.run(statement)
      } catch (error) {
        const { errno = 0 } = error as { errno?: number }
        if (errno === 1419) throw needsTrust(this.session.server)
        throw [1142, 1044, 1370].includes(errno)
          ? this.forbidden(String(errno), 'create, drop and trigger on the database')
          : error
      } finally {
        await link.run('set session lock_wait_timeout = default').catch(() => {})
      }
    })
  }

  async *listen(signal: AbortSignal): AsyncGenerator<HintBatch> {
    this.taken.clear()
    const names = await this.names()
    for (;;) {
      const lines = await this.take(FLOOD_PAGE)
      if (lines.length <= MOST_AT_START || signal.aborted) break
      yield this.flood(
        names,
        lines.map((line) => line.seq),
      )
    }
    let rest = LEAST_REST_MS
    while (!signal.aborted) {
      const lines = this.inFlight() < MOST_IN_FLIGHT ? await this.take(PAGE) : []
      if (lines.length > 0) {
        rest = LEAST_REST_MS
        yield this.batch(
          lines,
          names,
          lines.map((line) => line.seq),
        )
        continue
      }
      await pause(rest, signal)
      rest = Math.min(MOST_REST_MS, rest * 1.5)
    }
  }

  protected async forget(link: Link, taken: readonly string[]): Promise<void> {
    for (let i = 0; i < taken.length; i += DELETED_AT_ONCE) {
      // Numbers of our own counter; as texts they would be compared as floating point.
      const part = taken.slice(i, i + DELETED_AT_ONCE).filter((seq) => /^\d+$/.test(seq))
      await link.run(`delete from ${this.changes} where seq in (${part.join(', ')})`)
    }
  }

  protected sizeOf(taken: readonly string[]): number {
    return taken.length
  }

  private async take(most: number): Promise<Line[]> {
    const inFlight = new Set([...this.taken.values()].flat())
    const rows = await this.session.query((link) =>
      link.rows(
        sql`select cast(seq as char), object, id from ${this.changes} order by seq limit ${String(most + inFlight.size)}`,
      ),
    )
    const lines = rows.map(([seq, object, id]) => ({ seq: seq!, object: object!, id: id! }))
    return lines.filter((line) => !inFlight.has(line.seq)).slice(0, most)
  }

  protected async compare(link: Link, columns: readonly WatchedColumn[]): Promise<Comparison> {
    const { installation } = this
    const own = changesOf(installation)
    const [[database] = []] = await link.rows(sql`select database()`)
    const tables = (
      await link.rows(
        sql`select table_name from information_schema.tables where table_schema = database() and (table_name = ${bind(own)} or table_name regexp '^concordat_change_[0-9a-z]{8}$') order by 1`,
      )
    ).map(([name]) => name!)
    const hasTable = tables.includes(own)
    const standing = (
      await link.rows(
        sql`select trigger_schema, trigger_name, cast(action_statement as char) from information_schema.triggers where trigger_name like ${bind(`${prefixOf(installation).replaceAll('_', '\\_')}%`)}`,
      )
    ).map(([schema, name, body]) => ({
      name: name!,
      body,
      drop: `drop trigger if exists ${quoteName(schema!)}.${quoteName(name!)}`,
    }))

    const missing: string[] = hasTable ? [] : [foundation(installation)]
    const wanted = new Set<string>()
    for (const watched of columns) {
      for (const { name, body, statement, drop } of triggers(installation, database!, watched)) {
        wanted.add(name)
        const there = standing.find((trigger) => trigger.name === name)
        if (there && there.body !== body) missing.push(drop)
        if (there?.body !== body) missing.push(statement)
      }
    }
    for (const { name, drop } of standing) if (!wanted.has(name)) missing.push(drop)
    const removal = [...standing.map(({ drop }) => drop), ...(hasTable ? [`drop table ${this.changes}`] : [])]
    return { missing, removal, hasTable, others: tables.filter((name) => name !== own) }
  }
}

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

function needsTrust(server: string): ConcordatError {
  return new ConcordatError(
    'connector.forbidden',
    `MySQL at ${server} keeps a binary log and lets only administrators make triggers (1419).`,
    {
      cure: 'Let an administrator run the statements of `concordat feed status`, or set log_bin_trust_function_creators = 1.',
    },
  )
}
