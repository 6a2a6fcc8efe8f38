import { zoneOf } from '../model/types/zone-offset.ts'
import type { Schedule } from './contract.ts'

/*
 * When a schedule promises the next look. Times of day are those of the contract's time zone: one that is skipped when
 * clocks go forward is due when they have gone, one that comes twice is due the first time.
 */

const MINUTE = 60_000
const DAY = 86_400
/** 29 February can be eight years away. */
const MOST_DAYS = 8 * 366 + 1

/** The first moment after `after` (milliseconds) at which a look is promised; null for a date that never comes. */
export function nextDue(schedule: Schedule, after: number, timezone: string): number | null {
  switch (schedule.kind) {
    case 'real-time':
      return after
    case 'every':
      return after + schedule.ms
    case 'hourly':
      return after + 60 * MINUTE
    case 'nightly': {
      const [hour, minute] = schedule.at.split(':').map(Number) as [number, number]
      return firstAfter(after, timezone, { hours: [hour], minutes: [minute], day: () => true })
    }
    case 'cron':
      return firstAfter(after, timezone, cronTimes(schedule.expression))
  }
}

interface Times {
  readonly hours: readonly number[]
  readonly minutes: readonly number[]
  /** Whether a date, given at midnight as if it were UTC, is one of the days. */
  readonly day: (date: Date) => boolean
}

function firstAfter(after: number, timezone: string, { hours, minutes, day }: Times): number | null {
  const zone = zoneOf(timezone)
  const seconds = Math.floor(after / 1000)
  // A day earlier: a time that was skipped may be due on the next local day.
  const first = Math.floor((seconds + zone.ofInstant(seconds)) / DAY) - 1
  for (let date = first; date < first + MOST_DAYS; date++) {
    if (!day(new Date(date * DAY * 1000))) continue
    let best = Infinity
    for (const hour of hours) {
      for (const minute of minutes) {
        const local = date * DAY + hour * 3600 + minute * 60
        const at = (local - zone.ofLocal(local)) * 1000
        if (at > after && at < best) best = at
      }
    }
    if (best < Infinity) return best
  }
  return null
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Of an expression that `parseSchedule` has accepted. */
function cronTimes(expression: string): Times {
  const [minute = '*', hour = '*', dayOfMonth = '*', month = '*', weekday = '*'] = expression.toLowerCase().split(' ')
  const days = numbers(dayOfMonth, 1, 31, [])
  const months = numbers(month, 1, 12, ['', ...MONTHS])
  // 7 is Sunday, too.
  const weekdays = new Set([...numbers(weekday, 0, 7, WEEKDAYS)].map((n) => n % 7))
  // As in every cron: when both are narrowed down, either will do.
  const either = !dayOfMonth.startsWith('*') && !weekday.startsWith('*')
  return {
    minutes: [...numbers(minute, 0, 59, [])],
    hours: [...numbers(hour, 0, 23, [])],
    day: (date) => {
      if (!months.has(date.getUTCMonth() + 1)) return false
      const ofMonth = days.has(date.getUTCDate())
      const ofWeek = weekdays.has(date.getUTCDay())
      return either ? ofMonth || ofWeek : ofMonth && ofWeek
    },
  }
}

function numbers(field: string, min: number, max: number, names: readonly string[]): Set<number> {
  const found = new Set<number>()
  const number = (text: string): number => (names.includes(text) && text !== '' ? names.indexOf(text) : Number(text))
  for (const item of field.split(',')) {
    const [range = '*', step] = item.split('/')
    const [from, to] = range.split('-')
    const low = range === '*' ? min : number(from!)
    // `5/15` begins at 5 and goes on to the end.
    const high = range === '*' ? max : to !== undefined ? number(to) : step === undefined ? low : max
    for (let n = low; n <= high; n += Number(step ?? 1)) found.add(n)
  }
  return found
}
