import type { Connector } from '../port.ts'
import type { Raw } from '../../model/value.ts'

/*
 * What a connector brings to the conformance suite: a real system with the tables below, and a way to look at it and
 * to edit it that does not go through the connector.
 *
 *   countries       code text(2) primary key, name text
 *   customers       id integer primary key (from the system's own counter), name text(60) not null, vat text(20) unique,
 *                   email text(200), country text(2) → countries, credit decimal(12,2), exact decimal(38,10),
 *                   active boolean, born date, note long text, kind text(20) default 'customer',
 *                   updated_at instant with microseconds, default now
 *   customer_lines  id integer primary key (counter), customer_id → customers, sku text(40) not null, quantity integer,
 *                   done boolean
 *   customer_parts  customer_id, position integer, sku text(40); primary key (customer_id, position)
 *   codes           code text(80) primary key, compared by code point, label text(200)
 *   tickets         id integer of 64 bits primary key without a counter, title text(200), updated_at as above
 *   odd "na`me      id integer primary key without a counter, se"le`ct text(200), __proto__ text(200)
 */

/** Name of the table that tests quoting. */
export const ODD_TABLE = 'odd "na`me'
/** Its column with a hostile name. */
export const ODD_COLUMN = 'se"le`ct'

/** One system under test. */
export interface ConformanceSystem {
  /** A connector to it; the suite closes it. */
  connect(): Connector
  /** Empties all tables and starts the counters anew, or makes them. */
  reset(): Promise<void>
  /** Inserts a row as another user would; answers with the id (first primary key column). */
  insert(table: string, row: Readonly<Record<string, Raw>>): Promise<string>
  /** Changes the row with this id as another user would. */
  change(table: string, id: string, set: Readonly<Record<string, Raw>>): Promise<void>
  remove(table: string, id: string): Promise<void>
  count(table: string): Promise<number>
  /** Inserts a row in a transaction that stays open until `commit`; null where the system has no such thing. */
  lateInsert: ((table: string, row: Readonly<Record<string, Raw>>) => Promise<{ commit(): Promise<void> }>) | null
  /** A connector with a wrong password, and that password; null where there are none. */
  wrongPassword: { connector: Connector; password: string } | null
  /** A connector to a place where no server answers. */
  unreachable: Connector | null
  /** How `t` and `f` of a boolean column print. */
  readonly booleans: readonly [yes: string, no: string]
  /** Where ids of `customers` come from. */
  readonly ids: 'reserved' | 'assigned'
  close(): Promise<void>
}

/** The functions of a test runner that the suite needs. */
export interface ConformanceRunner {
  describe(name: string, body: () => void): void
  test(name: string, body: () => Promise<void>, timeout?: number): void
  beforeAll(body: () => Promise<void>, timeout?: number): void
  afterAll(body: () => Promise<void>): void
  beforeEach(body: () => Promise<void>): void
}
