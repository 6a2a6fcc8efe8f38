import type { Connector } from '../connector-kit/port.ts'
import type { Contract, Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { FlowRun } from '../model/report.ts'
import type { RunKind, RunStatus } from '../model/words.ts'
import { countOpenCases, findCases, openCases, settleCases, takeApproval } from '../store/cases.ts'
import type { Database } from '../store/database.ts'
import { countDirty } from '../store/dirty.ts'
import {
  adoptRules,
  completeFirstSync,
  distrustDigests,
  ensureFlow,
  ensureLayout,
  ensureSides,
  layouts,
  markScanned,
  markSuccess,
  publishContract,
  type SideRow,
} from '../store/flows.ts'
import { markServed } from '../store/flow-service.ts'
import { waitingForReference, withoutReference } from '../store/held.ts'
import { IdBlocks } from '../store/ids.ts'
import { acquireLease, leaseHolder, releaseLease } from '../store/leases.ts'
import { recordsInState } from '../store/links.ts'
import { ensurePartitions } from '../store/migrate.ts'
import { countOperations } from '../store/operations.ts'
import { beginRun, endRun } from '../store/runs.ts'
import { linkedAtLastPass } from '../store/scan-pages.ts'
import { applyAll, mergeMoved } from './apply.ts'
import { BREAKER, breakerCase } from './case-drafts.ts'
import { carryOutDecisions } from './carry-out.ts'
import { decideDeletions, limitFor } from './deletions.ts'
import { Decider } from './decider.ts'
import { commit, LEASE_MS, sideOf, stampOf, underLease, type FlowWork, type ReportProgress } from './flow-work.ts'
import {
  findAbsent,
  markCreations,
  noFindings,
  noteFindings,
  observeAll,
  observeChanges,
  type Findings,
} from './observe.ts'
import { decidePending } from './pending.ts'
import { ProgressMeter } from './progress-meter.ts'
import { settleUnfinished } from './settle.ts'
import { layoutNames } from './row-shape.ts'
import { compileSide, objectSpec, type Side } from './side.ts'
import { successorsFor } from './successors.ts'

/** What a run works with besides the contract; everything that is not pure comes in here. */
export interface Deps {
  readonly database: Database
  readonly connectors: ReadonlyMap<string, Connector>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
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
}

/** Below this many linked records every run also looks for what is gone; above, a run does so after `SWEEP_MS`. */
const SWEEP_ALWAYS = 50_000
const SWEEP_MS = 15 * 60_000

/** Runs one flow once. Failures of the systems end in the report; only bugs and a lost lease are thrown. */
export async function runFlow(
  deps: Deps,
  contract: Contract,
  flow: Flow,
  options: RunFlowOptions = {},
): Promise<FlowRun> {
  const { database, clock } = deps
  const started = clock()
  const row = await ensureFlow(database, flow.name)
  const lease = options.lease ?? (await takeFlow(deps, row.id, flow.name))
  let runId: string | null = null
  try {
    await ensurePartitions(database, new Date(started))
    const contractId = await publishContract(database, contract.fingerprint, deps.contractSource, new Date(started))
    const sideRows = await ensureSides(database, row.id, flow.systems)
    const firstSync = row.firstSyncAt === null
    const rulesChanged = row.rules !== null && row.rules !== flow.fingerprint
    const incremental =
      !options.full &&
      !firstSync &&
      !rulesChanged &&
      sideRows.every((side) => side.cursor !== null || side.scannedAt === null)
    const kind: RunKind = incremental ? 'incremental' : 'full'
    runId = await beginRun(database, { flowId: row.id, contractId, kind, now: new Date(started) })
    const counts = { read: 0, unchanged: 0, linked: 0, held: 0, quarantined: 0, conflicts: 0 }
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
      const sides = await openSides(deps, contract, flow, row.id, sideRows)
      const work: FlowWork = {
        flow,
        row,
        sides,
        database,
        lease,
        runId,
        goldenLayout: await ensureLayout(
          database,
          row.id,
          flow.fields.map((field) => field.name),
        ),
        layouts: await layouts(database, row.id),
        successors: await successorsFor(database, flow),
        recordIds: new IdBlocks('record_id'),
        operationIds: new IdBlocks('operation_id'),
        clock,
        counts,
        progress: new ProgressMeter(flow.name, clock, deps.onProgress).report,
        firstSync,
        rulesChanged,
        signal: deps.signal,
        touched: new Map(),
        ...(options.giveWay && !firstSync && { giveWay: () => options.giveWay!(work) }),
        ...(options.recent && { recent: options.recent }),
      }
      if (row.rules !== flow.fingerprint) await distrustDigests(database, row.id)
      if (row.rules === null) await adoptRules(database, row.id, flow.fingerprint)
      const seen = new Set<number>()
      const stopped = await perform(work, { sideRows, kind, seen, ...options })
      if (!stopped) {
        // Only now: a run that ends before has not looked at everything under the new rules.
        await adoptRules(database, row.id, flow.fingerprint)
        await completeFirstSync(database, row.id, new Date(clock()))
        await markSuccess(database, row.id, new Date(clock()))
      }
      // Also after a limit has stopped it: looking again at once would change nothing.
      await markServed(database, [...seen], new Date(started))
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
      return { ...(await report('failed', sideRows, told, error)), failure: failureOf(error) }
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
}

/** The run itself; answers why it stopped, or null. */
async function perform(work: FlowWork, pass: Pass): Promise<string | null> {
  const decider = new Decider(work)
  const findings = noFindings()
  for (const [side, sent] of await settleUnfinished(work)) await mergeMoved(work, decider, side, sent, findings)
  await carryOutDecisions(work, decider)
  const paused = await pausedByFailure(work)
  if (paused) return paused
  await observeSides(work, decider, pass, findings)
  await lookAgain(work, decider, findings)
  await decidePending(work, decider.correlator.contested)
  const massDeletion = await decideDeletions(work, findings)
  if (massDeletion) return 'More records are gone than the contract accepts at once; see the case.'
  const tripped = await breaker(work)
  if (tripped) return tripped
  await applyAll(work, decider, findings)
  if (findings.absent.size > 0 && (await decideDeletions(work, findings)))
    return 'More records are gone than the contract accepts at once; see the case.'
  await applyAll(work, decider, findings)
  return pausedByFailure(work)
}

/** With `on_failure.then: pause flow` a record that a system refuses for good stops the flow until somebody decided. */
export async function pausedByFailure(work: FlowWork): Promise<string | null> {
  if (work.flow.onFailure.then !== 'pause flow') return null
  const cases = await findCases(work.database, {
    flow: work.flow.name,
    kind: 'quarantined record',
    state: 'open',
    limit: 1,
  })
  return cases.length === 0 ? null : `The flow is paused: ${cases[0]!.detail.sentence}`
}

/** Sides whose records need a counterpart before they count come first; the ones that lead come last. */
const observingOrder = (work: FlowWork): Side[] => work.sides.toSorted((a, b) => Number(a.leads) - Number(b.leads))

/**
 * Looks at the sides that the pass is for. What is new in one of them may be in another already, so that one is looked
 * at, too, before anything is decided about it.
 */
async function observeSides(work: FlowWork, decider: Decider, pass: Pass, findings: Findings): Promise<void> {
  const order = observingOrder(work)
  const wanted = (side: Side): boolean =>
    pass.kind === 'full' || pass.systems === undefined || pass.systems.includes(side.system)
  const chosen = order.filter(wanted)
  const others = order.filter((side) => !wanted(side))
  for (const [i, side] of chosen.entries())
    await observe(work, decider, side, pass, others.length === 0 && i === chosen.length - 1, findings)
  if (others.length === 0) return
  const pending = await recordsInState(work.database, work.row.id, 'pending', '0', 1)
  if (pending.length === 0) return
  for (const [i, side] of others.entries()) await observe(work, decider, side, pass, i === others.length - 1, findings)
}

async function observe(
  work: FlowWork,
  decider: Decider,
  side: Side,
  pass: Pass,
  last: boolean,
  findings: Findings,
): Promise<void> {
  const { kind } = pass
  const row = pass.sideRows.find((candidate) => candidate.id === side.id)!
  pass.seen.add(side.id)
  if (kind === 'full' || row.cursor === null) {
    await observeAll(work, decider, side, last, findings, row.scannedAt !== null)
    return
  }
  await observeChanges(work, decider, side, row.cursor, last, findings)
  const sideIds = work.sides.map((other) => other.id)
  const since = row.scannedAt === null ? Infinity : work.clock() - Date.parse(row.scannedAt)
  const due =
    since > SWEEP_MS ||
    (since >= (pass.sweepMs ?? 0) && (await linkedAtLastPass(work.database, sideIds)) <= SWEEP_ALWAYS)
  if (!due) return
  await findAbsent(work, side, findings)
  await markScanned(work.database, side.id, new Date(work.clock()))
}

/** Records that waited for what they refer to: it may have come since. Repeats while something moves. */
async function lookAgain(work: FlowWork, decider: Decider, findings: Findings): Promise<void> {
  let before = Infinity
  for (;;) {
    const sides = work.sides.map((side) => side.id)
    const waiting = await waitingForReference(work.database, sides)
    const bySide = new Map<number, Map<string, number>>()
    for (const { sideId, remoteId } of await withoutReference(work.database, sides)) {
      if (!bySide.has(sideId)) bySide.set(sideId, new Map())
      bySide.get(sideId)!.set(remoteId, 0)
    }
    for (const { sideId, remoteId, since } of waiting) {
      if (!bySide.has(sideId)) bySide.set(sideId, new Map())
      bySide.get(sideId)!.set(remoteId, Date.parse(since))
    }
    for (const [sideId, ids] of findings.again) {
      if (!bySide.has(sideId)) bySide.set(sideId, new Map())
      for (const id of ids) bySide.get(sideId)!.set(id, work.clock())
    }
    const count = [...bySide.values()].reduce((sum, ids) => sum + ids.size, 0)
    if (count === 0 || count >= before) return
    before = count
    findings.again.clear()
    const heldBefore = work.counts.held
    for (const [sideId, ids] of bySide) {
      const side = sideOf(work, sideId)
      const list = [...ids.keys()]
      const size = Math.min(2_000, side.remote.capabilities.maxBatch)
      for (let i = 0; i < list.length; i += size) {
        const records = await side.remote.read(list.slice(i, i + size))
        const decision = await decider.decide(side, records, { last: true, recheck: true, heldSince: ids })
        noteFindings(findings, side, decision)
        markCreations(work, decision)
        await commit(work, decision.outcome)
        decider.correlator.committed(decision)
      }
    }
    // Looking at a record again does not hold it a second time.
    work.counts.held = Math.min(work.counts.held, Math.max(heldBefore, waiting.length))
  }
}

/** Stops the flow before its first write when more would change than the contract lets through; answers why. */
async function breaker(work: FlowWork): Promise<string | null> {
  if (work.firstSync) return null
  const { records: due, bySide } = await countDirty(
    work.database,
    work.sides.map((side) => side.id),
  )
  const total = due === 0 ? 0 : due + (work.recent?.changes ?? 0)
  // What is to be created counts among the records, too, so that 100% is never exceeded.
  const limit = await limitFor(work, work.flow.limits.changes, total, { among: total })
  if (total > limit) {
    const approved = await takeApproval(work.database, work.row.id, 'breaker tripped', BREAKER)
    if (total > approved) {
      const bySystem = Object.fromEntries([...bySide].map(([sideId, count]) => [sideOf(work, sideId).system, count]))
      await underLease(work, (session) =>
        openCases(session, [breakerCase(work.flow, total, limit, bySystem, total - due)], stampOf(work)),
      )
      return `${total} records would change, more than the limit of ${limit}; nothing was written. See the case.`
    }
  }
  await underLease(work, (session) =>
    settleCases(session, [{ kind: 'breaker tripped', subject: BREAKER }], stampOf(work)),
  )
  return null
}

const failureOf = (error: ConcordatError): NonNullable<FlowRun['failure']> => ({
  code: error.code,
  ...(error.retryAfter !== undefined && { retry_after: error.retryAfter }),
})

/** Takes the right to work on a flow, or says who has it. */
export async function takeFlow(deps: Deps, flowId: number, name: string): Promise<FlowWork['lease']> {
  const lease = await acquireLease(deps.database, flowId, deps.holder, deps.clock(), LEASE_MS)
  if (lease) return lease
  const holder = await leaseHolder(deps.database, flowId)
  throw new ConcordatError('engine.busy', `The flow ${name} is being run by ${holder ?? 'another process'}.`, {
    retry: 'later',
    cure: 'Wait until that run has ended, then try again.',
  })
}

/** Opens the flow's object in each of its systems and compiles the mappings. */
export async function openSides(
  deps: Deps,
  contract: Contract,
  flow: Flow,
  flowId: number,
  rows: readonly SideRow[],
): Promise<Side[]> {
  const sides: Side[] = []
  for (const row of rows) {
    const remote = await deps.connectors.get(row.system)!.open(objectSpec(flow, row.system))
    const parents = new Map<string, number>()
    for (const other of contract.flows.values()) {
      if (!other.systems.includes(row.system)) continue
      const parent = await ensureFlow(deps.database, other.name)
      const parentSides = await ensureSides(deps.database, parent.id, other.systems)
      parents.set(other.name, parentSides.find((side) => side.system === row.system)!.id)
    }
    sides.push({
      id: row.id,
      system: row.system,
      remote,
      mapping: compileSide(flow, row.system, remote.layout),
      places: new Map(remote.layout.columns.map((column, place) => [column, place])),
      layoutId: await ensureLayout(deps.database, flowId, layoutNames(remote.layout)),
      mayWrite: flow.direction === 'both' || flow.direction.to === row.system,
      leads: flow.master === 'shared' || flow.master === row.system,
      parents,
    })
  }
  return sides
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
  readonly message: string | undefined
}

export async function reportOf(deps: Deps, input: ReportInput): Promise<FlowRun> {
  const operations = await countOperations(deps.database, input.runId)
  const openNow = await countOpenCases(deps.database, input.flowId)
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
    status: input.status === 'done' && openNow > 0 ? 'waiting' : input.status,
    kind: input.kind,
    ...input.counts,
    created: of(['create', 'restore']),
    updated: of(['update', 'archive']),
    deleted: of(['delete']),
    writes,
    seconds: (deps.clock() - input.started) / 1000,
    open_cases: openNow,
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
