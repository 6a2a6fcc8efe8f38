import type { ChangeFeed, ChangeHint, FeedState, HintBatch, Watched } from '../../connector-kit/change-feed.ts'
import { relationsOf } from '../../connector-kit/table-names.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Link } from './link.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import { watchedColumns, type WatchedColumn, type WatchedColumns } from './watched-column.ts'

/*
 * The feed of a database: triggers write lines into a table of changes, which are taken as they become visible and deleted
 * when they are acknowledged. What is put into the database, and how one waits for lines, is the dialect's.
 */

/** Most lines of one batch. */
export const PAGE = 5_000
/** Most lines that are taken and not acknowledged; then the listener waits. */
export const MOST_IN_FLIGHT = 20_000
/** When more wait at the beginning, a poll is the better way. */
export const MOST_AT_START = 20_000

/** A line of the table of changes; `id` null: more records than are named. */
interface Line {
  readonly object: string
  readonly id: string | null
}

/** How what stands in the database differs from what is wanted. */
export interface Comparison {
  /** Statements that make it whole. */
  readonly missing: readonly string[]
  /** Statements that take all of it away. */
  readonly removal: readonly string[]
  readonly hasTable: boolean
  /** Parts of other installations. */
  readonly others: readonly string[]
}

/** `Taken`: what is kept of a batch to delete its lines. */
export abstract class SqlFeed<Taken> implements ChangeFeed {
  protected readonly session: Session
  protected readonly installation: string
  protected readonly taken = new Map<string, Taken>()
  private readonly watched: readonly Watched[]
  private tokens = 0

  constructor(session: Session, watched: readonly Watched[], installation: string) {
    this.session = session
    this.watched = watched
    this.installation = installation
  }

  abstract listen(signal: AbortSignal): AsyncGenerator<HintBatch>
  /** The quoted name of the table of changes. */
  protected abstract get changes(): string
  protected abstract compare(link: Link, columns: readonly WatchedColumn[]): Promise<Comparison>
  /** Runs statements that `compare` has named. */
  protected abstract perform(statements: readonly string[]): Promise<void>
  protected abstract sizeOf(taken: Taken): number
  /** Deletes the lines of a batch. */
  protected abstract forget(link: Link, taken: Taken): Promise<void>

  async inspect(): Promise<FeedState> {
    return this.session.query(async (link) => {
      const { columns, notes } = await this.columns(link)
      const { missing, removal, hasTable, others } = await this.compare(link, columns)
      const count = sql`select ${this.session.dialect.asText('count(*)')} from ${this.changes}`
      return {
        state: missing.length === 0 ? 'installed' : removal.length > 0 ? 'partial' : 'absent',
        statements: missing,
        removal,
        waiting: hasTable ? Number((await link.rows(count))[0]![0]) : null,
        notes:
          others.length === 0
            ? notes
            : [...notes, `Other installations have a feed here as well, untouched by this one: ${others.join(', ')}.`],
      }
    })
  }

  async install(): Promise<void> {
    await this.perform((await this.inspect()).statements)
  }

  async remove(): Promise<void> {
    await this.perform((await this.inspect()).removal)
  }

  async acknowledge(token: string): Promise<void> {
    const taken = this.taken.get(token)
    if (taken === undefined) return
    await this.session.query((link) => this.forget(link, taken))
    this.taken.delete(token)
  }

  /** The names of the watched objects; throws `connector.feed-missing` when the feed is not installed. */
  protected async names(): Promise<WatchedColumns['names']> {
    return this.session.query(async (link) => {
      const { columns, names } = await this.columns(link)
      if ((await this.compare(link, columns)).hasTable) return names
      throw new ConcordatError(
        'connector.feed-missing',
        `${this.session.dialect.failures.product} at ${this.session.server} has no change feed of this installation.`,
        { cure: 'Install it with `concordat feed install`, or let the system be polled.' },
      )
    })
  }

  /** Lines as hints, each once. */
  protected batch(lines: readonly Line[], names: WatchedColumns['names'], taken: Taken): HintBatch {
    const hints = new Map<string, ChangeHint>()
    for (const { object, id } of lines)
      for (const name of names.get(object) ?? []) hints.set(`${name}\0${id ?? '\0'}`, { object: name, id })
    return { token: this.token(taken), hints: [...hints.values()] }
  }

  /** So many lines that reading everything is less work than naming them. */
  protected flood(names: WatchedColumns['names'], taken: Taken): HintBatch {
    return { token: this.token(taken), hints: [...names.values()].flat().map((object) => ({ object, id: null })) }
  }

  /** Lines that are taken and not acknowledged. */
  protected inFlight(): number {
    return [...this.taken.values()].reduce((sum, taken) => sum + this.sizeOf(taken), 0)
  }

  /** The refusal when the user may not change the feed; `rights`: those that are missing. */
  protected forbidden(code: string, rights: string): ConcordatError {
    return new ConcordatError(
      'connector.forbidden',
      `The user may not change the feed in ${this.session.dialect.failures.product} at ${this.session.server} (${code}).`,
      { cure: `Grant ${rights}, or let an administrator run the statements of \`concordat feed status\`.` },
    )
  }

  private token(taken: Taken): string {
    const token = String(++this.tokens)
    this.taken.set(token, taken)
    return token
  }

  private async columns(link: Link): Promise<WatchedColumns> {
    const asked = this.watched.flatMap((one) => [one.object, ...(one.lines ?? []).map((lines) => lines.object)])
    return watchedColumns(this.watched, await this.session.dialect.tables(link, relationsOf(asked)))
  }
}
