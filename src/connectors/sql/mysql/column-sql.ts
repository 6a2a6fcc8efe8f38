import { hexDigits } from '../../../model/bytes.ts'
import type { Raw } from '../../../model/value.ts'
import type { Column, Table } from '../table.ts'
import { bind, joined, sql, type Sql } from '../sql.ts'

/*
 * How columns become texts and texts become columns. Selected columns are cast to text by the server, so that they
 * print as the server prints them. Compared texts are cast to the column's type: a number column compared with a
 * text would be compared as floating point, which mixes ids up beyond 2^53.
 */

/** Most ids in one statement. */
export const MOST_IDS = 1000

/** An identifier of the catalogue, quoted for SQL. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** Name of a table in SQL. */
export const qualified = ({ schema, relation }: Table): string => `${quoteName(schema)}.${quoteName(relation)}`

/** Expression that selects a column of the row `alias` as text. */
export function selectText(column: Column, alias: string): string {
  const name = `${alias}.${quoteName(column.name)}`
  if (column.kind === 'text') return name
  if (column.kind === 'binary') return `hex(${name})`
  if (column.typeName === 'bit') return `cast(${name} + 0 as char)`
  // A TIMESTAMP is an instant, and the session prints it in UTC: say so, as its text alone would be a local time.
  if (column.kind === 'instant') return `concat(cast(${name} as char), '+00')`
  return `cast(${name} as char)`
}

/** Select list of columns as texts. They get names of ours: the driver refuses some that a table may have. */
export function selectList(columns: readonly Column[], alias: string): string {
  // Bytes come as they are: the text of many would be longer than the server lets a value be, and then it is NULL.
  const text = (column: Column) => (isBytes(column) ? `${alias}.${quoteName(column.name)}` : selectText(column, alias))
  return columns.map((column, i) => `${text(column)} as c${i}`).join(', ')
}

/** A value that the column is compared with. */
export function compared(column: Column, value: Raw): Sql {
  const bound = bind(parameter(column, value))
  if (column.typeName === 'bit' || column.kind === 'boolean') return sql`cast(${bound} as unsigned)`
  switch (column.kind) {
    case 'integer':
      return isUnsigned(column) ? sql`cast(${bound} as unsigned)` : sql`cast(${bound} as signed)`
    case 'decimal':
      return sql`cast(${bound} as decimal(65, ${String(Math.max(column.scale ?? 0, 10))}))`
    case 'instant':
    case 'local timestamp':
      return sql`cast(${bound} as datetime(6))`
    case 'date':
      return sql`cast(${bound} as date)`
    case 'json':
      return sql`cast(${bound} as json)`
    case 'binary':
      return sql`unhex(${bound})`
    default:
      return bound
  }
}

/** A value that is written to the column: the column itself judges it, strictly. */
export function written(column: Column, value: Raw): Sql {
  if (value === null && column.zero !== undefined) return bind(column.zero)
  if (isBytes(column)) return bind(value === null ? null : Buffer.from(hexDigits(value) ?? '', 'hex'))
  const bound = bind(parameter(column, value))
  if (column.typeName === 'bit') return sql`cast(${bound} as unsigned)`
  return column.kind === 'binary' ? sql`unhex(${bound})` : bound
}

/** Condition that a column of the row `alias` is one of some texts; few different statements, so that they stay prepared. */
export function among(column: Column, alias: string, texts: readonly string[]): Sql {
  const size = [1, 10, 100, MOST_IDS].find((candidate) => candidate >= texts.length)!
  const values = Array.from({ length: size }, (_, i) => texts[Math.min(i, texts.length - 1)]!)
  return sql`${alias}.${quoteName(column.name)} in (${list(column, values)})`
}

/** The inside of `in (…)`. */
export function list(column: Column, values: readonly string[]): Sql {
  return joined(
    values.map((value) => compared(column, value)),
    ', ',
  )
}

/** Numbers that grow with every write have no duration: as many steps back as milliseconds, at most 1,000. */
export function lessOverlap(column: Column, from: Sql, ms: number): Sql {
  const steps = String(Math.min(ms, 1000))
  const earlier = sql`${from} - interval ${String(ms * 1000)} microsecond`
  switch (column.kind) {
    case 'instant':
    case 'local timestamp':
      return earlier
    case 'date':
      return sql`date(${earlier})`
    default:
      // In this order: what is unsigned cannot go below zero in between.
      return sql`greatest(${from}, ${steps}) - ${steps}`
  }
}

/** Condition that a time has come; `ahead`: seconds that local time is ahead of UTC, null for an instant. */
export function notInFuture(at: string, ahead: number | null): string {
  return ahead === null ? `${at} <= utc_timestamp(6)` : `${at} <= utc_timestamp(6) + interval ${ahead} second`
}

/** Of columns that are called binary, those that hold nothing but bytes; spatial ones are printed by the server. */
function isBytes(column: Column): boolean {
  return /^(?:(?:var)?binary|(?:tiny|medium|long)?blob)$/.test(column.typeName)
}

/** A value as the server wants it: booleans as numbers; of times TIMESTAMP has UTC, DATETIME the local time as it is. */
function parameter(column: Column, value: Raw): Raw {
  if (value === null) return null
  if (column.kind === 'boolean') return /^(t|true)$/i.test(value) ? '1' : /^(f|false)$/i.test(value) ? '0' : value
  if (column.kind === 'instant') return inUtc(value)
  if (column.typeName === 'year') return year(value)
  if (column.kind === 'local timestamp') return localTime(value)
  if (column.kind === 'binary') return hexDigits(value) ?? value
  return value
}

/** Of one or two digits it would become a year of this century; below zero it is what it is, out of range. */
function year(value: string): string {
  if (/^0+$/.test(value)) return '0000'
  return /^0*[1-9]\d?$/.test(value) ? `-${value}` : value
}

/** False for a text that a column of this type can never hold: compared with it, the server would read a prefix or 0. */
export function canHold(column: Column, value: string): boolean {
  switch (column.kind) {
    case 'integer':
      return /^[+-]?\d{1,20}$/.test(value) && inRange(column, BigInt(value.replace('+', '')))
    case 'boolean':
      return /^(t|true|f|false|[01])$/i.test(value)
    case 'decimal':
    case 'float':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(value)
    case 'instant':
    case 'local timestamp':
      return /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d){0,2})?)?$/.test(value)
    case 'uuid':
      return /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(value)
    default:
      return true
  }
}

const isUnsigned = (column: Column): boolean => column.nativeType.includes('unsigned')

function inRange(column: Column, value: bigint): boolean {
  return isUnsigned(column) ? value >= 0n && value < 2n ** 64n : value >= -(2n ** 63n) && value < 2n ** 63n
}

const STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(\.\d+)?(?:Z|([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)$/

/** The session is in UTC, and the server takes no offsets. */
function inUtc(text: string): string {
  const parts = STAMP.exec(text)
  if (parts === null) return text
  const [, day, minute, second = ':00', fraction = '', sign, hours = '0', minutes = '0', seconds = '0'] = parts
  const offset = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * (sign === '-' ? -1_000 : 1_000)
  const at = Date.parse(`${day}T${minute}${second}Z`) - offset
  // The zero date is the same everywhere, and is not taken with an offset.
  return Number.isNaN(at) ? localTime(text) : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}${fraction}`
}

/** Without the offset, as PostgreSQL does it for its `timestamp`: so it will be read. */
function localTime(text: string): string {
  const parts = STAMP.exec(text)
  return parts === null ? text : `${parts[1]} ${parts[2]}${parts[3] ?? ':00'}${parts[4] ?? ''}`
}
