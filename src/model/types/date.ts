import type { FieldType, TypeSpec } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'
import { calendarText, dayText, isCalendarDay, twoDigits } from './calendar.ts'
import { instantSeconds } from './instant.ts'
import { type Zone, zoneOf } from './zone-offset.ts'

/*
 * date: `YYYY-MM-DD`, years 0001 to 9999. A moment is the day that it is in the field's `timezone`, a time without zone is
 * one of `local`; where neither is said, the day is taken as it is written.
 * `23/11/2026`, `11/23/2026`, `23-11-2026` are read where only one order makes a date, `05/06/2026` is refused;
 * `5.6.2026` is always day, month, year, as in the countries that write points. MySQL's `0000-00-00` is no date: null.
 */

const YEAR_FIRST = /^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})$/
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/
const TIME_OF_DAY = /^[T ]\d{1,2}:\d{2}[\d:.,]*\s*(?:[AaPp][Mm])?\s*(?:Z|UTC|GMT|[-+]\d{2}(?::?\d{2}){0,2})?$/

/** The type `date`. */
export function dateType({ timezone, local = timezone }: Extract<TypeSpec, { type: 'date' }>): FieldType {
  const zones = timezone === undefined ? null : { day: zoneOf(timezone), local: zoneOf(local!) }
  return {
    name: 'date',
    parse: (raw) => (raw === null || (raw.length === 10 && isIsoDay(raw)) ? raw : parse(raw, zones)),
    render: (value): Raw => value,
  }
}

function parse(raw: string, zones: { readonly day: Zone; readonly local: Zone } | null): string | null | Invalid {
  const trimmed = raw.trim()
  if (trimmed === '') return null
  const cut = trimmed.search(/[T ]/)
  if (cut > 0 && (trimmed.length > 64 || !TIME_OF_DAY.test(trimmed.slice(cut)))) return notADate(raw)
  const text = cut > 0 ? trimmed.slice(0, cut) : trimmed
  if (text === '0000-00-00') return null
  const moment = cut > 0 && zones !== null ? instantSeconds(trimmed, zones.local) : null
  if (moment !== null) {
    const there = dayText(Math.floor((moment + zones!.day.ofInstant(moment)) / 86_400))
    if (there !== null) return there
  }
  let parts = YEAR_FIRST.exec(text)
  // Without separators only the full eight digits are a date.
  if (parts && (text.length === 8 || /\D/.test(text)))
    return day(Number(parts[1]), Number(parts[2]), Number(parts[3])) ?? notADate(raw)
  parts = YEAR_LAST.exec(text)
  if (!parts) return notADate(raw)
  const first = Number(parts[1])
  const second = Number(parts[3])
  const year = Number(parts[4])
  const dayFirst = day(year, second, first)
  if (parts[2] === '.') return dayFirst ?? notADate(raw)
  const monthFirst = day(year, first, second)
  if (dayFirst !== null && monthFirst !== null && dayFirst !== monthFirst) {
    return new Invalid(['mayMean', quoted(raw), dayFirst, monthFirst], raw)
  }
  return dayFirst ?? monthFirst ?? notADate(raw)
}

function isIsoDay(text: string): boolean {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false
  const century = twoDigits(text, 0)
  const yearOfCentury = twoDigits(text, 2)
  if (century < 0 || yearOfCentury < 0) return false
  return isCalendarDay(century * 100 + yearOfCentury, twoDigits(text, 5), twoDigits(text, 8))
}

function day(year: number, month: number, dayOfMonth: number): string | null {
  return isCalendarDay(year, month, dayOfMonth) ? calendarText(year, month, dayOfMonth) : null
}

function notADate(raw: string): Invalid {
  return new Invalid(['notADate', quoted(raw)], raw)
}
