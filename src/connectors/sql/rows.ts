import type { Layout, RemoteRecord } from '../../connector-kit/port.ts'
import { sharedId } from '../../connector-kit/shared-id.ts'
import type { Dialect } from './dialect.ts'
import { filterCondition } from './filter.ts'
import type { Link } from './link.ts'
import { layoutOf, type ChildTable, type OpenTable } from './open-table.ts'
import { sql, type Sql } from './sql.ts'

/*
 * The rows of one opened table: what every query that reads them shares. In SQL the table is `t`, a child table `c`.
 */

/** Rows to read: always all columns of the layout. */
export interface Selection {
  readonly where?: readonly Sql[]
  /** `where` leaves out what is not in scope; otherwise each record says whether it is. */
  readonly inScope?: boolean
  /** A condition whose outcome is told with each row. */
  readonly flag?: Sql
  readonly order?: string
  readonly limit?: number
  /** Only records with these ids, which the column can hold. */
  readonly ids?: readonly string[]
}

/** Records, and for each of them the flag of the selection. */
export interface Page {
  readonly records: RemoteRecord[]
  readonly flags: boolean[]
}

/** Rows of one opened table. */
export class Rows {
  readonly dialect: Dialect
  readonly open: OpenTable
  readonly layout: Layout
  /** Condition that a row is in scope; null: every row is. */
  readonly scope: Sql | null
  /** The table with its alias. */
  readonly from: string
  /** The id column. */
  readonly id: string

  constructor(dialect: Dialect, open: OpenTable) {
    this.dialect = dialect
    this.open = open
    this.layout = layoutOf(open)
    this.scope = open.filter === null ? null : filterCondition(open.filter, dialect, open.table)
    this.from = `${dialect.quoteName(open.table.schema)}.${dialect.quoteName(open.table.relation)} t`
    this.id = `t.${dialect.quoteName(open.id.name)}`
    for (const child of open.children) this.andIsLine(child, 'c')
  }

  /** `'1'` or `'0'`: whether the row is in scope. */
  get scopeFlag(): Sql {
    return this.scope === null ? sql`'1'` : sql`case when ${this.scope} then '1' else '0' end`
  }

  /** Condition that a row `alias` of the child table is a line, to be put behind another one. */
  andIsLine({ filter, table }: ChildTable, alias: string): Sql {
    return filter === null ? sql`` : sql` and ${filterCondition(filter, this.dialect, table, alias)}`
  }

  /** Where no policy hid rows as the table was opened, none may begin to unnoticed. */
  get isWhole(): boolean {
    const { table, children } = this.open
    return [table, ...children.map((child) => child.table)].every(({ hides }) => hides !== 'policy')
  }

  /** The records of `ids` that exist, as `link` sees them. Ids that the column cannot hold are absent. */
  async readIn(link: Link, ids: Iterable<string>): Promise<Map<string, RemoteRecord>> {
    const { id, table } = this.open
    const possible = [...new Set(ids)].filter((key) => this.dialect.canHold(id, key))
    const records = new Map<string, RemoteRecord>()
    if (possible.length === 0) return records
    for (const record of (await this.dialect.page(link, this, { ids: possible })).records) {
      if (records.has(record.id)) throw sharedId(table.name, id.name)
      records.set(record.id, record)
    }
    return records
  }
}
