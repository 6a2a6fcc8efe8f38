import { hash } from 'node:crypto'
import type { Watched } from '../../connector-kit/change-feed.ts'
import { tableNamed } from '../../connector-kit/table-names.ts'
import type { Table } from './table.ts'

/** A column of a table whose value says which record of `object` may have changed. */
export interface WatchedColumn {
  readonly table: Table
  readonly column: string
  /** The watched object with its schema. */
  readonly object: string
}

/** What a feed watches, as far as it can be watched. */
export interface WatchedColumns {
  readonly columns: readonly WatchedColumn[]
  /** Names in the flows by name in the table of changes. */
  readonly names: ReadonlyMap<string, readonly string[]>
  /** What cannot be watched, in words. */
  readonly notes: readonly string[]
}

/** What tells a watched column from all others, short enough for a name in the database. */
export function keyOf({ table, column, object }: WatchedColumn): string {
  return hash('sha256', JSON.stringify([table.schema, table.relation, column, object])).slice(0, 12)
}

/** The columns of objects and of their child tables that say which record has changed. */
export function watchedColumns(watched: readonly Watched[], tables: readonly Table[]): WatchedColumns {
  const notes = new Set<string>()
  const columns = new Map<string, WatchedColumn>()
  const names = new Map<string, string[]>()
  const watch = (name: string, column: string, object: string): void => {
    const table = tableNamed(tables, name)
    if (!table) notes.add(`There is no table ${name} that this user can see.`)
    else if (table.isView) notes.add(`${name} is a view: its changes are not noted, only polled.`)
    else if (!table.columns.has(column)) notes.add(`Table ${name} has no column ${column}.`)
    else {
      const one = { table, column, object }
      columns.set(keyOf(one), one)
    }
  }
  for (const { object, id, lines } of watched) {
    const table = tableNamed(tables, object)
    const full = table ? `${table.schema}.${table.relation}` : object
    const known = names.get(full)
    if (!known) names.set(full, [object])
    else if (!known.includes(object)) known.push(object)
    watch(object, id, full)
    for (const child of lines ?? []) watch(child.object, child.parent, full)
  }
  return { columns: [...columns.values()], names, notes: [...notes] }
}
