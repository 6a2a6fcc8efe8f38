import { createRequire } from 'node:module'
import type * as Polyfill from 'temporal-polyfill'

/*
 * Offsets of a time zone, in seconds. Nearly every day has one offset all day long, so each day's is asked for once;
 * only days around a change go to Temporal one by one.
 */

export interface Zone {
  /** Offset that a local time has, given as seconds since 1970 as if it were UTC. In a gap: the offset before it. */
  ofLocal(seconds: number): number
  /** Offset at an instant, in seconds since 1970. */
  ofInstant(seconds: number): number
}

const require = createRequire(import.meta.url)

const DAY = 86_400
const MOST_DAYS = 20_000
const UTC: Zone = { ofLocal: () => 0, ofInstant: () => 0 }
const zones = new Map<string, Zone>()

/** The zone of an IANA name; throws a RangeError for a name that does not exist. */
export function zoneOf(name: string): Zone {
  if (name === 'UTC') return UTC
  let zone = zones.get(name)
  if (!zone) zones.set(name, (zone = temporalZone(name)))
  return zone
}

function temporalZone(name: string): Zone {
  // Loaded for the first zone: most values have none.
  const { Temporal } = require('temporal-polyfill') as typeof Polyfill
  const at = (seconds: number): number =>
    Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(name).offsetNanoseconds / 1e9
  at(0)
  let days = new Map<number, number>()
  /** The one offset from the day before to the day after, NaN when it changes meanwhile. */
  const steady = (day: number): number => {
    let offset = days.get(day)
    if (offset !== undefined) return offset
    const before = at((day - 1) * DAY)
    offset = before === at((day + 2) * DAY) && before === at(day * DAY + DAY / 2) ? before : NaN
    if (days.size >= MOST_DAYS) days = new Map()
    days.set(day, offset)
    return offset
  }
  return {
    ofInstant(seconds) {
      const offset = steady(Math.floor(seconds / DAY))
      return Number.isNaN(offset) ? at(seconds) : offset
    },
    ofLocal(seconds) {
      const offset = steady(Math.floor(seconds / DAY))
      if (!Number.isNaN(offset)) return offset
      const local = Temporal.Instant.fromEpochMilliseconds(seconds * 1000)
        .toZonedDateTimeISO('UTC')
        .toPlainDateTime()
      // `compatible`: a time that was skipped moves on by the gap, one that came twice is the first.
      const instant = local.toZonedDateTime(name, { disambiguation: 'compatible' }).epochMilliseconds / 1000
      return seconds - instant
    },
  }
}
