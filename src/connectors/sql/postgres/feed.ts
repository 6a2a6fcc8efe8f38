import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import type { ChangeFeed, ChangeHint, FeedState, HintBatch, Watched } from '../../../connector-kit/change-feed.ts'
import { ConcordatError } from '../../../model/errors.ts'
import { relationsOf, tableNamed } from '../../../connector-kit/table-names.ts'
import { readTables } from './catalogue.ts'
import {
  changesOf,
  foundation,
  functionBody,
  functionOf,
  functionStatement,
  schemaOf,
  triggers,
  type WatchedColumn,
} from './feed-statements.ts'
import { quoteName } from './column-sql.ts'
import type { Session } from '../session.ts'
import type { Link } from '../link.ts'
import { ofPostgres } from './link.ts'

/*
 * The feed of a PostgreSQL database: lines in a table of changes, and a notification that wakes who listens. Lines are
 * taken as they become visible and deleted when they are acknowledged, so a transaction that commits late is not passed,
 * and does not hold up those that commit before it. `floor` only spares looking at what has been taken: below the oldest
 * transaction that was open when all that was visible had been taken, nothing more can appear.
 */

/** Most lines of one batch. */
const PAGE = 5_000
/** Most lines that are taken and not acknowledged; then the listener waits. */
const MOST_IN_FLIGHT = 20_000
/** When more wait at the beginning, a poll is the better way. */
const MOST_AT_START = 20_000
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

interface Standing {
  readonly user: string
  readonly hasSchema: boolean
  readonly hasTable: boolean
  readonly functions: ReadonlyMap<string, string>
  readonly triggers: readonly { readonly name: string; readonly table: string; readonly on: boolean }[]
  readonly others: readonly string[]
}

/** How the batch of a token is deleted. */
type Taken = readonly Line[] | { readonly snapshot: string }

export class PostgresFeed implements ChangeFeed {
  private readonly session: Session
  private readonly watched: readonly Watched[]
  private readonly installation: string
  private readonly taken = new Map<string, Taken>()
  private tokens = 0
  private wake = (): void => {}

  constructor(session: Session, watched: readonly Watched[], installation: string) {
    this.session = session
    this.watched = watched
    this.installation = installation
  }

  async inspect(): Promise<FeedState> {
    const { missing, removal, standing, notes } = await this.compare()
    const complete = missing.length === 0
    const waiting = standing.hasTable
      ? await this.session.query(async (link) =>
          Number(
            (
              await ofPostgres(link).client.query<{ n: string }>(
                `select count(*) as n from ${changesOf(this.installation)}`,
              )
            ).rows[0]!.n,
          ),
        )
      : null
    return {
      state: complete ? 'installed' : standing.hasSchema ? 'partial' : 'absent',
      statements: missing,
      removal,
      waiting,
      notes,
    }
  }

  async install(): Promise<void> {
    const { missing } = await this.compare()
    await this.perform(missing)
  }

  async remove(): Promise<void> {
    const { removal } = await this.compare()
    await this.perform(removal)
  }

  /** One statement at a time, each for itself: none keeps a lock while the next waits for one. */
  private async perform(statements: readonly string[]): Promise<void> {
    const one = (statement: string): Promise<unknown> =>
      this.session.query(async (link) => {
        try {
          // Both are one transaction, and the setting ends with it.
          await patiently(() => link.run(`set local lock_timeout = ${INSTALL_LOCK_MS}; ${statement}`))
        } catch (error) {
          throw (error as { code?: string }).code === '42501' ? forbidden(this.session.server) : error
        }
      })
    for (const statement of statements) await one(statement)
  }

  async *listen(signal: AbortSignal): AsyncGenerator<HintBatch> {
    this.taken.clear()
    const names = await this.aliases()
    const link = await this.session.lease()
    const { client } = ofPostgres(link)
    // Where the session changes hands, nobody is rung for: it is looked, each time in a transaction of its own.
    const isShared = link.opening !== null
    const asked = <T>(work: (on: PoolClient) => Promise<T>): Promise<T> =>
      isShared ? this.session.query((other) => work(ofPostgres(other).client)) : work(client)
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
      const flood = await asked((on) => this.takeFlood(on, names))
      if (flood) yield flood
      let floor = '0'
      while (!signal.aborted) {
        rung = false
        const room = MOST_IN_FLIGHT - this.inFlight()
        const { lines, horizon } = room > 0 ? await asked((on) => this.take(on, floor)) : { lines: [], horizon: null }
        check()
        if (lines.length > 0) {
          yield this.batch(lines, names)
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

  async acknowledge(token: string): Promise<void> {
    const taken = this.taken.get(token)
    if (!taken) return
    const changes = changesOf(this.installation)
    await this.session.query(async (link) => {
      const { client } = ofPostgres(link)
      if ('snapshot' in taken) {
        await client.query(`delete from ${changes} where txid_visible_in_snapshot(xid, $1::txid_snapshot)`, [
          taken.snapshot,
        ])
      } else {
        await client.query(
          `delete from ${changes} c using unnest($1::bigint[], $2::bigint[]) as d(xid, seq) where c.xid = d.xid and c.seq = d.seq`,
          [taken.map((line) => line.xid), taken.map((line) => line.seq)],
        )
      }
    })
    this.taken.delete(token)
    this.wake()
  }

  /** Lines at or above the floor that are not in flight, and what the floor may be when there are none. */
  private async take(client: PoolClient, floor: string): Promise<{ lines: Line[]; horizon: string | null }> {
    const inFlight = [...this.taken.values()].flatMap((taken) => ('snapshot' in taken ? [] : taken))
    const { rows } = await client.query<Line & { horizon: string }>({
      name: `take_${this.installation}`,
      text: `select c.xid, c.seq, c.object, c.id, txid_snapshot_xmin(txid_current_snapshot()) as horizon
        from (select 1) one left join lateral (
          select * from ${changesOf(this.installation)} c
          where c.xid >= $1 and not exists (select from unnest($2::bigint[]) f(seq) where f.seq = c.seq)
          order by c.xid, c.seq limit ${PAGE}) c on true`,
      values: [floor, inFlight.map((line) => line.seq)],
    })
    const lines = rows.filter((row) => row.seq !== null)
    return { lines, horizon: lines.length === 0 ? rows[0]!.horizon : null }
  }

  /** So many lines that reading everything is less work: all of them as one batch that names no record. */
  private async takeFlood(client: PoolClient, names: Aliases): Promise<HintBatch | null> {
    const { rows } = await client.query<{ n: number; snapshot: string }>(
      `select count(*)::int as n, txid_current_snapshot()::text as snapshot
       from (select from ${changesOf(this.installation)} limit ${MOST_AT_START + 1}) c`,
    )
    const { n, snapshot } = rows[0]!
    if (n <= MOST_AT_START) return null
    const token = this.token({ snapshot })
    return { token, hints: [...names.values()].flat().map((object) => ({ object, id: null })) }
  }

  private batch(lines: readonly Line[], names: Aliases): HintBatch {
    const hints = new Map<string, ChangeHint>()
    for (const { object, id } of lines)
      for (const name of names.get(object) ?? []) hints.set(`${name}\0${id ?? '\0'}`, { object: name, id })
    return { token: this.token(lines), hints: [...hints.values()] }
  }

  private token(taken: Taken): string {
    const token = String(++this.tokens)
    this.taken.set(token, taken)
    return token
  }

  private inFlight(): number {
    return [...this.taken.values()].reduce((sum, taken) => sum + ('snapshot' in taken ? PAGE : taken.length), 0)
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

  /** Names in the flows by name in the table of changes. */
  private async aliases(): Promise<Aliases> {
    const [columns, standing] = await this.session.query(
      async (link) => [await this.columns(link), await this.standing(link)] as const,
    )
    if (!standing.hasTable) {
      throw new ConcordatError(
        'connector.feed-missing',
        `PostgreSQL at ${this.session.server} has no change feed of this installation.`,
        { cure: 'Install it with `concordat feed install`, or let the system be polled.' },
      )
    }
    return columns.names
  }

  private async compare() {
    return this.session.query(async (link) => {
      const { columns, notes } = await this.columns(link)
      const standing = await this.standing(link)
      const { installation } = this
      const missing: string[] = []
      if (!standing.hasTable) missing.push(...foundation(installation, standing.user))
      const wanted = new Set<string>()
      for (const watched of columns) {
        if (standing.functions.get(functionOf(watched)) !== functionBody(installation, watched))
          missing.push(functionStatement(installation, watched))
        for (const { name, statements } of triggers(installation, watched)) {
          wanted.add(name)
          if (!standing.triggers.some((trigger) => trigger.name === name && trigger.on)) missing.push(...statements)
        }
      }
      const drop = ({ name, table }: Standing['triggers'][number]) => `drop trigger ${quoteName(name)} on ${table}`
      for (const trigger of standing.triggers) if (!wanted.has(trigger.name)) missing.push(drop(trigger))
      const removal = [
        ...standing.triggers.map(drop),
        ...(standing.hasSchema ? [`drop schema ${quoteName(schemaOf(installation))} cascade`] : []),
      ]
      if (standing.others.length > 0)
        notes.push(
          `Other installations have a feed here as well, untouched by this one: ${standing.others.join(', ')}.`,
        )
      return { missing, removal, standing, notes }
    })
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
      else {
        const watched = { table, column, object }
        columns.set(functionOf(watched), watched)
      }
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

  private async standing(link: Link): Promise<Standing> {
    const { client } = ofPostgres(link)
    const schema = schemaOf(this.installation)
    const { rows } = await client.query<{ user: string; schemas: string[]; table: boolean }>(
      `select current_user as user, to_regclass($2) is not null as table,
         array(select nspname::text from pg_namespace where nspname = $1 or nspname ~ '^concordat_[0-9a-z]{8}$' order by 1) as schemas`,
      [schema, changesOf(this.installation)],
    )
    const { user, schemas, table } = rows[0]!
    const functions = await client.query<{ name: string; body: string }>(
      `select p.proname as name, p.prosrc as body from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = $1`,
      [schema],
    )
    const found = await client.query<{ name: string; table: string; on: boolean }>(
      `select t.tgname as name, format('%I.%I', tn.nspname, c.relname) as table, t.tgenabled in ('O', 'A') as on
       from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
       join pg_class c on c.oid = t.tgrelid join pg_namespace tn on tn.oid = c.relnamespace
       where n.nspname = $1 and not t.tgisinternal order by 2, 1`,
      [schema],
    )
    return {
      user,
      hasSchema: schemas.includes(schema),
      hasTable: table,
      functions: new Map(functions.rows.map((row) => [row.name, row.body])),
      triggers: found.rows,
      others: schemas.filter((name) => name !== schema),
    }
  }
}

type Aliases = ReadonlyMap<string, readonly string[]>

function forbidden(server: string): ConcordatError {
  return new ConcordatError(
    'connector.forbidden',
    `The user may not change the feed in PostgreSQL at ${server} (42501).`,
    {
      cure: 'Grant create on the database and trigger on the tables, or let an administrator run the statements of `concordat feed status`.',
    },
  )
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
