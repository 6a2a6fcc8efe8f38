import { recordsOfRemotes } from '../store/state/links.ts'
import {
  finishShard,
  freeShards,
  giveOut,
  othersWork,
  quarantinedInShards,
  reserveShards,
  shardsElsewhere,
  takeBackShards,
  takeShard,
  type ShardRange,
} from '../store/service/shards.ts'
import { keepLease, stopIfAsked, underLease, type FlowWork } from './flow-work.ts'
import type { Side } from './side.ts'

/*
 * A side with many due marks is carried out by several processes at once: the run that holds the flow's lease gives the marks
 * out in shards by record, takes shards itself like everybody else, and waits until none is held. Only carrying out is
 * shared; what is decided anew (a record that was not as expected, a write without an answer) is left to the run.
 */

/** How a run has others help it. */
export interface Helpers {
  /** How many other processes could help. */
  count(): Promise<number>
  /** Has them look for shards of a flow. */
  call(flow: string, count: number): Promise<void>
}

const SMALLEST = 200
const LARGEST = 2_000
/** Fewer shards than this are not worth it. */
const LEAST = 4
const LOOK_MS = 100

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Carries a side's marks out together with other processes; `apply`: one range of them. False when that is not worth it. */
export async function applyInShards(
  work: FlowWork,
  side: Side,
  apply: (range: Pick<ShardRange, 'after' | 'upTo'>) => Promise<void>,
): Promise<boolean> {
  const { helpers, givenOut } = work
  const others = helpers ? await helpers.count() : 0
  if (!helpers || !givenOut || others === 0) return false
  const size = Math.min(LARGEST, Math.max(SMALLEST, 10 * side.remote.capabilities.maxBatch))
  const shards = await underLease(work, (session) =>
    giveOut(session, { lease: work.lease, sideId: side.id, runId: work.runId, size, least: LEAST * size }),
  )
  if (shards === 0) return false
  givenOut.now = true
  givenOut.ever = true
  try {
    await helpers.call(work.flow.name, Math.min(others, shards - 1))
    for (;;) {
      const taken = await takeShard(work.database, work.flow.name, work.holder, work.lease.steady)
      if (!taken) break
      await apply(taken.shard)
      await underLease(work, (session) => finishShard(session, taken.shard.id, 0))
    }
    while (await othersWork(work.database, work.row.id, work.holder)) await idle(work)
    work.counts.quarantined += await quarantinedInShards(work.database, work.row.id)
  } finally {
    await callBackShards(work)
    givenOut.now = false
  }
  return true
}

/** Takes back what is given out, and waits until nobody works on it any more. */
export async function callBackShards(work: FlowWork): Promise<void> {
  while (await takeBackShards(work.database, work.row.id, work.holder)) {
    await keepLease(work)
    await pause(LOOK_MS)
  }
}

async function idle(work: FlowWork): Promise<void> {
  stopIfAsked(work)
  await keepLease(work)
  if (work.giveWay) await work.giveWay()
  await pause(LOOK_MS)
}

/** Records that hints are about, while shards are out. */
export interface Claim {
  /** Remote ids by system that others work on; they must wait. */
  readonly elsewhere: ReadonlyMap<string, ReadonlySet<string>>
  /** Lets others have the rest again. */
  release(): Promise<void>
}

/** Keeps others away from these records, as far as they do not work on them already. */
export async function claimRecords(work: FlowWork, hinted: ReadonlyMap<Side, readonly string[]>): Promise<Claim> {
  const { database } = work
  const found: { system: string; remoteId: string; recordId: string | null }[] = []
  for (const [side, ids] of hinted) {
    const records = await recordsOfRemotes(database, side.id, ids)
    for (const remoteId of ids) found.push({ system: side.system, remoteId, recordId: records.get(remoteId) ?? null })
  }
  const records = [...new Set(found.flatMap(({ recordId }) => recordId ?? []))]
  const news = found.some(({ recordId }) => recordId === null)
  const reserved = await reserveShards(database, work.row.id, records, news)
  const ranges = await shardsElsewhere(database, work.row.id, work.holder)
  const elsewhere = new Map<string, Set<string>>()
  for (const { system, remoteId, recordId } of found) {
    if (!ranges.some((range) => (recordId === null ? range.creates : holds(range, recordId)))) continue
    const ids = elsewhere.get(system)
    if (ids) ids.add(remoteId)
    else elsewhere.set(system, new Set([remoteId]))
  }
  return { elsewhere, release: () => freeShards(database, reserved) }
}

const holds = (range: ShardRange, recordId: string): boolean =>
  BigInt(recordId) > BigInt(range.after) && BigInt(recordId) <= BigInt(range.upTo)
