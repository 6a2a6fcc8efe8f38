import type { ClientBase } from 'pg'
import { ImageRecord } from '../../../connector-kit/image-record.ts'
import { imageValue } from '../../../model/image.ts'
import { sharedId } from '../../../connector-kit/shared-id.ts'
import type { Layout } from '../../../connector-kit/port.ts'
import { Bindings } from './bindings.ts'
import type { Column, Table } from '../table.ts'
import { layoutOf, type ChildTable, type OpenTable } from '../open-table.ts'
import { CopyOut, copyLines } from './copy.ts'
import { filterCondition } from './filter.ts'
import { quoteName } from './identifier.ts'
import { IDLE_MS } from './session.ts'

/*
 * How rows of one opened table are read: always by COPY in text format, always the same columns, so that each line is
 * the record's image. Queries that must say more than the row put a flag of one character and a tab before it.
 */

/** Condition that the child row `c` is a line, to be put behind another one. */
export function andIsLine({ filter, table }: ChildTable, bindings: Bindings): string {
  if (filter === null) return ''
  return ` and ${filterCondition(filter, (name) => table.columns.get(name)!, bindings, 'c')}`
}

/** Name of a table in SQL. */
export function tableName(table: Table): string {
  return `${quoteName(table.schema)}.${quoteName(table.relation)}`
}

/** Texts of the queries that read rows of one opened table. */
export class RowQuery {
  readonly open: OpenTable
  readonly layout: Layout
  constructor(open: OpenTable) {
    this.open = open
    this.layout = layoutOf(open)
  }

  /** COPY of whole rows. `prefix`: expressions that go before the row. `ids`: the text[] that the rows come from. */
  copy(
    bindings: Bindings,
    parts: { prefix?: string; ids?: string; where?: readonly string[]; order?: string; limit?: number },
  ): string {
    const prefix = parts.prefix === undefined ? '' : `${parts.prefix}, `
    const from = parts.ids === undefined ? `${tableName(this.open.table)} t` : this.byId(parts.ids)
    const joins = this.joins(parts.ids, bindings)
    return copyText(`${prefix}${this.list(bindings)}`, `${from}${joins}`, parts.where ?? [], parts)
  }

  /** The select list: a row in the order of the layout. */
  private list(bindings: Bindings): string {
    const lines = this.open.children.map((child, i) =>
      isIndexed(child)
        ? `coalesce((select ${childRows(child)} from ${tableName(child.table)} c where c.${quoteName(child.parent.name)} = ${this.parentId(child)}${andIsLine(child, bindings)}), '[]')`
        : `coalesce(l${i}.rows, '[]')`,
    )
    return [...this.open.columns.map(({ name }) => `t.${quoteName(name)}`), ...lines].join(', ')
  }

  /** COPY of ids only. */
  copyIds(where: readonly string[], order: string): string {
    return copyText(`t.${quoteName(this.open.id.name)}`, `${tableName(this.open.table)} t`, where, { order })
  }

  /**
   * Child rows (`l0`, `l1` …) whose table has no index on the parent: a subquery for each row would read the whole
   * table each time.
   */
  private joins(ids: string | undefined, bindings: Bindings): string {
    let joins = ''
    this.open.children.forEach((child, i) => {
      const { table, parent } = child
      if (isIndexed(child)) return
      const key = `c.${quoteName(parent.name)}`
      const only = ids === undefined ? 'true' : `${key} in (select v.id::${parent.typeName} from unnest(${ids}) v(id))`
      const where = ` where ${only}${andIsLine(child, bindings)}`
      joins += ` left join (select ${key} as parent, ${childRows(child)} as rows from ${tableName(table)} c${where} group by ${key}) l${i} on l${i}.parent = ${this.parentId(child)}`
    })
    return joins
  }

  /** The id of the row `t` as the child's column holds it. */
  private parentId(child: ChildTable): string {
    const { id } = this.open
    return `t.${quoteName(id.name)}${id.typeName === child.parent.typeName ? '' : `::${child.parent.typeName}`}`
  }

  /** The row `t` for each id of a bound list; each id by the index, whatever the statistics say. */
  private byId(list: string): string {
    const id = quoteName(this.open.id.name)
    // One id may come in two spellings, `5` and `05`: that are not two rows.
    const keys = `(select distinct v.id::${this.open.id.typeName} as id from unnest(${list}) v(id))`
    return `${keys} k cross join lateral (select x.* from ${tableName(this.open.table)} x where x.${id} = k.id offset 0) t`
  }

  /** Condition that a row is in scope. */
  scope(bindings: Bindings): string {
    const { filter, table } = this.open
    return filter === null ? 'true' : filterCondition(filter, (name) => table.columns.get(name)!, bindings)
  }

  /** `'1'` or `'0'`: whether the row is in scope. */
  scopeFlag(bindings: Bindings): string {
    return this.open.filter === null ? `'1'` : `case when ${this.scope(bindings)} then '1' else '0' end`
  }

  /** A line without a flag as a record in scope. */
  record(line: string): ImageRecord {
    return new ImageRecord(imageValue(line, this.layout.id)!, line, true)
  }

  /** A line with a scope flag as a record. */
  flaggedRecord(line: string): ImageRecord {
    const image = line.slice(2)
    return new ImageRecord(imageValue(image, this.layout.id)!, image, line.charCodeAt(0) === 49)
  }

  /** The records of `ids` that exist, inside the transaction of `client`. Ids that the column cannot hold are absent. */
  async readIn(client: ClientBase, ids: Iterable<string>): Promise<Map<string, ImageRecord>> {
    const records = new Map<string, ImageRecord>()
    const possible = new Set<string>()
    for (const id of ids) if (canHold(this.open.id, id)) possible.add(id)
    if (possible.size === 0) return records
    const bindings = new Bindings()
    const prefix = this.scopeFlag(bindings)
    // Child rows that have no index are gathered for the ids of the list, so there the list it must be.
    const range = this.open.children.every(isIndexed) ? contiguous(this.open.id, possible) : null
    const id = `t.${quoteName(this.open.id.name)}`
    const text = range
      ? this.copy(bindings, { prefix, where: [`${id} between ${range.from} and ${range.upTo}`] })
      : this.copy(bindings, { prefix, ids: bindings.addList(possible) })
    await bindings.apply(client)
    for await (const lines of copyLines(client.query(new CopyOut(text, IDLE_MS)).blocks())) {
      for (const line of lines) {
        const record = this.flaggedRecord(line)
        if (records.has(record.id)) throw sharedId(this.open.table.name, this.open.id.name)
        records.set(record.id, record)
      }
    }
    return records
  }
}

const isIndexed = ({ table, parent }: ChildTable): boolean => table.indexed.has(parent.name)

/** Whole numbers without a gap, as ids that were reserved together are: the range that is exactly these; null otherwise. */
function contiguous(column: Column, ids: ReadonlySet<string>): { readonly from: number; readonly upTo: number } | null {
  if (INTEGER_LIMITS[column.typeName] === undefined) return null
  let from = Infinity
  let upTo = -Infinity
  for (const id of ids) {
    const number = Number(id)
    if (!Number.isSafeInteger(number) || String(number) !== id) return null
    if (number < from) from = number
    if (number > upTo) upTo = number
  }
  return upTo - from + 1 === ids.size ? { from, upTo } : null
}

function copyText(
  list: string,
  from: string,
  where: readonly string[],
  { order, limit }: { readonly order?: string; readonly limit?: number },
): string {
  const conditions = where.length === 0 ? '' : ` where ${where.join(' and ')}`
  return `copy (select ${list} from ${from}${conditions}${order === undefined ? '' : ` order by ${order}`}${limit === undefined ? '' : ` limit ${limit}`}) to stdout`
}

/**
 * Aggregate that makes the JSON text of child rows (alias `c`), written exactly as JSON.stringify would: json_agg puts
 * blanks between the elements.
 */
function childRows(child: ChildTable): string {
  const json = (text: string) => `coalesce(to_json(${text})::text, 'null')`
  const keys = child.keys.map((key) => columnText(key))
  const id = keys.length === 1 ? keys[0]! : `'[' || ${keys.map(json).join(` || ',' || `)} || ']'`
  const row = [json(id), ...child.fields.map((field) => json(columnText(field)))].join(` || ',' || `)
  const order = child.keys.map((key) => `c.${quoteName(key.name)}`).join(', ')
  return `'[' || string_agg('[' || ${row} || ']', ',' order by ${order}) || ']'`
}

/** A column of the child row as the text that COPY would print; a cast would give `true` for a boolean. */
function columnText(column: Column): string {
  const name = `c.${quoteName(column.name)}`
  return column.kind === 'boolean' ? `case ${name} when true then 't' when false then 'f' end` : `${name}::text`
}

const INTEGER_LIMITS: Readonly<Record<string, bigint>> = { smallint: 2n ** 15n, integer: 2n ** 31n, bigint: 2n ** 63n }

/** False for an id that a column of this type can never hold, so that no record has it. */
export function canHold(column: Column, id: string): boolean {
  if (id.includes('\0')) return false
  if (column.kind === 'uuid') return /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(id)
  if (column.kind === 'decimal') return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(id)
  const limit = INTEGER_LIMITS[column.typeName]
  if (limit === undefined) return true
  if (!/^[+-]?\d{1,19}$/.test(id)) return false
  // Small enough for the smallest of them, as numbers go; most ids are, and reading big ones costs.
  if (id.length < 5) return true
  if (id.length < 10 && limit > 2n ** 15n) return true
  const value = BigInt(id.startsWith('+') ? id.slice(1) : id)
  return value >= -limit && value < limit
}
