import { ItemFailure } from '../../../connector-kit/land-each.ts'
import type { Link } from '../link.ts'
import { joined, sql } from '../sql.ts'
import type { Column, Table } from '../table.ts'
import { byColumns, notKept, type Group, type NewRow, type RowChange, type Target, type Writer } from '../writer.ts'
import { MOST_IDS, among, compared, qualified, quoteName, written } from './column-sql.ts'
import { failures } from './failure.ts'

/*
 * Rows of one INSERT travel together; changes go one by one, so that the row that is refused is known.
 */

/** Rows of one INSERT: powers of two, so that few different statements stay prepared. */
const INSERT_SIZES = [256, 64, 16, 4, 1]
const MOST_VALUES = 60_000

export const writer: Writer = {
  maxBatch: MOST_IDS,
  tellsKeys: false,
  keepBatch: 'release savepoint batch',
  undoBatch: 'rollback to savepoint batch',
  lock,
  insert: (link, table, key, rows) => insertRows(link, table, key, rows),
  insertAssigned: (link, table, key, rows, assigned) => insertRows(link, table, key, rows, assigned),
  update,
  remove,
}

async function lock(link: Link, table: Table, column: Column, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += MOST_IDS)
    await link.rows(
      sql`select '1' from ${qualified(table)} t where ${among(column, 't', ids.slice(i, i + MOST_IDS))} order by t.${quoteName(column.name)} for update`,
    )
}

async function insertRows<T>(
  link: Link,
  table: Table,
  key: Column,
  rows: readonly NewRow<T>[],
  assigned?: (owner: T, key: string) => void,
): Promise<void> {
  for (const { names, rows: group } of byColumns(table, key, rows)) {
    const columns = names.map((name) => table.columns.get(name)!)
    const all = assigned === undefined ? [key, ...columns] : columns
    const most = Math.floor(MOST_VALUES / Math.max(1, all.length))
    const tuple = ({ key: known, values }: Group<T>['rows'][number]) => {
      const own = columns.map((column) => written(column, values[column.name]!))
      return sql`(${joined(assigned === undefined ? [written(key, known!), ...own] : own, ', ')})`
    }
    for (let at = 0; at < group.length;) {
      const size = INSERT_SIZES.find((candidate) => candidate <= group.length - at && candidate <= most) ?? 1
      const part = group.slice(at, at + size)
      try {
        await link.change(
          sql`insert into ${qualified(table)} (${all.map((column) => quoteName(column.name)).join(', ')}) values ${joined(part.map(tuple), ', ')}`,
        )
        if (assigned !== undefined) await tell(link, part, assigned)
      } catch (error) {
        const culprit = part[failures.failingRow(error) ?? -1]
        throw culprit === undefined ? error : new ItemFailure(culprit.owner, error)
      }
      at += size
    }
  }
}

/** The ids of one INSERT are consecutive: InnoDB takes them all at once when it knows the number of rows. */
async function tell<T>(
  link: Link,
  part: readonly NewRow<T>[],
  assigned: (owner: T, key: string) => void,
): Promise<void> {
  const [row] = await link.rows(sql`select cast(last_insert_id() as char), cast(@@auto_increment_increment as char)`)
  const start = BigInt(row![0]!)
  const step = BigInt(row![1] ?? '1')
  part.forEach(({ owner }, i) => assigned(owner, String(start + step * BigInt(i))))
}

async function update<T>(
  link: Link,
  { table, keys, only }: Target,
  rows: readonly RowChange<T>[],
  added: readonly (readonly [column: string, by: number])[],
): Promise<number> {
  const additions = added.map(
    ([name, by]) => sql`t.${quoteName(name)} = coalesce(t.${quoteName(name)}, 0) + ${String(by)}`,
  )
  for (const { owner, key, set } of rows) {
    const assignments = Object.entries(set).map(
      ([name, value]) => sql`t.${quoteName(name)} = ${written(table.columns.get(name)!, value)}`,
    )
    try {
      const found = await link.change(
        sql`update ${qualified(table)} t set ${joined([...assignments, ...additions], ', ')} where ${match(keys, key)}${only}`,
      )
      if (found !== 1) throw notKept(table)
    } catch (error) {
      throw new ItemFailure(owner, error)
    }
  }
  return rows.length
}

async function remove(
  link: Link,
  { table, keys, only }: Target,
  rows: readonly (readonly string[])[],
): Promise<number> {
  const [column, second] = keys
  let found = 0
  const removed = async (condition: ReturnType<typeof among>) => {
    found += await link.change(sql`delete t from ${qualified(table)} t where ${condition}${only}`)
  }
  if (second !== undefined) for (const key of rows) await removed(match(keys, key))
  else
    for (let i = 0; i < rows.length; i += MOST_IDS) {
      const part = rows.slice(i, i + MOST_IDS).map(([key]) => key!)
      await removed(among(column!, 't', part))
    }
  return found
}

function match(keys: readonly Column[], key: readonly string[]) {
  return joined(
    keys.map((column, i) => sql`t.${quoteName(column.name)} = ${compared(column, key[i]!)}`),
    ' and ',
  )
}
