import { alertName, type Alert, type AlertEvent, type OwnerRole, type Told } from '../model/alert.ts'
import type { Condition } from '../model/condition.ts'

/*
 * What to tell whom, as a pure function of what is wrong now, what was told before, the contract's rules and the clock.
 *
 *                 condition there                     condition gone, and calm for long enough
 *     (nothing) ─────────────────────► open ────────────────────────────────────────────► ended
 *                 begin: to each owner  ▲ │ escalation: to owners whose delay is over,      │ recovery: to those told
 *                 whose delay is over   │ ▼ unless somebody acknowledged it                 │
 *                                       └──────────── again: it is back soon ◄──────────────┘
 *
 * An alert that keeps coming back must be calm for longer each time before its end is told, so that one that flaps falls
 * silent instead of filling inboxes.
 */

/** An end this short ago makes a new beginning a return. */
export const RETURN_MS = 30 * 60_000
const LONGEST_CALM_MS = 4 * 60 * 60_000

/** What the contract says about telling, for one flow: who, and how long after the beginning. */
export interface OwnerRule {
  readonly person: string
  readonly role: OwnerRole
  readonly delayMs: number
  /** Channels in the order in which they are tried; with none, nobody can be told. */
  readonly route: readonly string[]
}

export interface StepInput {
  readonly conditions: readonly Condition[]
  /** All that are open, and those that ended within `RETURN_MS`. */
  readonly alerts: readonly Alert[]
  readonly rulesOf: (flow: string) => readonly OwnerRule[]
  /** The route by which people who were told are told of the end. */
  readonly routeOf: (person: string, role: OwnerRole) => readonly string[]
  /** What became of a message: the channel that took it, null while it is under way; undefined when none did. */
  readonly sentBy: (message: string) => string | null | undefined
  readonly now: number
}

/** A message to be written down and sent. */
export interface Decided {
  readonly key: string
  readonly event: AlertEvent
  readonly alert: Alert
  readonly people: readonly string[]
  readonly route: readonly string[]
}

export interface Step {
  /** Alerts that are new or changed. */
  readonly alerts: readonly Alert[]
  readonly messages: readonly Decided[]
}

/** How long an alert must be calm before its end is told. */
export function calmMs(returns: number): number {
  return returns === 0 ? 0 : Math.min(RETURN_MS * 2 ** (returns - 1), LONGEST_CALM_MS)
}

export function alertStep(input: StepInput): Step {
  const { conditions, alerts, now } = input
  const changed: Alert[] = []
  const messages: Decided[] = []
  const here = new Map(conditions.map((condition) => [condition.key, condition]))
  for (const condition of here.values()) {
    const before = newest(alerts, condition.key)
    const alert = present(before, condition, now)
    const told = tell(input, alert)
    messages.push(...told)
    changed.push({ ...alert, told: [...alert.told, ...told.flatMap(receipts(input, now))] })
  }
  for (const alert of alerts) {
    if (alert.endedAt !== null || here.has(alert.key)) continue
    const clearedAt = alert.clearedAt ?? now
    const over = now - clearedAt >= calmMs(alert.returns)
    const gone: Alert = { ...alert, clearedAt, endedAt: over ? now : null }
    if (over) messages.push(...recoveries(input, gone))
    if (over || alert.clearedAt === null) changed.push(gone)
  }
  return { alerts: changed, messages }
}

/** The alert that is open, else the one that ended last. */
function newest(alerts: readonly Alert[], key: string): Alert | null {
  const own = alerts.filter((alert) => alert.key === key)
  return own.find((alert) => alert.endedAt === null) ?? own.toSorted((a, b) => b.endedAt! - a.endedAt!)[0] ?? null
}

/** The alert of a condition that is there: as it stands, come back, or new. */
function present(before: Alert | null, condition: Condition, now: number): Alert {
  if (before !== null && before.endedAt === null) return { ...before, clearedAt: null, condition }
  if (before !== null && now - before.endedAt! < RETURN_MS) {
    return {
      ...before,
      clearedAt: null,
      endedAt: null,
      returns: before.returns + 1,
      acknowledged: null,
      condition,
      // Who had been told of its end must be told that it is back.
      told: [],
    }
  }
  return {
    id: null,
    key: condition.key,
    openedAt: now,
    beganAt: Math.min(condition.since, now),
    clearedAt: null,
    endedAt: null,
    returns: 0,
    acknowledged: null,
    muted: null,
    condition,
    told: [],
  }
}

/** Messages to owners who have not been told and whose delay is over; people who are reached alike share one. */
function tell({ rulesOf, now }: StepInput, alert: Alert): Decided[] {
  if (alert.muted !== null && now < alert.muted.until) return []
  const due = new Map<string, OwnerRule>()
  for (const flow of alert.condition.flows) {
    for (const rule of rulesOf(flow)) {
      if (rule.route.length === 0 || alert.told.some((told) => told.person === rule.person)) continue
      if (now < alert.beganAt + rule.delayMs) continue
      // Who is to be told later is told so that somebody cares; once somebody does, there is no need.
      if (alert.acknowledged !== null && rule.delayMs > 0) continue
      const other = due.get(rule.person)
      if (other === undefined || rule.delayMs < other.delayMs) due.set(rule.person, rule)
    }
  }
  const escalates = (rule: OwnerRule): boolean => rule.delayMs > 0 && alert.told.length > 0
  const event = (rule: OwnerRule): AlertEvent =>
    escalates(rule) ? 'escalation' : alert.returns > 0 ? 'again' : 'begin'
  const groups = Map.groupBy(due.values(), (rule) => JSON.stringify([event(rule), rule.route]))
  return [...groups.values()].map((rules) =>
    message(
      alert,
      event(rules[0]!),
      rules.map((rule) => rule.person),
      rules[0]!.route,
    ),
  )
}

/** To those who were told, by the way that reached them. */
function recoveries({ routeOf, sentBy }: StepInput, alert: Alert): Decided[] {
  const reached = alert.told.filter(({ message }) => sentBy(message) !== undefined)
  const groups = Map.groupBy(reached, ({ person, role, message }) => {
    const first = sentBy(message)
    const route = routeOf(person, role)
    return JSON.stringify(first ? [first, ...route.filter((name) => name !== first)] : route)
  })
  return [...groups].flatMap(([key, told]) => {
    const route = JSON.parse(key) as string[]
    const people = [...new Set(told.map((one) => one.person))]
    return route.length === 0 ? [] : [message(alert, 'recovery', people, route)]
  })
}

function message(alert: Alert, event: AlertEvent, people: readonly string[], route: readonly string[]): Decided {
  const key = [alertName(alert), alert.returns, event, people.toSorted().join(',')].join('/')
  return { key, event, alert, people, route }
}

/** What is remembered of a message: who has been told by it. */
function receipts({ rulesOf }: StepInput, now: number) {
  return ({ key, people, alert }: Decided): Told[] =>
    people.map((person) => {
      const rule = alert.condition.flows.flatMap(rulesOf).find((one) => one.person === person)!
      return { person, role: rule.role, at: now, message: key }
    })
}
