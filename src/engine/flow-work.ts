import type { Contract, Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Progress } from '../model/report.ts'
import type { Database, Session } from '../store/database/database.ts'
import type { FlowRow } from '../store/state/flows.ts'
import type { IdBlocks } from '../store/database/ids.ts'
import { renewLease, timeLeft, transactionUnder, type Lease } from '../store/service/leases.ts'
import { commitOutcome, type Outcome } from '../store/state/outcome.ts'
import type { Stamp } from '../store/log/stamp.ts'
import type { Obstructed } from './obstacles.ts'
import type { RecentHints } from './recent-records.ts'
import type { Helpers } from './shards.ts'
import type { Side } from './side.ts'
import type { Successors } from './successors.ts'

/** Everything that one run of one flow works with. */
export interface FlowWork {
  readonly contract: Contract
  readonly flow: Flow
  readonly row: FlowRow
  readonly sides: readonly Side[]
  readonly database: Database
  readonly lease: Lease
  /** Names this process. */
  readonly holder: string
  readonly runId: string
  readonly goldenLayout: number
  readonly layouts: Map<number, readonly string[]>
  /** What records that the flow's values refer to turned out to be. */
  readonly successors: Successors
  readonly recordIds: IdBlocks
  readonly operationIds: IdBlocks
  readonly clock: () => number
  readonly counts: Counts
  readonly progress: (stage: string, done: number, total: number | null) => void
  /** No side has been completed before: what is found is existing (legacy) data. */
  readonly firstSync: boolean
  /** The rules changed since the last run: what was in agreement may not be any more. */
  readonly rulesChanged: boolean
  /** Set when somebody asks for an early end; honoured between batches. */
  readonly signal: AbortSignal | undefined
  /** Lets hints be dealt with in between; called where nothing that was read is still to be decided about. */
  readonly giveWay?: () => Promise<void>
  /** Other processes that carry out what this run has decided; absent: it does so alone. */
  readonly helpers?: Helpers
  /** Whether shards of the flow's marks are given out now, and whether any were. */
  readonly givenOut?: { now: boolean; ever: boolean }
  /**
   * Sides that are being listed, with the remote ids that hints were about meanwhile: what was listed of them is not what
   * they are now.
   */
  readonly touched?: Map<number, Set<string>>
  /**
   * Writes that a system refuses because of another record, which may land when that has been written; absent: somebody
   * else looks after them.
   */
  readonly obstructed?: Map<string, Obstructed>
  /** What hints have changed of late, also while the run goes on, which counts with what the limits let through. */
  readonly recent?: RecentHints
  /** Records whose deletion the limits have let through in this run. */
  readonly letThrough: Set<string>
}

export interface Counts {
  read: number
  unchanged: number
  linked: number
  held: number
  /** Held besides, for what they refer to: each once, and none that has gone on meanwhile. */
  waiting: Set<string>
  quarantined: number
  conflicts: number
  /** Changes that only a full pass found. */
  repaired: number
}

export const noCounts = (): Counts => ({
  read: 0,
  unchanged: 0,
  linked: 0,
  held: 0,
  waiting: new Set(),
  quarantined: 0,
  conflicts: 0,
  repaired: 0,
})

export const LEASE_MS = 60_000

/** What a run says that ended early because somebody wanted it to. */
export const ASKED_TO_STOP = 'The run was asked to stop; the next run goes on where it ended.'

export type ReportProgress = (progress: Progress) => void

export function stampOf(work: FlowWork): Stamp {
  return { flowId: work.row.id, runId: work.runId, at: new Date(work.clock()) }
}

export function sideOf(work: FlowWork, id: number): Side {
  return work.sides.find((side) => side.id === id)!
}

/** Ends the run where somebody asked for it. */
export function stopIfAsked(work: FlowWork): void {
  if (work.signal?.aborted) throw new ConcordatError('engine.stopped', ASKED_TO_STOP, { retry: 'later' })
}

/** Begins something new under the lease, unless somebody asked to stop: see `underLease`. */
export async function underLease<T>(work: FlowWork, action: (session: Session) => Promise<T>): Promise<T> {
  stopIfAsked(work)
  return finishUnderLease(work, action)
}

/** Commits under the lease: a process that lost the flow changes nothing any more (law L17). */
export async function finishUnderLease<T>(work: FlowWork, action: (session: Session) => Promise<T>): Promise<T> {
  await keepLease(work)
  return transactionUnder(work.database, work.lease, action)
}

/** Makes the lease last on, when half of its time is over. */
export async function keepLease({ database, lease }: Pick<FlowWork, 'database' | 'lease'>): Promise<void> {
  if (timeLeft(lease) < LEASE_MS / 2) await renewLease(database, lease, LEASE_MS)
}

/** Commits what a page decided; answers the batches of its intents. */
export function commit(work: FlowWork, outcome: Outcome): Promise<string[]> {
  return underLease(work, (session) => commitOutcome(session, outcome, stampOf(work)))
}
