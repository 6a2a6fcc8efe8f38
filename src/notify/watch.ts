import { routeOf } from '../contract/channel.ts'
import type { Contract } from '../contract/contract.ts'
import { secretValues, type SecretSource } from '../contract/settings/secrets.ts'
import type { Alert, OwnerRole } from '../model/alert.ts'
import type { ConcernedRecord, Condition, Pause } from '../model/condition.ts'
import { NAMELESS } from '../model/title.ts'
import { messagesOf, queueMessages } from '../store/alerts/alert-messages.ts'
import type { FlowSigning } from '../model/report.ts'
import { currentAlerts, forgetAlerts, saveAlert, takeWatch } from '../store/alerts/alerts.ts'
import type { Database, Session } from '../store/database/database.ts'
import { beat, endBeat, forgetDead, heartbeats } from '../store/service/heartbeats.ts'
import { strangers } from '../store/systems/system-identities.ts'
import { beginWatching, flowFacts, lateRecords, openCaseGroups, waitingChanges } from '../store/alerts/watch-facts.ts'
import { alertStep, RETURN_MS, type OwnerRule } from './alert-step.ts'
import { conditionsOf, lateFlows, type Look } from './conditions.ts'
import type { Patience } from './delivery.ts'
import { masked } from './mask.ts'
import { contentOf } from './message-text.ts'
import { Outbox } from './outbox.ts'

/*
 * Looks at what is wrong, decides whom to tell, writes that down and sends it. Any number of processes may watch: a lock
 * in the store lets one at a time look, and whichever dies, the next look is another's. What a look decides (alerts and
 * messages) commits as one; sending comes after.
 */

/** Names of records in a message. */
const FEW = 5
const MOST_COUNTED = 10_000
/** A scheduler that was silent for so long, while another lives, is forgotten. */
const FORGET_MS = 60 * 60_000
/** Alerts hold names of records: they are kept this long after their end. */
const KEEP_MS = 90 * 24 * 60 * 60_000
/** A process that goes on watching tries a channel a few times before the next one. */
const STEADY: Patience = { triesPerChannel: 3 }

export interface WatchParts {
  readonly database: Database
  readonly contract: Contract
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly secrets: SecretSource
  /** Names this process among those that start runs. */
  readonly holder: string
  /** From 0 to 1. */
  readonly random?: () => number
  /** Titles of golden records by their id. */
  readonly titlesOf: (session: Session, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** See `Look`. */
  readonly graceMs?: number
  /** The flows that people have paused. */
  readonly pausesOf?: (session: Session) => Promise<ReadonlyMap<string, Pause>>
  /** Why the store is away, as far as that is known. */
  readonly storeTrouble?: () => string | null
  /** What the owners have said of the rules of each flow. */
  readonly signingsOf?: (session: Session) => Promise<ReadonlyMap<string, FlowSigning>>
}

export interface WatchReport {
  /** False when another process was looking at that moment. */
  readonly looked: boolean
  /** What is wrong now; empty when this process did not look. */
  readonly conditions: readonly Condition[]
  readonly sent: number
  /** Attempts that failed. */
  readonly failed: number
}

export class Watch {
  readonly outbox: Outbox
  readonly #parts: WatchParts

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.outbox = new Outbox({ random: Math.random, ...parts })
  }

  /** One look, and everything sent that is due. Call it every 15 to 60 seconds. */
  async tick(patience: Patience = STEADY): Promise<WatchReport> {
    const conditions = await this.#look()
    const delivered = await this.outbox.deliver(patience)
    return { looked: conditions !== null, conditions: conditions ?? [], ...delivered }
  }

  /** Says that this process lives and starts runs. Call it every 15 seconds or so. */
  async beat(): Promise<void> {
    const { database, holder, clock } = this.#parts
    await beat(database, holder, new Date(clock()))
  }

  /** Says that this process stops starting runs on purpose. */
  async endBeat(): Promise<void> {
    const { database, holder, clock } = this.#parts
    await endBeat(database, holder, new Date(clock()))
  }

  /** Null when another process is looking. */
  async #look(): Promise<readonly Condition[] | null> {
    const { database, contract, clock } = this.#parts
    return database.transaction(async (session) => {
      if (!(await takeWatch(session))) return null
      const now = clock()
      await beginWatching(session, [...contract.flows.keys()], new Date(now))
      await forgetDead(session, new Date(now - FORGET_MS))
      await forgetAlerts(session, new Date(now - KEEP_MS))
      const conditions = await this.#conditions(session, now)
      const alerts = await currentAlerts(session, new Date(now - RETURN_MS))
      await this.#decide(session, conditions, alerts, now)
      return conditions
    })
  }

  async #conditions(session: Session, now: number): Promise<readonly Condition[]> {
    const { contract, pausesOf, signingsOf, titlesOf, graceMs } = this.#parts
    const signings = [...((await signingsOf?.(session)) ?? [])]
    const look: Look = {
      contract,
      now,
      flows: await flowFacts(session),
      waiting: await waitingChanges(session),
      cases: await openCaseGroups(session, FEW),
      pauses: (await pausesOf?.(session)) ?? new Map<string, Pause>(),
      unsigned: new Map(signings.filter(([, { signed }]) => !signed)),
      strangers: await strangers(session),
      heartbeats: await heartbeats(session),
      ...(graceMs !== undefined && { graceMs }),
    }
    const late = lateFlows(look)
    const concerned = new Map<string, { count: number; records: ConcernedRecord[] }>()
    for (const [flow, { reason, system }] of late) {
      if (reason !== 'change waits') continue
      const before = now - contract.flows.get(flow)!.lateAfterMs
      const { count, records } = await lateRecords(session, { flow, system, before }, FEW, MOST_COUNTED)
      const titles = await titlesOf(session, records)
      concerned.set(flow, {
        count,
        records: records.map((record) => ({ record, title: titles.get(record) ?? NAMELESS })),
      })
    }
    const secrets = secretValues([...contract.systems.values(), ...contract.channels.values()], this.#parts.secrets)
    return conditionsOf(look, late, concerned).map((one) => ({ ...one, happened: masked(one.happened, secrets) }))
  }

  async #decide(session: Session, conditions: readonly Condition[], alerts: readonly Alert[], now: number) {
    const { contract, secrets } = this.#parts
    const stored = alerts.flatMap((alert) => alert.id ?? [])
    const fates = new Map((await messagesOf(session, stored)).map((fate) => [fate.key, fate]))
    const step = alertStep({
      conditions,
      alerts,
      now,
      rulesOf: (flow) => ownerRules(contract, flow),
      routeOf: (person, role) => {
        const known = contract.people.get(person)
        return known === undefined ? [] : routeOf(contract, known, role)
      },
      sentBy: (key) => {
        const fate = fates.get(key)
        return fate === undefined || fate.state === 'failed' || fate.state === 'cancelled' ? undefined : fate.sentBy
      },
    })
    const ids = new Map<string, string>()
    for (const alert of step.alerts) ids.set(alert.key, await saveAlert(session, alert))
    const parts = {
      timezone: contract.timezone,
      link: linkOf(contract, secrets),
      nameOf: (person: string) => contract.people.get(person)?.name ?? person,
      now,
    }
    await queueMessages(
      session,
      step.messages.map((decided) => {
        const alertId = ids.get(decided.alert.key)!
        const content = contentOf({ ...decided, alert: { ...decided.alert, id: alertId } }, parts)
        return { ...decided, alertId, content }
      }),
      new Date(now),
    )
  }
}

/** Who is told of trouble with a flow, when and how, as the contract says. */
function ownerRules(contract: Contract, name: string): readonly OwnerRule[] {
  const flow = contract.flows.get(name)
  if (flow === undefined) return []
  const roles: readonly OwnerRole[] = ['technical', 'business']
  return roles.flatMap((role) => {
    const delayMs = flow.onFailure.alert[role]
    const owner = flow.owners[role]
    return delayMs === undefined ? [] : [{ person: owner.key, role, delayMs, route: routeOf(contract, owner, role) }]
  })
}

/** The base URL of links; null where there is none, or where its variable is not set. */
export function linkOf({ alerts }: Contract, { env }: SecretSource): string | null {
  if (alerts.link === null) return null
  const names = [...alerts.link.matchAll(/\$\{env:(\w+)\}/g)].map((match) => match[1]!)
  if (names.some((name) => !env[name])) return null
  return alerts.link.replaceAll(/\$\{env:(\w+)\}/g, (_, name: string) => env[name]!)
}
