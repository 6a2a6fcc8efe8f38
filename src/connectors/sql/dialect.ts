import type { ChangeFeed, Watched } from '../../connector-kit/change-feed.ts'
import type { ConnectionReport } from '../../connector-kit/port.ts'
import type { SystemIdentity } from '../../model/system-identity.ts'
import type { Raw } from '../../model/value.ts'
import type { Failures } from './failure.ts'
import type { Driver, Link } from './link.ts'
import type { Page, Rows, Selection } from './rows.ts'
import type { Session } from './session.ts'
import type { Sql } from './sql.ts'
import type { Column, Table } from './table.ts'
import type { Writer } from './writer.ts'

/*
 * What one family of databases does in a way of its own. Everything else of the connector is shared: see README.md.
 */

/** One family of databases. */
export interface Dialect {
  /** The connector's name in contracts. */
  readonly name: string
  readonly title: string
  /** An example of a connection URL, for the help of the setting. */
  readonly urlHelp: string
  readonly failures: Failures

  /** Connections to the database of a URL; throws `cli.usage` for what is none. Nothing of the URL goes into an error. */
  connect(url: string, answerMs: number): Driver
  /** Who the database is at the other end. */
  identity(link: Link): Promise<SystemIdentity>
  /** The product, and what a person should know of the rights. */
  report(link: Link): Promise<ConnectionReport>

  /**
   * Reads the tables and views that the user can see, best ones first. `only`: names (with or without schema) to look for;
   * `named`: none but those that are found without their schema.
   */
  tables(link: Link, only: readonly string[] | null, named?: boolean): Promise<Table[]>
  /** What the cure says where a table is not found. */
  readonly otherPlaces: string
  /** A connection names a database or none: then everything is what it names. */
  readonly namesNothing: boolean

  /** An identifier of the catalogue, quoted. */
  quoteName(this: void, name: string): string
  /** An expression as the text that the server prints. */
  asText(expression: string): string
  /** Select list of columns as texts. */
  selected(columns: readonly Column[], alias: string): string
  /** A column as a text for `like` and lengths. */
  textOf(column: Column, alias: string): string
  /** A value as an expression that the column is compared with; it is one that the column can hold. */
  compared(column: Column, value: string): Sql
  /** The inside of `in (…)` for at least one value. */
  list(column: Column, values: readonly string[]): Sql
  /** Condition that a column is exactly a value, rounded as the column rounds; null equals null. */
  equals(column: Column, alias: string, value: Raw): Sql
  /** False for a text that a column of this type can never hold, so that no row has it. */
  canHold(column: Column, text: string): boolean

  /** A time of change before all others. */
  readonly earliest: string
  /** Condition that a time of change has come; `ahead`: seconds that local time is ahead of UTC, null for an instant. */
  notInFuture(at: string, ahead: number | null): string
  /** A time of change less an overlap; of a number that counts writes as many steps, at most 1,000. */
  lessOverlap(column: Column, from: Sql, ms: number): Sql
  /** Conditions that leave out times without an order. */
  sound(at: string): readonly Sql[]
  /** Text of the time in UTC of this very moment, not of the transaction. */
  readonly clock: string

  /** Writes the mark of an installation and an object unless a larger one is there. `table` is quoted. */
  raiseMark(table: string, values: readonly [installation: Sql, object: Sql, number: Sql]): Sql
  /** Columns of the table for the mark, for the cure that tells how to make it. */
  readonly markColumns: string

  /** The rows of a selection, as `link` sees them in its transaction. */
  page(link: Link, rows: Rows, selection: Selection): Promise<Page>
  /** The rows of a selection in one read, handed on in pages at the reader's pace. */
  stream(session: Session, rows: Rows, selection: Selection, pageSize: number): AsyncGenerator<Page>
  /** Reading whole ranges by one stream; null: they are read page by page along the key. */
  readonly bulk: Bulk | null
  /** The planner's guess how many rows `matching` (from … where …) has; null: there is none. */
  readonly guess: ((link: Link, matching: Sql) => Promise<number>) | null

  readonly writer: Writer
  /** The next values of a sequence, by its name or by the expression that yields one. */
  nextValues(link: Link, from: { sequence: string } | { expression: string }, count: number): Promise<string[]>

  feed(session: Session, watched: readonly Watched[], installation: string): ChangeFeed
}

/** A dialect's way to read a whole range at once. Its stream shows a table and its child tables at one moment. */
export interface Bulk {
  ids(session: Session, rows: Rows, where: Sql, pageSize: number): AsyncGenerator<readonly string[]>
  digest(session: Session, rows: Rows, selection: Selection): Promise<{ rows: number; digest: string }>
}
