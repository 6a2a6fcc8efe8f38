import { hexDigits } from '../../../model/bytes.ts'
import type { Raw } from '../../../model/value.ts'
import type { Column } from '../table.ts'
import type { Parameter } from './session.ts'

/*
 * How columns become texts and texts become columns. Selected columns are cast to text by the server, so that they
 * print as the server prints them. Compared texts are cast to the column's type: a number column compared with a
 * text would be compared as floating point, which mixes ids up beyond 2^53.
 */

/** An identifier of the catalogue, quoted for SQL. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

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

/** Placeholder for a value that the column is compared with. */
export function comparedPlaceholder(column: Column): string {
  if (column.typeName === 'bit' || column.kind === 'boolean') return 'cast(? as unsigned)'
  switch (column.kind) {
    case 'integer':
      return column.nativeType.includes('unsigned') ? 'cast(? as unsigned)' : 'cast(? as signed)'
    case 'decimal':
      return `cast(? as decimal(65, ${Math.max(column.scale ?? 0, 10)}))`
    case 'instant':
    case 'local timestamp':
      return 'cast(? as datetime(6))'
    case 'date':
      return 'cast(? as date)'
    case 'json':
      return 'cast(? as json)'
    case 'binary':
      return 'unhex(?)'
    default:
      return '?'
  }
}

/** Placeholder for a value that is written to the column: the column itself judges it, strictly. */
export function writtenPlaceholder(column: Column): string {
  if (column.typeName === 'bit') return 'cast(? as unsigned)'
  return column.kind === 'binary' && !isBytes(column) ? 'unhex(?)' : '?'
}

/** A value that is written to the column, for that placeholder. */
export function writtenParameter(column: Column, value: Raw): Parameter {
  return isBytes(column) && value !== null ? Buffer.from(hexDigits(value) ?? '', 'hex') : parameter(column, value)
}

/** Of columns that are called binary, those that hold nothing but bytes; spatial ones are printed by the server. */
function isBytes(column: Column): boolean {
  return /^(?:(?:var)?binary|(?:tiny|medium|long)?blob)$/.test(column.typeName)
}

/** A value as the server wants it: booleans as numbers; of times TIMESTAMP has UTC, DATETIME the local time as it is. */
export function parameter(column: Column, value: Raw): Raw {
  if (value === null) return null
  if (column.kind === 'boolean') return /^(t|true)$/i.test(value) ? '1' : /^(f|false)$/i.test(value) ? '0' : value
  if (column.kind === 'instant') return inUtc(value)
  if (column.kind === 'local timestamp') return localTime(value)
  if (column.kind === 'binary') return hexDigits(value) ?? value
  return value
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

function inRange(column: Column, value: bigint): boolean {
  return column.nativeType.includes('unsigned')
    ? value >= 0n && value < 2n ** 64n
    : value >= -(2n ** 63n) && value < 2n ** 63n
}

const STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(\.\d+)?(?:Z|([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)$/

/** The session is in UTC, and the server takes no offsets. */
function inUtc(text: string): string {
  const parts = STAMP.exec(text)
  if (parts === null) return text
  const [, day, minute, second = ':00', fraction = '', sign, hours = '0', minutes = '0', seconds = '0'] = parts
  const offset = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * (sign === '-' ? -1_000 : 1_000)
  const at = Date.parse(`${day}T${minute}${second}Z`) - offset
  return Number.isNaN(at) ? text : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}${fraction}`
}

/** Without the offset, as PostgreSQL does it for its `timestamp`: so it will be read. */
function localTime(text: string): string {
  const parts = STAMP.exec(text)
  return parts === null ? text : `${parts[1]} ${parts[2]}${parts[3] ?? ':00'}${parts[4] ?? ''}`
}
