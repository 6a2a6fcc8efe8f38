import { createHash } from 'node:crypto'
import type { PoolClient } from 'pg'
import { decodeImage } from '../../../model/image.ts'
import { localFrom, offsetNow } from '../../../connector-kit/local-times.ts'
import type { ChangePage, Cursor, KeyRange, RemoteRecord } from '../../../connector-kit/port.ts'
import { ConcordatError } from '../../../model/errors.ts'
import type { Raw } from '../../../model/value.ts'
import { Bindings } from './bindings.ts'
import { failures } from './failure.ts'
import type { Column } from '../table.ts'
import { CopyOut, copyLines } from './copy.ts'
import { quoteName } from './identifier.ts'
import { canHold, tableName } from './row-query.ts'
import type { RowQuery } from './row-query.ts'
import { sent } from './sent.ts'
import { IDLE_MS, WHOLE } from './session.ts'
import type { Session } from './session.ts'

/*
 * Reading one opened table: one COPY for a whole range or for all changes, handed on in pages at the reader's pace.
 */

/** Records of a range in scope, by id. */
export async function* scan(
  session: Session,
  rows: RowQuery,
  range: KeyRange,
  pageSize: number,
): AsyncGenerator<readonly RemoteRecord[]> {
  const bindings = new Bindings()
  const text = rows.copy(bindings, { where: rangeConditions(rows, range, bindings), order: idOrder(rows) })
  yield* pages(session, rows, bindings, text, pageSize, (line) => rows.record(line))
}

/** Ids in scope, in the order of `scan`. */
export async function* scanIds(session: Session, rows: RowQuery, pageSize: number): AsyncGenerator<readonly string[]> {
  const bindings = new Bindings()
  const text = rows.copyIds(rangeConditions(rows, { after: null, upTo: null }, bindings), idOrder(rows))
  yield* pages(session, rows, bindings, text, pageSize, (line) => decodeImage(line)[0]!)
}

/** Hash over the raw bytes of a range: every image followed by a line feed. */
export async function digest(
  session: Session,
  rows: RowQuery,
  range: KeyRange,
): Promise<{ rows: number; digest: string }> {
  const bindings = new Bindings()
  const text = rows.copy(bindings, { where: rangeConditions(rows, range, bindings), order: idOrder(rows) })
  const hash = createHash('sha256')
  let count = 0
  await reading(session, rows, async (client) => {
    await client.query('set local statement_timeout = 0')
    await bindings.apply(client)
    const copy = client.query(new CopyOut(text, IDLE_MS))
    for await (const block of copy.blocks()) hash.update(block)
    count = copy.rows
  })
  return { rows: count, digest: hash.digest('hex') }
}

/** Rough number of records in scope: counted when that is quick, else the planner's estimate. */
export async function estimate(session: Session, rows: RowQuery): Promise<number | null> {
  const { table } = rows.open
  return reading(session, rows, async (client) => {
    const bindings = new Bindings()
    const select = `select count(*)::float8 as rows from ${tableName(table)} t where ${rows.scope(bindings)}`
    await bindings.apply(client)
    if (table.countable) {
      return (await client.query<{ rows: number }>(select)).rows[0]!.rows
    }
    const plan = (
      await client.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
        `explain (format json) ${select.replace('count(*)::float8 as rows', '1')}`,
      )
    ).rows[0]!
    return plan['QUERY PLAN'][0].Plan['Plan Rows']
  })
}

/** The largest (changed_at, id) that is present and not in the future. */
export async function now(session: Session, rows: RowQuery): Promise<Cursor> {
  const changedAt = needChangedAt(rows)
  const at = `t.${quoteName(changedAt.name)}`
  const id = `t.${quoteName(rows.open.id.name)}`
  return reading(session, rows, async (client) => {
    const text = copyOne(
      `${at}, ${id}`,
      `${tableName(rows.open.table)} t where ${id} is not null and ${at} is not null and ${notInFuture(rows, changedAt, at)} order by ${at} desc, ${id} desc limit 1`,
    )
    for await (const lines of copyLines(client.query(new CopyOut(text, IDLE_MS)).blocks())) {
      const [newest, newestId] = decodeImage(lines[0]!)
      return { at: newest!, id: newestId! }
    }
    return { at: changedAt.kind === 'integer' || changedAt.kind === 'decimal' ? '0' : '-infinity', id: '' }
  })
}

/**
 * Records changed since the cursor less the overlap. Records whose changed-at is null or infinite are never seen here
 * (full scans find them). Records dated in the future are handed over but do not move the cursor: one wrong date would
 * otherwise hide everything that changes until then.
 */
export async function* changedSince(
  session: Session,
  rows: RowQuery,
  cursor: Cursor,
  overlapMs: number,
  pageSize: number,
): AsyncGenerator<ChangePage> {
  const changedAt = needChangedAt(rows)
  const bindings = new Bindings()
  const at = `t.${quoteName(changedAt.name)}`
  const id = `t.${quoteName(rows.open.id.name)}`
  const from = `${bindings.add(cursor.at)}::${changedAt.typeName}`
  const after =
    canHold(rows.open.id, cursor.id) && cursor.id !== ''
      ? `(${at}, ${id}) > (${from}, ${bindings.add(cursor.id)}::${rows.open.id.typeName})`
      : `${at} >= ${from}`
  const local = changedAt.kind === 'local timestamp' ? localFrom(cursor.at, overlapMs, rows.open.timezone) : null
  const since = local === null ? lessOverlap(changedAt, from, overlapMs) : `${bindings.add(local)}::timestamp`
  const text = rows.copy(bindings, {
    prefix: `${rows.scopeFlag(bindings)}, case when ${after} and ${notInFuture(rows, changedAt, at)} then '1' else '0' end`,
    where: [`${id} is not null`, `${at} >= ${since}`, ...(isTime(changedAt) ? [`isfinite(${at})`] : [])],
    order: `${at}, ${id}`,
  })
  let reached = cursor
  const { layout } = rows
  const read = (line: string) => {
    const record = rows.flaggedRecord(`${line[0]}\t${line.slice(4)}`)
    return { record, moves: line.charCodeAt(2) === 49 }
  }
  for await (const page of pages(session, rows, bindings, text, pageSize, read)) {
    const last = page.findLast((entry) => entry.moves)?.record
    if (last !== undefined) reached = { at: last.values[layout.changedAt]!, id: last.id }
    yield { records: page.map((entry) => entry.record), cursor: reached }
  }
}

/** Records by id; ids that do not exist, or cannot, are absent. */
export async function read(session: Session, rows: RowQuery, ids: readonly string[]): Promise<readonly RemoteRecord[]> {
  if (ids.length === 0) return []
  try {
    return [...(await reading(session, rows, (client) => rows.readIn(client, ids))).values()]
  } catch (error) {
    // One id that is not of the column's type fails the whole query: find it by halves, and do without it.
    if (!(error instanceof ConcordatError) || error.code !== 'connector.rejected-value') throw error
    if (ids.length === 1) return []
    const half = Math.ceil(ids.length / 2)
    return [...(await read(session, rows, ids.slice(0, half))), ...(await read(session, rows, ids.slice(half)))]
  }
}

/** For each set of values the records that hold exactly them. */
export async function search(
  session: Session,
  rows: RowQuery,
  wanted: readonly Readonly<Record<string, Raw>>[],
  column: (name: string) => Column,
  most?: number,
): Promise<RemoteRecord[][]> {
  const found: RemoteRecord[][] = wanted.map(() => [])
  await reading(session, rows, async (client) => {
    for (const [i, values] of wanted.entries()) {
      const bindings = new Bindings()
      const conditions = Object.entries(values).map(([name, value]) => {
        const { nativeType, kind } = column(name)
        const place = `t.${quoteName(name)}`
        if (value === null) return `${place} is null`
        // With length and precision, so that the value is rounded as the column rounds it. Some types know no equality.
        const bound = `${bindings.add(sent(column(name), value)!)}::${nativeType}`
        return kind === 'json' || kind === 'other' ? `${place}::text = (${bound})::text` : `${place} = ${bound}`
      })
      const text = rows.copy(bindings, {
        prefix: rows.scopeFlag(bindings),
        where: conditions,
        ...(most !== undefined && { limit: most }),
      })
      await bindings.apply(client)
      for await (const lines of copyLines(client.query(new CopyOut(text, IDLE_MS)).blocks())) {
        for (const line of lines) found[i]!.push(rows.flaggedRecord(line))
      }
    }
  })
  return found
}

/** Streams one COPY in pages. A reader that leaves early costs the connection, nothing else. */
async function* pages<T>(
  session: Session,
  rows: RowQuery,
  bindings: Bindings,
  text: string,
  pageSize: number,
  read: (line: string) => T,
): AsyncGenerator<T[]> {
  const lease = await session.lease()
  let clean = false
  try {
    await lease.client.query(
      `begin read only${lease.settings}; set local statement_timeout = 0${isWhole(rows) ? `; ${WHOLE}` : ''}`,
    )
    await bindings.apply(lease.client)
    let page: T[] = []
    for await (const lines of copyLines(lease.client.query(new CopyOut(text, IDLE_MS)).blocks())) {
      for (const line of lines) {
        page.push(read(line))
        if (page.length === pageSize) {
          yield page
          page = []
        }
      }
    }
    await lease.client.query('commit')
    clean = true
    if (page.length > 0) yield page
  } catch (error) {
    throw failures.translate(error, session.place(rows.open.table.name))
  } finally {
    lease.release(!clean)
  }
}

function reading<T>(session: Session, rows: RowQuery, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return session.transaction(work, rows.open.table.name, isWhole(rows) ? 'read only, whole' : 'read only')
}

/** Where no policy hid rows as the table was opened, none may begin to unnoticed. */
function isWhole({ open: { table, children } }: RowQuery): boolean {
  return [table, ...children.map((child) => child.table)].every(({ hides }) => hides !== 'policy')
}

function rangeConditions(rows: RowQuery, range: KeyRange, bindings: Bindings): string[] {
  const id = `t.${quoteName(rows.open.id.name)}`
  const { typeName } = rows.open.id
  const conditions = rows.open.id.nullable ? [`${id} is not null`] : []
  if (range.after !== null) conditions.push(`${id} > ${bindings.add(range.after)}::${typeName}`)
  if (range.upTo !== null) conditions.push(`${id} <= ${bindings.add(range.upTo)}::${typeName}`)
  if (rows.open.filter !== null) conditions.push(rows.scope(bindings))
  return conditions
}

function idOrder(rows: RowQuery): string {
  return `t.${quoteName(rows.open.id.name)}`
}

function copyOne(list: string, from: string): string {
  return `copy (select ${list} from ${from}) to stdout`
}

function isTime(column: Column): boolean {
  return column.kind === 'instant' || column.kind === 'local timestamp' || column.kind === 'date'
}

function notInFuture(rows: RowQuery, column: Column, at: string): string {
  switch (column.kind) {
    case 'instant':
      return `(isfinite(${at}) and ${at} <= clock_timestamp())`
    case 'local timestamp':
    case 'date':
      return `(isfinite(${at}) and ${at} <= (clock_timestamp() at time zone 'UTC') + interval '${offsetNow(rows.open.timezone)} seconds')`
    default:
      return 'true'
  }
}

/** Numbers that grow with every write have no duration: as many steps back as milliseconds, at most 1,000. */
function lessOverlap(column: Column, from: string, overlapMs: number): string {
  const ms = Math.max(0, Math.ceil(overlapMs))
  switch (column.kind) {
    case 'instant':
    case 'local timestamp':
      return `${from} - interval '${ms} milliseconds'`
    case 'date':
      return `(${from} - interval '${ms} milliseconds')::date`
    default:
      return `greatest(${from}::numeric - ${Math.min(ms, 1000)}, 0)::${column.typeName}`
  }
}

function needChangedAt(rows: RowQuery): Column {
  const { changedAt, table } = rows.open
  if (changedAt === null) {
    throw new ConcordatError(
      'connector.unsupported',
      `Table ${table.name} was opened without a changed_at column, so changes cannot be asked for.`,
      {
        cure: 'Name the column in records, or read the whole table.',
      },
    )
  }
  return changedAt
}
