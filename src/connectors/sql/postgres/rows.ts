import { createHash } from 'node:crypto'
import { ImageRecord } from '../../../connector-kit/image-record.ts'
import { decodeImage, imageValue } from '../../../model/image.ts'
import type { Link, Purpose } from '../link.ts'
import type { ChildTable } from '../open-table.ts'
import type { Page, Rows, Selection } from '../rows.ts'
import type { Session } from '../session.ts'
import { all, bind, joined, sql, type Sql } from '../sql.ts'
import type { Column } from '../table.ts'
import { isInteger, quoteName, qualified } from './column-sql.ts'
import { copyLines } from './copy.ts'
import { ofPostgres } from './link.ts'

/*
 * How rows of one opened table are read: always by COPY in text format, always the same columns, so that each line is
 * the record's image. Queries that must say more than the row put flags of one character and a tab before it. One COPY
 * gives a whole range or all changes, handed on in pages at the reader's pace.
 */

/** The rows of a selection, as `link` sees them in its transaction. */
export async function page(link: Link, rows: Rows, selection: Selection): Promise<Page> {
  const found: Page = { records: [], flags: [] }
  const copy = await ofPostgres(link).copy(select(rows, selection))
  const read = reader(rows, selection)
  for await (const lines of copyLines(copy.blocks())) for (const line of lines) read(line, found)
  return found
}

/** The rows of a selection, in pages. */
export async function* stream(
  session: Session,
  rows: Rows,
  selection: Selection,
  pageSize: number,
): AsyncGenerator<Page> {
  const read = reader(rows, selection)
  let found: Page = { records: [], flags: [] }
  for await (const lines of streamed(session, rows, select(rows, selection)))
    for (const line of lines) {
      read(line, found)
      if (found.records.length < pageSize) continue
      yield found
      found = { records: [], flags: [] }
    }
  if (found.records.length > 0) yield found
}

/** Ids in scope, in pages. */
export async function* ids(
  session: Session,
  rows: Rows,
  where: Sql,
  pageSize: number,
): AsyncGenerator<readonly string[]> {
  let found: string[] = []
  const statement = sql`select ${rows.id} from ${rows.from} where ${where} order by ${rows.id}`
  for await (const lines of streamed(session, rows, statement))
    for (const line of lines) {
      found.push(decodeImage(line)[0]!)
      if (found.length < pageSize) continue
      yield found
      found = []
    }
  if (found.length > 0) yield found
}

/** Hash over the raw bytes of a range: every image followed by a line feed. */
export async function digest(
  session: Session,
  rows: Rows,
  selection: Selection,
): Promise<{ rows: number; digest: string }> {
  const hash = createHash('sha256')
  return session.transaction(async (link) => {
    const copy = await ofPostgres(link).copy(select(rows, selection))
    for await (const block of copy.blocks()) hash.update(block)
    return { rows: copy.rows, digest: hash.digest('hex') }
  }, streamOf(rows))
}

/** The planner's guess. */
export async function guess(link: Link, matching: Sql): Promise<number> {
  const [plan] = await link.rows(sql`explain (format json) select 1 ${matching}`)
  return (JSON.parse(plan![0]!) as [{ Plan: { 'Plan Rows': number } }])[0].Plan['Plan Rows']
}

/** The lines of one COPY. A reader that leaves early costs the connection, nothing else. */
async function* streamed(session: Session, rows: Rows, statement: Sql): AsyncGenerator<readonly string[]> {
  const link = await session.lease()
  let clean = false
  try {
    await session.begin(link, streamOf(rows))
    const copy = await ofPostgres(link).copy(statement)
    yield* copyLines(copy.blocks())
    await link.run('commit')
    clean = true
  } catch (error) {
    throw session.translate(error, rows.open.table.name)
  } finally {
    link.release(!clean)
  }
}

const streamOf = (rows: Rows): Purpose => ({ mode: 'stream', object: rows.open.table.name, whole: rows.isWhole })

/** What becomes of a line: a record, and the flag of the selection. */
function reader(rows: Rows, { inScope = false, flag }: Selection): (line: string, into: Page) => void {
  const { id } = rows.layout
  const skipped = (inScope ? 0 : 2) + (flag === undefined ? 0 : 2)
  return (line, { records, flags }) => {
    const image = skipped === 0 ? line : line.slice(skipped)
    records.push(new ImageRecord(imageValue(image, id)!, image, inScope || line.charCodeAt(0) === 49))
    if (flag !== undefined) flags.push(line.charCodeAt(skipped - 2) === 49)
  }
}

function select(rows: Rows, { where = [], inScope = false, flag, order, limit, ids: only }: Selection): Sql {
  // Child rows that have no index are gathered for the ids of the list, so there the list it must be.
  const range = only && rows.open.children.every(isIndexed) ? contiguous(rows.open.id, only) : null
  const chosen = only && !range ? bind(only) : null
  const flags = [...(inScope ? [] : [rows.scopeFlag]), ...(flag ? [sql`case when ${flag} then '1' else '0' end`] : [])]
  const conditions = range ? [...where, `${rows.id} between ${range.from} and ${range.upTo}`] : where
  const from = chosen ? byId(rows, chosen) : rows.from
  const ending = `${order === undefined ? '' : ` order by ${order}`}${limit === undefined ? '' : ` limit ${limit}`}`
  return sql`select ${joined([...flags, ...columns(rows)], ', ')} from ${from}${joins(rows, chosen)} where ${all(conditions)}${ending}`
}

/** The select list: a row in the order of the layout. */
function columns(rows: Rows): (Sql | string)[] {
  const lines = rows.open.children.map((child, i) =>
    isIndexed(child)
      ? sql`coalesce((select ${childRows(child)} from ${qualified(child.table)} c where c.${quoteName(child.parent.name)} = ${parentId(rows, child)}${rows.andIsLine(child, 'c')}), '[]')`
      : `coalesce(l${i}.rows, '[]')`,
  )
  return [...rows.open.columns.map(({ name }) => `t.${quoteName(name)}`), ...lines]
}

/**
 * Child rows (`l0`, `l1` …) whose table has no index on the parent: a subquery for each row would read the whole
 * table each time.
 */
function joins(rows: Rows, chosen: Sql | null): Sql {
  const parts = rows.open.children.map((child, i) => {
    if (isIndexed(child)) return ''
    const { table, parent } = child
    const key = `c.${quoteName(parent.name)}`
    const only = chosen
      ? sql`${key} in (select v.id::${parent.typeName} from unnest(${chosen}::text[]) v(id))`
      : sql`true`
    return sql` left join (select ${key} as parent, ${childRows(child)} as rows from ${qualified(table)} c where ${only}${rows.andIsLine(child, 'c')} group by ${key}) l${String(i)} on l${String(i)}.parent = ${parentId(rows, child)}`
  })
  return joined(parts, '')
}

/** The id of the row `t` as the child's column holds it. */
function parentId(rows: Rows, child: ChildTable): string {
  return `${rows.id}${rows.open.id.typeName === child.parent.typeName ? '' : `::${child.parent.typeName}`}`
}

/** The row `t` for each id of a bound list; each id by the index, whatever the statistics say. */
function byId(rows: Rows, chosen: Sql): Sql {
  const { table, id } = rows.open
  // One id may come in two spellings, `5` and `05`: that are not two rows.
  const keys = sql`(select distinct v.id::${id.typeName} as id from unnest(${chosen}::text[]) v(id))`
  return sql`${keys} k cross join lateral (select x.* from ${qualified(table)} x where x.${quoteName(id.name)} = k.id offset 0) t`
}

const isIndexed = ({ table, parent }: ChildTable): boolean => table.indexed.has(parent.name)

/** Whole numbers without a gap, as ids that were reserved together are: the range that is exactly these; null otherwise. */
function contiguous(
  column: Column,
  chosen: readonly string[],
): { readonly from: number; readonly upTo: number } | null {
  if (!isInteger(column)) return null
  let from = Infinity
  let upTo = -Infinity
  for (const id of chosen) {
    const number = Number(id)
    if (!Number.isSafeInteger(number) || String(number) !== id) return null
    if (number < from) from = number
    if (number > upTo) upTo = number
  }
  return upTo - from + 1 === chosen.length ? { from, upTo } : null
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
