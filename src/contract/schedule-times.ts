import { zoneOf, type Zone } from '../model/types/zone-offset.ts'
import type { Schedule } from './contract.ts'

/*
 * When a schedule is due, in the time zone of the business. Milliseconds since the epoch throughout.
 *
 * A time of day comes exactly once a day: where the clocks go forward over it, it moves on by the gap; where they go
 * back over it, the first of the two counts. What runs all day long (every 15 minutes, hourly, a cron schedule whose
 * hour begins with `*`) goes on at its pace through either night.
 */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** February 29th on a given day of week comes again within 40 years at the latest. */
const MOST_DAYS = 40 * 366

/** How often changes are looked for where nothing tells of them. */
export const POLL_MS = 5 * SECOND

/** The first time after `after` at which a schedule is due; null when there is none. */
export function nextTime(schedule: Schedule, timezone: string, after: number): number | null {
  switch (schedule.kind) {
    case 'real-time':
      return after + POLL_MS
    case 'every':
      return (Math.floor(after / schedule.ms) + 1) * schedule.ms
    case 'hourly':
      return nextOf(parseCron('0 * * * *'), zoneOf(timezone), after)
    case 'nightly': {
      const [hour, minute] = schedule.at.split(':').map(Number)
      return nextOf(parseCron(`${minute} ${hour} * * *`), zoneOf(timezone), after)
    }
    case 'cron':
      return nextOf(parseCron(schedule.expression), zoneOf(timezone), after)
  }
}

/** The next times of a schedule, soonest first. */
export function nextTimes(schedule: Schedule, timezone: string, after: number, count: number): number[] {
  const times: number[] = []
  let at: number | null = after
  while (times.length < count) {
    at = nextTime(schedule, timezone, at)
    if (at === null) break
    times.push(at)
  }
  return times
}

interface Cron {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  /** Runs all day long, so that what the clocks skip or repeat is no matter. */
  readonly allDay: boolean
  readonly fitsDay: (date: Date) => boolean
}

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

function parseCron(expression: string): Cron {
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = expression.split(' ')
  const days = new Set(numbers(dayOfMonth, 1, 31, []))
  const months = new Set(numbers(month, 1, 12, MONTHS))
  const weekdays = new Set(numbers(dayOfWeek, 0, 7, WEEKDAYS).map((day) => day % 7))
  // As cron has it: with both a day of month and a day of week, either will do.
  const either = !dayOfMonth.startsWith('*') && !dayOfWeek.startsWith('*')
  return {
    minutes: numbers(minute, 0, 59, []),
    hours: numbers(hour, 0, 23, []),
    allDay: hour.startsWith('*'),
    fitsDay(date) {
      if (!months.has(date.getUTCMonth() + 1)) return false
      const [byDate, byWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())]
      return either ? byDate || byWeekday : byDate && byWeekday
    },
  }
}

function numbers(field: string, min: number, max: number, names: readonly string[]): number[] {
  const number = (text: string): number => {
    const named = names.indexOf(text.toLowerCase())
    return text !== '' && named >= 0 ? named : Number(text)
  }
  const found = new Set<number>()
  for (const item of field.split(',')) {
    const [range = '', step] = item.split('/')
    const [low = '', high] = range.split('-')
    const from = range === '*' ? min : number(low)
    const to = range === '*' ? max : high !== undefined ? number(high) : step !== undefined ? max : from
    for (let n = from; n <= to; n += step === undefined ? 1 : Number(step)) found.add(n)
  }
  return [...found].toSorted((a, b) => a - b)
}

const nextOf = (cron: Cron, zone: Zone, after: number): number | null =>
  cron.allDay ? nextAllDay(cron, zone, after) : nextByDay(cron, zone, after)

/** Local time of an instant, as milliseconds that read as UTC. */
const localOf = (zone: Zone, instant: number): number => instant + zone.ofInstant(Math.floor(instant / 1000)) * 1000

const instantOf = (zone: Zone, local: number): number => local - zone.ofLocal(local / 1000) * 1000

/** Times of day, each once on every local day that fits. */
function nextByDay(cron: Cron, zone: Zone, after: number): number | null {
  // A day early: around midnight the clocks may have moved.
  let day = Math.floor(localOf(zone, after) / DAY) * DAY - DAY
  for (let i = 0; i < MOST_DAYS; i++, day += DAY) {
    if (!cron.fitsDay(new Date(day))) continue
    let first: number | null = null
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const instant = instantOf(zone, day + hour * HOUR + minute * MINUTE)
        if (instant > after && (first === null || instant < first)) first = instant
      }
    }
    if (first !== null) return first
  }
  return null
}

/** Minute by minute through real time, in long steps where nothing can fit. */
function nextAllDay(cron: Cron, zone: Zone, after: number): number | null {
  const [hours, minutes] = [new Set(cron.hours), new Set(cron.minutes)]
  const end = after + MOST_DAYS * DAY
  let at = (Math.floor(after / MINUTE) + 1) * MINUTE
  while (at < end) {
    const date = new Date(localOf(zone, at))
    if (!cron.fitsDay(date)) {
      // To the last hour of the day, and from there by the hour: the clocks may be moved in it.
      const left = 23 - date.getUTCHours()
      at += left > 2 ? (left - 2) * HOUR : HOUR - date.getUTCMinutes() * MINUTE
    } else if (!hours.has(date.getUTCHours())) at += HOUR - date.getUTCMinutes() * MINUTE
    else if (minutes.has(date.getUTCMinutes())) return at
    else at += MINUTE
  }
  return null
}
