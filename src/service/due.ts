import type { Flow, Schedule } from '../contract/contract.ts'
import { nextTime } from '../contract/schedule/schedule-times.ts'
import type { FlowService } from '../store/service/flow-service.ts'

/** Why a run begins. */
export type Because = 'schedule' | 'hint' | 'retry' | 'asked'

/** What is to be done about a flow at a moment: a run that looks at these systems, or nothing until then. */
export type Due =
  | { readonly kind: 'run'; readonly because: Because; readonly systems: readonly string[]; readonly full: boolean }
  | { readonly kind: 'idle'; readonly until: number | null }

/**
 * Decides what is due. Runs that were missed fall together: however many times have passed since a system was last
 * looked at, it is looked at once. Whatever waits for a system in trouble (`closedUntil`) waits as long as that.
 */
export function dueOf(
  flow: Flow,
  timezone: string,
  standing: FlowService,
  closedUntil: ReadonlyMap<string, number>,
  now: number,
): Due {
  if (standing.paused || (isStopped(flow, standing) && !standing.asked)) return { kind: 'idle', until: null }
  const barred = Math.max(
    standing.failures > 0 ? (standing.retryAt ?? now) : 0,
    ...flow.systems.map((system) => closedUntil.get(system) ?? 0),
  )
  if (barred > now) return { kind: 'idle', until: barred }
  if (standing.asked) return { kind: 'run', because: 'asked', systems: flow.systems, full: standing.asked.full }
  if (standing.failures > 0) return { kind: 'run', because: 'retry', systems: flow.systems, full: false }
  const next = nextOfSystems(flow, timezone, standing.served, now)
  const scheduled = next.filter(({ at }) => at !== null && at <= now).map(({ system }) => system)
  const hinted = flow.systems.filter((system) => standing.hinted.includes(system))
  const systems = flow.systems.filter((system) => scheduled.includes(system) || hinted.includes(system))
  if (scheduled.length > 0 && fullPassDue(standing, timezone, now))
    return { kind: 'run', because: 'schedule', systems: flow.systems, full: true }
  if (systems.length > 0)
    return { kind: 'run', because: scheduled.length > 0 ? 'schedule' : 'hint', systems, full: false }
  const times = next.flatMap(({ at }) => at ?? [])
  return { kind: 'idle', until: times.length > 0 ? Math.min(...times) : null }
}

/** With `then: pause flow` a run ends before it looks at anything until somebody has decided. */
export const isStopped = (flow: Flow, { refused }: FlowService): boolean =>
  refused && flow.onFailure.then === 'pause flow'

/** Looks at changes can miss some, so once a night the schedule's next look is a full pass. */
const fullPassDue = ({ lastFull }: FlowService, timezone: string, now: number): boolean =>
  lastFull === null || nextTime(NIGHTLY, timezone, lastFull)! <= now

const NIGHTLY: Schedule = { kind: 'nightly', at: '02:00' }

/** When each system of a flow is due next; in the past when that was missed. */
export function nextOfSystems(
  flow: Flow,
  timezone: string,
  served: ReadonlyMap<string, number>,
  now: number,
): { readonly system: string; readonly at: number | null }[] {
  return flow.systems.map((system) => {
    const schedule = flow.schedule[system]
    return { system, at: schedule ? nextTime(schedule, timezone, served.get(system) ?? now) : null }
  })
}
