import type { RemoteRecord } from '../../../connector-kit/port.ts'
import { encodeImage } from '../../../model/image.ts'
import type { Raw } from '../../../model/value.ts'
import type { Link } from '../link.ts'
import type { ChildTable } from '../open-table.ts'
import type { Page, Rows, Selection } from '../rows.ts'
import type { Session } from '../session.ts'
import { all, sql, type Sql } from '../sql.ts'
import { MOST_IDS, among, selectList, qualified } from './column-sql.ts'
import { STATEMENT_SECONDS, ofMysql } from './link.ts'

/*
 * How rows of one opened table are read: a scope flag, then all columns as texts. Child rows come by a second query
 * for the whole page and are written into their column as JSON text here, because MySQL's own JSON aggregate knows no
 * order.
 */

/** The rows of a selection, as `link` sees them in its transaction. */
export async function page(link: Link, rows: Rows, selection: Selection): Promise<Page> {
  const { ids } = selection
  if (ids === undefined) return toPage(link, rows, selection, await link.rows(select(rows, selection)))
  const found: Page = { records: [], flags: [] }
  for (let i = 0; i < ids.length; i += MOST_IDS) {
    const part = ids.slice(i, i + MOST_IDS)
    const wanted = new Set(part)
    const where = [...(selection.where ?? []), among(rows.open.id, 't', part)]
    const { records } = await toPage(link, rows, selection, await link.rows(select(rows, { ...selection, where })))
    // Another spelling is another id, whatever the collation says.
    for (const record of records) if (wanted.has(record.id)) found.records.push(record)
  }
  return found
}

/** The rows of a selection, in pages; child rows are read on a second connection. */
export async function* stream(
  session: Session,
  rows: Rows,
  selection: Selection,
  pageSize: number,
): AsyncGenerator<Page> {
  const { name } = rows.open.table
  const pageOf = (found: Raw[][]) => session.query((other) => toPage(other, rows, selection, found), name)
  const link = ofMysql(await session.lease())
  let clean = false
  try {
    await link.limitTime(0)
    let found: Raw[][] = []
    for await (const row of link.stream(select(rows, selection))) {
      found.push(row)
      if (found.length < pageSize) continue
      yield await pageOf(found)
      found = []
    }
    if (found.length > 0) yield await pageOf(found)
    await link.limitTime(STATEMENT_SECONDS)
    clean = true
  } catch (error) {
    throw session.translate(error, name)
  } finally {
    // A stream that was left in the middle costs the connection.
    link.release(!clean)
  }
}

function select(rows: Rows, { where = [], flag, order, limit }: Selection): Sql {
  const told = flag === undefined ? sql`` : sql`case when ${flag} then '1' else '0' end, `
  const ending = `${order === undefined ? '' : ` order by ${order}`}${limit === undefined ? '' : ` limit ${limit}`}`
  return sql`select ${told}${rows.scopeFlag}, ${selectList(rows.open.columns, 't')} from ${rows.from} where ${all(where)}${ending}`
}

/** Rows of the select list as records, with their child rows as `link` sees them. */
async function toPage(link: Link, rows: Rows, { flag }: Selection, found: readonly (readonly Raw[])[]): Promise<Page> {
  const before = flag === undefined ? 1 : 2
  const lines: Map<string, string>[] = []
  const ids = found.map((row) => row[rows.layout.id + before]!)
  for (const child of rows.open.children) lines.push(await childRows(link, rows, child, ids))
  const records = found.map((row, i): RemoteRecord => {
    const id = ids[i]!
    const values = row.slice(before)
    for (const child of lines) values.push(child.get(id) ?? '[]')
    return { id, values, image: encodeImage(values), inScope: row[before - 1] === '1' }
  })
  return { records, flags: flag === undefined ? [] : found.map((row) => row[0] === '1') }
}

/** JSON text of the child rows by parent. */
async function childRows(
  link: Link,
  rows: Rows,
  child: ChildTable,
  parents: readonly string[],
): Promise<Map<string, string>> {
  const order = child.keys.map((key) => `c.${rows.dialect.quoteName(key.name)}`).join(', ')
  const list = selectList([child.parent, ...child.keys, ...child.fields], 'c')
  const found = new Map<string, Raw[][]>()
  for (let i = 0; i < parents.length; i += MOST_IDS) {
    const condition = among(child.parent, 'c', parents.slice(i, i + MOST_IDS))
    const part = await link.rows(
      sql`select ${list} from ${qualified(child.table)} c where ${condition}${rows.andIsLine(child, 'c')} order by ${order}`,
    )
    for (const [parent, ...row] of part) {
      const key = row.slice(0, child.keys.length)
      const line = [key.length === 1 ? key[0]! : JSON.stringify(key), ...row.slice(child.keys.length)]
      const lines = found.get(parent!)
      if (lines === undefined) found.set(parent!, [line])
      else lines.push(line)
    }
  }
  return new Map([...found].map(([parent, lines]) => [parent, JSON.stringify(lines)]))
}
