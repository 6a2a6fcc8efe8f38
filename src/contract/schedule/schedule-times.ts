import { Cron } from 'croner'
import type { Schedule } from '../contract.ts'

/*
 * When a schedule is due, in the time zone of the business. Milliseconds since the epoch throughout.
 *
 * A time of day comes once a day: where the clocks skip it, it moves to the end of the gap; where they repeat it, the
 * first of the two counts. What runs all day long (every 15 minutes, hourly, `*` hours) keeps its pace through either night.
 */

/** How often changes are looked for where nothing tells of them. */
export const POLL_MS = 5_000

/** The first time after `after` at which a schedule is due; null when there is none. */
export function nextTime(schedule: Schedule, timezone: string, after: number): number | null {
  switch (schedule.kind) {
    case 'real-time':
      return after + POLL_MS
    case 'every':
      return (Math.floor(after / schedule.ms) + 1) * schedule.ms
    case 'hourly':
      return nextOf('0 * * * *', timezone, after)
    case 'nightly': {
      const [hour, minute] = schedule.at.split(':').map(Number)
      return nextOf(`${minute} ${hour} * * *`, timezone, after)
    }
    case 'cron':
      return nextOf(schedule.expression, timezone, after)
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

const parsed = new Map<string, Cron>()

function nextOf(expression: string, timezone: string, after: number): number | null {
  const key = `${timezone} ${expression}`
  const cron = parsed.get(key) ?? new Cron(expression, { timezone, paused: true, sloppyRanges: true })
  parsed.set(key, cron)
  return cron.nextRun(new Date(after))?.getTime() ?? null
}
