import type { Contract, Flow, Schedule } from '../contract/contract.ts'
import { nextTimes } from '../contract/schedule/schedule-times.ts'
import { whyPaused } from '../model/condition.ts'
import { storedIn, type Language } from '../model/language.ts'
import type { NextRun, StatusRow } from '../model/report.ts'
import type { FlowService } from '../store/service/flow-service.ts'
import { isStopped } from './due.ts'

/** When a flow looks at each of its systems next; nothing while it is paused or stopped. */
export function nextRuns(
  contract: Contract,
  flow: Flow,
  standing: FlowService | undefined,
  now: number,
  count = 1,
): NextRun[] {
  if (standing && (standing.paused || isStopped(flow, standing))) return []
  const barred = standing && standing.failures > 0 ? (standing.retryAt ?? now) : now
  return flow.systems.flatMap((system) => {
    const schedule = flow.schedule[system]
    if (!schedule) return []
    const planned = nextTimes(schedule, contract.timezone, standing?.served.get(system) ?? now, 1)[0]
    // What is overdue runs as soon as it may; what comes after that goes by the clock.
    const first = planned === undefined ? [] : [Math.max(planned, barred)]
    const times = [
      ...first,
      ...nextTimes(schedule, contract.timezone, Math.max(first[0] ?? now, now), count - first.length),
    ]
    return [
      {
        system,
        real_time: schedule.kind === 'real-time',
        at: times.map((time) => new Date(time).toISOString()),
        words: times.length === 0 ? 'never' : wordsOf(schedule, times[0]!, contract.timezone, now),
      },
    ]
  })
}

const DAY_MS = 86_400_000

function wordsOf(schedule: Schedule, at: number, timezone: string, now: number): string {
  if (schedule.kind === 'real-time') return 'continuously'
  if (at <= now + 1000) return 'now'
  const minutes = Math.ceil((at - now) / 60_000)
  if (minutes <= 1) return 'within a minute'
  if (minutes < 60) return `in ${minutes} minutes`
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone: timezone, ...options }).format(at)
  const clock = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = dayOf(at, timezone)
  if (day === dayOf(now, timezone)) return `today at ${clock}`
  if (day === dayOf(now + DAY_MS, timezone)) return `tomorrow at ${clock}`
  return at - now < 6 * DAY_MS
    ? `on ${format({ weekday: 'long' })} at ${clock}`
    : `on ${format({ day: 'numeric', month: 'long', year: 'numeric' })} at ${clock}`
}

const dayOf = (at: number, timezone: string): string =>
  new Intl.DateTimeFormat('sv', { timeZone: timezone, dateStyle: 'short' }).format(at)

/** How the flows stand, with what the service knows of them: pauses, and when they run next. */
export function withService(
  rows: readonly StatusRow[],
  contract: Contract,
  services: readonly FlowService[],
  now: number,
  language: Language = 'en',
): StatusRow[] {
  return rows.map((row) => {
    const standing = services.find((one) => one.flow === row.flow)
    const next_runs = nextRuns(contract, contract.flows.get(row.flow)!, standing, now)
    if (!standing?.paused) return { ...row, next_runs }
    const { by, reason, reasonIn } = standing.paused
    return { ...row, next_runs, status: 'Paused', why: whyPaused(by, storedIn(reason, reasonIn, language), language) }
  })
}
