import type { Cursor, KeyRange, RemoteRecord } from '../connector-kit/port.ts'
import { markScanned, moveCursor } from '../store/state/flows.ts'
import { matchKeys } from '../merge/match-key.ts'
import { isValue } from '../merge/side-state.ts'
import { contestedKeys, type KeyedRemote } from '../store/state/contested.ts'
import { countLinks, isBlank } from '../store/state/links.ts'
import { commitOutcome, isEmptyOutcome } from '../store/state/outcome.ts'
import { compareListed, replaceScanPages, scanPages, type ScanPage } from '../store/state/scan-pages.ts'
import { sendBatch } from './send.ts'
import { commit, stampOf, stopIfAsked, underLease, type FlowWork } from './flow-work.ts'
import { Pipeline } from './pipeline.ts'
import { planWrites, type WriteItem } from './plan-writes.ts'
import type { Decider, Decision } from './decider.ts'
import { readAll } from './read-all.ts'
import { missedByLooks } from './repaired.ts'
import { ScanRanges, crumbs } from './scan-ranges.ts'
import { changedAt, countsChanges, type Side } from './side.ts'
import type { Creation } from './unmatched.ts'

/*
 * Stage one: which records of a side may have changed.
 *
 *   incremental   changed-at since the cursor, a little earlier for transactions that commit late
 *   full          every key range whose digest is not the stored one; rows in it are compared by their image
 *
 * A full pass also finds what is gone: linked records that the listing does not show (law L12: candidates only).
 */

const PAGE = 2_000
/** Where hints wait for their turn between two pages; what they deal with meanwhile is not dealt with by an older listing. */
const SHORT_PAGE = 500
const IN_FLIGHT = 3

/** What observing left for later steps of the run. */
export interface Findings {
  /** Linked records that a listing or a point read did not show, by side. */
  readonly absent: Map<number, Set<string>>
  /** Sides whose listing was compared with all that is linked. */
  readonly swept: Set<number>
  /** Records that refer to records of the same flow that came after them, by side. */
  readonly again: Map<number, Set<string>>
  /** Sides whose newest change is older than what was seen of them before, with when that is. */
  readonly older: Map<number, string>
  /** Sides whose rows stand for other things by now, so that what they stood for may be gone. */
  readonly replaced: Set<number>
}

export const noFindings = (): Findings => ({
  absent: new Map(),
  swept: new Set(),
  again: new Map(),
  older: new Map(),
  replaced: new Set(),
})

export function noteFindings(findings: Findings, side: Side, decision: Decision): void {
  for (const { sideId, remoteId } of decision.absent) noteAbsent(findings, sideId, remoteId)
  for (const remoteId of decision.again) add(findings.again, side.id, remoteId)
  for (const { sideId, undecided } of decision.outcome.freed) if (undecided) findings.replaced.add(sideId)
}

/** A linked record that was not found. */
export function noteAbsent(findings: Findings, sideId: number, remoteId: string): void {
  add(findings.absent, sideId, remoteId)
}

const add = (map: Map<number, Set<string>>, side: number, id: string): void => {
  const ids = map.get(side)
  if (ids) ids.add(id)
  else map.set(side, new Set([id]))
}

/** Everything that changed since the side's cursor. */
export async function observeChanges(
  work: FlowWork,
  decider: Decider,
  side: Side,
  cursor: Cursor,
  last: boolean,
  findings: Findings,
): Promise<void> {
  const overlap = work.flow.records[side.system]!.overlapMs
  let done = 0
  let reached = cursor
  for await (const page of side.remote.changedSince(cursor, overlap, work.giveWay ? SHORT_PAGE : PAGE)) {
    const decision = await decider.decide(side, await asTheyAre(work, side, page.records), { last })
    noteFindings(findings, side, decision)
    markCreations(work, decision)
    const stays = page.cursor.at === reached.at && page.cursor.id === reached.id
    if (!stays || !isEmptyOutcome(decision.outcome)) {
      await underLease(work, async (session) => {
        await commitOutcome(session, decision.outcome, stampOf(work))
        if (!stays) await moveCursor(session, side.id, page.cursor)
      })
    }
    reached = page.cursor
    decider.correlator.committed(decision)
    done += page.records.length
    work.progress(`reading ${side.system}`, done, null)
    await work.giveWay?.()
  }
}

/** Reads again what was dealt with after the listing began, which may show what was there before; in the listing's order. */
async function asTheyAre(
  work: FlowWork,
  side: Side,
  listed: readonly RemoteRecord[],
): Promise<readonly RemoteRecord[]> {
  const touched = work.touched?.get(side.id)
  const stale = touched ? listed.filter((record) => touched.has(record.id)).map((record) => record.id) : []
  if (stale.length === 0) return listed
  const now = new Map((await readAll(side, stale)).map((record) => [record.id, record]))
  return listed.flatMap((record) => (touched!.has(record.id) ? (now.get(record.id) ?? []) : [record]))
}

/**
 * Everything, by key ranges; ranges that are as they were are let go by on their digest. `looked`: how far looks at changes
 * had come, where what they missed is to be counted.
 */
export async function observeAll(
  work: FlowWork,
  decider: Decider,
  side: Side,
  last: boolean,
  findings: Findings,
  scannedBefore: boolean,
  looked: Cursor | null = null,
): Promise<void> {
  const { remote } = side
  const { overlapMs } = work.flow.records[side.system]!
  const cursor = remote.capabilities.changedSince ? await remote.now() : null
  const blank = !scannedBefore && (await isBlank(work.database, side.id))
  // Also what a first pass that did not come to its end has linked may be gone since.
  const linksBefore = blank ? 0 : await countLinks(work.database, side.id)
  // A restored system may be as the last full pass saw it, and not as was agreed since.
  const restored = findings.older.has(side.id) || side.behind !== undefined
  const usable = remote.capabilities.digest && !work.rulesChanged && !restored
  const stored = usable ? await scanPages(work.database, side.id) : []
  const total = await remote.estimate()
  const stream = work.firstSync && last
  if (stream) await findContested(work, decider, side)
  const pipeline = new Pipeline(stream ? IN_FLIGHT : 1)
  const ranges = new ScanRanges()
  // A side that is read for the first time is known by nothing but this pass.
  const giveWay = scannedBefore ? work.giveWay : undefined
  let done = 0
  let linked = 0
  const pass = async (range: KeyRange): Promise<void> => {
    let after = range.after
    for await (const listed of remote.scan(range, giveWay ? SHORT_PAGE : PAGE)) {
      const records = await asTheyAre(work, side, listed)
      const decision = await decider.decide(side, records, { last, blank, stream, recheck: work.rulesChanged })
      noteFindings(findings, side, decision)
      linked += decision.linked
      const upTo = listed.at(-1)!.id
      const newlyLinked = decision.outcome.newLinks.length
      if (looked !== null) {
        const { newLinks } = decision.outcome
        const found = new Set(newLinks.flatMap((link) => (link.sideId === side.id ? link.remoteId : [])))
        const news = [...decision.differing, ...records.filter((record) => found.has(record.id))]
        work.counts.repaired += missedByLooks(side, news, looked, overlapMs)
      }
      ranges.add({ after, upTo, linked: decision.linked + newlyLinked }, records, decision.clean)
      after = upTo
      const { creations } = decision
      if (!stream) markCreations(work, decision)
      await pipeline.add(async () => {
        if (stream) await commitAndCreate(work, decision, creations)
        else await commit(work, decision.outcome)
        decider.correlator.committed(decision)
      })
      if (!stream) await pipeline.drain()
      done += listed.length
      work.progress(stream ? `reading ${side.system} and writing` : `reading ${side.system}`, done, total)
      await giveWay?.()
    }
    if (range.upTo !== null && after !== range.upTo) ranges.add({ after, upTo: range.upTo, linked: 0 }, [], true)
  }
  if (stored.length === 0) await pass({ after: null, upTo: null })
  else {
    for (const { page, same } of await compareDigests(work, side, stored)) {
      if (same) {
        ranges.keep(page)
        linked += page.linked
        done += page.rows
        work.counts.read += page.rows
        work.counts.unchanged += page.rows
        work.progress(`reading ${side.system}`, done, total)
      } else await pass({ after: page.after, upTo: page.upTo })
    }
    await pass({ after: stored.at(-1)!.upTo, upTo: null })
  }
  await pipeline.drain()
  await underLease(work, async (session) => {
    await replaceScanPages(session, side.id, ranges.ranges())
    await markScanned(session, side.id, new Date(work.clock()))
    if (cursor) await moveCursor(session, side.id, cursor)
  })
  // Links that hints made meanwhile may hide as many that are gone.
  const hinted = (work.touched?.get(side.id)?.size ?? 0) > 0
  // More of them than are linked: what was deleted may have been put back just as it was.
  if (linked !== linksBefore || (scannedBefore && hinted)) await findAbsent(work, decider, side, findings)
  else findings.swept.add(side.id)
}

/** Before the last side is matched: which of its records share a key, so that nobody can say which of them is meant. */
async function findContested(work: FlowWork, decider: Decider, side: Side): Promise<void> {
  if (!work.flow.match.some((rule) => rule.kind === 'exact')) return
  const preference = work.flow.edgeCases.duplicates === 'most complete' ? 'most complete' : 'oldest'
  const keyed = async function* (): AsyncGenerator<KeyedRemote[]> {
    for await (const records of side.remote.scan({ after: null, upTo: null }, PAGE)) {
      stopIfAsked(work)
      yield records.flatMap((record) => {
        const golden = side.mapping.read(record.values, () => undefined).map((value) => (isValue(value) ? value : null))
        const filled = golden.reduce((n, value) => n + (value === null ? 0 : 1), 0)
        const keys = new Set(matchKeys(work.flow, golden))
        const at = changedAt(side, record.values)
        const age = countsChanges(side.remote.layout)
          ? { changedAt: null, counted: at }
          : { changedAt: at, counted: null }
        return [...keys].flatMap((key): KeyedRemote[] =>
          key === null ? [] : [{ key, remoteId: record.id, ...age, filled }],
        )
      })
    }
  }
  decider.correlator.contestedKeys = await contestedKeys(work.database, keyed(), preference)
}

/** Compares the ids that a side lists with the ones that are linked, and looks at those that are there again. */
export async function findAbsent(work: FlowWork, decider: Decider, side: Side, findings: Findings): Promise<void> {
  const listed = async function* (): AsyncGenerator<readonly string[]> {
    for await (const page of side.remote.scanIds(20_000)) {
      stopIfAsked(work)
      yield page
      await work.giveWay?.()
    }
  }
  const { absent, back } = await compareListed(work.database, side.id, listed())
  for (const id of absent) add(findings.absent, side.id, id)
  findings.swept.add(side.id)
  // Put back as it was, nothing in a row says so.
  const size = Math.min(PAGE, side.remote.capabilities.maxBatch)
  for (let i = 0; i < back.length; i += size) {
    const records = await readAll(side, back.slice(i, i + size))
    const decision = await decider.decide(side, records, { last: false })
    noteFindings(findings, side, decision)
    markCreations(work, decision)
    await commit(work, decision.outcome)
    decider.correlator.committed(decision)
  }
}

async function compareDigests(
  work: FlowWork,
  side: Side,
  stored: readonly ScanPage[],
): Promise<{ page: ScanPage; same: boolean }[]> {
  const result: { page: ScanPage; same: boolean }[] = []
  const small = crumbs(stored)
  const pipeline = new Pipeline(2)
  for (const [i, page] of stored.entries()) {
    result[i] = { page, same: false }
    if (page.digest === '' || small.has(page)) continue
    stopIfAsked(work)
    await work.giveWay?.()
    await pipeline.add(async () => {
      const now = await side.remote.digest({ after: page.after, upTo: page.upTo })
      result[i] = { page, same: now.rows === page.rows && now.digest === page.digest }
    })
  }
  await pipeline.drain()
  return result
}

/** New records become marks; the apply stage counts them against the limits before it writes any. */
export function markCreations(work: FlowWork, decision: Pick<Decision, 'creations' | 'outcome'>): void {
  for (const creation of decision.creations) {
    for (const side of work.sides) {
      if (side.mayWrite && !creation.except.has(side.id)) {
        const again = creation.again?.has(side.id) === true
        decision.outcome.dirty.push({
          recordId: creation.recordId,
          sideId: side.id,
          action: again ? 'restore' : 'sync',
          rule: again ? 'came back: restored' : creation.rule,
        })
      }
    }
  }
}

/** First sync: the intents to create stand in the same commit as the records, and are carried out at once. */
async function commitAndCreate(work: FlowWork, decision: Decision, creations: readonly Creation[]): Promise<void> {
  const batches: { side: Side; plan: Awaited<ReturnType<typeof planWrites>> }[] = []
  for (const side of work.sides) {
    const items = creations
      .filter((creation) => side.mayWrite && !creation.except.has(side.id))
      .map((creation): WriteItem => ({
        ...creation,
        action: 'sync',
        link: null,
        direct: true,
      }))
    if (items.length === 0) continue
    const plan = await planWrites(work, side, items)
    for (const blocked of plan.blocked) {
      const { rule } = items.find((item) => item.recordId === blocked.recordId)!
      decision.outcome.dirty.push({ recordId: blocked.recordId, sideId: side.id, action: 'sync', rule })
    }
    if (plan.writes.length === 0) continue
    decision.outcome.intents.push({ sideId: side.id, operations: plan.writes.map((write) => write.operation) })
    batches.push({ side, plan })
  }
  const ids = await commit(work, decision.outcome)
  for (const [i, { side, plan }] of batches.entries()) await sendBatch(work, side, ids[i]!, plan.writes)
}
