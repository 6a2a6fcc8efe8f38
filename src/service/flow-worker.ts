import type { Contract, Flow } from '../contract/contract.ts'
import type { FlowRun } from '../model/report.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Database } from '../store/database.ts'
import { askForRun, flowServices, noteRun, pauseFlow, takeRequest, type FlowService } from '../store/flow-service.ts'
import { finishHints, waitingHints, type WaitingHint } from '../store/inbox.ts'
import { claimTrial, systemHealths } from '../store/system-health.ts'
import { addTally } from '../store/tally.ts'
import { afterFailure } from './after-run.ts'
import { dueOf, type Due } from './due.ts'
import type { Telling } from './telling.ts'
import { whereOf } from './where-of.ts'

/*
 * What a worker does with a job: looks what is due in the flow, does it, and looks again until nothing is. Everything is
 * found out from the store, so a job that comes twice, late, or after a crash does no harm.
 */

export interface RunRequest {
  readonly systems?: readonly string[]
  readonly full?: boolean
  readonly sweepMs?: number
  readonly signal: AbortSignal
}

export interface WorkerParts {
  readonly contract: Contract
  readonly database: Database
  readonly clock: () => number
  readonly chance: () => number
  readonly telling: Telling
  /** Runs a flow once. */
  readonly run: (flow: Flow, request: RunRequest) => Promise<FlowRun>
  /** Reads, merges and applies just these records; absent: hints start an ordinary run. */
  readonly observeHints?: (
    flow: Flow,
    hints: ReadonlyMap<string, readonly string[]>,
    signal: AbortSignal,
  ) => Promise<FlowRun>
}

/** Hints that are followed one by one at a time; an ordinary run serves more of them at once. */
const MOST_FOLLOWED = 1_000
const MOST_SERVED = 20_000
/** After this long the flow goes back into the queue, so that others get their turn. */
const TURN_MS = 30_000
/** How often at most the records of a flow that runs all the time are searched for deletions. */
const SWEEP_MS = 60_000
const TRIAL_MS = 30_000

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
    const [standing] = await flowServices(database, [flow.name], clock())
    if (!standing) return false
    const closed = await closedSystems(database)
    const due = dueOf(flow, contract.timezone, standing, closed, clock())
    if (due.kind === 'idle') return false
    // A closed system whose time has come is tried by one worker, not by all of them.
    for (const system of flow.systems)
      if (closed.has(system) && !(await claimTrial(database, system, clock(), clock() + TRIAL_MS))) return false
    const hints =
      standing.hinted.length > 0
        ? await waitingHints(
            database,
            flow.name,
            due.because === 'hint' && parts.observeHints ? MOST_FOLLOWED : MOST_SERVED,
          )
        : []
    if (standing.asked) await takeRequest(database, flow.name, standing.asked.at)
    const run = await begin(flow, due, hints, signal)
    if (!run) return false
    if (run.status === 'failed') await failed(flow, standing, run)
    else {
      if (standing.failures > 0) await noteRun(database, flow.name, { failures: 0, failingSince: null, retryAt: null })
      if (signal.aborted) await askForRun(database, flow.name, due.full, new Date(clock()))
      else
        await finishHints(
          database,
          hints.map((hint) => hint.id),
          new Date(clock()),
        )
    }
    return run.status !== 'failed'
  }

  const begin = async (
    flow: Flow,
    due: Extract<Due, { kind: 'run' }>,
    hints: readonly WaitingHint[],
    signal: AbortSignal,
  ): Promise<FlowRun | null> => {
    try {
      const exact = due.because === 'hint' && hints.every((hint) => hint.remoteId !== null)
      const run =
        exact && parts.observeHints
          ? await parts.observeHints(flow, idsBySystem(hints), signal)
          : await parts.run(flow, { systems: due.systems, full: due.full, sweepMs: SWEEP_MS, signal })
      await told(flow, due, run)
      return run
    } catch (error) {
      if (error instanceof ConcordatError) {
        if (error.code === 'engine.busy' || error.code === 'engine.lease-lost') {
          telling.info({ flow: flow.name, code: error.code }, 'another process works on the flow')
          return null
        }
        if (error.code === 'store.unreachable') throw error
        return failedRun(flow, error)
      }
      telling.error({ flow: flow.name, where: whereOf(error) }, 'a bug ended a run')
      return failedRun(flow, new ConcordatError('bug', 'A bug ended the run.'))
    }
  }

  const told = async (flow: Flow, due: Extract<Due, { kind: 'run' }>, run: FlowRun): Promise<void> => {
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
    if (run.status === 'failed') telling.warn(facts, 'run failed')
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

  const failed = async (flow: Flow, standing: FlowService, run: FlowRun): Promise<void> => {
    const code = run.failure?.code ?? 'bug'
    const retryAfterMs = run.failure?.retry_after === undefined ? null : run.failure.retry_after * 1000
    const next = afterFailure(flow, standing, { code, retryAfterMs }, clock(), parts.chance())
    if (next.kind === 'pause') {
      const reason = run.message ?? 'The run failed.'
      await pauseFlow(database, flow.name, { by: null, reason, now: new Date(clock()) })
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

/** A run that did not come as far as a report. */
function failedRun(flow: Flow, error: ConcordatError): FlowRun {
  return {
    flow: flow.name,
    run: 0,
    status: 'failed',
    kind: 'incremental',
    read: 0,
    created: 0,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    linked: 0,
    held: 0,
    quarantined: 0,
    conflicts: 0,
    writes: {},
    seconds: 0,
    open_cases: 0,
    message: error.message,
    failure: { code: error.code, ...(error.retryAfter !== undefined && { retry_after: error.retryAfter }) },
  }
}
