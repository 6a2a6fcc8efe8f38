import type { PoolClient } from 'pg'
import { encodeImage } from '../../model/image.ts'
import type { LineInsert } from '../../connector-kit/port.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Raw } from '../../model/value.ts'
import { ItemFailure } from './batch.ts'
import type { Column, Table } from './catalogue.ts'
import { CopyIn } from './copy.ts'
import { failingLine } from './failure.ts'
import { quoteName } from './identifier.ts'
import { tableName } from './row-query.ts'
import type { ChildTable } from './row-query.ts'

/*
 * New rows: by COPY FROM wherever the table takes it, else by one INSERT … SELECT from arrays. Rows with the same
 * columns travel together.
 */

/** A row to insert, and the item that it belongs to. */
export interface NewRow<T> {
  readonly owner: T
  readonly values: Readonly<Record<string, Raw>>
}

/** Inserts rows whose ids are known or do not matter. */
export async function insertRows<T>(client: PoolClient, table: Table, rows: readonly NewRow<T>[]): Promise<void> {
  for (const group of byColumns(rows)) {
    // COPY of no columns does not exist.
    if (!table.copyIn || group.columns.length === 0) {
      await insertReturning(client, table, group, null)
      continue
    }
    let text = ''
    for (const { values } of group.rows) text += `${encodeImage(group.columns.map((name) => values[name]!))}\n`
    const copy = new CopyIn(
      `copy ${tableName(table)} (${group.columns.map(quoteName).join(', ')}) from stdin`,
      Buffer.from(text),
    )
    try {
      client.query(copy)
      await copy.done
    } catch (error) {
      const line = failingLine(error)
      const culprit = line === null ? undefined : group.rows[line]
      throw culprit === undefined ? error : new ItemFailure(culprit.owner, error)
    }
  }
}

/** Inserts rows and tells the ids that the system assigned. */
export async function insertAssigned<T>(
  client: PoolClient,
  table: Table,
  id: Column,
  rows: readonly NewRow<T>[],
  assigned: (owner: T, id: string) => void,
): Promise<void> {
  for (const group of byColumns(rows)) {
    const ids = await insertReturning(client, table, group, id)
    group.rows.forEach((row, i) => {
      const given = ids[i]
      if (given === undefined) throw notKept(table)
      assigned(row.owner, given)
    })
  }
}

/** Inserts child rows of parents whose ids are known. */
export async function insertLines(
  client: PoolClient,
  child: ChildTable,
  rows: readonly { owner: object; parent: string; line: LineInsert }[],
): Promise<void> {
  await insertRows(
    client,
    child.table,
    rows.map(({ owner, parent, line }) => ({ owner, values: { ...line.values, [child.parent.name]: parent } })),
  )
}

/** The refusal of a record that a trigger or rule of the database dropped without a word. */
export function notKept(table: Table): ConcordatError {
  return new ConcordatError('connector.rejected-value', `Table ${table.name} dropped the write without an error.`, {
    cure: 'Look for a trigger or rule on the table that skips rows.',
  })
}

interface Group<T> {
  readonly columns: readonly string[]
  readonly rows: readonly NewRow<T>[]
}

function byColumns<T>(rows: readonly NewRow<T>[]): Group<T>[] {
  const groups = new Map<string, { columns: string[]; rows: NewRow<T>[] }>()
  for (const row of rows) {
    const columns = Object.keys(row.values).toSorted()
    const key = JSON.stringify(columns)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { columns, rows: [row] })
    else group.rows.push(row)
  }
  return [...groups.values()]
}

/** The ids come in the order of the rows: PostgreSQL inserts, and returns, in the order of the sorted select. */
async function insertReturning<T>(
  client: PoolClient,
  table: Table,
  group: Group<T>,
  id: Column | null,
): Promise<string[]> {
  const returning = id === null ? '' : ` returning ${quoteName(id.name)}::text as id`
  if (group.columns.length === 0) {
    const ids: string[] = []
    for (let i = 0; i < group.rows.length; i++) {
      ids.push(
        ...(await client.query<{ id: string }>(`insert into ${tableName(table)} default values${returning}`)).rows.map(
          (row) => row.id,
        ),
      )
    }
    return ids
  }
  const columns = group.columns.map((name) => table.columns.get(name)!)
  const overriding = columns.some((column) => column.alwaysIdentity) ? ' overriding system value' : ''
  const text =
    `insert into ${tableName(table)} (${columns.map((column) => quoteName(column.name)).join(', ')})${overriding} ` +
    `select ${columns.map((column, i) => `v.c${i}::${column.castType}`).join(', ')} ` +
    `from unnest(${columns.map((_, i) => `$${i + 1}::text[]`).join(', ')}) with ordinality v(${columns.map((_, i) => `c${i}`).join(', ')}, place) ` +
    `order by v.place${returning}`
  const parameters = group.columns.map((name) => group.rows.map((row) => row.values[name]!))
  return (await client.query<{ id: string }>(text, parameters)).rows.map((row) => row.id)
}
