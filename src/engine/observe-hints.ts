import type { RemoteRecord } from '../connector-kit/port.ts'
import { openCases, openLimits } from '../store/cases/cases.ts'
import { liveRecords } from '../store/state/deletions.ts'
import { dueAmong, waitersOf } from '../store/state/dirty.ts'
import { undecidedFormers } from '../store/state/former.ts'
import { ensureSides } from '../store/state/flows.ts'
import { isDecided } from '../store/systems/older-systems.ts'
import { knownImages, recordsById, recordsInState, recordsOfRemotes } from '../store/state/links.ts'
import { isEmptyOutcome } from '../store/state/outcome.ts'
import { applyRecords } from './apply.ts'
import { breakerCase } from './case-drafts.ts'
import { closeMootCases } from './close-moot-cases.ts'
import { Decider } from './decider.ts'
import { decideDeletions, letHiddenBe, limitFor } from './deletions.ts'
import { lookAtDoubles } from './doubles.ts'
import { commit, sideOf, stampOf, underLease, type FlowWork } from './flow-work.ts'
import { readAll } from './read-all.ts'
import { markCreations, noFindings, noteAbsent, noteFindings, observeChanges } from './observe.ts'
import { giveUpObstructed } from './obstacles.ts'
import { decidePending } from './pending.ts'
import type { RecentHints, RecentRecords } from './recent-records.ts'
import type { Side } from './side.ts'

/*
 * The three stages for the records that hints name, and for no others: read as they are now, decided, carried over. A hint
 * says nothing but where to look, so one that is doubled, late, out of order or about nothing that is known does no harm.
 */

export interface HintOptions {
  readonly recent: RecentHints
  /** Called before the first thing is stored; an echo stores nothing. */
  readonly begin: () => Promise<void>
  /** Another run is under way: what has no counterpart yet is for that to decide and to make, once it has seen every side. */
  readonly withinRun: boolean
  /** There may be records that were left undecided before; they are decided about as well. */
  readonly pending: boolean
}

export interface HintReport {
  /** Records without a counterpart are left to the run that is under way, which may be past them. */
  readonly pending: boolean
  /** Only a run can go on from here, because it looks at everything. */
  readonly wantsRun: boolean
  /** Something was sent to a system. */
  readonly wrote: boolean
  /** Why nothing was written, when a limit forbade it. */
  readonly stopped: string | null
}

/** Deals with hints; whatever is left undone stays marked for the next run. */
export async function observeHints(
  work: FlowWork,
  hinted: ReadonlyMap<Side, readonly string[]>,
  options: HintOptions,
): Promise<HintReport> {
  const { database } = work
  const { recent, begin } = options
  const limits = await openLimits(database, work.row.id)
  // A mark says that a system was restored, and nobody is asked yet: only a run finds out what that has changed.
  const isNoticed = work.sides.some(({ behind }) => behind !== undefined) && !limits.has('restored system')
  // What people decided about it is carried out by a run, too; until then its rows are the older ones.
  if (isNoticed || (await isDecided(database, work.row.id)))
    return { pending: false, wantsRun: true, wrote: false, stopped: null }
  const decider = new Decider(work)
  const findings = noFindings()
  const records = new Set<string>()
  const found = await Promise.all(
    [...hinted].map(async ([side, ids]) => ({ side, ids, rows: await readOnce(side, ids) })),
  )
  let pending = options.pending
  let handedOn = false
  for (const { side, ids, rows } of found) {
    const decision = await decider.decide(side, rows, { last: false })
    noteFindings(findings, side, decision)
    markCreations(work, decision)
    const { outcome } = decision
    if (!isEmptyOutcome(outcome)) {
      await begin()
      await commit(work, outcome)
    }
    decider.correlator.committed(decision)
    if ([...outcome.newRecords, ...outcome.records].some((record) => record.state === 'pending')) pending = true
    if (outcome.droppedKeys.length > 0) handedOn = true
    const there = new Set(rows.map((row) => row.id))
    const missing = ids.filter((id) => !there.has(id))
    for (const { remoteId, recordId, state } of await knownImages(database, side.id, missing)) {
      if (recordId === null) continue
      if (state === 'live') noteAbsent(findings, side.id, remoteId)
      // Found gone before: what was decided then may be left to do.
      if (state === 'live' || state === 'gone') records.add(recordId)
    }
    // An id may have been written in another way than the system does.
    const asked = [...new Set([...ids, ...there])]
    for (const recordId of (await recordsOfRemotes(database, side.id, asked)).values()) records.add(recordId)
  }
  // Who was left out because of a key that is free now.
  if (handedOn && (await lookAtDoubles(work, decider, findings))) pending = true
  let wantsRun = false
  if (findings.replaced.size > 0) {
    // What the row stood for may be under another id by now. It stays noted for a run.
    const looked = !options.withinRun && (await seeOtherSides(work, decider, [], findings))
    if (looked) pending = true
    else {
      findings.replaced.clear()
      wantsRun = true
    }
  }
  pending &&= (await recordsInState(database, work.row.id, 'pending', '0', 1)).length > 0
  // What was decided earlier to be made elsewhere: somebody may have made it there since.
  let unseen = await creationsAmong(work, await dueOf(work, [...records]))
  if ((pending || unseen.size > 0) && !options.withinRun) {
    await begin()
    if (await seeOtherSides(work, decider, [...hinted.keys()], findings)) {
      for (const id of await decidePending(work, decider.correlator.contested)) records.add(id)
      pending = false
      unseen = new Set()
    } else wantsRun = true
  }
  // The run that is under way may be past them.
  if (unseen.size > 0) wantsRun = true
  let stopped: string | null = null
  // What the run has let through under which they are dealt with counts as well.
  const letThrough = options.withinRun ? work.letThrough : new Set<string>()
  const deletions = async (): Promise<void> => {
    letHiddenBe(work, findings)
    if (findings.absent.size + findings.replaced.size === 0) return
    await begin()
    const gone = [...(await recordsGone(work, findings.absent)), ...(await recordsReplaced(work))]
    if (limits.has('mass deletion') || limits.has('restored system'))
      stopped = 'A case asks about a mass deletion; until it is decided nothing is taken for deleted.'
    else {
      if (await decideDeletions({ ...work, recent, letThrough }, findings, true))
        stopped = 'More records are gone than the contract accepts at once; see the case.'
      else recent.gone.note(gone, work.clock())
    }
    for (const id of gone) records.add(id)
    findings.absent.clear()
    findings.replaced.clear()
  }
  await deletions()
  const due = await dueOf(work, [...records])
  for (const id of unseen) due.delete(id)
  // What is written now may be what others wait for.
  const sideIds = work.sides.map((side) => side.id)
  const ids = [...due.keys(), ...(await waitersOf(database, sideIds, [...due.keys()]))]
  if (ids.length > 0 && stopped === null) {
    await begin()
    stopped = limits.has('restored system')
      ? 'A case asks about a system that looks restored; until it is decided nothing is written.'
      : limits.has('breaker tripped')
        ? 'A case asks about unusually many changes; until it is decided nothing is written.'
        : await breaker(work, due, recent.changed)
    if (stopped === null) {
      await applyRecords(work, decider, ids, findings)
      recent.changed.note(ids, work.clock())
      if (findings.absent.size + findings.replaced.size > 0) {
        await deletions()
        if (stopped === null) await applyRecords(work, decider, ids, findings)
      }
      await giveUpObstructed(work, { beforeRun: true })
    }
  }
  if (records.size > 0) await closeMootCases(work)
  if (options.withinRun) await noteTouched(work, hinted, [...records])
  return { pending, wantsRun, wrote: ids.length > 0 && stopped === null, stopped }
}

/**
 * Before a record without a counterpart is made elsewhere, the other sides are looked at: somebody may have made it there
 * as well. False when a side can only be read as a whole.
 */
async function seeOtherSides(
  work: FlowWork,
  decider: Decider,
  seen: readonly Side[],
  findings: ReturnType<typeof noFindings>,
): Promise<boolean> {
  const rows = await ensureSides(work.database, work.row.id, work.flow.systems)
  const others = work.sides.filter((side) => seen.length !== 1 || side !== seen[0])
  const cursors = others.map((side) => rows.find((row) => row.id === side.id)!.cursor)
  if (cursors.some((cursor) => cursor === null)) return false
  for (const [i, side] of others.entries()) await observeChanges(work, decider, side, cursors[i]!, false, findings)
  return true
}

async function dueOf(work: FlowWork, records: readonly string[]): Promise<Map<string, number[]>> {
  const due = new Map<string, number[]>()
  if (records.length === 0) return due
  const sides = work.sides.map((side) => side.id)
  for (const { recordId, sideId } of await dueAmong(work.database, sides, records, new Date(work.clock()))) {
    const at = due.get(recordId)
    if (at) at.push(sideId)
    else due.set(recordId, [sideId])
  }
  return due
}

/** Records that are due in a side that has no counterpart of them yet. */
async function creationsAmong(work: FlowWork, due: ReadonlyMap<string, readonly number[]>): Promise<Set<string>> {
  if (due.size === 0) return new Set()
  const rows = await recordsById(work.database, [...due.keys()])
  const missing = rows.filter(({ id, links }) =>
    due.get(id)!.some((side) => links.every((link) => link.sideId !== side)),
  )
  return new Set(missing.map((row) => row.id))
}

/** Hints come one by one, so what they have changed of late counts with what they would change now. */
async function breaker(
  work: FlowWork,
  due: ReadonlyMap<string, readonly number[]>,
  changed: RecentRecords,
): Promise<string | null> {
  const total = due.size + changed.countWithout([...due.keys()], work.clock())
  const limit = await limitFor(work, work.flow.limits.changes, total, { among: total })
  if (total <= limit) return null
  const bySystem: Record<string, number> = {}
  for (const sides of due.values()) {
    for (const id of sides) bySystem[sideOf(work, id).system] = (bySystem[sideOf(work, id).system] ?? 0) + 1
  }
  await underLease(work, (session) =>
    openCases(session, [breakerCase(work.flow, total, limit, bySystem, total - due.size)], stampOf(work)),
  )
  return `${total} records would have changed within a minute, more than the limit of ${limit}. See the case.`
}

async function recordsGone(work: FlowWork, absent: ReadonlyMap<number, ReadonlySet<string>>): Promise<string[]> {
  const all = new Set<string>()
  for (const [sideId, ids] of absent)
    for (const { recordId } of await liveRecords(work.database, sideId, [...ids])) all.add(recordId)
  return [...all]
}

/** Records whose rows are other things by now; what that means elsewhere is still to be decided. */
async function recordsReplaced(work: FlowWork): Promise<string[]> {
  const sides = work.sides.map((side) => side.id)
  return (await undecidedFormers(work.database, sides)).map((one) => one.recordId)
}

/** What a run in progress has listed of these records is not what they are now. */
async function noteTouched(
  work: FlowWork,
  hinted: ReadonlyMap<Side, readonly string[]>,
  records: readonly string[],
): Promise<void> {
  if (!work.touched?.size) return
  const note = (sideId: number, remoteId: string): void => {
    work.touched?.get(sideId)?.add(remoteId)
  }
  for (const [side, ids] of hinted) for (const id of ids) note(side.id, id)
  for (const row of await recordsById(work.database, records))
    for (const link of row.links) note(link.sideId, link.remoteId)
}

async function readOnce(side: Side, ids: readonly string[]): Promise<RemoteRecord[]> {
  const rows = await readAll(side, ids)
  // An id that is written in two ways is still one record.
  return [...new Map(rows.map((row) => [row.id, row])).values()]
}
