import type { CatalogueColumn } from '../../connector-kit/port.ts'

/** Kinds of columns that the in-memory system has. */
export type CellKind = Extract<CatalogueColumn['kind'], 'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'instant'>

const MOST_INTEGER = 2n ** 63n

/** The text that a column of this kind keeps for `text`, or null when it cannot hold it. Says why in no words: see the caller. */
export function storeCell(kind: CellKind, text: string, scale: number | null): string | null {
  switch (kind) {
    case 'text':
      return text.includes('\0') || !text.isWellFormed() ? null : text
    case 'integer': {
      if (!/^[+-]?\d{1,30}$/.test(text)) return null
      const value = BigInt(text.replace('+', ''))
      return value >= -MOST_INTEGER && value < MOST_INTEGER ? String(value) : null
    }
    case 'decimal':
      return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? storeDecimal(text, scale) : null
    case 'boolean':
      if (/^(t|true|1)$/i.test(text)) return 't'
      return /^(f|false|0)$/i.test(text) ? 'f' : null
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text) ? text : null
    case 'instant':
      return storeInstant(text)
  }
}

/** Order of two stored texts of one kind. */
export function compareCells(kind: CellKind, a: string, b: string): number {
  if (kind === 'integer' || kind === 'decimal') {
    const [left, right] = toSameScale(a, b)
    return left < right ? -1 : left > right ? 1 : 0
  }
  return a < b ? -1 : a > b ? 1 : 0
}

/** An instant less some milliseconds. */
export function earlier(instant: string, ms: number): string {
  const [, micros = ''] = /\.\d{3}(\d{3})/.exec(instant) ?? []
  return `${new Date(Date.parse(instant) - ms).toISOString().slice(0, -1)}${micros}Z`
}

/** Half away from zero, as PostgreSQL's numeric rounds. */
function storeDecimal(text: string, scale: number | null): string {
  const negative = text.startsWith('-')
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.')
  const places = scale ?? fraction.length
  let digits = BigInt(`0${whole}${fraction.slice(0, places).padEnd(places, '0')}`)
  if ((fraction[places] ?? '0') >= '5') digits += 1n
  const padded = String(digits).padStart(places + 1, '0')
  const printed = places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`
  return negative && digits !== 0n ? `-${printed}` : printed
}

function toSameScale(a: string, b: string): [bigint, bigint] {
  const places = Math.max(fractionLength(a), fractionLength(b))
  return [toUnits(a, places), toUnits(b, places)]
}
function fractionLength(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}
function toUnits(text: string, places: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(`${whole}${fraction.padEnd(places, '0')}`)
}

/** Always with microseconds and `Z`, so that texts sort as instants do. */
function storeInstant(text: string): string | null {
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(text)
  if (parts === null) return null
  const [, day, minute, second = '00', fraction = '', zone = 'Z'] = parts
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`
  const at = Date.parse(`${day}T${minute}:${second}${offset}`)
  return Number.isNaN(at) || !isDay(day!)
    ? null
    : `${new Date(at).toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}Z`
}

/** Date.parse takes 31 February for a day in March. */
function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)
}
