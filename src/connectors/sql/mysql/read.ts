import { createHash } from 'node:crypto'
import { localFrom, offsetNow } from '../../../connector-kit/local-times.ts'
import type { ChangePage, Cursor, KeyRange, RemoteRecord } from '../../../connector-kit/port.ts'
import { ConcordatError } from '../../../model/errors.ts'
import type { Raw } from '../../../model/value.ts'
import type { Column } from '../table.ts'
import { failures } from './failure.ts'
import { canHold, comparedPlaceholder, parameter, quoteName, selectList } from './column-sql.ts'
import type { Bound } from './filter.ts'
import type { RowQuery } from './row-query.ts'
import { STATEMENT_SECONDS } from './session.ts'
import type { Parameter, Session } from './session.ts'

/*
 * Reading one opened table. Ranges are read page by page along the key, each page with its child rows in one snapshot;
 * changes as one stream, so that a table without an index on changed-at is read once and not once a page.
 */

const SNAPSHOT = 'start transaction with consistent snapshot, read only'

/** Records of a range in scope, by id. */
export async function* scan(
  session: Session,
  rows: RowQuery,
  range: KeyRange,
  pageSize: number,
): AsyncGenerator<readonly RemoteRecord[]> {
  let { after } = range
  for (;;) {
    const where = rangeCondition(rows, { after, upTo: range.upTo })
    const sql = `select ${rows.list.sql} from ${rows.from} where ${where.sql} order by ${idOf(rows)} limit ${Math.floor(pageSize)}`
    const page = await session.transaction(
      async (link) => rows.records(link, await link.rows(sql, [...rows.list.values, ...where.values])),
      rows.open.table.name,
      SNAPSHOT,
    )
    if (page.length > 0) yield page
    if (page.length < pageSize) return
    after = page.at(-1)!.id
  }
}

/** Ids in scope, in the order of `scan`. */
export async function* scanIds(session: Session, rows: RowQuery, pageSize: number): AsyncGenerator<readonly string[]> {
  let after: string | null = null
  for (;;) {
    const where = rangeCondition(rows, { after, upTo: null })
    const sql = `select ${selectList([rows.open.id], 't')} from ${rows.from} where ${where.sql} order by ${idOf(rows)} limit ${Math.floor(pageSize)}`
    const page: string[] = (await session.query((link) => link.rows(sql, where.values), rows.open.table.name)).map(
      (row) => row[0]!,
    )
    if (page.length > 0) yield page
    if (page.length < pageSize) return
    after = page.at(-1)!
  }
}

/** Hash over every image of a range followed by a line feed. */
export async function digest(
  session: Session,
  rows: RowQuery,
  range: KeyRange,
): Promise<{ rows: number; digest: string }> {
  const hash = createHash('sha256')
  let count = 0
  for await (const page of scan(session, rows, range, 5000)) {
    for (const record of page) hash.update(`${record.image}\n`)
    count += page.length
  }
  return { rows: count, digest: hash.digest('hex') }
}

/** Rough number of records in scope; null for a part of a table that is too large to count on the way. */
export async function estimate(session: Session, rows: RowQuery): Promise<number | null> {
  const { table, filter } = rows.open
  if (!table.countable) return filter === null ? table.estimatedRows : null
  const sql = `select cast(count(*) as char) from ${rows.from} where ${rows.scope.sql}`
  return Number((await session.query((link) => link.rows(sql, rows.scope.values), table.name))[0]![0])
}

/** The largest (changed_at, id) that is present and not in the future. */
export async function now(session: Session, rows: RowQuery): Promise<Cursor> {
  const changedAt = needChangedAt(rows)
  const at = `t.${quoteName(changedAt.name)}`
  const sql =
    `select ${selectList([changedAt, rows.open.id], 't')} from ${rows.from} ` +
    `where ${at} is not null and ${notInFuture(rows, changedAt, at)} order by ${at} desc, ${idOf(rows)} desc limit 1`
  const [newest] = await session.query((link) => link.rows(sql), rows.open.table.name)
  if (newest !== undefined && !newest[0]!.startsWith('0000')) return { at: newest[0]!, id: newest[1]! }
  return { at: isTime(changedAt) ? '1970-01-02 00:00:00' : '0', id: '' }
}

/**
 * Records changed since the cursor less the overlap. Records whose changed-at is null or a zero date are never seen
 * here (full scans find them). Records dated in the future are handed over but do not move the cursor: one wrong date
 * would otherwise hide everything that changes until then.
 */
export async function* changedSince(
  session: Session,
  rows: RowQuery,
  cursor: Cursor,
  overlapMs: number,
  pageSize: number,
): AsyncGenerator<ChangePage> {
  const changedAt = needChangedAt(rows)
  const at = `t.${quoteName(changedAt.name)}`
  const place = comparedPlaceholder(changedAt)
  const from = parameter(changedAt, cursor.at)
  const later = laterThan(rows, changedAt, cursor)
  const local = changedAt.kind === 'local timestamp' ? localFrom(cursor.at, overlapMs, rows.open.timezone) : null
  const since = local === null ? lessOverlap(changedAt, place, overlapMs) : place
  const sql =
    `select case when ${later.sql} and ${notInFuture(rows, changedAt, at)} then '1' else '0' end, ${rows.list.sql} from ${rows.from} ` +
    `where ${at} >= ${since} order by ${at}, ${idOf(rows)}`
  const values = [...later.values, ...rows.list.values, local ?? from]

  let reached = cursor
  const toPage = async (page: readonly (readonly Raw[])[]): Promise<ChangePage> => {
    const records = await session.query(
      (link) =>
        rows.records(
          link,
          page.map((row) => row.slice(1)),
        ),
      rows.open.table.name,
    )
    const last = page.findLastIndex((row) => row[0] === '1')
    if (last >= 0) reached = { at: records[last]!.values[rows.layout.changedAt]!, id: records[last]!.id }
    return { records, cursor: reached }
  }
  const lease = await session.lease()
  let clean = false
  try {
    await lease.link.limitTime(0)
    let page: Raw[][] = []
    for await (const row of lease.link.stream(sql, values)) {
      page.push(row)
      if (page.length === pageSize) {
        yield await toPage(page)
        page = []
      }
    }
    if (page.length > 0) yield await toPage(page)
    await lease.link.limitTime(STATEMENT_SECONDS)
    clean = true
  } catch (error) {
    throw failures.translate(error, session.place(rows.open.table.name))
  } finally {
    // A stream that was left in the middle costs the connection.
    lease.release(!clean)
  }
}

/** Records by id; ids that do not exist, or cannot, are absent. */
export async function read(session: Session, rows: RowQuery, ids: readonly string[]): Promise<readonly RemoteRecord[]> {
  if (ids.length === 0) return []
  return [...(await session.transaction((link) => rows.readIn(link, ids), rows.open.table.name, SNAPSHOT)).values()]
}

/** For each set of values the records that hold exactly them. */
export async function search(
  session: Session,
  rows: RowQuery,
  wanted: readonly Readonly<Record<string, Raw>>[],
  column: (name: string) => Column,
  most?: number,
): Promise<RemoteRecord[][]> {
  return session.query(async (link) => {
    const found: RemoteRecord[][] = []
    for (const values of wanted) {
      const names = Object.keys(values)
      const conditions = names.map((name) => `t.${quoteName(name)} <=> ${comparedPlaceholder(column(name))}`)
      const bound: Parameter[] = names.map((name) => parameter(column(name), values[name]!))
      const possible = names.every((name) => values[name] === null || canHold(column(name), values[name]!))
      const sql = `select ${rows.list.sql} from ${rows.from} where ${['true', ...conditions].join(' and ')}${most === undefined ? '' : ` limit ${most}`}`
      found.push(possible ? await rows.records(link, await link.rows(sql, [...rows.list.values, ...bound])) : [])
    }
    return found
  }, rows.open.table.name)
}

function idOf(rows: RowQuery): string {
  return `t.${quoteName(rows.open.id.name)}`
}

function rangeCondition(rows: RowQuery, { after, upTo }: KeyRange): Bound {
  const { id } = rows.open
  const conditions = [rows.scope.sql]
  const values = [...rows.scope.values]
  if (after === null) conditions.push(`${idOf(rows)} is not null`)
  else {
    conditions.push(`${idOf(rows)} > ${comparedPlaceholder(id)}`)
    values.push(parameter(id, after))
  }
  if (upTo !== null) {
    conditions.push(`${idOf(rows)} <= ${comparedPlaceholder(id)}`)
    values.push(parameter(id, upTo))
  }
  return { sql: conditions.join(' and '), values }
}

function laterThan(rows: RowQuery, changedAt: Column, cursor: Cursor): Bound {
  const at = `t.${quoteName(changedAt.name)}`
  const place = comparedPlaceholder(changedAt)
  const from = parameter(changedAt, cursor.at)
  if (cursor.id === '') return { sql: `${at} >= ${place}`, values: [from] }
  const { id } = rows.open
  return {
    sql: `(${at} > ${place} or ${at} = ${place} and ${idOf(rows)} > ${comparedPlaceholder(id)})`,
    values: [from, from, parameter(id, cursor.id)],
  }
}

function isTime(column: Column): boolean {
  return column.kind === 'instant' || column.kind === 'local timestamp' || column.kind === 'date'
}

function notInFuture(rows: RowQuery, column: Column, at: string): string {
  if (column.kind === 'instant') return `${at} <= utc_timestamp(6)`
  return isTime(column) ? `${at} <= utc_timestamp(6) + interval ${offsetNow(rows.open.timezone)} second` : 'true'
}

/** Numbers that grow with every write have no duration: as many steps back as milliseconds, at most 1,000. */
function lessOverlap(column: Column, place: string, overlapMs: number): string {
  const ms = Math.max(0, Math.ceil(overlapMs))
  const steps = Math.min(ms, 1000)
  // In this order: what is unsigned cannot go below zero in between.
  if (!isTime(column)) return `greatest(${place}, ${steps}) - ${steps}`
  const from = `${place} - interval ${ms * 1000} microsecond`
  return column.kind === 'date' ? `date(${from})` : from
}

function needChangedAt(rows: RowQuery): Column {
  const { changedAt, table } = rows.open
  if (changedAt !== null) return changedAt
  throw new ConcordatError(
    'connector.unsupported',
    `Table ${table.name} was opened without a changed_at column, so changes cannot be asked for.`,
    {
      cure: 'Name the column in records, or read the whole table.',
    },
  )
}
