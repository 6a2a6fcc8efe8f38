import { ItemFailure } from '../../../connector-kit/land-each.ts'
import { encodeImageValue } from '../../../model/image.ts'
import type { Raw } from '../../../model/value.ts'
import type { Link } from '../link.ts'
import { bind, joined, sql, type Sql } from '../sql.ts'
import type { Column, Table } from '../table.ts'
import { byColumns, notKept, type Group, type NewRow, type RowChange, type Target, type Writer } from '../writer.ts'
import { qualified, quoteName, sent } from './column-sql.ts'
import { failures } from './failure.ts'
import { ofPostgres } from './link.ts'

/*
 * Whole batches in one statement: rows travel as one array a column. New rows by COPY FROM wherever the table takes it,
 * else by one INSERT … SELECT.
 */

export const writer: Writer = {
  maxBatch: 5_000,
  tellsKeys: true,
  // Deferred constraints would otherwise fail at commit, when nobody can tell whose fault it is.
  keepBatch: 'set constraints all immediate; release savepoint batch',
  undoBatch: 'rollback to savepoint batch; release savepoint batch',
  lock,
  insert,
  insertAssigned,
  update,
  remove,
}

const array = (values: readonly Raw[]): Sql => sql`${bind(values)}::text[]`

async function lock(link: Link, table: Table, column: Column, ids: readonly string[]): Promise<void> {
  const name = qualified(table)
  const own = `x.${quoteName(column.name)}`
  await link.change(
    table.indexed.has(column.name)
      ? sql`select from (select distinct v.id from unnest(${array(ids)}) v(id) order by v.id) k cross join lateral (select from ${name} x where ${own} = k.id::${column.typeName} for update) l`
      : sql`select from ${name} x where ${own} in (select v.id::${column.typeName} from unnest(${array(ids)}) v(id)) order by ${own} for update`,
  )
}

async function insert<T>(link: Link, table: Table, key: Column, rows: readonly NewRow<T>[]): Promise<void> {
  for (const group of byColumns(table, key, rows)) {
    if (!table.takesBulk) {
      await insertReturning(link, table, key, group, false)
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
    try {
      await ofPostgres(link).load(`copy ${qualified(table)} (${columns}) from stdin`, Buffer.from(text))
    } catch (error) {
      const line = failures.failingRow(error)
      const culprit = line === null ? undefined : group.rows[line]
      throw culprit === undefined ? error : new ItemFailure(culprit.owner, error)
    }
  }
}

async function insertAssigned<T>(
  link: Link,
  table: Table,
  key: Column,
  rows: readonly NewRow<T>[],
  assigned: (owner: T, key: string) => void,
): Promise<void> {
  for (const group of byColumns(table, key, rows)) {
    const keys = await insertReturning(link, table, key, group, true)
    if (keys.length !== group.rows.length) throw notKept(table)
    group.rows.forEach((row, i) => assigned(row.owner, keys[i]!))
  }
}

/** The keys come in the order of the rows: PostgreSQL inserts, and returns, in the order of the sorted select. */
async function insertReturning<T>(
  link: Link,
  table: Table,
  key: Column,
  group: Group<T>,
  assigned: boolean,
): Promise<string[]> {
  const columns = group.names.map((name) => table.columns.get(name)!)
  const lists = columns.map((column) => array(group.rows.map((row) => sent(column, row.values[column.name]!))))
  if (!assigned) {
    columns.unshift(key)
    lists.unshift(array(group.rows.map((row) => row.key!)))
  }
  const keysOf = async (statement: Sql): Promise<string[]> => {
    if (assigned) return (await link.rows(sql`${statement} returning ${quoteName(key.name)}`)).map((row) => row[0]!)
    await link.change(statement)
    return []
  }
  const name = qualified(table)
  if (columns.length === 0) {
    const keys: string[] = []
    for (const _ of group.rows) keys.push(...(await keysOf(sql`insert into ${name} default values`)))
    return keys
  }
  const overriding = columns.some((column) => column.countedAlways) ? ' overriding system value' : ''
  const places = columns.map((_, i) => `c${i}`).join(', ')
  const cast = columns.map((column, i) => `v.c${i}::${column.typeName}`).join(', ')
  return keysOf(
    sql`insert into ${name} (${columns.map((column) => quoteName(column.name)).join(', ')})${overriding} select ${cast} from unnest(${joined(lists, ', ')}) with ordinality v(${places}, place) order by v.place`,
  )
}

async function update<T>(
  link: Link,
  { table, keys, only }: Target,
  rows: readonly RowChange<T>[],
  added: readonly (readonly [column: string, by: number])[],
): Promise<number> {
  const additions = added.map(([name, by]) => `${quoteName(name)} = coalesce(t.${quoteName(name)}, 0) + ${by}`)
  let found = 0
  for (const [signature, group] of Map.groupBy(rows, (row) => JSON.stringify(Object.keys(row.set).toSorted()))) {
    const columns = (JSON.parse(signature) as string[]).map((name) => table.columns.get(name)!)
    const assigned = columns.map((column, i) => `${quoteName(column.name)} = v.c${i}::${column.typeName}`)
    const lists = [
      ...keys.map((_, i) => array(group.map((row) => row.key[i]!))),
      ...columns.map((column) => array(group.map((row) => sent(column, row.set[column.name]!)))),
    ]
    const places = [...keys.map((_, i) => `k${i}`), ...columns.map((_, i) => `c${i}`)].join(', ')
    found += await link.change(
      sql`update ${qualified(table)} t set ${[...assigned, ...additions].join(', ')} from unnest(${joined(lists, ', ')}) v(${places}) where ${match(keys)}${only}`,
    )
  }
  return found
}

function remove(link: Link, { table, keys, only }: Target, rows: readonly (readonly string[])[]): Promise<number> {
  const lists = keys.map((_, i) => array(rows.map((row) => row[i]!)))
  const places = keys.map((_, i) => `k${i}`).join(', ')
  return link.change(
    sql`delete from ${qualified(table)} t using unnest(${joined(lists, ', ')}) v(${places}) where ${match(keys)}${only}`,
  )
}

function match(keys: readonly Column[]): string {
  return keys.map((column, i) => `t.${quoteName(column.name)} = v.k${i}::${column.typeName}`).join(' and ')
}
