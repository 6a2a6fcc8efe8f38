import { ConcordatError } from '../../model/errors.ts'
import type { Raw } from '../../model/value.ts'
import type { Link } from './link.ts'
import type { Sql } from './sql.ts'
import type { Column, Table } from './table.ts'

/*
 * The statements of a dialect that write rows. What they are for is decided in write.ts; each may throw an `ItemFailure`
 * where it knows whose row it was that the server refused.
 */

/** A row to insert. */
export interface NewRow<T> {
  /** The item that it belongs to. */
  readonly owner: T
  /** Value of the key column (the id, or the parent's id of a child row); undefined when the system assigns it. */
  readonly key: string | undefined
  readonly values: Readonly<Record<string, Raw>>
}

/** A row to change; it sets at least one column, or others are added to. */
export interface RowChange<T> {
  readonly owner: T
  /** Values of the key columns. */
  readonly key: readonly string[]
  readonly set: Readonly<Record<string, Raw>>
}

/** Which rows of a table are meant. */
export interface Target {
  readonly table: Table
  readonly keys: readonly Column[]
  /** A further condition on the row `t`, which begins with ` and `; an empty piece: none. */
  readonly only: Sql
}

export interface Writer {
  /** Most records of one batch. */
  readonly maxBatch: number
  /** Inserting tells the key of every row; otherwise only of those that the server counts. */
  readonly tellsKeys: boolean
  /** Ends a savepoint `batch` whose statements have landed. */
  readonly keepBatch: string
  /** Takes back what came after a savepoint `batch`. */
  readonly undoBatch: string
  /** Locks rows by one column, in one order, so that two of us never wait for each other. */
  lock(link: Link, table: Table, column: Column, ids: readonly string[]): Promise<void>
  /** Inserts rows whose keys are known. */
  insert<T>(link: Link, table: Table, key: Column, rows: readonly NewRow<T>[]): Promise<void>
  /** Inserts rows without key and tells the keys that the system assigned. */
  insertAssigned<T>(
    link: Link,
    table: Table,
    key: Column,
    rows: readonly NewRow<T>[],
    assigned: (owner: T, key: string) => void,
  ): Promise<void>
  /** Changes rows; `added`: columns that move on by a number besides. Answers how many rows were found. */
  update<T>(
    link: Link,
    target: Target,
    rows: readonly RowChange<T>[],
    added: readonly (readonly [column: string, by: number])[],
  ): Promise<number>
  /** Deletes rows by their keys. Answers how many were found. */
  remove(link: Link, target: Target, keys: readonly (readonly string[])[]): Promise<number>
}

/** Rows with the same columns, in the order of `names`, travel together. */
export interface Group<T> {
  /** Columns to write besides the key. */
  readonly names: readonly string[]
  readonly rows: NewRow<T>[]
}

/** New rows by their columns. Computed columns are left out: a restore names them, and nobody can write them. */
export function byColumns<T>(table: Table, key: Column, rows: readonly NewRow<T>[]): Iterable<Group<T>> {
  const groups = new Map<string, Group<T>>()
  let last: { readonly names: readonly string[]; readonly group: Group<T> } | undefined
  for (const row of rows) {
    // Most rows have the columns of the row before.
    if (last === undefined || !hasColumns(row.values, last.names)) {
      const names = Object.keys(row.values)
      const signature = names.join('\0')
      let group = groups.get(signature)
      if (group === undefined) {
        group = { names: names.filter((name) => name !== key.name && !table.columns.get(name)!.readOnly), rows: [] }
        groups.set(signature, group)
      }
      last = { names, group }
    }
    last.group.rows.push(row)
  }
  return groups.values()
}

/** Whether a row has exactly these columns, in this order. */
function hasColumns(values: Readonly<Record<string, Raw>>, names: readonly string[]): boolean {
  let place = 0
  for (const name in values) if (name !== names[place++]) return false
  return place === names.length
}

/** The refusal of a record that a trigger or rule of the database dropped, or changed the key of, without a word. */
export function notKept(table: Table): ConcordatError {
  return new ConcordatError('connector.rejected-value', `Table ${table.name} did not keep the write as it was sent.`, {
    cure: 'Look for a trigger or rule on the table that skips rows or changes keys.',
  })
}
