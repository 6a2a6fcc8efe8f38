import { setTimeout as sleep } from 'node:timers/promises'
import type { HintBatch } from '../../../connector-kit/change-feed.ts'
import { MOST_AT_START, MOST_IN_FLIGHT, PAGE, SqlFeed, type Comparison } from '../feed.ts'
import type { Link } from '../link.ts'
import { bind, sql } from '../sql.ts'
import type { WatchedColumn } from '../watched-column.ts'
import { quoteName } from './column-sql.ts'
import {
  changesOf,
  foundation,
  functionBody,
  functionOf,
  functionStatement,
  schemaOf,
  triggers,
} from './feed-statements.ts'
import { ofPostgres } from './link.ts'

/*
 * The feed of a PostgreSQL database: a notification wakes who listens. Lines are taken as they become visible, so a
 * transaction that commits late is not passed, and does not hold up those that commit before it. `floor` only spares
 * looking at what has been taken: below the oldest transaction that was open when all that was visible had been taken,
 * nothing more can appear.
 */

/** Should a notification get lost (some connection poolers swallow them), this is how late a hint comes. */
const LOOK_MS = 1_000
/** A trigger is made under a lock that writers wait behind: rather give up soon and try again. */
const INSTALL_LOCK_MS = 3_000
const INSTALL_TRIES = 5

interface Line {
  readonly xid: string
  readonly seq: string
  readonly object: string
  readonly id: string | null
}

/** How the batch of a token is deleted. */
type Taken = readonly Line[] | { readonly snapshot: string }

export class PostgresFeed extends SqlFeed<Taken> {
  private wake = (): void => {}

  protected get changes(): string {
    return changesOf(this.installation)
  }

  /** One statement at a time, each for itself: none keeps a lock while the next waits for one. */
  protected async perform(statements: readonly string[]): Promise<void> {
    const one = (statement: string): Promise<void> =>
      this.session.query(async (link) => {
        try {
          // Both are one transaction, and the setting ends with it.
          await patiently(() => link.run(`set local lock_timeout = ${INSTALL_LOCK_MS}; ${statement}`))
        } catch (error) {
          throw (error as { code?: string }).code === '42501'
            ? this.forbidden('42501', 'create on the database and trigger on the tables')
            : error
        }
      })
    for (const statement of statements) await one(statement)
  }

  async *listen(signal: AbortSignal): AsyncGenerator<HintBatch> {
    this.taken.clear()
    const names = await this.names()
    const link = await this.session.lease()
    const { client } = ofPostgres(link)
    // Where the session changes hands, nobody is rung for: it is looked, each time in a transaction of its own.
    const isShared = link.opening !== null
    const asked = <T>(work: (on: Link) => Promise<T>): Promise<T> => (isShared ? this.session.query(work) : work(link))
    let rung = false
    const ring = (): void => {
      rung = true
      this.wake()
    }
    let broken: Error | undefined
    const fail = (error: Error): void => {
      broken = error
      ring()
    }
    const end = (): void => fail(new Error('Connection terminated'))
    const check = (): void => {
      if (broken !== undefined) throw broken
    }
    client.on('notification', ring).on('error', fail).on('end', end)
    signal.addEventListener('abort', ring)
    try {
      if (!isShared) await link.run(`listen ${quoteName(schemaOf(this.installation))}`)
      const snapshot = await asked((on) => this.snapshotOfFlood(on))
      if (snapshot !== null) yield this.flood(names, { snapshot })
      let floor = '0'
      while (!signal.aborted) {
        rung = false
        const room = MOST_IN_FLIGHT - this.inFlight()
        const { lines, horizon } = room > 0 ? await asked((on) => this.take(on, floor)) : { lines: [], horizon: null }
        check()
        if (lines.length > 0) {
          yield this.batch(lines, names, lines)
          continue
        }
        if (horizon !== null) floor = horizon
        if (!rung && !signal.aborted) await this.rest(LOOK_MS)
        check()
      }
    } catch (error) {
      broken = error as Error
      throw this.session.translate(error)
    } finally {
      signal.removeEventListener('abort', ring)
      client.off('notification', ring).off('error', fail).off('end', end)
      if (broken === undefined && !isShared) await link.run('unlisten *').catch(fail)
      link.release(broken !== undefined)
    }
  }

  override async acknowledge(token: string): Promise<void> {
    await super.acknowledge(token)
    this.wake()
  }

  protected async forget(link: Link, taken: Taken): Promise<void> {
    await link.change(
      'snapshot' in taken
        ? sql`delete from ${this.changes} where txid_visible_in_snapshot(xid, ${bind(taken.snapshot)}::txid_snapshot)`
        : sql`delete from ${this.changes} c using unnest(${bind(taken.map((line) => line.xid))}::bigint[], ${bind(taken.map((line) => line.seq))}::bigint[]) as d(xid, seq) where c.xid = d.xid and c.seq = d.seq`,
    )
  }

  protected sizeOf(taken: Taken): number {
    return 'snapshot' in taken ? PAGE : taken.length
  }

  /** Lines at or above the floor that are not in flight, and what the floor may be when there are none. */
  private async take(link: Link, floor: string): Promise<{ lines: Line[]; horizon: string | null }> {
    const inFlight = [...this.taken.values()].flatMap((taken) => ('snapshot' in taken ? [] : taken))
    const rows = await link.rows(
      sql`select txid_snapshot_xmin(txid_current_snapshot()), c.xid, c.seq, c.object, c.id
        from (select 1) one left join lateral (
          select * from ${this.changes} c
          where c.xid >= ${bind(floor)} and not exists (select from unnest(${bind(inFlight.map((line) => line.seq))}::bigint[]) f(seq) where f.seq = c.seq)
          order by c.xid, c.seq limit ${String(PAGE)}) c on true`,
    )
    const lines = rows.flatMap(([, xid, seq, object, id]) =>
      seq === null ? [] : [{ xid: xid!, seq: seq!, object: object!, id: id! }],
    )
    return { lines, horizon: lines.length === 0 ? rows[0]![0]! : null }
  }

  /** What is visible when more lines wait than are worth naming; null when fewer do. */
  private async snapshotOfFlood(link: Link): Promise<string | null> {
    const [row] = await link.rows(
      sql`select count(*), txid_current_snapshot() from (select from ${this.changes} limit ${String(MOST_AT_START + 1)}) c`,
    )
    return Number(row![0]) > MOST_AT_START ? row![1]! : null
  }

  private rest(ms: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms)
      this.wake = done
      function done(): void {
        clearTimeout(timer)
        resolve()
      }
    }).finally(() => (this.wake = () => {}))
  }

  protected async compare(link: Link, columns: readonly WatchedColumn[]): Promise<Comparison> {
    const { installation } = this
    const schema = schemaOf(installation)
    const [found] = await link.rows(
      sql`select current_user, to_regclass(${bind(this.changes)}) is not null, (select json_agg(nspname order by nspname) from pg_namespace where nspname = ${bind(schema)} or nspname ~ '^concordat_[0-9a-z]{8}$')`,
    )
    const user = found![0]!
    const hasTable = found![1] === 't'
    const schemas = JSON.parse(found![2] ?? '[]') as string[]
    const functions = new Map(
      (
        await link.rows(
          sql`select p.proname, p.prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = ${bind(schema)}`,
        )
      ).map(([name, body]) => [name, body]),
    )
    const standing = (
      await link.rows(
        sql`select t.tgname, format('%I.%I', tn.nspname, c.relname), t.tgenabled in ('O', 'A')
       from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
       join pg_class c on c.oid = t.tgrelid join pg_namespace tn on tn.oid = c.relnamespace
       where n.nspname = ${bind(schema)} and not t.tgisinternal order by 2, 1`,
      )
    ).map(([name, table, on]) => ({
      name: name!,
      drop: `drop trigger ${quoteName(name!)} on ${table}`,
      on: on === 't',
    }))

    const missing: string[] = hasTable ? [] : foundation(installation, user)
    const wanted = new Set<string>()
    for (const watched of columns) {
      if (functions.get(functionOf(watched)) !== functionBody(installation, watched))
        missing.push(functionStatement(installation, watched))
      for (const { name, statements } of triggers(installation, watched)) {
        wanted.add(name)
        if (!standing.some((trigger) => trigger.name === name && trigger.on)) missing.push(...statements)
      }
    }
    for (const trigger of standing) if (!wanted.has(trigger.name)) missing.push(trigger.drop)
    const own = schemas.includes(schema) ? [`drop schema ${quoteName(schema)} cascade`] : []
    const removal = [...standing.map(({ drop }) => drop), ...own]
    return { missing, removal, hasTable, others: schemas.filter((name) => name !== schema) }
  }
}

/** Repeats a statement that had to wait for a lock too long. */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let left = INSTALL_TRIES; ; left--) {
    try {
      await work()
      return
    } catch (error) {
      if ((error as { code?: string }).code !== '55P03' || left === 1) throw error
      await sleep(200)
    }
  }
}
