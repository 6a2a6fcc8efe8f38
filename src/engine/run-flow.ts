import type { Connector } from '../connector-kit/port.ts'
import type { Contract, Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { FlowRun } from '../model/report.ts'
import type { RunKind, RunStatus } from '../model/words.ts'
import { countHeldBy, countOpenCases, refusedCase, settleFormerFields } from '../store/cases/cases.ts'
import type { Database } from '../store/database/database.ts'
import {
  beginRules,
  completeRun,
  ensureFlow,
  ensureFlows,
  ensureLayout,
  layouts,
  publishContract,
  type SideRow,
} from '../store/state/flows.ts'
import { markServed } from '../store/service/flow-service.ts'
import { beginWeighing, noteOlder } from '../store/systems/older-systems.ts'
import { IdBlocks } from '../store/database/ids.ts'
import { acquireLease, leaseHolder, releaseLease } from '../store/service/leases.ts'
import { recordsInState } from '../store/state/links.ts'
import { ensurePartitions } from '../store/migrate.ts'
import { countOperations } from '../store/log/operations.ts'
import { beginRun, endRun } from '../store/log/runs.ts'
import { linkedAtLastPass } from '../store/state/scan-pages.ts'
import type { SteadyClock } from '../store/database/store-clock.ts'
import { applyAll, mergeMoved } from './apply.ts'
import { breaker } from './breaker.ts'
import { carryOutDecisions } from './carry-out.ts'
import { closeMootCases } from './close-moot-cases.ts'
import { decideDeletions } from './deletions.ts'
import { Decider } from './decider.ts'
import { LEASE_MS, noCounts, stampOf, underLease, type FlowWork, type ReportProgress } from './flow-work.ts'
import { findAbsent, noFindings, observeAll, observeChanges, type Findings } from './observe.ts'
import { giveUpObstructed } from './obstacles.ts'
import { askAboutOlderSystems, isLater } from './older-system.ts'
import { openSides } from './open-sides.ts'
import { lookAgain } from './look-again.ts'
import { lookAtDoubles } from './doubles.ts'
import { decidePending } from './pending.ts'
import { ProgressMeter } from './progress-meter.ts'
import { settleUnfinished } from './settle.ts'
import { callBackShards } from './shards.ts'
import type { Side } from './side.ts'
import { successorsFor } from './successors.ts'

/** What a run works with besides the contract; everything that is not pure comes in here. */
export interface Deps {
  readonly database: Database
  readonly connectors: ReadonlyMap<string, Connector>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Default: the process's own. */
  readonly steady?: SteadyClock
  /** The contract's files as they were read, for the version history. */
  readonly contractSource: string
  /** Names this process in leases and messages. */
  readonly holder: string
  readonly signal?: AbortSignal
  readonly onProgress?: ReportProgress
}

export interface RunFlowOptions {
  readonly full?: boolean
  /** Look for changes in these systems only; the others are read where a decision needs them. Default: all. */
  readonly systems?: readonly string[]
  /**
   * Look for what is gone only when that was done longer ago than this; default: in every run of a small flow. Infinity:
   * only when it is due in any flow, because somebody hears of deletions otherwise.
   */
  readonly sweepMs?: number
  /** Held outside, where the flow is looked at in a rehearsal or kept hot. */
  readonly lease?: FlowWork['lease']
  /** See `FlowWork`. */
  readonly giveWay?: (work: FlowWork) => Promise<void>
  readonly recent?: FlowWork['recent']
  readonly helpers?: FlowWork['helpers']
}

/** Below this many linked records every run also looks for what is gone; above, a run does so after `SWEEP_MS`. */
const SWEEP_ALWAYS = 50_000
const SWEEP_MS = 15 * 60_000

/** Runs one flow once. Failures of the systems end in the report; only bugs and a lost store are thrown. */
export async function runFlow(
  deps: Deps,
  contract: Contract,
  flow: Flow,
  options: RunFlowOptions = {},
): Promise<FlowRun> {
  const { database, clock } = deps
  const started = clock()
  const { id: flowId } = await ensureFlow(database, flow.name)
  const lease = options.lease ?? (await takeFlow(deps, flowId, flow.name))
  let runId: string | null = null
  try {
    await ensurePartitions(database, new Date(started))
    const contractId = await publishContract(database, contract.fingerprint, deps.contractSource, new Date(started))
    // Only now: whoever had the flow before may have moved it on until the last moment.
    const known = await ensureFlows(database, [...contract.flows.values()])
    const { row, sides: sideRows } = known.get(flow.name)!
    const operationIds = new IdBlocks('operation_id')
    const firstSync = row.firstSyncAt === null
    const rulesChanged = row.rules !== null && row.rules !== flow.fingerprint
    const incremental =
      !options.full &&
      !firstSync &&
      !rulesChanged &&
      sideRows.every((side) => side.cursor !== null || side.scannedAt === null)
    const kind: RunKind = incremental ? 'incremental' : 'full'
    runId = await beginRun(database, { flowId: row.id, contractId, kind, now: new Date(started) })
    const counts = noCounts()
    const givenOut = { now: false, ever: false }
    const report = async (
      status: RunStatus,
      sides: readonly Pick<Side, 'id' | 'system'>[],
      message?: string,
      error?: ConcordatError,
    ): Promise<FlowRun> => {
      const result = await reportOf(deps, {
        flow: flow.name,
        runId: runId!,
        kind,
        status,
        sides,
        counts,
        started,
        flowId: row.id,
        wrote: operationIds.used || givenOut.ever,
        message,
      })
      await endRun(database, runId!, {
        status: result.status,
        report: result,
        message: message ?? null,
        now: new Date(clock()),
        ...(error && { error: { code: error.code, system: error.system ?? null } }),
      })
      return result
    }
    try {
      const shapes = await layouts(database, row.id)
      const fieldNames = flow.fields.map((field) => field.name)
      const sides = await openSides(deps, contract, flow, known, shapes)
      const work: FlowWork = {
        contract,
        flow,
        row,
        sides,
        database,
        lease,
        holder: deps.holder,
        runId,
        goldenLayout: await ensureLayout(database, row.id, fieldNames, shapes),
        layouts: shapes,
        successors: await successorsFor(database, flow),
        recordIds: new IdBlocks('record_id'),
        operationIds,
        clock,
        counts,
        progress: new ProgressMeter(flow.name, clock, deps.onProgress).report,
        firstSync,
        rulesChanged,
        signal: deps.signal,
        touched: new Map(),
        obstructed: new Map(),
        letThrough: new Set(),
        ...(options.giveWay && !firstSync && { giveWay: () => options.giveWay!(work) }),
        ...(options.recent && { recent: options.recent }),
        ...(options.helpers && { helpers: options.helpers, givenOut }),
      }
      if (row.rules !== flow.fingerprint)
        await underLease(work, (session) => beginRules(session, row.id, flow.fingerprint, row.rules === null))
      const seen = new Set<number>()
      const findings = noFindings()
      const stopped = await perform(work, { sideRows, kind, seen, findings, ...options })
      if (!stopped) {
        // Only now: a run that ends before has not looked at everything under the new rules.
        await underLease(work, async (session) => {
          if (rulesChanged) await settleFormerFields(session, fieldNames, stampOf(work))
          await completeRun(session, row.id, {
            rules: flow.fingerprint,
            seen: [...seen],
            swept: [...findings.swept],
            began: new Date(started),
            now: new Date(clock()),
          })
        })
      }
      // A limit has stopped it: looking again at once would change nothing.
      else await markServed(database, [...seen], new Date(started))
      return await report(stopped ? 'stopped' : 'done', sides, stopped ?? undefined)
    } catch (error) {
      if (!(error instanceof ConcordatError)) {
        await report('failed', sideRows, 'A bug ended the run.')
        throw error
      }
      // There is nothing left to note it in: the next run closes this one.
      if (error.code === 'store.unreachable' || error.code === 'store.unwritable') throw error
      if (error.code === 'engine.stopped') return await report('stopped', sideRows, error.message)
      const told = error.cure ? `${error.message} ${error.cure}` : error.message
      // Nothing has failed: a person has to say which database it is.
      const status = error.code === 'connector.another-system' ? 'stopped' : 'failed'
      return { ...(await report(status, sideRows, told, error)), failure: failureOf(error) }
    }
  } finally {
    if (!options.lease) await releaseLease(database, lease).catch(() => {})
  }
}

interface Pass extends Pick<RunFlowOptions, 'systems' | 'sweepMs'> {
  readonly sideRows: readonly SideRow[]
  readonly kind: RunKind
  /** Ids of the sides that were looked at. */
  readonly seen: Set<number>
  readonly findings: Findings
  /** Whether the flow is small enough for every run to look for what is gone. */
  small?: boolean
}

/** The run itself; answers why it stopped, or null. */
async function perform(work: FlowWork, pass: Pass): Promise<string | null> {
  const { findings } = pass
  const decider = new Decider(work)
  await callBackShards(work)
  for (const [side, sent] of await settleUnfinished(work)) await mergeMoved(work, decider, side, sent, findings)
  await carryOutDecisions(work, decider)
  await closeMootCases(work)
  const paused = await pausedByFailure(work)
  if (paused) return paused
  const unweighed = await underLease(work, (session) => beginWeighing(session, work.row.id, work.runId))
  await observeSides(work, decider, pass)
  await lookAtDoubles(work, decider, findings)
  await lookAgain(work, decider, findings)
  await decidePending(work, decider.correlator.contested)
  const older = await askAboutOlderSystems(work, findings, unweighed)
  if (older) return older
  const massDeletion = await decideDeletions(work, findings)
  if (massDeletion) return 'More records are gone than the contract accepts at once; see the case.'
  // What was like a record that is gone may be the only one now.
  if (await lookAtDoubles(work, decider, findings)) await decidePending(work, decider.correlator.contested)
  const tripped = await breaker(work)
  if (tripped) return tripped
  await applyAll(work, decider, findings)
  if (findings.absent.size + findings.replaced.size > 0 && (await decideDeletions(work, findings))) {
    await giveUpObstructed(work)
    return 'More records are gone than the contract accepts at once; see the case.'
  }
  // Also for what a lost answer left over: it was settled, and is due again.
  await applyAll(work, decider, findings)
  await giveUpObstructed(work)
  await closeMootCases(work)
  return pausedByFailure(work)
}

/** With `on_failure.then: pause flow` a record that a system refuses for good stops the flow until somebody decided. */
export async function pausedByFailure(work: FlowWork): Promise<string | null> {
  if (work.flow.onFailure.then !== 'pause flow') return null
  const refused = await refusedCase(work.database, work.row.id)
  return refused && `The flow is paused: ${refused.detail.sentence}`
}

/** Sides whose records need a counterpart before they count come first; the ones that lead come last. */
const observingOrder = (work: FlowWork): Side[] => work.sides.toSorted((a, b) => Number(a.leads) - Number(b.leads))

/**
 * Looks at the sides that the pass is for. What is new in one of them may be in another already, so that one is looked
 * at, too, before anything is decided about it.
 */
async function observeSides(work: FlowWork, decider: Decider, pass: Pass): Promise<void> {
  const order = observingOrder(work)
  const wanted = (side: Side): boolean =>
    pass.kind === 'full' || pass.systems === undefined || pass.systems.includes(side.system)
  const chosen = order.filter(wanted)
  const others = order.filter((side) => !wanted(side))
  for (const [i, side] of chosen.entries())
    await observe(work, decider, side, pass, others.length === 0 && i === chosen.length - 1)
  if (others.length === 0) return
  const pending = await recordsInState(work.database, work.row.id, 'pending', '0', 1)
  if (pending.length === 0) return
  for (const [i, side] of others.entries()) await observe(work, decider, side, pass, i === others.length - 1)
}

/** Looks at a side; hints that are dealt with meanwhile say which of the listed records they were about. */
async function observe(work: FlowWork, decider: Decider, side: Side, pass: Pass, last: boolean): Promise<void> {
  pass.seen.add(side.id)
  work.touched?.set(side.id, new Set())
  try {
    await list(work, decider, side, pass, last)
  } finally {
    work.touched?.delete(side.id)
  }
}

async function list(work: FlowWork, decider: Decider, side: Side, pass: Pass, last: boolean): Promise<void> {
  const { kind, findings } = pass
  const row = pass.sideRows.find((candidate) => candidate.id === side.id)!
  const isOlder = (await wentBack(work, side, row, findings)) || side.behind !== undefined
  // What came back from a backup has times of change that lie behind: looking at changes would not show it.
  if (kind === 'full' || row.cursor === null || isOlder) {
    const looked = work.rulesChanged || row.scannedAt === null ? null : row.cursor
    await observeAll(work, decider, side, last, findings, row.scannedAt !== null, looked)
    return
  }
  await observeChanges(work, decider, side, row.cursor, last, findings)
  const age = row.scannedAt === null ? Infinity : work.clock() - Date.parse(row.scannedAt)
  // Where it is yet to come, a clock was wrong: what is gone is looked for once too often rather than never.
  const since = age < 0 ? Infinity : age
  if (since > SWEEP_MS || (since >= (pass.sweepMs ?? 0) && (await isSmall(work, pass))))
    await findAbsent(work, decider, side, findings)
}

/** Whether the newest change that a side has is older than what was seen of it. */
async function wentBack(
  work: FlowWork,
  { id, remote }: Side,
  { cursor, olderAt }: SideRow,
  { older }: Findings,
): Promise<boolean> {
  if (olderAt !== null) {
    // A run that found it did not come to weigh it.
    older.set(id, olderAt)
    return true
  }
  if (cursor === null || !remote.capabilities.changedSince) return false
  const { at } = await remote.now()
  if (!isLater(cursor.at, at)) return false
  await underLease(work, (session) => noteOlder(session, id, at))
  older.set(id, at)
  return true
}

/** Whether the flow has so few records that every run may look for what is gone. */
async function isSmall(work: FlowWork, pass: Pass): Promise<boolean> {
  const sideIds = work.sides.map((side) => side.id)
  pass.small ??= (await linkedAtLastPass(work.database, sideIds)) <= SWEEP_ALWAYS
  return pass.small
}

const failureOf = (error: ConcordatError): NonNullable<FlowRun['failure']> => ({
  code: error.code,
  ...(error.system !== undefined && { system: error.system }),
  ...(error.retryAfter !== undefined && { retry_after: error.retryAfter }),
})

/** Takes the right to work on a flow, or says who has it. */
export async function takeFlow(deps: Deps, flowId: number, name: string): Promise<FlowWork['lease']> {
  const lease = await acquireLease(deps.database, flowId, deps.holder, LEASE_MS, deps.steady)
  if (lease) return lease
  const holder = await leaseHolder(deps.database, flowId)
  throw new ConcordatError('engine.busy', `The flow ${name} is being run by ${holder ?? 'another process'}.`, {
    retry: 'later',
    cure: 'Wait until that run has ended, then try again.',
  })
}

interface ReportInput {
  readonly flow: string
  readonly flowId: number
  readonly runId: string
  readonly kind: RunKind
  readonly status: RunStatus
  readonly sides: readonly Pick<Side, 'id' | 'system'>[]
  readonly counts: FlowWork['counts']
  readonly started: number
  /** Whether it may have written anything. */
  readonly wrote: boolean
  readonly message: string | undefined
}

export async function reportOf(deps: Deps, input: ReportInput): Promise<FlowRun> {
  const operations = input.wrote ? await countOperations(deps.database, input.runId) : []
  const now = await countOpenCases(deps.database, input.flowId)
  const { waiting, ...figures } = input.counts
  // Also what other processes were asked to write for this run.
  const opened = await countHeldBy(deps.database, input.flowId, input.runId)
  const writes: Record<string, number> = Object.fromEntries(input.sides.map((side) => [side.system, 0]))
  const of = (kinds: readonly string[]) =>
    operations.filter((o) => kinds.includes(o.kind)).reduce((sum, o) => sum + o.count, 0)
  for (const { sideId, count } of operations) {
    const system = input.sides.find((side) => side.id === sideId)?.system
    if (system) writes[system] = (writes[system] ?? 0) + count
  }
  return {
    flow: input.flow,
    run: Number(input.runId),
    status: input.status === 'done' && now.open > 0 ? 'waiting' : input.status,
    kind: input.kind,
    ...figures,
    held: Math.max(figures.held + waiting.size, opened),
    created: of(['create', 'restore']),
    updated: of(['update', 'archive']),
    deleted: of(['delete']),
    writes,
    seconds: (deps.clock() - input.started) / 1000,
    open_cases: now.decisions,
    ...(input.message !== undefined && { message: input.message }),
  }
}

/** Flows in an order in which what is referred to comes before what refers to it. */
export function inDependencyOrder(contract: Contract, names: readonly string[]): Flow[] {
  const result: Flow[] = []
  const visit = (name: string, path: readonly string[]) => {
    const flow = contract.flows.get(name)
    if (!flow || path.includes(name) || result.includes(flow)) return
    const specs = flow.fields.flatMap((field) => [field.spec, ...(field.lines?.fields.map((sub) => sub.spec) ?? [])])
    for (const spec of specs) if (spec.type === 'reference') visit(spec.flow, [...path, name])
    if (names.includes(name)) result.push(flow)
  }
  for (const name of names) visit(name, [])
  return result
}
