import type { Contract, Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { FlowRun } from '../model/report.ts'
import {
  ensureFlow,
  ensureFlows,
  ensureLayout,
  ensureSides,
  layouts,
  publishContract,
  type FlowRow,
} from '../store/state/flows.ts'
import { IdBlocks } from '../store/database/ids.ts'
import { releaseLease, type Lease } from '../store/service/leases.ts'
import { ensurePartitions } from '../store/migrate.ts'
import { unsettledBatches } from '../store/log/operations.ts'
import { beginRun, endRun, noteRun } from '../store/log/runs.ts'
import { beginWeighing } from '../store/systems/older-systems.ts'
import { mergeMoved } from './apply.ts'
import { Decider } from './decider.ts'
import { keepLease, noCounts, underLease, type Counts, type FlowWork } from './flow-work.ts'
import { noFindings } from './observe.ts'
import { observeHints, type HintReport } from './observe-hints.ts'
import type { Obstructed } from './obstacles.ts'
import { openSides } from './open-sides.ts'
import { RecentRecords, type RecentHints } from './recent-records.ts'
import { pausedByFailure, reportOf, runFlow, takeFlow, type Deps, type RunFlowOptions } from './run-flow.ts'
import { settleUnfinished } from './settle.ts'
import { claimRecords, type Claim } from './shards.ts'
import type { Side } from './side.ts'
import { successorsFor } from './successors.ts'
import { wakeOthers } from './wake-others.ts'

/*
 * A flow that is kept ready for hints: its objects are opened, its shapes known, and its lease is held while hints keep
 * coming, so that a hint costs only what its record costs. Hints that come while others are dealt with wait and go
 * together. Runs of the same flow take turns with them between two pages, under the same lease.
 */

export interface HotFlowOptions {
  /** How long without hints until the flow is given up for others to run. */
  readonly lingerMs?: number
}

/** Changes by hints within this time count together with the limits. */
const RECENT_MS = 60_000
/** Opened objects are opened anew after this time: the systems' tables may have changed. */
const OPENED_MS = 5 * 60_000
/** One run in the log covers at most so long. */
const STRETCH_MS = 15 * 60_000

interface Waiting {
  readonly system: string
  readonly ids: readonly string[]
  resolve(report: HintReport): void
  reject(error: unknown): void
}

/** Keeps one flow hot in this process. Nothing is opened or taken before the first hint. */
export class HotFlow {
  readonly name: string
  private readonly deps: Deps
  private readonly contract: Contract
  private readonly flow: Flow
  private readonly lingerMs: number
  private readonly recent: RecentHints = {
    changed: new RecentRecords(RECENT_MS),
    gone: new RecentRecords(RECENT_MS),
  }
  private readonly waiting: Waiting[] = []
  private turn: Promise<unknown> = Promise.resolve()
  /** A turn for what waits is to come. */
  private draining = false
  private row: FlowRow | null = null
  private lease: Lease | null = null
  private opened: { readonly sides: readonly Side[]; readonly at: number } | null = null
  private work: (FlowWork & { runId: string }) | null = null
  /** Of the run in the log that goes on. */
  private readonly counts: Counts = noCounts()
  /** The run in the log that hints are put down to; it goes on while the lease changes hands. */
  private stretch: { readonly id: string; readonly began: number } | null = null
  /** Dealt with within a run, which is to decide about what they are about; done when it has, or when they are taken again. */
  private readonly untilRunEnds: Waiting[] = []
  /** Records may have been left undecided, whose hints come again but show nothing new. */
  private mayBePending = false
  private timer: NodeJS.Timeout | null = null
  private closed = false

  constructor(deps: Deps, contract: Contract, flow: Flow, options: HotFlowOptions = {}) {
    this.name = flow.name
    this.deps = deps
    this.contract = contract
    this.flow = flow
    this.lingerMs = options.lingerMs ?? 3_000
  }

  /**
   * Deals with records of a system that may have changed; done when everything that is due for them has landed, or is
   * marked. Throws `engine.busy` when another process runs the flow, `engine.not-ready` when a run must come first,
   * `engine.stopped` while a refused write stops the flow, and what the systems throw: hints that failed may simply be taken
   * again.
   */
  take(system: string, ids: readonly string[]): Promise<HintReport> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ system, ids, resolve, reject })
      this.drainInTurn()
    })
  }

  /** Runs the flow under the lease of this process; hints get their turn in between. */
  async run(
    options: Pick<RunFlowOptions, 'full' | 'systems' | 'sweepMs' | 'helpers'> = {},
    signal: AbortSignal | undefined = this.deps.signal,
  ): Promise<FlowRun> {
    try {
      return await this.inTurn(async () => {
        const lease = await this.hold()
        await this.endStretch()
        try {
          const report = await runFlow({ ...this.deps, ...(signal && { signal }) }, this.contract, this.flow, {
            ...options,
            lease,
            recent: this.recent,
            giveWay: (work) => this.serve(work),
          })
          if (Object.values(report.writes).some((count) => count > 0)) await wakeOthers(this.deps, this.name)
          return report
        } finally {
          this.row = null
          this.work = null
          this.opened = null
          this.mayBePending = true
          this.waiting.push(...this.untilRunEnds.splice(0))
          this.lingerOn()
        }
      })
    } finally {
      this.drainInTurn()
    }
  }

  /** Ends what is under way and gives the flow up. */
  async close(): Promise<void> {
    this.closed = true
    await this.inTurn(async () => {
      if (this.timer) clearTimeout(this.timer)
      if (this.lease) await this.endStretch().catch(() => {})
      await this.giveUp()
    })
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work)
    this.turn = mine.catch(() => {})
    return mine
  }

  /** What waits has its turn; one turn for all of it, however much comes during a run that serves it in between. */
  private drainInTurn(): void {
    if (this.draining) return
    this.draining = true
    void this.inTurn(() => {
      this.draining = false
      return this.drain()
    })
  }

  private async drain(): Promise<void> {
    if (this.waiting.length === 0) return
    const batch = this.waiting.splice(0)
    try {
      if (this.closed) throw new ConcordatError('engine.stopped', 'The flow is being closed.', { retry: 'later' })
      const work = await this.prepare()
      const paused = await pausedByFailure(work)
      if (paused !== null) throw new ConcordatError('engine.stopped', paused, { retry: 'later' })
      const report = await this.deal(work, batch, false)
      for (const one of batch) one.resolve(report)
    } catch (error) {
      // What was begun is settled before anything else is done.
      this.work = null
      if (error instanceof ConcordatError && error.code === 'engine.lease-lost') await this.giveUp()
      if (error instanceof ConcordatError && /no-such|schema|another-system/.test(error.code)) this.opened = null
      this.mayBePending = true
      for (const one of batch) one.reject(error)
    }
    this.lingerOn()
  }

  /**
   * A run lets hints go first. Where they fail, it ends as well: what they began is settled before anything else is written,
   * and what the run has listed of their records is not what they are now.
   */
  private async serve(work: FlowWork): Promise<void> {
    if (this.waiting.length === 0 || (await pausedByFailure(work)) !== null) return
    const batch = this.waiting.splice(0)
    try {
      const claim = work.givenOut?.now === true ? await claimRecords(work, hintedSides(work, batch)) : null
      try {
        const free = batch.map((one) => without(one, claim))
        const report = await this.deal(work, free, true)
        for (const one of batch) this.resolveOrWait(one, claim, report)
      } finally {
        await claim?.release()
      }
    } catch (error) {
      for (const one of batch) one.reject(error)
      throw error
    }
  }

  /** Hints about records that others work on are dealt with when those are done; new records when the run is over. */
  private resolveOrWait(one: Waiting, claim: Claim | null, report: HintReport): void {
    if (report.pending) {
      this.untilRunEnds.push(one)
      return
    }
    const ids = one.ids.filter((id) => claim?.elsewhere.get(one.system)?.has(id))
    if (ids.length === 0) one.resolve(report)
    else
      this.waiting.push({
        ...one,
        ids,
        resolve: (later) => one.resolve(later.stopped === null ? { ...later, stopped: report.stopped } : later),
      })
  }

  private async deal(work: FlowWork, batch: readonly Waiting[], withinRun: boolean): Promise<HintReport> {
    const report = await observeHints(work, hintedSides(work, batch), {
      recent: this.recent,
      begin: withinRun ? async () => {} : () => this.beginStretch(),
      withinRun,
      pending: this.mayBePending && !withinRun,
    })
    if (!withinRun) this.mayBePending = report.wantsRun
    if (report.wrote && !withinRun) await wakeOthers(this.deps, this.name)
    return report
  }

  /** Takes the lease, or makes sure that it is still ours. */
  private async hold(): Promise<Lease> {
    const { database } = this.deps
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    if (this.lease?.hasEnded?.()) await this.giveUp()
    if (this.lease) {
      try {
        await keepLease({ database, lease: this.lease })
      } catch (error) {
        if (!(error instanceof ConcordatError) || error.code !== 'engine.lease-lost') throw error
        await this.giveUp()
      }
    }
    if (this.lease) return this.lease
    const { id } = await ensureFlow(database, this.flow.name)
    this.lease = await takeFlow(this.deps, id, this.flow.name)
    // Others may have done anything meanwhile.
    this.row = null
    this.work = null
    this.mayBePending = true
    return this.lease
  }

  /** Everything that hints are dealt with by, and nothing of earlier work left open. */
  private async prepare(): Promise<FlowWork> {
    const { deps, contract, flow } = this
    const { database, clock } = deps
    const lease = await this.hold()
    this.row ??= await ensureFlow(database, flow.name)
    const { row } = this
    if (row.firstSyncAt === null) throw notReady(`The flow ${flow.name} has not had its first sync yet.`)
    if (row.rules !== flow.fingerprint) throw notReady(`The rules of the flow ${flow.name} have changed.`)
    if (this.opened && clock() > this.opened.at + OPENED_MS) this.opened = this.work = null
    if (this.work) return this.work
    const shapes = await layouts(database, row.id)
    if (!this.opened) {
      const known = await ensureFlows(database, [...contract.flows.values()])
      this.opened = { sides: await openSides(deps, contract, flow, known, shapes), at: clock() }
    }
    const { sides } = this.opened
    const work = {
      contract,
      flow,
      row,
      sides,
      database,
      lease,
      holder: deps.holder,
      runId: this.stretch?.id ?? '',
      goldenLayout: await ensureLayout(
        database,
        row.id,
        flow.fields.map((field) => field.name),
        shapes,
      ),
      layouts: shapes,
      successors: await successorsFor(database, flow),
      recordIds: new IdBlocks('record_id'),
      operationIds: new IdBlocks('operation_id'),
      clock,
      counts: this.counts,
      progress: () => {},
      firstSync: false,
      rulesChanged: false,
      signal: deps.signal,
      obstructed: new Map<string, Obstructed>(),
      letThrough: new Set<string>(),
    }
    this.work = work
    if (this.stretch && !(await this.note())) this.stretch = null
    const ids = sides.map((side) => side.id)
    if ((await unsettledBatches(database, ids)).length > 0) {
      await this.beginStretch()
      const decider = new Decider(work)
      for (const [side, sent] of await settleUnfinished(work)) await mergeMoved(work, decider, side, sent, noFindings())
    }
    return work
  }

  private async beginStretch(): Promise<void> {
    const { database, clock } = this.deps
    const work = this.work!
    const now = clock()
    if (this.stretch && now > this.stretch.began + STRETCH_MS) await this.endStretch()
    if (this.stretch) return
    await ensurePartitions(database, new Date(now))
    const { fingerprint } = this.contract
    const contractId = await publishContract(database, fingerprint, this.deps.contractSource, new Date(now))
    const run = { flowId: work.row.id, contractId, kind: 'real time', now: new Date(now) } as const
    this.stretch = { id: await beginRun(database, run), began: now }
    work.runId = this.stretch.id
    // What is not carried over, for whatever reason, is weighed by the next run.
    await underLease(work, (session) => beginWeighing(session, work.row.id, work.runId))
    Object.assign(this.counts, noCounts())
  }

  private async endStretch(): Promise<void> {
    const { stretch } = this
    if (!stretch) return
    this.stretch = null
    const report = await this.report(stretch)
    const now = new Date(this.deps.clock())
    await endRun(this.deps.database, stretch.id, { status: report.status, report, message: null, now })
  }

  /** Brings the figures of the run in the log up to date; false when another run has begun since. */
  private async note(): Promise<boolean> {
    return this.stretch === null || noteRun(this.deps.database, this.stretch.id, await this.report(this.stretch))
  }

  private async report({ id, began }: { readonly id: string; readonly began: number }): Promise<FlowRun> {
    const { database } = this.deps
    const row = (this.row ??= await ensureFlow(database, this.flow.name))
    const sides = await ensureSides(database, row.id, this.flow.systems)
    return reportOf(this.deps, {
      flow: this.flow.name,
      flowId: row.id,
      runId: id,
      kind: 'real time',
      status: 'done',
      sides,
      counts: this.counts,
      started: began,
      wrote: true,
      message: undefined,
    })
  }

  /** After a while without hints the flow is given up, so that others can run it. */
  private lingerOn(): void {
    if (this.timer || !this.lease || this.closed) return
    this.timer = setTimeout(() => {
      this.timer = null
      void this.inTurn(async () => {
        if (this.waiting.length > 0) return
        if (this.stretch) await this.note().catch(() => {})
        await this.giveUp()
      })
    }, this.lingerMs)
    this.timer.unref()
  }

  private async giveUp(): Promise<void> {
    const { lease } = this
    this.lease = null
    if (lease) await releaseLease(this.deps.database, lease).catch(() => {})
  }
}

function hintedSides(work: FlowWork, batch: readonly Waiting[]): Map<Side, string[]> {
  const hinted = new Map<Side, string[]>()
  for (const side of work.sides) {
    const ids = new Set(batch.flatMap((one) => (one.system === side.system ? one.ids : [])))
    if (ids.size > 0) hinted.set(side, [...ids])
  }
  return hinted
}

const without = (one: Waiting, claim: Claim | null): Waiting => {
  const elsewhere = claim?.elsewhere.get(one.system)
  return elsewhere ? { ...one, ids: one.ids.filter((id) => !elsewhere.has(id)) } : one
}

function notReady(sentence: string): ConcordatError {
  return new ConcordatError('engine.not-ready', sentence, {
    retry: 'later',
    cure: 'A run looks at everything first; then changes are carried over as they come.',
  })
}
