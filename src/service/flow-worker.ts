import { setTimeout as sleep } from 'node:timers/promises'
import type { Contract, Flow } from '../contract/contract.ts'
import { tellFailure } from '../contract/wording/tell-failure.ts'
import type { Helpers } from '../engine/shards.ts'
import { hasLines } from '../engine/side.ts'
import type { FlowRun } from '../model/report.ts'
import { ConcordatError, type ErrorCode } from '../model/errors.ts'
import type { Database } from '../store/database/database.ts'
import {
  askForRun,
  flowServices,
  noteRun,
  pauseFlow,
  takeRequest,
  type FlowService,
} from '../store/service/flow-service.ts'
import { finishHints, waitingHints, type WaitingHint } from '../store/service/inbox.ts'
import { claimTrial, systemHealths } from '../store/systems/system-health.ts'
import { addTally } from '../store/service/tally.ts'
import { afterFailure } from './after-run.ts'
import { dueOf, isStopped, type Due } from './due.ts'
import type { Telling } from './telling.ts'
import { spanned } from './tracing.ts'
import { whereOf } from './where-of.ts'

/*
 * What a worker does with a job: looks what is due in the flow, does it, and looks again until nothing is. Everything is
 * found out from the store, so a job that comes twice, late, or after a crash does no harm.
 */

export interface RunRequest {
  readonly systems?: readonly string[]
  readonly full?: boolean
  readonly sweepMs?: number
  readonly helpers?: Helpers
  readonly signal: AbortSignal
}

export interface WorkerParts {
  readonly contract: Contract
  readonly database: Database
  readonly clock: () => number
  readonly chance: () => number
  readonly telling: Telling
  /** Flows whose rules are signed; no other runs. */
  readonly signed: () => Promise<ReadonlySet<string>>
  /** Runs a flow once. */
  readonly run: (flow: Flow, request: RunRequest) => Promise<FlowRun>
  /** Other processes that can help with a run. */
  readonly helpers?: Helpers
  /**
   * Reads, merges and applies just these records, by system; also while `run` works on the flow in this process, which then
   * gives way. `wantsRun`: a run must do it. Throws what the systems throw. Absent: hints start ordinary runs.
   */
  readonly follow?: (
    flow: Flow,
    hints: ReadonlyMap<string, readonly string[]>,
  ) => Promise<{ readonly wantsRun: boolean }>
}

type DueRun = Extract<Due, { kind: 'run' }>

type Attempt =
  | { readonly kind: 'fine' }
  /** Another process works on the flow. */
  | { readonly kind: 'elsewhere' }
  | {
      readonly kind: 'failed'
      readonly code: ErrorCode
      readonly system: string | undefined
      readonly retryAfter: number | undefined
      readonly message: string
    }

/** Hints that are followed one by one at a time; an ordinary run serves more of them at once. */
const MOST_FOLLOWED = 1_000
const MOST_SERVED = 20_000
/** After this long the flow goes back into the queue, so that others get their turn. */
const TURN_MS = 30_000
/** How often at most the records of a flow that runs all the time are searched for deletions. */
const SWEEP_MS = 60_000
const TRIAL_MS = 30_000
/** How often a run that is under way looks for fresh hints. */
const FOLLOW_MS = 200

/** Moments before which systems are not called, by system. */
export async function closedSystems(database: Database): Promise<Map<string, number>> {
  return new Map(
    (await systemHealths(database)).flatMap((health) =>
      health.retryAt === null ? [] : [[health.system, health.retryAt] as const],
    ),
  )
}

export function flowWorker(parts: WorkerParts): (flow: string, signal: AbortSignal) => Promise<void> {
  const { contract, database, clock, telling } = parts

  const turn = async (flow: Flow, signal: AbortSignal): Promise<boolean> => {
    const [standing] = await flowServices(database, [flow.name])
    if (!standing || !(await parts.signed()).has(flow.name)) return false
    const closed = await closedSystems(database)
    const due = dueOf(flow, contract.timezone, standing, closed, clock())
    if (due.kind === 'idle') return false
    // A closed system whose time has come is tried by one worker, not by all of them.
    for (const system of flow.systems)
      if (closed.has(system) && !(await claimTrial(database, system, TRIAL_MS))) return false
    const outcome = await attempt(flow, () =>
      due.because === 'hint' && parts.follow ? followThenRun(flow, due, signal) : runDue(flow, due, standing, signal),
    )
    if (outcome.kind === 'elsewhere') return false
    if (outcome.kind === 'failed') {
      await failed(flow, standing, outcome)
      return false
    }
    if (standing.failures > 0) await noteRun(database, flow.name, { failures: 0, failingSince: null, retryAt: null })
    return true
  }

  const standingOf = async (flow: Flow): Promise<FlowService> => (await flowServices(database, [flow.name]))[0]!

  /**
   * An ordinary run, which serves the hints of the flow that were there before it. Those about single records are served by
   * one that looks at everything, or when they were `followed`; what only changed since does not show that a record is
   * gone, or that its lines alone changed. So a hint that names no record makes it look at everything where there are lines.
   */
  const runDue = async (
    flow: Flow,
    due: DueRun,
    standing: FlowService,
    signal: AbortSignal,
    followed: readonly WaitingHint[] = [],
  ): Promise<FlowRun> => {
    const hints = standing.hinted.length > 0 ? await waitingHints(database, flow.name, MOST_SERVED) : []
    const full = due.full || hints.some((hint) => hint.remoteId === null && hasLines(flow, hint.system))
    const over = new AbortController()
    const meanwhile = parts.follow ? followMeanwhile(flow, AbortSignal.any([signal, over.signal])) : null
    try {
      const run = await spanned(
        'run',
        { flow: flow.name, because: due.because, systems: [...due.systems] },
        () =>
          parts.run(flow, {
            systems: due.systems,
            full,
            sweepMs: SWEEP_MS,
            signal,
            ...(parts.helpers && { helpers: parts.helpers }),
          }),
        hints.map((hint) => hint.trace),
      )
      await told(flow, due, run)
      if (run.status === 'failed' || run.failure) return run
      if (signal.aborted) await askForRun(database, flow.name, full, new Date(clock()))
      else {
        // Only now: what was asked for is still due when this process dies before.
        if (standing.asked) await takeRequest(database, flow.name, standing.asked.at)
        // It has looked at nothing.
        if (run.status === 'stopped' && isStopped(flow, await standingOf(flow))) return run
        const isServed = (hint: WaitingHint): boolean => {
          if (run.kind === 'full') return true
          if (hint.remoteId === null || !parts.follow) return due.systems.includes(hint.system)
          return followed.some(({ id }) => id === hint.id)
        }
        await finishHints(database, idsOf(hints.filter(isServed)), new Date(clock()))
      }
      return run
    } finally {
      over.abort()
      await meanwhile
    }
  }

  /** Follows the hints that wait; an ordinary run where they do not say which records, or a run must come first. */
  const followThenRun = async (flow: Flow, due: DueRun, signal: AbortSignal): Promise<FlowRun | null> => {
    const standing = await standingOf(flow)
    const hints = await waitingHints(database, flow.name, MOST_FOLLOWED)
    if (!hints.every((hint) => hint.remoteId !== null)) return runDue(flow, due, standing, signal)
    const { wantsRun } = await follow(flow, hints)
    if (wantsRun) return runDue(flow, due, standing, signal, hints)
    await finishHints(database, idsOf(hints), new Date(clock()))
    return null
  }

  const follow = (flow: Flow, hints: readonly WaitingHint[]) =>
    spanned(
      'follow hints',
      { flow: flow.name, hints: hints.length },
      () => parts.follow!(flow, idsBySystem(hints)),
      hints.map((hint) => hint.trace),
    )

  /** While a run goes on, hints about single records overtake it, and none of them waits for another. */
  const followMeanwhile = async (flow: Flow, signal: AbortSignal): Promise<void> => {
    const followed = new Map<string, Promise<void>>()
    while (!signal.aborted) {
      await sleep(FOLLOW_MS, undefined, { signal }).catch(() => {})
      if (signal.aborted) break
      const waiting = await waitingHints(database, flow.name, MOST_FOLLOWED).catch(() => [])
      const hints = waiting.filter((hint) => hint.remoteId !== null && !followed.has(hint.id))
      if (hints.length === 0) continue
      // What fails here the run itself runs into, or the next one serves.
      const following = follow(flow, hints)
        .then(async ({ wantsRun }) => {
          if (!wantsRun) await finishHints(database, idsOf(hints), new Date(clock()))
        })
        .catch(() => {})
        .finally(() => {
          for (const { id } of hints) followed.delete(id)
        })
      for (const { id } of hints) followed.set(id, following)
    }
    await Promise.all(followed.values())
  }

  const attempt = async (flow: Flow, work: () => Promise<FlowRun | null>): Promise<Attempt> => {
    try {
      const run = await work()
      if (!run || (run.status !== 'failed' && !run.failure)) return { kind: 'fine' }
      const { code = 'bug', system, retry_after } = run.failure ?? {}
      if (code === 'engine.lease-lost') return { kind: 'elsewhere' }
      return { kind: 'failed', code, system, retryAfter: retry_after, message: run.message ?? 'The run failed.' }
    } catch (error) {
      if (error instanceof ConcordatError) {
        const { code, system, retryAfter, message } = error
        if (code === 'engine.busy' || code === 'engine.lease-lost' || code === 'engine.stopped')
          return { kind: 'elsewhere' }
        if (code === 'store.unreachable') throw error
        telling.warn({ flow: flow.name, code }, 'run failed')
        return { kind: 'failed', code, system, retryAfter, message: error.cure ? `${message} ${error.cure}` : message }
      }
      telling.error({ flow: flow.name, where: whereOf(error) }, 'a bug ended a run')
      return { kind: 'failed', code: 'bug', system: undefined, retryAfter: undefined, message: 'A bug ended the run.' }
    }
  }

  const told = async (flow: Flow, due: DueRun, run: FlowRun): Promise<void> => {
    const writes = Object.values(run.writes).reduce((sum, count) => sum + count, 0)
    const facts = {
      flow: flow.name,
      run: run.run,
      because: due.because,
      systems: due.systems,
      status: run.status,
      read: run.read,
      writes,
      seconds: run.seconds,
      code: run.failure?.code,
    }
    if (run.failure) telling.warn(facts, `run ${run.status}`)
    else if (writes > 0 || due.because !== 'schedule') telling.info(facts, 'run ended')
    await addTally(database, flow.name, [
      ...Object.entries(run.writes).map(([system, count]) => ({ system, what: 'written', count })),
      { system: '', what: 'created', count: run.created },
      { system: '', what: 'updated', count: run.updated },
      { system: '', what: 'deleted', count: run.deleted },
      { system: '', what: 'conflicts', count: run.conflicts },
      { system: '', what: 'held', count: run.held },
      { system: '', what: 'quarantined', count: run.quarantined },
      { system: '', what: `run ${run.status}`, count: 1 },
    ])
  }

  const failed = async (flow: Flow, standing: FlowService, failure: Extract<Attempt, { kind: 'failed' }>) => {
    const { code, system = null, retryAfter, message } = failure
    const retryAfterMs = retryAfter === undefined ? null : retryAfter * 1000
    const next = afterFailure(flow, standing, { code, retryAfterMs }, clock(), parts.chance())
    if (next.kind === 'pause') {
      const es = tellFailure({ code, system, message }, 'es') ?? message
      await pauseFlow(database, flow.name, { by: null, reason: message, reasonIn: { es }, now: new Date(clock()) })
      telling.warn({ flow: flow.name, code }, 'flow paused')
    } else if (next.kind === 'retry') await noteRun(database, flow.name, next)
  }

  return async (name, signal) => {
    const flow = contract.flows.get(name)
    if (!flow) return
    const until = clock() + TURN_MS
    try {
      while (!signal.aborted && clock() < until && (await turn(flow, signal)));
    } catch (error) {
      // The store is away: the queue gives the job out again when it is back.
      if (!(error instanceof ConcordatError)) telling.error({ flow: name, where: whereOf(error) }, 'a job failed')
      throw error
    }
  }
}

function idsBySystem(hints: readonly WaitingHint[]): Map<string, readonly string[]> {
  const result = new Map<string, string[]>()
  for (const { system, remoteId } of hints) {
    if (remoteId === null) continue
    const ids = result.get(system)
    if (!ids) result.set(system, [remoteId])
    else if (!ids.includes(remoteId)) ids.push(remoteId)
  }
  return result
}

const idsOf = (hints: readonly WaitingHint[]): string[] => hints.map((hint) => hint.id)
