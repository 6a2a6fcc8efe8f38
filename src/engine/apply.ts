import { oneOf } from '../contract/phrases.ts'
import { ConcordatError } from '../model/errors.ts'
import { inEach } from '../model/language.ts'
import type { CaseDraft } from '../store/cases/cases.ts'
import { openCases } from '../store/cases/cases.ts'
import {
  clearDirty,
  dueDirty,
  dueDirtyOf,
  failDirty,
  sidesWithMarks,
  type DirtyFailure,
  type DirtyRow,
  type Look,
} from '../store/state/dirty.ts'
import { recordsById } from '../store/state/links.ts'
import { noteFields } from '../store/log/log-fields.ts'
import { intend, unsettledBatches } from '../store/log/operations.ts'
import { updateLinks } from '../store/state/outcome.ts'
import { commit, stampOf, underLease, type FlowWork } from './flow-work.ts'
import { titleOf } from './golden.ts'
import { markCreations, noteFindings, type Findings } from './observe.ts'
import type { Decider } from './decider.ts'
import { keptDeletions } from './kept-deletions.ts'
import { callsOf, layersOf, type Postponed } from './layers.ts'
import { forgetObstructed, noteObstructed } from './obstacles.ts'
import { titlesOf } from './legend.ts'
import { planWrites, type BlockedWrite, type PlannedWrite, type WriteItem } from './plan-writes.ts'
import { sendBatch, type Sent } from './send.ts'
import { settle, settleUnfinished } from './settle.ts'
import { applyInShards } from './shards.ts'
import type { Side } from './side.ts'
import { goldenOf } from './translate.ts'
import { untangle } from './untangle.ts'
import { deletableOf } from './ways-out.ts'
import { CASE_WORDS } from './words/case-words.ts'
import { quarantineCase, waitingCase, writeSubject } from './write-cases.ts'

/*
 * Stage three: marks become writes. Passes repeat while something moved – a parent that has just been created lets its
 * dependants go, a record that changed under our hands is merged and tried again – and end when nothing does.
 */

const BATCH = 2_000
/** Where hints wait for their turn between two batches. */
const SHORT_BATCH = 500
const MOST_PASSES = 8

export async function applyAll(work: FlowWork, decider: Decider, findings: Findings): Promise<void> {
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    let progress = false
    const due = await sidesWithMarks(
      work.database,
      work.sides.map((side) => side.id),
      new Date(work.clock()),
    )
    for (const side of work.sides)
      if (due.has(side.id)) progress = (await applySide(work, decider, side, findings, pass > 0)) || progress
    if (pass === 0 || !progress) progress = (await untangleAll(work, { decider, findings })) || progress
    if (!progress) return
  }
}

/** True when it is worth another pass. */
async function untangleAll(work: FlowWork, merging: Merging): Promise<boolean> {
  let moved = false
  for (const side of work.sides)
    moved = (await untangle(work, side, (marks) => applyMarks(work, side, marks, merging))) || moved
  return moved
}

/** One pass over a side's marks; true when it is worth another. */
async function applySide(
  work: FlowWork,
  decider: Decider,
  side: Side,
  findings: Findings,
  again: boolean,
): Promise<boolean> {
  let done = 0
  const merging = { decider, findings }
  const range = (from: MarkRange): Promise<boolean> =>
    applyMarksOf(work, side, { ...from, again }, merging, (writes) => {
      done += writes
      work.progress(`writing ${side.system}`, done, null)
    })
  if (await applyInShards(work, side, async (shard) => void (await range(shard)))) {
    // What others began and did not finish.
    for (const [of, sent] of await settleUnfinished(work)) await mergeMoved(work, decider, of, sent, findings)
    return true
  }
  return range(ALL_MARKS)
}

const lookOf = (work: FlowWork, again: boolean): Look => ({ now: new Date(work.clock()), again })

interface MarkRange {
  /** Record ids: exclusive, inclusive. */
  readonly after: string
  readonly upTo: string
  /** They were tried just before. */
  readonly again?: boolean
}
const ALL_MARKS: MarkRange = { after: '0', upTo: String(2n ** 63n - 1n) }

/** Carries out the marks of a shard, and merges nothing. */
export async function applyRange(work: FlowWork, side: Side, range: MarkRange): Promise<void> {
  await applyMarksOf(work, side, range, null, () => {})
}

/** One pass over marks in the order of their records; true when it is worth another. */
async function applyMarksOf(
  work: FlowWork,
  side: Side,
  range: MarkRange,
  merging: Merging | null,
  wrote: (writes: number) => void,
): Promise<boolean> {
  let { after } = range
  let again = false
  const size = Math.min(work.giveWay ? SHORT_BATCH : BATCH, side.remote.capabilities.maxBatch)
  for (;;) {
    await work.giveWay?.()
    const marks = await dueDirty(
      work.database,
      side.id,
      { after, upTo: range.upTo },
      size,
      lookOf(work, range.again === true),
    )
    if (marks.length === 0) return again
    after = marks.at(-1)!.recordId
    const { writes, moved } = await applyMarks(work, side, marks, merging)
    wrote(writes)
    if (moved) again = true
  }
}

/** What records that were not as expected are decided about with; null: they are left to another pass. */
interface Merging {
  readonly decider: Decider
  readonly findings: Findings
}

/** As `applyAll`, for these records only. */
export async function applyRecords(
  work: FlowWork,
  decider: Decider,
  recordIds: readonly string[],
  findings: Findings,
): Promise<void> {
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    let progress = false
    for (const side of work.sides) {
      const size = Math.min(BATCH, side.remote.capabilities.maxBatch)
      for (let i = 0; i < recordIds.length; i += size) {
        const marks = await dueDirtyOf(work.database, side.id, recordIds.slice(i, i + size), lookOf(work, pass > 0))
        if (marks.length > 0) progress = (await applyMarks(work, side, marks, { decider, findings })).moved || progress
      }
    }
    if (pass === 0 || !progress) progress = (await untangleAll(work, { decider, findings })) || progress
    if (!progress) return
  }
}

/** One batch of marks; `moved`: another look at the side's marks is worth it. */
async function applyMarks(
  work: FlowWork,
  side: Side,
  marks: readonly DirtyRow[],
  merging: Merging | null,
): Promise<{ writes: number; moved: boolean }> {
  const items = await itemsOf(work, marks)
  const plan = await planWrites(
    work,
    side,
    items.map(({ item }) => item),
  )
  const blocked = plan.blocked.flatMap((one) => (one.state === 'kept' || alreadyNoted(marks, one) ? [] : [noted(one)]))
  const titles = new Map(items.map(({ item }) => [item.recordId, titleOf(work.flow, item.golden)]))
  const { layers, postponed } = layersOf(work, side, plan.writes)
  const kept = await keptDeletions(work, side, marks, plan.blocked)
  const cases = await blockedCases(work, side, marks, plan.blocked, titles)
  const note: Step = async (session) => {
    const idle = [...plan.idle, ...marks.filter((m) => !titles.has(m.recordId)).map((m) => m.recordId)]
    await clearDirty(session, side.id, idle)
    await failDirty(session, side.id, [...blocked, ...kept.failures])
    await updateLinks(session, plan.waived)
    await openCases(session, [...cases, ...kept.casesOf(titles)], stampOf(work))
  }
  const done = new Set<string>()
  const refused = new Map<PlannedWrite, ConcordatError>()
  let first: Step | null = note
  let moved = false
  let writes = 0
  for (const layer of layers) {
    // A record stays as long as one that refers to it does: a system that deletes by cascade would take that along.
    const free = layer.writes.filter((write) => (layer.after.get(write) ?? []).every((recordId) => done.has(recordId)))
    for (const part of callsOf(free, side.remote.capabilities.maxBatch)) {
      if (part.length === 0) continue
      const sent = await sendLayer(work, side, part, first)
      first = null
      for (const recordId of sent.done) done.add(recordId)
      forgetObstructed(work, side, sent.done)
      for (const { write, error } of sent.obstructed) if (write.makesWay) refused.set(write, error)
      await noteObstructed(
        work,
        side,
        sent.obstructed.filter(({ write }) => !write.makesWay),
      )
      if (merging) await mergeMoved(work, merging.decider, side, sent, merging.findings)
      writes += part.length
      if (sent.landed + sent.moved.length > 0) moved = true
    }
  }
  if (first) await underLease(work, first)
  await noteObstructed(work, side, withoutWay(postponed, refused))
  return { writes, moved }
}

/** Who waits for a record to make way, which the system does not let it: as refused as if nobody had tried. */
function withoutWay(
  postponed: readonly Postponed[],
  refused: ReadonlyMap<PlannedWrite, ConcordatError>,
): Sent['obstructed'] {
  return postponed.flatMap(({ write, until }) => {
    const way = until.find((one) => refused.has(one))
    if (way?.call.kind !== 'update') return []
    const [column] = Object.keys(way.call.item.set)
    const error = new ConcordatError('connector.duplicate-key', refused.get(way)!.message)
    return [{ write: { ...write, stuck: column! }, error }]
  })
}

type Step = (session: Parameters<typeof clearDirty>[0]) => Promise<void>

/** Stores the intents of writes that can land together, and sends them. */
async function sendLayer(
  work: FlowWork,
  side: Side,
  writes: readonly PlannedWrite[],
  first: Step | null,
): Promise<Sent> {
  const operations = writes.map((write) => write.operation)
  const batchId = await underLease(work, async (session) => {
    const stamp = stampOf(work)
    await first?.(session)
    const batch = await intend(session, { sideId: side.id, operations }, stamp)
    await noteFields(session, stamp, { operations })
    return batch
  })
  return sendOrSettle(work, side, batchId, () => sendBatch(work, side, batchId, writes))
}

/** A lost response is settled by reading the records; other failures end the run, and the next one settles. */
async function sendOrSettle(work: FlowWork, side: Side, batchId: string, send: () => Promise<Sent>): Promise<Sent> {
  try {
    return await send()
  } catch (error) {
    if (!(error instanceof ConcordatError) || error.code !== 'connector.lost-response') throw error
    const batch = (await unsettledBatches(work.database, [side.id])).find((candidate) => candidate.id === batchId)
    if (!batch) throw error
    return settle(work, side, batch)
  }
}

/** Records that were not what the decision had seen go through merging again. */
export async function mergeMoved(
  work: FlowWork,
  decider: Decider,
  side: Side,
  sent: Sent,
  findings: Findings,
): Promise<void> {
  if (sent.moved.length > 0) {
    const decision = await decider.decide(side, sent.moved, { last: false, recheck: true })
    noteFindings(findings, side, decision)
    markCreations(work, decision)
    await commit(work, decision.outcome)
    decider.correlator.committed(decision)
  }
  for (const id of sent.gone) {
    const ids = findings.absent.get(side.id)
    if (ids) ids.add(id)
    else findings.absent.set(side.id, new Set([id]))
  }
}

async function itemsOf(work: FlowWork, marks: readonly DirtyRow[]): Promise<{ mark: DirtyRow; item: WriteItem }[]> {
  const rows = new Map(
    (
      await recordsById(
        work.database,
        marks.map((mark) => mark.recordId),
      )
    ).map((row) => [row.id, row]),
  )
  return marks.flatMap((mark) => {
    const row = rows.get(mark.recordId)
    // What was deleted before it got here is not created any more; its mark goes.
    if (!row || (row.state === 'deleted' && (mark.action === 'sync' || mark.action === 'restore'))) return []
    const { values: golden, fresh } = goldenOf(work, row)
    const link = row.links.find((candidate) => candidate.sideId === mark.sideId) ?? null
    return [
      {
        mark,
        item: {
          recordId: row.id,
          version: row.version,
          golden,
          fresh,
          action: mark.action,
          rule: mark.rule,
          link,
          since: Date.parse(mark.since),
        },
      },
    ]
  })
}

/** Parked before and still parked for the same record: nothing new to store. */
function alreadyNoted(marks: readonly DirtyRow[], blocked: Exclude<BlockedWrite, { state: 'kept' }>): boolean {
  const mark = marks.find((one) => one.recordId === blocked.recordId)
  return blocked.state === 'parked' && mark?.state === 'parked' && mark.waitsFor === blocked.waitsFor.record
}

const shown = ({ flow, record }: { readonly flow: string; readonly record: string }): string => `${flow} ${record}`

function noted(blocked: Exclude<BlockedWrite, { state: 'kept' }>): DirtyFailure {
  const { recordId, state } = blocked
  const parent = blocked.state === 'parked' ? blocked.waitsFor : null
  const { en: error, ...errorIn } =
    blocked.state === 'parked'
      ? inEach((language) => CASE_WORDS[language].waitsFor(shown(blocked.waitsFor)))
      : blocked.why
  return { recordId, state, waitsFor: parent?.record ?? null, error, errorIn }
}

async function blockedCases(
  work: FlowWork,
  side: Side,
  marks: readonly DirtyRow[],
  blocked: readonly BlockedWrite[],
  titles: ReadonlyMap<string, string>,
): Promise<CaseDraft[]> {
  const markOf = new Map(marks.map((mark) => [mark.recordId, mark]))
  const parents = blocked.flatMap((one) => (one.state === 'parked' ? [one.waitsFor.record] : []))
  const gone = new Set(
    (await recordsById(work.database, [...new Set(parents)])).flatMap(({ id, state }) =>
      state === 'deleted' ? [id] : [],
    ),
  )
  const isLost = (one: BlockedWrite): boolean => one.state === 'parked' && gone.has(one.waitsFor.record)
  const deletable = await deletableOf(
    work,
    side,
    blocked.flatMap((one) => (markOf.get(one.recordId)!.action === 'restore' || isLost(one) ? [one.recordId] : [])),
  )
  const named = await titlesOf(work.database, work.contract, [...new Set(parents)])
  return blocked.flatMap((failure): CaseDraft[] => {
    if (failure.state === 'kept') return []
    const { recordId } = failure
    const about = { recordId, sideId: side.id, remoteId: null, title: titles.get(recordId) ?? recordId }
    const ways = { deletable: deletable.get(recordId) ?? [] }
    if (failure.state === 'quarantined') {
      work.counts.quarantined++
      return [quarantineCase(side.system, failure.why, about, ways)]
    }
    const { since, action } = markOf.get(recordId)!
    // Who is wanted back although what it refers to was deleted waits for nothing that would come by itself.
    const isGone = action === 'restore' && isLost(failure)
    if (!isGone && work.clock() - Date.parse(since) < work.flow.edgeCases.missingReference.waitMs) return []
    work.counts.waiting.add(writeSubject(recordId, side.system))
    const { flow, record } = failure.waitsFor
    const waitsFor = `${oneOf(flow)} “${named.get(record) ?? record}”`
    return [waitingCase(side.system, waitsFor, about, { ...ways, isGone })]
  })
}
