import { createHash } from 'node:crypto'
import { localFrom, offsetNow } from '../../connector-kit/local-times.ts'
import type { ChangePage, Cursor, KeyRange, RemoteRecord } from '../../connector-kit/port.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Raw } from '../../model/value.ts'
import type { Link } from './link.ts'
import type { Rows, Selection } from './rows.ts'
import type { Session } from './session.ts'
import { all, sql, type Sql } from './sql.ts'
import { columnOf, type Column } from './table.ts'

/*
 * Reading one opened table. Ranges are read page by page along the key, each page with its child rows in one snapshot,
 * unless the dialect has one stream for all of it; changes always as one stream, so that a table without an index on
 * changed-at is read once and not once a page.
 */

const DIGEST_PAGE = 5_000

/** Records of a range in scope, by id. */
export async function* scan(
  session: Session,
  rows: Rows,
  range: KeyRange,
  pageSize: number,
): AsyncGenerator<readonly RemoteRecord[]> {
  const { dialect } = session
  const selection = (part: KeyRange): Selection => ({ where: rangeOf(rows, part), inScope: true, order: rows.id })
  if (dialect.bulk !== null) {
    for await (const { records } of dialect.stream(session, rows, selection(range), pageSize)) yield records
    return
  }
  let { after } = range
  for (;;) {
    const part = { ...selection({ after, upTo: range.upTo }), limit: Math.floor(pageSize) }
    const { records } = await session.read((link) => dialect.page(link, rows, part), rows.open.table.name, rows.isWhole)
    if (records.length > 0) yield records
    if (records.length < pageSize) return
    after = records.at(-1)!.id
  }
}

/** Ids in scope, in the order of `scan`. */
export async function* scanIds(session: Session, rows: Rows, pageSize: number): AsyncGenerator<readonly string[]> {
  const { dialect } = session
  let after: string | null = null
  if (dialect.bulk !== null) {
    yield* dialect.bulk.ids(session, rows, all(rangeOf(rows, { after, upTo: null })), pageSize)
    return
  }
  for (;;) {
    const where = all(rangeOf(rows, { after, upTo: null }))
    const statement = sql`select ${dialect.selected([rows.open.id], 't')} from ${rows.from} where ${where} order by ${rows.id} limit ${String(Math.floor(pageSize))}`
    const found = await session.query((link) => link.rows(statement), rows.open.table.name)
    const page: string[] = found.map((row) => row[0]!)
    if (page.length > 0) yield page
    if (page.length < pageSize) return
    after = page.at(-1)!
  }
}

/** Hash over every image of a range followed by a line feed. */
export async function digest(session: Session, rows: Rows, range: KeyRange): Promise<{ rows: number; digest: string }> {
  const { bulk } = session.dialect
  if (bulk !== null) return bulk.digest(session, rows, { where: rangeOf(rows, range), inScope: true, order: rows.id })
  const hash = createHash('sha256')
  let count = 0
  for await (const page of scan(session, rows, range, DIGEST_PAGE)) {
    for (const record of page) hash.update(`${record.image}\n`)
    count += page.length
  }
  return { rows: count, digest: hash.digest('hex') }
}

/** Rough number of records in scope: counted when that is quick, else as the server guesses it. */
export async function estimate(session: Session, rows: Rows): Promise<number | null> {
  const { dialect } = session
  const { table, filter } = rows.open
  if (!table.countable && dialect.guess === null) return filter === null ? table.estimatedRows : null
  const matching = sql`from ${rows.from} where ${rows.scope ?? 'true'}`
  return session.read(
    async (link) => {
      if (!table.countable && dialect.guess !== null) return dialect.guess(link, matching)
      return Number((await link.rows(sql`select ${dialect.asText('count(*)')} ${matching}`))[0]![0])
    },
    table.name,
    rows.isWhole,
  )
}

/** The largest (changed_at, id) that is present and not in the future. */
export async function now(session: Session, rows: Rows): Promise<Cursor> {
  const { dialect } = session
  const changedAt = needChangedAt(rows)
  const at = `t.${dialect.quoteName(changedAt.name)}`
  const where = `${rows.id} is not null and ${at} is not null and ${notInFuture(rows, changedAt, at)}`
  const [newest] = await session.read(
    (link) =>
      link.rows(
        sql`select ${dialect.selected([changedAt, rows.open.id], 't')} from ${rows.from} where ${where} order by ${at} desc, ${rows.id} desc limit 1`,
      ),
    rows.open.table.name,
    rows.isWhole,
  )
  // A zero date is no time.
  if (newest !== undefined && !newest[0]!.startsWith('0000')) return { at: newest[0]!, id: newest[1]! }
  return { at: isTime(changedAt) ? dialect.earliest : '0', id: '' }
}

/**
 * Records changed since the cursor less the overlap. Records whose changed-at is null, infinite or a zero date are never
 * seen here (full scans find them). Records dated in the future are handed over but do not move the cursor: one wrong date
 * would otherwise hide everything that changes until then.
 */
export async function* changedSince(
  session: Session,
  rows: Rows,
  cursor: Cursor,
  overlapMs: number,
  pageSize: number,
): AsyncGenerator<ChangePage> {
  const { dialect } = session
  const changedAt = needChangedAt(rows)
  const at = `t.${dialect.quoteName(changedAt.name)}`
  const local = changedAt.kind === 'local timestamp' ? localFrom(cursor.at, overlapMs, rows.open.timezone) : null
  const since =
    local === null
      ? dialect.lessOverlap(changedAt, dialect.compared(changedAt, cursor.at), Math.max(0, Math.ceil(overlapMs)))
      : dialect.compared(changedAt, local)
  const selection: Selection = {
    flag: sql`${laterThan(rows, changedAt, at, cursor)} and ${notInFuture(rows, changedAt, at)}`,
    where: [
      ...(rows.open.id.nullable ? [sql`${rows.id} is not null`] : []),
      sql`${at} >= ${since}`,
      ...(isTime(changedAt) ? dialect.sound(at) : []),
    ],
    order: `${at}, ${rows.id}`,
  }
  let reached = cursor
  for await (const { records, flags } of dialect.stream(session, rows, selection, pageSize)) {
    const last = records[flags.lastIndexOf(true)]
    if (last !== undefined) reached = { at: last.values[rows.layout.changedAt]!, id: last.id }
    yield { records, cursor: reached }
  }
}

/** Records by id; ids that do not exist, or cannot, are absent. */
export async function read(session: Session, rows: Rows, ids: readonly string[]): Promise<readonly RemoteRecord[]> {
  if (ids.length === 0) return []
  const some = async (part: readonly string[]) => [
    ...(await session.read((link) => rows.readIn(link, part), rows.open.table.name, rows.isWhole)).values(),
  ]
  return eachPossible(ids, some, [])
}

/** For each set of values the records that hold exactly them; none hold what a column cannot. */
export async function search(
  session: Session,
  rows: Rows,
  wanted: readonly Readonly<Record<string, Raw>>[],
  most?: number,
): Promise<readonly (readonly RemoteRecord[])[]> {
  const { dialect } = session
  const { table } = rows.open
  const one = async (link: Link, values: Readonly<Record<string, Raw>>): Promise<readonly RemoteRecord[]> => {
    const columns = Object.keys(values).map((name) => columnOf(table, name))
    const possible = columns.every(
      ({ name }, i) => values[name] === null || dialect.canHold(columns[i]!, values[name]!),
    )
    if (!possible) return []
    const where = columns.map((column) => dialect.equals(column, 't', values[column.name]!))
    return (await dialect.page(link, rows, { where, ...(most !== undefined && { limit: most }) })).records
  }
  const some = (part: readonly Readonly<Record<string, Raw>>[]) =>
    session.read(
      async (link) => {
        const found: (readonly RemoteRecord[])[] = []
        for (const values of part) found.push(await one(link, values))
        return found
      },
      table.name,
      rows.isWhole,
    )
  return eachPossible(wanted, some, [[]])
}

/**
 * What is found for some values. One that is not of its column's type fails the whole query: it is found by halves, and has
 * `none`.
 */
async function eachPossible<T, R>(
  values: readonly T[],
  find: (part: readonly T[]) => Promise<readonly R[]>,
  none: readonly R[],
): Promise<readonly R[]> {
  try {
    return await find(values)
  } catch (error) {
    if (!(error instanceof ConcordatError) || error.code !== 'connector.rejected-value') throw error
    if (values.length <= 1) return none
    const half = Math.ceil(values.length / 2)
    return [
      ...(await eachPossible(values.slice(0, half), find, none)),
      ...(await eachPossible(values.slice(half), find, none)),
    ]
  }
}

function rangeOf(rows: Rows, { after, upTo }: KeyRange): Sql[] {
  const { id } = rows.open
  const { dialect } = rows
  return [
    ...(after === null && id.nullable ? [sql`${rows.id} is not null`] : []),
    ...(after === null ? [] : [sql`${rows.id} > ${dialect.compared(id, after)}`]),
    ...(upTo === null ? [] : [sql`${rows.id} <= ${dialect.compared(id, upTo)}`]),
    ...(rows.scope === null ? [] : [rows.scope]),
  ]
}

function laterThan(rows: Rows, changedAt: Column, at: string, cursor: Cursor): Sql {
  const { dialect } = rows
  const { id } = rows.open
  const from = dialect.compared(changedAt, cursor.at)
  if (cursor.id === '' || !dialect.canHold(id, cursor.id)) return sql`${at} >= ${from}`
  return sql`(${at} > ${from} or ${at} = ${from} and ${rows.id} > ${dialect.compared(id, cursor.id)})`
}

function isTime(column: Column): boolean {
  return column.kind === 'instant' || column.kind === 'local timestamp' || column.kind === 'date'
}

function notInFuture(rows: Rows, column: Column, at: string): string {
  if (!isTime(column)) return 'true'
  return rows.dialect.notInFuture(at, column.kind === 'instant' ? null : offsetNow(rows.open.timezone))
}

function needChangedAt(rows: Rows): Column {
  const { changedAt, table } = rows.open
  if (changedAt !== null) return changedAt
  throw new ConcordatError(
    'connector.unsupported',
    `Table ${table.name} was opened without a changed_at column, so changes cannot be asked for.`,
    { cure: 'Name the column in records, or read the whole table.' },
  )
}
