import type { Limit } from '../contract/contract.ts'
import type { Rule } from '../contract/rule.ts'
import { mergeRecord } from '../merge/merge-record.ts'
import { isAskedAbout, type SideState } from '../merge/side-state.ts'
import { limitStanding, openCases, settleCases, spendApproval } from '../store/cases/cases.ts'
import { liveRecords, setLinkStates, setRecordState } from '../store/state/deletions.ts'
import { clearDirty, markDirty, type DirtyMark } from '../store/state/dirty.ts'
import { endLink, markDecided, undecidedFormers, type FormerLink } from '../store/state/former.ts'
import { forgetHeld } from '../store/state/held.ts'
import { countLinks, recordsById, type RecordRow } from '../store/state/links.ts'
import { deletionCase, leftFilterCase, MASS_DELETION, massDeletionCase, recordSubject } from './case-drafts.ts'
import { sideOf, stampOf, underLease, type FlowWork } from './flow-work.ts'
import { titleOf } from './golden.ts'
import { inDoubt } from './identity.ts'
import { perhapsThere } from './perhaps-there.ts'
import { readAll } from './read-all.ts'
import type { Findings } from './observe.ts'
import type { Side } from './side.ts'
import { dueFields, loadStates, type Loaded } from './translate.ts'

/*
 * What is gone. A record counts as deleted only when a point read by its id does not find it (law L12); then the
 * contract decides, unless somebody edited it elsewhere in the meantime (law L13). More deletions than the contract lets
 * through are a case, and nothing is deleted anywhere.
 */

interface Deletion {
  readonly side: Side
  readonly record: Loaded
  /** Its row was replaced by another thing's, and its link has ended. */
  readonly former?: FormerLink
  /** It is still there, but the side's filter leaves it out. */
  readonly left?: true
}

/** What may only be hidden by now is not taken for deleted. */
export function letHiddenBe(work: FlowWork, findings: Findings): void {
  for (const side of work.sides) if (side.mayHide) findings.absent.delete(side.id)
}

/**
 * Decides about everything that was not found; true when the limit stopped it. `some`: nobody has looked whether more is
 * gone, so that a question about a mass deletion stays.
 */
export async function decideDeletions(work: FlowWork, findings: Findings, some = false): Promise<boolean> {
  const deletions: Deletion[] = []
  letHiddenBe(work, findings)
  for (const [sideId, ids] of findings.absent) deletions.push(...(await confirm(work, sideOf(work, sideId), [...ids])))
  findings.absent.clear()
  findings.replaced.clear()
  deletions.push(...(await replaced(work)))
  if (deletions.length === 0) {
    if (!some && work.sides.every((side) => findings.swept.has(side.id))) await settleMassDeletion(work)
    return false
  }
  const records = new Set(deletions.map(({ record }) => record.row.id))
  const recently = deletedBefore(work, records)
  const found = records.size
  const count = found + recently
  const limit = await limitFor(work, work.flow.limits.deletions, count, { gone: recently })
  const { open, approved } = await limitStanding(work.database, work.row.id, MASS)
  // An approval is for what is gone now, needed or not: a run finds all of that, single looks find it bit by bit.
  if (approved > 0) await spendApproval(work.database, work.row.id, MASS, some ? found : null)
  if (count > limit && (some ? found : count) > approved) {
    const bySystem: Record<string, number> = {}
    for (const { side } of deletions) bySystem[side.system] = (bySystem[side.system] ?? 0) + 1
    await underLease(work, (session) =>
      openCases(session, [massDeletionCase(work.flow, count, limit, bySystem)], stampOf(work)),
    )
    return true
  }
  for (const id of records) work.letThrough.add(id)
  const gone = deletions.filter((deletion) => !deletion.left)
  const absent = Map.groupBy(gone, (deletion) => deletion.record.row.id)
  for (const deletion of deletions)
    if (deletion.left && !absent.has(deletion.record.row.id)) await decideLeft(work, deletion)
  // What a replaced row held tells whether the record was edited since, wherever else it is gone.
  const replacedOnes = new Map(gone.flatMap(({ former, record }) => (former ? [[record.row.id, record]] : [])))
  for (const deletion of gone)
    await decide(
      work,
      { ...deletion, record: replacedOnes.get(deletion.record.row.id) ?? deletion.record },
      absent.get(deletion.record.row.id)!.map(({ side }) => side),
    )
  if (!some && open) await underLease(work, (session) => settleCases(session, [MASS], stampOf(work)))
  return false
}

/** How many more records this run, and hints of late, have let be deleted. */
function deletedBefore({ letThrough, recent, clock }: FlowWork, records: ReadonlySet<string>): number {
  const others = [...letThrough].filter((id) => !records.has(id))
  return others.length + (recent?.gone.countWithout([...records, ...others], clock()) ?? 0)
}

const MASS = { kind: 'mass deletion', subject: MASS_DELETION } as const

/** Nothing is gone: whatever is asked or allowed about a mass deletion has lost its cause. */
async function settleMassDeletion(work: FlowWork): Promise<void> {
  const { open, approved } = await limitStanding(work.database, work.row.id, MASS)
  if (approved > 0) await spendApproval(work.database, work.row.id, MASS)
  if (open) await underLease(work, (session) => settleCases(session, [MASS], stampOf(work)))
}

/**
 * How many records a limit lets through: the larger of its two parts. No more links are counted than it takes to see that
 * it lets `count` through. `among`: so many records there are in any case; `gone`: so many more there were until just now.
 */
export async function limitFor(
  work: FlowWork,
  limit: Limit,
  count: number,
  { among = 0, gone = 0 }: { readonly among?: number; readonly gone?: number },
): Promise<number> {
  const { percent, records } = limit
  if (percent === null) return records ?? Infinity
  if (percent === 0) return records ?? 0
  if (records !== null && records >= count) return records
  const enough = Math.ceil((count * 100) / percent)
  let total = among
  for (const side of work.sides) {
    if (total < enough) total = Math.max(total, await countLinks(work.database, side.id, enough))
  }
  return Math.max(Math.floor(((total + gone) * percent) / 100), records ?? 0)
}

/** Records whose rows are other things by now, and that have not turned up elsewhere in the same system. */
async function replaced(work: FlowWork): Promise<Deletion[]> {
  const formers = await undecidedFormers(
    work.database,
    work.sides.map((side) => side.id),
  )
  if (formers.length === 0) return []
  const rows = new Map(
    (await recordsById(work.database, [...new Set(formers.map((one) => one.recordId))])).map((row) => [row.id, row]),
  )
  const newest = new Map(formers.map((one) => [`${one.recordId}/${one.sideId}`, one]))
  const open = formers.filter((one) => {
    const row = rows.get(one.recordId)
    const isThere = row?.links.some((link) => link.sideId === one.sideId)
    return row !== undefined && row.state !== 'deleted' && !isThere && newest.get(`${row.id}/${one.sideId}`) === one
  })
  const over = formers.filter((one) => !open.includes(one)).map((one) => one.id)
  if (over.length > 0) await underLease(work, (session) => markDecided(session, over))
  const result: Deletion[] = []
  for (const [sideId, list] of Map.groupBy(open, (one) => one.sideId)) {
    const side = sideOf(work, sideId)
    const ended = list.map((former) => ({ former, row: rows.get(former.recordId)!, link: former }))
    const perhaps = await perhapsThere(work, side, ended)
    for (const { former, row } of ended) {
      if (perhaps.has(row.id)) continue
      const { id: _, ...link } = former
      const before: RecordRow = { ...row, links: [...row.links, { ...link, state: 'live' }] }
      for (const record of await withOthersNow(work, side, [before])) result.push({ side, record, former })
    }
  }
  return result
}

async function confirm(work: FlowWork, side: Side, ids: readonly string[]): Promise<Deletion[]> {
  const result: Deletion[] = []
  const { maxBatch } = side.remote.capabilities
  for (let i = 0; i < ids.length; i += maxBatch) {
    const part = ids.slice(i, i + maxBatch)
    const found = new Map((await readAll(side, part)).map((record) => [record.id, record]))
    const gone = await liveRecords(
      work.database,
      side.id,
      part.filter((id) => !found.has(id)),
    )
    const outside = await liveRecords(
      work.database,
      side.id,
      part.filter((id) => found.get(id)?.inScope === false),
    )
    const followed = (work.flow.edgeCases.leftFilter ?? 'leave alone') !== 'leave alone'
    if (!followed)
      await underLease(work, async (session) => {
        for (const { recordId } of outside) await setLinkStates(session, recordId, 'out of scope', [side.id])
      })
    const left = followed
      ? await recordsById(
          work.database,
          outside.map((one) => one.recordId),
        )
      : []
    for (const record of await withOthersNow(work, side, left)) result.push({ side, record, left: true })
    const missing = await recordsById(
      work.database,
      gone.map((g) => g.recordId),
    )
    const linked = missing.flatMap((row) => row.links.flatMap((l) => (l.sideId === side.id ? { row, link: l } : [])))
    const perhaps = await perhapsThere(work, side, linked)
    const rows = missing.filter((row) => !perhaps.has(row.id))
    for (const record of await withOthersNow(work, side, rows)) result.push({ side, record })
  }
  return result
}

/** Records as the systems besides one hold them now. */
async function withOthersNow(work: FlowWork, side: Side, rows: readonly RecordRow[]): Promise<Loaded[]> {
  const current = new Map<number, Map<string, readonly (string | null)[]>>()
  for (const other of work.sides) {
    if (other === side) continue
    const links = rows.flatMap((row) => row.links.filter((l) => l.sideId === other.id && l.state === 'live'))
    const records = await readAll(
      other,
      links.map((link) => link.remoteId),
    )
    const doubtful = new Set(await inDoubt(work, other, links, records))
    const known = records.filter((record) => !doubtful.has(record.id))
    current.set(other.id, new Map(known.map((record) => [record.id, record.values])))
  }
  return loadStates(work, work.database, rows, current)
}

/** `absent`: all the sides that the record is gone from. */
async function decide(work: FlowWork, { side, record, former }: Deletion, absent: readonly Side[]): Promise<void> {
  const { edgeCases } = work.flow
  const { row } = record
  const others = record.sides.filter((s) => !absent.includes(s.side))
  const title = titleOf(work.flow, record.golden)
  const about = {
    recordId: row.id,
    sideId: side.id,
    remoteId: record.sides.find((s) => s.side === side)?.link.remoteId ?? null,
    title,
  }
  const marks: DirtyMark[] = []
  const states: { state: string; sides?: number[] }[] = [{ state: 'gone', sides: [side.id] }]
  let recordState: string | null = null
  let asked = false
  let ends = false
  const mark = (target: Side, action: DirtyMark['action'], rule: Rule) => {
    if (target.mayWrite) marks.push({ recordId: row.id, sideId: target.id, action, rule })
  }
  const spread = (action: 'delete' | 'archive', rule: Rule) => {
    for (const other of others) mark(other.side, action, rule)
    recordState = 'deleted'
  }
  // Gone from the master as well: what is decided about that decides about this, so that it does not come back in part.
  const leading = absent.find((other) => other.leads) ?? side
  const edited = isEdited(work, leading, record)
  const choice = side.leads ? edgeCases.deletedInMaster : edgeCases.deletedElsewhere
  if (!side.leads && leading !== side) {
    const { deletedInMaster } = edgeCases
    const comes = edited && row.state === 'live' && deletedInMaster !== 'unlink' && deletedInMaster !== 'ask'
    if (comes && others.length > 0) mark(side, 'restore', 'edit beats delete')
  } else if (others.length === 0 || row.state !== 'live') {
    // Nobody else holds it, or people have not decided about it yet: there is nothing to carry over.
    recordState = others.length === 0 ? 'deleted' : null
  } else if (edited && side.mayWrite && choice !== 'unlink' && choice !== 'ask') {
    mark(side, 'restore', 'edit beats delete')
  } else {
    switch (choice) {
      case 'delete':
        spread('delete', 'deleted in master: deleted')
        break
      case 'archive':
        spread('archive', 'deleted in master: archived')
        break
      case 'accept':
        spread('delete', 'deleted elsewhere: accepted')
        break
      case 'restore':
        mark(side, 'restore', 'deleted elsewhere: restored')
        break
      case 'unlink':
        ends = true
        if (side.leads) {
          const there = row.links.filter((link) => link.state !== 'gone' && absent.every((at) => at.id !== link.sideId))
          states.push({ state: 'unlinked', sides: there.map((link) => link.sideId) })
          recordState = 'left alone'
        }
        break
      case 'ask':
        asked = true
        recordState = 'held'
        break
    }
  }
  if (asked) work.counts.held++
  await underLease(work, async (session) => {
    const stamp = stampOf(work)
    for (const { state, sides } of states) await setLinkStates(session, row.id, state, sides)
    // What comes again under its id there is looked at as something new.
    if (ends) {
      await endLink(session, row.id, side.id, stamp.at)
      // A write that was given up must not make it there once more.
      await clearDirty(session, side.id, [row.id])
    }
    if (former) await markDecided(session, [former.id])
    if (recordState) await setRecordState(session, row.id, recordState)
    if (about.remoteId !== null) await forgetHeld(session, side.id, about.remoteId)
    // A record that is gone from everywhere is no question any more: an answer would bring it back in part.
    if (others.length === 0) await settleCases(session, [{ subject: recordSubject(row.id) }], stamp)
    await markDirty(session, marks, stamp)
    if (asked) await openCases(session, [deletionCase(work.flow, side.system, side.leads, about)], stamp)
  })
}

/** A record that has left the filter of its system, and that a look by its id finds there. */
async function decideLeft(work: FlowWork, { side, record }: Deletion): Promise<void> {
  const { leftFilter } = work.flow.edgeCases
  const { row } = record
  const others = record.sides.filter((s) => s.side !== side)
  const marks: DirtyMark[] = []
  let state: 'deleted' | 'held' | null = null
  const follows = others.length > 0 && row.state === 'live'
  if (follows && leftFilter === 'ask') state = 'held'
  else if (follows && side.leads && !isEdited(work, side, record)) {
    state = 'deleted'
    const [action, rule] =
      leftFilter === 'archive'
        ? (['archive', 'left filter: archived'] as const)
        : (['delete', 'left filter: deleted'] as const)
    for (const other of others)
      if (other.side.mayWrite) marks.push({ recordId: row.id, sideId: other.side.id, action, rule })
  }
  if (state === 'held') work.counts.held++
  const about = {
    recordId: row.id,
    sideId: side.id,
    remoteId: record.sides.find((s) => s.side === side)?.link.remoteId ?? null,
    title: titleOf(work.flow, record.golden),
  }
  await underLease(work, async (session) => {
    const stamp = stampOf(work)
    await setLinkStates(session, row.id, 'out of scope', [side.id])
    if (state) await setRecordState(session, row.id, state)
    await markDirty(session, marks, stamp)
    if (state === 'held') await openCases(session, [leftFilterCase(work.flow, side.system, about)], stamp)
  })
}

/** Somebody changed the record elsewhere, and the side that it is gone from has not received it. */
function isEdited(work: FlowWork, side: Side, { golden, fresh, sides }: Loaded): boolean {
  const others = sides.filter((s) => s.side !== side).map((s) => s.state)
  const { changes } = mergeRecord(work.flow, golden, others, undefined, fresh)
  if (changes.some((change) => change.from !== change.to)) return true
  if (others.some((state) => asksAboutEdit(work, golden, state))) return true
  // What this run has observed before is in the golden values already.
  const last = sides.find((s) => s.side === side)?.state
  return last !== undefined && dueFields(work, side, golden, last.now, last.waived).some((i) => !fresh.includes(i))
}

/** It holds an edit that people were asked about: nobody has said yet that it does not count. */
function asksAboutEdit(work: FlowWork, golden: Loaded['golden'], { waived, now }: SideState): boolean {
  return work.flow.fields.some(
    ({ name }, i) =>
      isAskedAbout(waived, name, golden[i]!) &&
      (waived[name]![1] === 'conflict asked' || waived[name]![1] === 'outside edit asked') &&
      now[i] !== golden[i],
  )
}
