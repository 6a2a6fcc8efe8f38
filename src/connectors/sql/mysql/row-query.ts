import { sharedId } from '../../../connector-kit/shared-id.ts'
import type { Layout, RemoteRecord } from '../../../connector-kit/port.ts'
import { encodeImage } from '../../../model/image.ts'
import type { Raw } from '../../../model/value.ts'
import type { Column, Table } from '../table.ts'
import { layoutOf, type ChildTable, type OpenTable } from '../open-table.ts'
import { canHold, comparedPlaceholder, parameter, quoteName, selectList } from './column-sql.ts'
import { filterCondition } from './filter.ts'
import type { Bound } from './filter.ts'
import type { Link } from './session.ts'

/*
 * How rows of one opened table are read: a scope flag, then all columns as texts. Child rows come by a second query
 * for the whole page and are written into their column as JSON text here, because MySQL's own JSON aggregate knows no
 * order.
 */

/** Condition that a row `alias` of the child table is a line, to be put behind another one. */
export function andIsLine({ filter, table }: ChildTable, alias: string): Bound {
  if (filter === null) return { sql: '', values: [] }
  const condition = filterCondition(filter, (name) => table.columns.get(name)!, alias)
  return { sql: ` and ${condition.sql}`, values: condition.values }
}

/** Most ids in one statement. */
export const MOST_IDS = 1000

/** Name of a table in SQL. */
export function tableName(table: Table): string {
  return `${quoteName(table.schema)}.${quoteName(table.relation)}`
}

/** Queries that read rows of one opened table. */
export class RowQuery {
  readonly open: OpenTable
  readonly layout: Layout
  /** Condition that a row is in scope. */
  readonly scope: Bound
  /** The select list: scope flag, then the columns. Its placeholders come before all others. */
  readonly list: Bound

  constructor(open: OpenTable) {
    this.open = open
    this.layout = layoutOf(open)
    this.scope =
      open.filter === null
        ? { sql: 'true', values: [] }
        : filterCondition(open.filter, (name) => open.table.columns.get(name)!)
    const flag = open.filter === null ? `'1'` : `case when ${this.scope.sql} then '1' else '0' end`
    this.list = {
      sql: `${flag}, ${selectList(open.columns, 't')}`,
      values: this.scope.values,
    }
  }

  get from(): string {
    return `${tableName(this.open.table)} t`
  }

  /** Rows of the select list as records, with their child rows as `link` sees them. */
  async records(link: Link, rows: readonly (readonly Raw[])[]): Promise<RemoteRecord[]> {
    const lines: Map<string, string>[] = []
    const ids = rows.map((row) => row[this.layout.id + 1]!)
    for (const child of this.open.children) lines.push(await childRows(link, child, ids))
    return rows.map((row, i) => {
      const id = ids[i]!
      const values = row.slice(1)
      for (const child of lines) values.push(child.get(id) ?? '[]')
      return { id, values, image: encodeImage(values), inScope: row[0] === '1' }
    })
  }

  /** The records of `ids` that exist. Ids that the column cannot hold, or spells differently, are absent. */
  async readIn(link: Link, ids: Iterable<string>): Promise<Map<string, RemoteRecord>> {
    const { id } = this.open
    const possible = [...new Set(ids)].filter((key) => canHold(id, key))
    const records = new Map<string, RemoteRecord>()
    for (let i = 0; i < possible.length; i += MOST_IDS) {
      const part = possible.slice(i, i + MOST_IDS)
      const wanted = new Set(part)
      const condition = among(id, 't', part)
      const rows = await link.rows(`select ${this.list.sql} from ${this.from} where ${condition.sql}`, [
        ...this.list.values,
        ...condition.values,
      ])
      for (const record of await this.records(link, rows)) {
        if (!wanted.has(record.id)) continue
        if (records.has(record.id)) throw sharedId(this.open.table.name, id.name)
        records.set(record.id, record)
      }
    }
    return records
  }
}

/** Condition that a column of the row `alias` is one of some texts; few different statements, so that they stay prepared. */
export function among(column: Column, alias: string, texts: readonly string[]): Bound {
  const size = [1, 10, 100, MOST_IDS].find((candidate) => candidate >= texts.length)!
  const values = Array.from({ length: size }, (_, i) => parameter(column, texts[Math.min(i, texts.length - 1)]!))
  return {
    sql: `${alias}.${quoteName(column.name)} in (${values.map(() => comparedPlaceholder(column)).join(', ')})`,
    values,
  }
}

/** JSON text of the child rows by parent. */
async function childRows(link: Link, child: ChildTable, parents: readonly string[]): Promise<Map<string, string>> {
  const order = child.keys.map((key) => `c.${quoteName(key.name)}`).join(', ')
  const list = selectList([child.parent, ...child.keys, ...child.fields], 'c')
  const isLine = andIsLine(child, 'c')
  const found = new Map<string, Raw[][]>()
  for (let i = 0; i < parents.length; i += MOST_IDS) {
    const condition = among(child.parent, 'c', parents.slice(i, i + MOST_IDS))
    const rows = await link.rows(
      `select ${list} from ${tableName(child.table)} c where ${condition.sql}${isLine.sql} order by ${order}`,
      [...condition.values, ...isLine.values],
    )
    for (const [parent, ...row] of rows) {
      const key = row.slice(0, child.keys.length)
      const line = [key.length === 1 ? key[0]! : JSON.stringify(key), ...row.slice(child.keys.length)]
      const lines = found.get(parent!)
      if (lines === undefined) found.set(parent!, [line])
      else lines.push(line)
    }
  }
  return new Map([...found].map(([parent, lines]) => [parent, JSON.stringify(lines)]))
}
