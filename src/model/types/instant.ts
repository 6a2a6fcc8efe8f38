import type { FieldType, TypeSpec } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'
import { dayNumber, dayText, isCalendarDay, twoDigits } from './calendar.ts'
import { type Zone, zoneOf } from './zone-offset.ts'

/*
 * instant: a point in time in UTC, `2026-11-23T10:00:00.123456Z`, the fraction without needless zeros and at most
 * microseconds. A text with an offset says which instant it is; one without is local time in the field's `timezone`
 * (default UTC): what the clock change skipped moves on by the gap, what it repeated is the first of the two.
 * A coarser `precision` cuts, it never rounds. A bare date is its midnight. MySQL's zero date is no instant: null.
 *
 * Rendered as local time *with* its offset: systems that keep offsets store the instant, those that ignore them
 * (PostgreSQL's `timestamp`) store the local time, which is how it will be read.
 */

const SHAPE =
  /^(\d{4})-(\d{2})-(\d{2})(?:(?:[T ]| +)(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?\s*(Z|UTC|GMT|[-+]\d{2}(?::?\d{2}(?::?\d{2})?)?)?)?$/i
const CANONICAL_LENGTH = 20

type Precision = 'microseconds' | 'milliseconds' | 'seconds' | 'minutes'
const FRACTION_DIGITS: Readonly<Record<Precision, number>> = {
  microseconds: 6,
  milliseconds: 3,
  seconds: 0,
  minutes: 0,
}

/** The type `instant`. */
export function instantType(spec: Extract<TypeSpec, { type: 'instant' }>): FieldType {
  const zone = zoneOf(spec.timezone ?? 'UTC')
  const precision = spec.precision ?? 'microseconds'
  return {
    name: 'instant',
    parse(raw) {
      if (raw === null) return null
      const text = raw.trim()
      if (text === '' || text.startsWith('0000-00-00')) return null
      return (text.length <= 64 ? read(text, zone, precision) : null) ?? new Invalid(['notAnInstant', quoted(raw)], raw)
    },
    render: (value): Raw => (value === null ? null : renderIn(zone, value)),
  }
}

function read(text: string, zone: Zone, precision: Precision): string | null {
  const parts = SHAPE.exec(text)
  const seconds = parts && secondsOf(parts, zone)
  return seconds === null ? null : write(seconds, parts![7] ?? '', precision)
}

/** Seconds since 1970 of a text as `instant` reads it, the fraction cut; null when it is none. */
export function instantSeconds(text: string, zone: Zone): number | null {
  const parts = text.length <= 64 ? SHAPE.exec(text) : null
  return parts && secondsOf(parts, zone)
}

function secondsOf(parts: RegExpExecArray, zone: Zone): number | null {
  const year = Number(parts[1])
  const month = Number(parts[2])
  const day = Number(parts[3])
  const hour = Number(parts[4] ?? 0)
  const minute = Number(parts[5] ?? 0)
  const second = Number(parts[6] ?? 0)
  if (!isCalendarDay(year, month, day) || hour > 23 || minute > 59 || second > 59) return null
  const local = dayNumber(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
  const offset = parts[8] === undefined ? zone.ofLocal(local) : offsetSeconds(parts[8])
  return offset === null ? null : local - offset
}

function offsetSeconds(text: string): number | null {
  const first = text.charCodeAt(0)
  if (first !== 43 && first !== 45) return 0
  const digits = text.replace(/\D/g, '')
  const hours = twoDigits(digits, 0)
  const minutes = digits.length > 2 ? twoDigits(digits, 2) : 0
  const seconds = digits.length > 4 ? twoDigits(digits, 4) : 0
  if (hours > 23 || minutes > 59 || seconds > 59) return null
  const offset = hours * 3600 + minutes * 60 + seconds
  return first === 45 ? -offset : offset
}

function write(seconds: number, fraction: string, precision: Precision): string | null {
  const days = Math.floor(seconds / 86_400)
  const date = dayText(days)
  if (date === null) return null
  let rest = seconds - days * 86_400
  if (precision === 'minutes') rest -= rest % 60
  let end = Math.min(fraction.length, FRACTION_DIGITS[precision])
  while (end > 0 && fraction.charCodeAt(end - 1) === 48) end--
  return `${date}T${clock(rest)}${end > 0 ? `.${fraction.slice(0, end)}` : ''}Z`
}

function clock(secondOfDay: number): string {
  return `${two(Math.floor(secondOfDay / 3600))}:${two(Math.floor(secondOfDay / 60) % 60)}:${two(secondOfDay % 60)}`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

function renderIn(zone: Zone, value: string): string {
  const utc =
    dayNumber(twoDigits(value, 0) * 100 + twoDigits(value, 2), twoDigits(value, 5), twoDigits(value, 8)) * 86_400 +
    twoDigits(value, 11) * 3600 +
    twoDigits(value, 14) * 60 +
    twoDigits(value, 17)
  return localText(zone, utc, value.length > CANONICAL_LENGTH ? value.slice(CANONICAL_LENGTH - 1, -1) : '')
}

/** An instant (seconds since 1970, and the text of its fraction) as local time of a zone with its offset. */
export function localText(zone: Zone, utc: number, fraction = ''): string {
  let offset = zone.ofInstant(utc)
  let date = dayText(Math.floor((utc + offset) / 86_400))
  // The first and last hours of all years have no local time in some zones.
  if (date === null) date = dayText(Math.floor((utc + (offset = 0)) / 86_400))!
  const local = utc + offset
  const size = Math.abs(offset)
  const suffix = `${offset < 0 ? '-' : '+'}${clock(size).slice(0, size % 60 === 0 ? 5 : 8)}`
  return `${date} ${clock(local - Math.floor(local / 86_400) * 86_400)}${fraction}${suffix}`
}
