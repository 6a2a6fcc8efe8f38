import { setTimeout as sleep } from 'node:timers/promises'
import type { Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import { enrol, flowServices } from '../store/service/flow-service.ts'
import { forgetHints, storeHints, type Hint } from '../store/service/inbox.ts'
import {
  beat,
  holdLead,
  joinMembers,
  leaveMembers,
  members,
  resignLead,
  type Member,
} from '../store/service/members.ts'
import { hintCollector } from './hint-collector.ts'
import { openRunQueue, type RunQueue } from '../queue/run-queue.ts'
import { dueOf } from './due.ts'
import { closedSystems, flowWorker, type WorkerParts } from './flow-worker.ts'
import { whereOf } from './where-of.ts'

/*
 * One process of the service. All of them work; one of them, the leader, keeps the schedules as well, and when it has not
 * said for `LEAD_MS` that it still does, the next one takes over. Two of them for a moment do no harm.
 *
 *   leader, every second:   what is due? ──► queue ──► any worker: what is due in this flow? ──► run
 *   hints (webhooks, feeds) ──► inbox ──► queue ──┘
 */

export interface ServiceParts extends Omit<WorkerParts, 'helpers'> {
  /** The store's database, for the queue. */
  readonly databaseUrl: string
  readonly role: Member['role']
  readonly name: string
  /** Flows that may run. */
  readonly flows: readonly string[]
  /** How many flows are worked on at once here. */
  readonly slots: number
  /** Works on what a run of this flow in another process has given out. */
  readonly help?: (flow: Flow, signal: AbortSignal) => Promise<void>
  /** Done by every process about twice a minute: look whether what is promised is kept, tell the owners. One looks at a time. */
  readonly watch?: () => Promise<void>
  /** Measures how many milliseconds the clock of this machine is ahead of the store's. */
  readonly clockOff?: () => Promise<number>
  /** Says whether the store answered just now, so that its loss is told without it. */
  readonly storeSeen?: (there: boolean) => Promise<void>
  /** How often that is; twice a minute unless said otherwise. */
  readonly watchMs?: number
  /** Says that the schedules are kept; done by the leader four times a minute. */
  readonly beat?: () => Promise<void>
  /** Says that this process stops keeping them on purpose. */
  readonly endBeat?: () => Promise<void>
  /** Done by the leader about once a day: forget what is past the contract's `history`. */
  readonly tidy?: () => Promise<void>
  /** Feeds that tell of changes as they happen; started by the leader, and ended with its lead. */
  readonly feeds?: (hinted: Hinted) => Promise<{ stop(): Promise<void> }>
}

/** Takes hints, durably; the flows that they are about are looked at at once. */
export type Hinted = (hints: readonly Hint[]) => Promise<void>

export interface Service {
  readonly hinted: Hinted
  /** Looks at a flow at once. */
  wake(flow: string): Promise<void>
  readonly queue: Pick<RunQueue, 'depth'>
  /** Takes no more work, ends what is at hand between two batches, and waits for that at most `ms`. */
  stop(ms: number): Promise<void>
}

const TICK_MS = 1_000
const BEAT_MS = 4_000
const LEAD_MS = 12_000
/** A process that has shown itself within this time can be asked for help. */
const ALIVE_MS = 12_000
const WATCH_MS = 30_000
/** A clock that is off by more is told. */
const CLOCK_OFF_MS = 5_000
const SCHEDULES_BEAT_MS = 15_000
const FORGET_MS = 60_000
const TIDY_MS = 24 * 3_600_000
/** How long a message that comes again is recognised, and more. */
const REMEMBER_HINTS_MS = 15 * 60_000

export async function startService(parts: ServiceParts): Promise<Service> {
  const { contract, database, clock, telling } = parts
  const sides = parts.flows.flatMap((flow) => contract.flows.get(flow)!.systems.map((system) => ({ flow, system })))
  await enrol(database, sides, clock())
  const queue = await openRunQueue(parts.databaseUrl, (error) =>
    telling.warn({ where: whereOf(error) }, 'the queue has trouble'),
  )
  const stopping = new AbortController()
  const member = await joinMembers(database, parts.name, parts.role)
  const work = flowWorker({
    ...parts,
    ...(parts.help && {
      helpers: {
        count: async () => (await members(database, ALIVE_MS)).length - 1,
        call: (flow, count) => queue.callHelp(flow, count),
      },
    }),
  })
  await queue.work(parts.slots, (flow, signal) => work(flow, AbortSignal.any([signal, stopping.signal])))
  const { help } = parts
  if (help) {
    await queue.help(async (flow, signal) => {
      const known = contract.flows.get(flow)
      // Whoever gave the work out does what is left undone.
      if (known)
        await help(known, AbortSignal.any([signal, stopping.signal])).catch((error: unknown) =>
          telling.warn({ flow, where: whereOf(error) }, 'could not help with a run'),
        )
    })
  }

  // One job a flow on its way into the queue is enough, and one more after it for what came meanwhile. What fails here,
  // the scheduler finds a second later.
  const waking = new Map<string, { again: boolean }>()
  const wake = (flow: string): void => {
    const under = waking.get(flow)
    if (under) {
      under.again = true
      return
    }
    const mine = { again: false }
    waking.set(flow, mine)
    void queue
      .send(flow)
      .catch(() => {})
      .finally(() => {
        waking.delete(flow)
        if (mine.again) wake(flow)
      })
  }
  const hinted = hintCollector(async (hints) => {
    await storeHints(database, hints, new Date(clock()))
    for (const flow of new Set(hints.map((hint) => hint.flow))) wake(flow)
  })
  const schedule = async (): Promise<void> => {
    const closed = await closedSystems(database)
    const signed = await parts.signed()
    const now = clock()
    for (const standing of await flowServices(database, parts.flows)) {
      if (!signed.has(standing.flow)) continue
      const due = dueOf(contract.flows.get(standing.flow)!, contract.timezone, standing, closed, now)
      if (due.kind === 'run') await queue.send(standing.flow)
    }
  }
  const duties = [
    { every: parts.watchMs ?? WATCH_MS, last: -Infinity, name: 'watch', duty: parts.watch, all: true },
    { every: SCHEDULES_BEAT_MS, last: -Infinity, name: 'beat', duty: parts.beat },
    { every: TIDY_MS, last: -Infinity, name: 'tidy', duty: parts.tidy },
    {
      every: FORGET_MS,
      last: -Infinity,
      name: 'forget',
      duty: () => forgetHints(database, new Date(clock() - REMEMBER_HINTS_MS)),
    },
  ]
  let leads = false
  let feeds: { stop(): Promise<void> } | null = null
  let beaten = -Infinity

  let toldOff: number | null = null
  /** What a machine's clock says is in its own log and in others'; nothing here goes by it. */
  const tellClock = (off: number): void => {
    const isOff = Math.abs(off) > CLOCK_OFF_MS
    if (isOff && (toldOff === null || Math.abs(off - toldOff) > CLOCK_OFF_MS)) {
      telling.warn(
        { seconds: Math.round(off / 1000) },
        'the clock of this machine is off from the store’s; set it right',
      )
      toldOff = off
    } else if (!isOff && toldOff !== null) {
      telling.info({}, 'the clock of this machine agrees with the store’s again')
      toldOff = null
    }
  }

  const tick = async (): Promise<void> => {
    if (clock() - beaten >= BEAT_MS) {
      const now = await holdLead(database, member, LEAD_MS)
      if (now && !leads) {
        telling.info({ name: parts.name }, 'keeps the schedules')
        feeds = (await parts.feeds?.(hinted)) ?? null
      } else if (!now && leads) {
        telling.warn({ name: parts.name }, 'another process keeps the schedules now')
        await feeds?.stop().catch(() => {})
        feeds = null
      }
      leads = now
      const clockOff = (await parts.clockOff?.()) ?? null
      await beat(database, member, { leads, clockOff })
      if (clockOff !== null) tellClock(clockOff)
      beaten = clock()
    }
    if (leads) await schedule()
    for (const one of duties) {
      if (!one.duty || (!leads && one.all !== true) || clock() - one.last < one.every) continue
      one.last = clock()
      await one
        .duty()
        .catch((error: unknown) => telling.error({ duty: one.name, where: whereOf(error) }, 'a duty failed'))
    }
  }
  // Who must be told is told beside the rest: a channel may take its time.
  let isTelling = false
  const seen = (there: boolean): void => {
    if (isTelling || !parts.storeSeen) return
    isTelling = true
    void parts
      .storeSeen(there)
      .catch(() => {})
      .finally(() => (isTelling = false))
  }
  const loop = async (): Promise<void> => {
    let troubled = false
    while (!stopping.signal.aborted) {
      try {
        await tick()
        if (troubled) telling.info({}, 'the store answers again')
        troubled = false
        seen(true)
      } catch (error) {
        if (!troubled)
          telling.error({ where: whereOf(error) }, 'the store is away or the scheduler failed; it tries again')
        troubled = true
        if (error instanceof ConcordatError && error.code === 'store.unreachable') seen(false)
      }
      await sleep(TICK_MS, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const looping = loop()
  return {
    hinted,
    wake: (flow) => queue.send(flow),
    queue,
    async stop(ms) {
      stopping.abort()
      await Promise.race([looping, sleep(ms)])
      await feeds?.stop().catch(() => {})
      await queue.stop(ms).catch(() => {})
      if (leads) await parts.endBeat?.().catch(() => {})
      await resignLead(database, member).catch(() => {})
      await leaveMembers(database, member).catch(() => {})
    },
  }
}
