import {
  ExactJsonNumber,
  isJsonObject,
  type Json,
  jsonAt,
  parseExactJson,
  writeExactJson,
} from '../../connector-kit/http/exact-json.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { RestField } from '../../model/rest-description.ts'
import type { Raw } from '../../model/value.ts'
import { microseconds, toLocal, toUtc } from './moment.ts'
import { compareNumbers, fromUnits, plainNumber, wholeUnits } from './number-text.ts'

/*
 * One field of a JSON record as text, and back. Numbers keep every digit; times are UTC in images, whatever the system
 * writes.
 */

/** The value of a field in a JSON record. */
export function readField(field: RestField, record: Json, zone: string): Raw {
  const found = jsonAt(record, field.path)
  if (found === undefined || found === null) return null
  if (field.empty === 'empty text' && found === '') return null
  if (field.empty === 'false' && found === false && field.type !== 'boolean') return null
  const bare = unwrapped(field, found)
  if (bare === null || bare === undefined) return null
  if (field.type === 'json') return writeExactJson(bare)
  const text = textOf(bare)
  switch (field.type) {
    case 'integer':
    case 'decimal': {
      const number = plainNumber(text)
      if (number === null) return text
      return field.as === 'minor units' && /^-?\d+$/.test(number) ? fromUnits(number, field.scale!) : number
    }
    case 'instant':
      return readMoment(field, text, zone)
    default:
      return text
  }
}

function unwrapped(field: RestField, value: Json): Json | undefined {
  if (field.as === 'pair') return Array.isArray(value) ? (value as readonly Json[])[0] : value
  if (typeof field.as === 'object') return isJsonObject(value) ? jsonAt(value, [field.as.key]) : value
  return value
}

const textOf = (value: Json): string =>
  typeof value === 'string'
    ? value
    : value instanceof ExactJsonNumber
      ? value.text
      : typeof value === 'boolean'
        ? String(value)
        : writeExactJson(value)

function readMoment(field: RestField, text: string, zone: string): string {
  if (field.as === 'epoch seconds' || field.as === 'epoch milliseconds') {
    const number = plainNumber(text)
    if (number === null) return text
    const [whole = '0', fraction = ''] = number.split('.')
    const perSecond = field.as === 'epoch seconds' ? 1n : 1000n
    const seconds = BigInt(whole) / perSecond
    const rest = field.as === 'epoch seconds' ? fraction : String(BigInt(whole) % perSecond).padStart(3, '0') + fraction
    const digits = rest.replace(/0+$/, '')
    return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}Z`
  }
  return toUtc(text, field.as === 'local time' ? zone : 'UTC') ?? text
}

/** A value as the system wants it; undefined: it is left out. Throws `connector.rejected-value` for what is not of its type. */
export function writeField(field: RestField, value: Raw, zone: string): Json | undefined {
  if (value === null) return { null: null, 'empty text': '', false: false, 'left out': undefined }[field.empty]
  const bare = bareValue(field, value, zone)
  return typeof field.as === 'object' && !field.as.bare ? { ...field.as.beside, [field.as.key]: bare } : bare
}

function bareValue(field: RestField, value: string, zone: string): Json {
  switch (field.type) {
    case 'text':
      return value
    case 'integer':
    case 'decimal': {
      const number = plainNumber(value)
      if (number === null || (field.type === 'integer' && number.includes('.'))) throw notOfType(field)
      if (field.as !== 'minor units') return field.as === 'text' ? number : new ExactJsonNumber(number)
      const units = wholeUnits(number, field.scale!)
      if (units === null) throw notOfType(field)
      return new ExactJsonNumber(units)
    }
    case 'boolean':
      if (/^(true|t|1)$/i.test(value)) return true
      if (/^(false|f|0)$/i.test(value)) return false
      throw notOfType(field)
    case 'date':
      if (!/^\d{4}-\d\d-\d\d$/.test(value) || !isDay(value)) throw notOfType(field)
      return value
    case 'instant':
      return writeMoment(field, value, zone)
    case 'json':
      try {
        return parseExactJson(value)
      } catch {
        throw notOfType(field)
      }
  }
}

function writeMoment(field: RestField, value: string, zone: string): Json {
  const utc = toUtc(value, 'UTC')
  if (utc === null) throw notOfType(field)
  if (field.as === 'local time') return toLocal(utc, zone)
  if (field.as !== 'epoch seconds' && field.as !== 'epoch milliseconds') return utc
  const scale = field.as === 'epoch seconds' ? 6 : 3
  const text = fromUnits(String(microseconds(utc)), scale)
  return new ExactJsonNumber(text.replace(/\.?0+$/, ''))
}

const isDay = (text: string): boolean => {
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** Order of two values of a field. */
export function compareValues(field: RestField, a: string, b: string): number {
  if (field.type === 'integer' || field.type === 'decimal') {
    const [left, right] = [plainNumber(a), plainNumber(b)]
    if (left !== null && right !== null) return compareNumbers(left, right)
  }
  if (field.type === 'instant') {
    const [left, right] = [toUtc(a, 'UTC'), toUtc(b, 'UTC')]
    if (left !== null && right !== null) return Number(microseconds(left) - microseconds(right))
  }
  if (field.type === 'boolean') {
    const yes = (text: string) => (/^(true|t|1)$/i.test(text) ? 1 : 0)
    return yes(a) - yes(b)
  }
  return byCodePoint(a, b)
}

/** Order of two texts by their code points, as UTF-8 has it. */
export function byCodePoint(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))
}

const notOfType = (field: RestField) =>
  new ConcordatError(
    'connector.rejected-value',
    `What is to be written to the field ${field.name} is no ${field.type} that it can hold.`,
    { cure: 'Give the field of the flow the type that the system has, or correct the value.' },
  )
