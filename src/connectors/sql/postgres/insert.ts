import type { PoolClient } from 'pg'
import { ItemFailure } from '../../../connector-kit/land-each.ts'
import { ConcordatError } from '../../../model/errors.ts'
import { encodeImageValue } from '../../../model/image.ts'
import type { Raw } from '../../../model/value.ts'
import type { Column, Table } from '../table.ts'
import { failures } from './failure.ts'
import { CopyIn } from './copy.ts'
import { quoteName } from './identifier.ts'
import { tableName } from './row-query.ts'
import { sent } from './sent.ts'

/*
 * New rows: by COPY FROM wherever the table takes it, else by one INSERT … SELECT from arrays. Rows with the same
 * columns travel together.
 */

/** A row to insert. */
export interface NewRow<T> {
  /** The item that it belongs to. */
  readonly owner: T
  /** Value of the key column (the id, or the parent's id of a child row); undefined when the system assigns it. */
  readonly key: string | undefined
  readonly values: Readonly<Record<string, Raw>>
}

/** Inserts rows whose keys are known. */
export async function insertRows<T>(
  client: PoolClient,
  table: Table,
  key: Column,
  rows: readonly NewRow<T>[],
): Promise<void> {
  for (const group of byColumns(table, key, rows)) {
    if (!table.takesBulk) {
      await insertReturning(client, table, key, group, false)
      continue
    }
    let text = ''
    for (const row of group.rows) {
      text += encodeImageValue(row.key!)
      for (const name of group.names) {
        const value = sent(table.columns.get(name)!, row.values[name]!)
        text += value === null ? '\t\\N' : `\t${encodeImageValue(value)}`
      }
      text += '\n'
    }
    const columns = [key.name, ...group.names].map(quoteName).join(', ')
    const copy = new CopyIn(`copy ${tableName(table)} (${columns}) from stdin`, Buffer.from(text))
    try {
      client.query(copy)
      await copy.done
    } catch (error) {
      const line = failures.failingRow(error)
      const culprit = line === null ? undefined : group.rows[line]
      throw culprit === undefined ? error : new ItemFailure(culprit.owner, error)
    }
  }
}

/** Inserts rows without key and tells the keys that the system assigned. */
export async function insertAssigned<T>(
  client: PoolClient,
  table: Table,
  key: Column,
  rows: readonly NewRow<T>[],
  assigned: (owner: T, key: string) => void,
): Promise<void> {
  for (const group of byColumns(table, key, rows)) {
    const keys = await insertReturning(client, table, key, group, true)
    if (keys.length !== group.rows.length) throw notKept(table)
    group.rows.forEach((row, i) => assigned(row.owner, keys[i]!))
  }
}

/** The refusal of a record that a trigger or rule of the database dropped without a word. */
export function notKept(table: Table): ConcordatError {
  return new ConcordatError('connector.rejected-value', `Table ${table.name} dropped the write without an error.`, {
    cure: 'Look for a trigger or rule on the table that skips rows.',
  })
}

interface Group<T> {
  /** Columns to write besides the key. */
  readonly names: readonly string[]
  readonly rows: NewRow<T>[]
}

/** Computed columns are left out: a restore names them, and nobody can write them. */
function byColumns<T>(table: Table, key: Column, rows: readonly NewRow<T>[]): Iterable<Group<T>> {
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

/** The keys come in the order of the rows: PostgreSQL inserts, and returns, in the order of the sorted select. */
async function insertReturning<T>(
  client: PoolClient,
  table: Table,
  key: Column,
  group: Group<T>,
  assigned: boolean,
): Promise<string[]> {
  const columns = group.names.map((name) => table.columns.get(name)!)
  const parameters = columns.map((column) => group.rows.map((row) => sent(column, row.values[column.name]!)))
  if (!assigned) {
    columns.unshift(key)
    parameters.unshift(group.rows.map((row) => row.key!))
  }
  const returning = assigned ? ` returning ${quoteName(key.name)}::text as key` : ''
  const name = tableName(table)
  if (columns.length === 0) {
    const keys: string[] = []
    for (const _ of group.rows) {
      const { rows } = await client.query<{ key: string }>(`insert into ${name} default values${returning}`)
      keys.push(...rows.map((row) => row.key))
    }
    return keys
  }
  const overriding = columns.some((column) => column.countedAlways) ? ' overriding system value' : ''
  const places = columns.map((_, i) => `c${i}`)
  const text =
    `insert into ${name} (${columns.map((column) => quoteName(column.name)).join(', ')})${overriding} ` +
    `select ${columns.map((column, i) => `v.c${i}::${column.typeName}`).join(', ')} ` +
    `from unnest(${columns.map((_, i) => `$${i + 1}::text[]`).join(', ')}) with ordinality v(${places.join(', ')}, place) ` +
    `order by v.place${returning}`
  return (await client.query<{ key: string }>(text, parameters)).rows.map((row) => row.key)
}
