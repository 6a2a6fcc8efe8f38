import assert from 'node:assert/strict'
import { ConcordatError } from '../../model/errors.ts'
import type { Raw } from '../../model/value.ts'
import type {
  Connector,
  CreateItem,
  Cursor,
  KeyRange,
  LineInsert,
  ObjectSpec,
  RemoteObject,
  RemoteRecord,
  WriteResult,
} from '../port.ts'
import type { ConformanceRunner, ConformanceSystem } from './system.ts'

/** The flow that most tests open. */
export const CUSTOMERS: ObjectSpec = {
  object: 'customers',
  id: 'id',
  changedAt: 'updated_at',
  fields: ['name', 'vat', 'email', 'country', 'credit', 'exact', 'active', 'born', 'note'],
}
/** The same with child rows of both kinds. */
export const WITH_LINES: ObjectSpec = {
  ...CUSTOMERS,
  lines: [
    { name: 'items', object: 'customer_lines', parent: 'customer_id', fields: ['sku', 'quantity', 'done'] },
    { name: 'parts', object: 'customer_parts', parent: 'customer_id', fields: ['sku'] },
  ],
}
/** The whole table. */
export const ALL: KeyRange = { after: null, upTo: null }
/** When most records were last changed. */
export const NOON = '2026-03-01 12:00:00'

/** Columns of `CUSTOMERS` in catalogue order. */
export const CUSTOMER_COLUMNS = [
  'id',
  'name',
  'vat',
  'email',
  'country',
  'credit',
  'exact',
  'active',
  'born',
  'note',
  'kind',
  'updated_at',
]

/** The system under test with what the tests do to it. */
export class Bench {
  readonly runner: ConformanceRunner
  system!: ConformanceSystem
  connector!: Connector

  constructor(runner: ConformanceRunner) {
    this.runner = runner
  }

  /** Inserts a customer past the connector. */
  readonly customer = (i: number, row: Readonly<Record<string, Raw>> = {}): Promise<string> =>
    this.system.insert('customers', { name: `Customer ${i}`, vat: `ES${i}`, updated_at: NOON, ...row })

  readonly customers = async (count: number): Promise<void> => {
    for (let i = 1; i <= count; i++) await this.customer(i)
  }

  readonly open = (spec: ObjectSpec = CUSTOMERS): Promise<RemoteObject> => this.connector.open(spec)

  /** Creates records under reserved ids where the system hands them out. */
  readonly createAll = async (
    object: RemoteObject,
    rows: readonly Omit<CreateItem, 'id'>[],
  ): Promise<readonly WriteResult[]> => {
    if (object.capabilities.ids !== 'reserved') return object.create(rows)
    const ids = await object.reserveIds(rows.length)
    return object.create(rows.map((row, i) => ({ ...row, id: ids[i]! })))
  }
}

/** All pages. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(page)
  return found
}

/** Ids and cursors of all changes since a cursor. */
export async function changes(
  object: RemoteObject,
  cursor: Cursor,
  overlapMs: number,
  pageSize = 100,
): Promise<{ ids: string[]; cursors: Cursor[] }> {
  const pages = await all(object.changedSince(cursor, overlapMs, pageSize))
  return {
    ids: pages.flatMap((page) => page.records.map((record) => record.id)),
    cursors: pages.map((page) => page.cursor),
  }
}

/** The record that a write left behind; fails when it did not land. */
export function landed(result: WriteResult): RemoteRecord {
  if (result.kind === 'done') return result.record!
  assert.fail(result.kind === 'refused' ? result.error.message : 'conflict')
}

/** The JSON text of child rows. */
export function linesText(object: RemoteObject, record: RemoteRecord, name: string): string {
  return record.values[object.layout.lines.get(name)!.place]!
}
/** Child rows, decoded: their own id, and then the given columns. */
export function linesOf(
  object: RemoteObject,
  record: RemoteRecord,
  name: string,
  columns: readonly string[],
): (string | null)[][] {
  const rows = JSON.parse(linesText(object, record, name)) as (string | null)[][]
  const places = ['', ...columns].map((column) => object.layout.lines.get(name)!.columns.indexOf(column))
  return rows.map((row) => places.map((place) => row[place]!))
}
/** All columns of the child rows as a restore names them. */
export function lastLines(object: RemoteObject, record: RemoteRecord, name: string): LineInsert[] {
  const { columns } = object.layout.lines.get(name)!
  const rows = JSON.parse(linesText(object, record, name)) as (string | null)[][]
  return rows.map((row) => ({
    values: Object.fromEntries(columns.slice(1).map((column, i) => [column, row[i + 1]!])),
  }))
}

/** The error with which `work` fails. */
export async function failure(work: () => Promise<unknown>): Promise<ConcordatError> {
  try {
    await work()
  } catch (error) {
    assert.ok(error instanceof ConcordatError, `a ConcordatError, not ${String(error)}`)
    return error
  }
  assert.fail('it should have failed')
}

/** All that somebody could print of an error. */
export function everythingAbout(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [
    error.message,
    error.stack,
    JSON.stringify(error),
    'cure' in error ? String(error.cure) : '',
    error.cause === undefined ? '' : everythingAbout(error.cause),
  ].join('\n')
}
