import type { Raw } from '../../../model/value.ts'
import { bind, joined, sql, type Sql } from '../sql.ts'
import type { Column, Table } from '../table.ts'

/*
 * How texts become columns: bound as text, and cast to the column's type. Columns become texts by themselves: rows travel
 * as the server prints them.
 */

/** An identifier of the catalogue, quoted for SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Name of a table in SQL. */
export const qualified = ({ schema, relation }: Table): string => `${quoteName(schema)}.${quoteName(relation)}`

/** A value as a column takes it: bytes in hexadecimal digits begin with `\x`, or they would be taken for characters. */
export function sent(column: Column, value: Raw): Raw {
  if (column.kind !== 'binary' || value === null || value.startsWith('\\x')) return value
  return `\\x${value.replace(/^0x/i, '')}`
}

/** A value that the column is compared with. */
export function compared(column: Column, value: string): Sql {
  return sql`${bind(sent(column, value))}::${column.typeName}`
}

/** The inside of `in (…)`. */
export function list(column: Column, values: readonly string[]): Sql {
  // A long list as one array: a query takes only so many settings. Unnested, it is read once and not once a row.
  if (values.length > 50) return sql`select v.value::${column.typeName} from unnest(${bind(values)}::text[]) v(value)`
  return joined(
    values.map((value) => compared(column, value)),
    ', ',
  )
}

/** Condition that a column is exactly a value; null equals null. */
export function equals(column: Column, alias: string, value: Raw): Sql {
  const place = `${alias}.${quoteName(column.name)}`
  if (value === null) return sql`${place} is null`
  // With length and precision, so that the value is rounded as the column rounds it. Some types know no equality.
  const bound = sql`${bind(sent(column, value))}::${column.nativeType}`
  return column.kind === 'json' || column.kind === 'other'
    ? sql`${place}::text = (${bound})::text`
    : sql`${place} = ${bound}`
}

/** Numbers that grow with every write have no duration: as many steps back as milliseconds, at most 1,000. */
export function lessOverlap(column: Column, from: Sql, ms: number): Sql {
  switch (column.kind) {
    case 'instant':
    case 'local timestamp':
      return sql`${from} - interval '${String(ms)} milliseconds'`
    case 'date':
      return sql`(${from} - interval '${String(ms)} milliseconds')::date`
    default:
      return sql`greatest(${from}::numeric - ${String(Math.min(ms, 1000))}, 0)::${column.typeName}`
  }
}

/** Condition that a time has come; `ahead`: seconds that local time is ahead of UTC, null for an instant. */
export function notInFuture(at: string, ahead: number | null): string {
  const now =
    ahead === null
      ? 'clock_timestamp()'
      : `(clock_timestamp() at time zone 'UTC') + interval '${String(ahead)} seconds'`
  return `(isfinite(${at}) and ${at} <= ${now})`
}

const INTEGER_LIMITS: Readonly<Record<string, bigint>> = { smallint: 2n ** 15n, integer: 2n ** 31n, bigint: 2n ** 63n }

/** Columns that hold whole numbers of a fixed size. */
export const isInteger = (column: Column): boolean => INTEGER_LIMITS[column.typeName] !== undefined

/** False for a text that a column of this type can never hold, so that no record has it. */
export function canHold(column: Column, text: string): boolean {
  if (text.includes('\0')) return false
  if (column.kind === 'uuid') return /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(text)
  if (column.typeName === 'numeric') return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^(nan|[+-]?inf(inity)?)$/i.test(text)
  const limit = INTEGER_LIMITS[column.typeName]
  if (limit === undefined) return true
  if (!/^[+-]?\d{1,19}$/.test(text)) return false
  // Small enough for the smallest of them, as numbers go; most ids are, and reading big ones costs.
  if (text.length < 5) return true
  if (text.length < 10 && limit > 2n ** 15n) return true
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return value >= -limit && value < limit
}
