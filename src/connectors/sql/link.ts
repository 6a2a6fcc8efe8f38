import type { Socket } from 'node:net'
import type { Raw } from '../../model/value.ts'
import type { Sql } from './sql.ts'

/** One borrowed connection, in or out of a transaction. */
export interface Link {
  /** The same as long as the connection is the same. */
  readonly connection: object
  readonly socket: Socket
  /** What begins a query by itself where the session is not ours (a pooler stands between); null: nothing has to. */
  readonly opening: string | null
  /** Runs statements without values. */
  run(text: string): Promise<void>
  /** Rows whose columns are texts, as the server prints them. */
  rows(statement: Sql): Promise<Raw[][]>
  /** Runs a statement that writes; answers how many rows it has found. */
  change(statement: Sql): Promise<number>
  /** Gives the connection back; `broken` closes it, when it is in the middle of something. */
  release(broken?: boolean): void
}

/** What a transaction is for. */
export interface Purpose {
  readonly mode: 'read' | 'stream' | 'write'
  readonly object: string
  /** A policy that would hide rows makes the statement fail instead, so that nothing seems to be deleted. */
  readonly whole?: boolean
}

/** The connections of one dialect to one database. What it throws are the driver's own errors. */
export interface Driver {
  /** `host:port/database`, never with credentials. */
  readonly server: string
  /** A connection that prints values the same way whatever the server's or the user's defaults are. */
  borrow(): Promise<Link>
  /**
   * Begins a transaction. A `write` shows others that it is there until it ends, whatever becomes of its connection
   * (`awaitWrites`); what is answered is called when it has ended.
   */
  begin(link: Link, purpose: Purpose): Promise<() => void>
  /** Waits until every transaction of ours that writes to the object has ended, also one whose connection we lost. */
  awaitWrites(link: Link, object: string): Promise<void>
  close(): Promise<void>
}
