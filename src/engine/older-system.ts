import type { Merged } from '../merge/draft.ts'
import { compareChangeTimes } from '../merge/change-time.ts'
import { isValue, type Waived } from '../merge/side-state.ts'
import { fieldTypeOf } from '../model/types/field-type-of.ts'
import { openCases, settleCases, spendApproval, type CaseRow } from '../store/cases/cases.ts'
import { liveRecords, setLinkStates, setRecordState } from '../store/state/deletions.ts'
import { clearDirty, dueAmong, markDirty, type DirtyMark } from '../store/state/dirty.ts'
import { freeRemotes, markDecided, undecidedFormers, type FormerLink } from '../store/state/former.ts'
import { rebaseMark } from '../store/systems/marks.ts'
import { recordsById } from '../store/state/links.ts'
import type { Outcome } from '../store/state/outcome.ts'
import { compareListed } from '../store/state/scan-pages.ts'
import { revisionsOf, revisionsSince, type StoredChange, type StoredRevision } from '../store/log/revisions.ts'
import { broughtBack, endWeighing, olderStanding } from '../store/systems/older-systems.ts'
import { olderSubject, restoredCase } from './case-drafts.ts'
import { stampOf, underLease, type FlowWork } from './flow-work.ts'
import { applyMerge } from './linked-merge.ts'
import type { Findings } from './observe.ts'
import { readAll } from './read-all.ts'
import { rowOf, type Side } from './side.ts'
import { loadStates } from './translate.ts'

/*
 * Law L35: a system that was restored from an older backup. What it holds are values that it held before, and what was made
 * since is not there: looked at record by record these are edits and deletions like any other, and few enough they would
 * pass all limits. Many of them at once, and hardly anything else, are a question.
 */

/** Fewer than this somebody may well have done by hand. */
const LEAST = 5
const KEPT = 'restored system: agreed value kept' as const
const MOST_REVISIONS = 20_000

interface Evidence {
  /** Records whose values are ones that they had before. */
  readonly back: number
  /** Records that this system changed to something new. */
  readonly forward: number
  /** Those of them that hold values which they had before as well. */
  readonly mixed: number
  /** Linked records that were not found. */
  readonly lost: readonly string[]
  /** Those whose ids stand for other things by now. */
  readonly replaced: readonly FormerLink[]
  /** Records that were deleted and are there again. */
  readonly returned: readonly string[]
  /** All of those that are missing are newer than everything that is there. */
  readonly newest: boolean
}

/**
 * Asks about each system that looks restored; answers why the flow stops, or null. Before anything of it is written.
 * `unweighed`: the first run whose findings are to be weighed, for one that broke off has decided and not asked.
 */
export async function askAboutOlderSystems(
  work: FlowWork,
  findings: Findings,
  unweighed: string,
): Promise<string | null> {
  if (work.firstSync) return null
  let stopped: string | null = null
  for (const side of work.sides) {
    const question = { kind: 'restored system', subject: olderSubject(side.system) } as const
    const { open, approved, since, lost } = await olderStanding(work.database, work.row.id, question.subject)
    // A run that did not look for what is gone does not know what another one missed.
    const missing = [...(findings.absent.get(side.id) ?? []), ...(await stillMissing(work, side, lost ?? []))]
    const began = since ?? unweighed
    const evidence = await evidenceOf(work, side, findings, began, [...new Set(missing)])
    // Where a mark says that the system was restored, or it is asked already, one record is enough.
    const certain = side.behind !== undefined || open
    const { lost: gone, replaced, returned } = evidence
    const back = evidence.back + (certain ? evidence.mixed : 0)
    const count = back + gone.length + replaced.length + returned.length
    if (approved > 0) await spendApproval(work.database, work.row.id, question)
    // New rules may bring values back that they had kept out.
    const judged = !work.rulesChanged || findings.older.has(side.id)
    const restored = certain ? count > 0 : judged && looksRestored(evidence)
    if (restored && count > approved) {
      const counts = { back, gone: gone.length + replaced.length, returned: returned.length }
      const draft = restoredCase(work.flow, side, counts, { lost: gone, since: began })
      await underLease(work, (session) => openCases(session, [draft], stampOf(work)))
      stopped ??= `${draft.detail.sentence} See the case.`
      continue
    }
    if (open) await underLease(work, (session) => settleCases(session, [question], stampOf(work)))
    if (side.behind) await rebaseMark(work.database, side.system, side.behind.object, side.behind.number ?? '0')
  }
  await underLease(work, (session) => endWeighing(session, work.row.id))
  return stopped
}

function looksRestored({ back, forward, lost, replaced, returned, newest }: Evidence): boolean {
  const there = back + returned.length
  const all = there + lost.length + replaced.length
  return (there >= LEAST && there > forward) || (newest && all >= LEAST && all > forward)
}

async function evidenceOf(
  work: FlowWork,
  side: Side,
  findings: Findings,
  since: string,
  lost: readonly string[],
): Promise<Evidence> {
  const recent = await revisionsSince(work.database, work.row.id, since, MOST_REVISIONS)
  // What was put right before it was carried over leads to no write.
  const concerned = await dueRecords(
    work,
    recent.map(({ recordId }) => recordId),
  )
  const others = work.sides.flatMap(({ id }) => (id === side.id ? [] : [id]))
  const returned = await broughtBack(work.database, side.id, others, since)
  const replaced = await replacedIn(work, side)
  let back = 0
  let forward = 0
  let mixed = 0
  if (concerned.length > 0) {
    const histories = Map.groupBy(await revisionsOf(work.database, concerned), ({ recordId }) => recordId)
    const began = new Map(recent.map(({ recordId, version }) => [recordId, version]))
    for (const [recordId, history] of histories) {
      const moves = movesOf(side.system, history, began.get(recordId)!)
      if (moves.length === 0) continue
      if (moves.every(({ isBack }) => isBack)) back++
      else {
        forward++
        if (moves.some(({ isBack }) => isBack)) mixed++
      }
    }
  }
  const newest = lost.length + replaced.length > 0 && (await areNewest(work, side, findings, lost, replaced))
  return { back, forward, mixed, lost, replaced, returned, newest }
}

/** Links whose rows are other things by now, while what they stood for is nowhere in the side. */
async function replacedIn(work: FlowWork, side: Side): Promise<FormerLink[]> {
  const formers = await undecidedFormers(work.database, [side.id])
  if (formers.length === 0) return []
  const rows = await recordsById(work.database, [...new Set(formers.map(({ recordId }) => recordId))])
  const away = new Set(
    rows.flatMap(({ id, state, links }) =>
      state !== 'deleted' && links.every(({ sideId }) => sideId !== side.id) ? [id] : [],
    ),
  )
  const last = new Map(formers.map((former) => [former.recordId, former]))
  return [...last.values()].filter(({ recordId }) => away.has(recordId))
}

async function dueRecords(work: FlowWork, records: readonly string[]): Promise<string[]> {
  if (records.length === 0) return []
  const sides = work.sides.map(({ id }) => id)
  const due = await dueAmong(work.database, sides, [...new Set(records)], new Date(work.clock()))
  return [...new Set(due.map(({ recordId }) => recordId))]
}

/** Those of these records that are linked, and still not there. */
async function stillMissing(work: FlowWork, side: Side, ids: readonly string[]): Promise<string[]> {
  const there = new Set((await readAll(side, ids)).map(({ id }) => id))
  const missing = ids.filter((id) => !there.has(id))
  return (await liveRecords(work.database, side.id, missing)).map(({ remoteId }) => remoteId)
}

interface Move {
  readonly field: string
  /** What would be agreed if the system had not changed it: the value before, or what others entered since. */
  readonly agreed: string | null
  readonly isBack: boolean
}

/** What a system changed in a record since some version; what is as it was by now is left out. */
function movesOf(system: string, history: readonly StoredRevision[], since: number): Move[] {
  const held = new Map<string, Set<string | null>>()
  const first = new Map<string, StoredChange>()
  const last = new Map<string, string | null>()
  const golden = new Map<string, string | null>()
  for (const { version, changes } of history) {
    for (const change of changes) {
      if (version < since) {
        if (change.from === change.to) continue
        const values = held.get(change.field)
        if (values) values.add(change.from)
        else held.set(change.field, new Set([change.from]))
        continue
      }
      // Decided about by now.
      if (change.rule === KEPT) {
        first.delete(change.field)
        continue
      }
      golden.set(change.field, change.to)
      const given = change.system === system && change.from !== change.to ? change.to : change.lost[system]
      if (given === undefined) {
        if (first.has(change.field)) last.set(change.field, change.to)
        continue
      }
      if (!first.has(change.field)) first.set(change.field, change)
      last.set(change.field, given)
    }
  }
  return [...first].flatMap(([field, change]): Move[] => {
    const now = last.get(field) ?? null
    if (now === change.from) return []
    const agreed = golden.get(field) === now ? withoutIt(system, change) : (golden.get(field) ?? null)
    return [{ field, agreed, isBack: held.get(field)?.has(now) === true }]
  })
}

/** Rules by which one of several edits wins, so that without it another one does. */
const AMONG_EDITS = new Set(['shared newest', 'shared preferred system', 'outside edit accepted'])

/** What a field would have become without what a system had. */
function withoutIt(system: string, { from, rule, lost }: StoredChange): string | null {
  const edits = Object.entries(lost).filter(([other, value]) => other !== system && value !== from)
  return AMONG_EDITS.has(rule) && edits.length > 0 ? edits[0]![1] : from
}

/** Whether everything that is missing is newer than the newest change that the system has. */
async function areNewest(
  work: FlowWork,
  side: Side,
  findings: Findings,
  lost: readonly string[],
  replaced: readonly FormerLink[],
): Promise<boolean> {
  const newest = findings.older.get(side.id)
  if (newest === undefined) return false
  const place = side.remote.layout.changedAt
  const rows = await recordsById(
    work.database,
    (await liveRecords(work.database, side.id, lost)).map(({ recordId }) => recordId),
  )
  const missing = [...rows.map(({ links }) => links.find(({ sideId }) => sideId === side.id)!), ...replaced]
  return missing.every((link) => {
    const at = rowOf(side, link.image, link.layoutId, work.layouts)[place] ?? null
    return at !== null && isLater(at, newest)
  })
}

const INSTANT = fieldTypeOf({ type: 'instant' })

/** Compares times of change as systems print them. */
export function isLater(a: string, b: string): boolean {
  const [x, y] = [INSTANT.parse(a), INSTANT.parse(b)]
  if (typeof x === 'string' && typeof y === 'string') return compareChangeTimes(x, y) > 0
  // Before all times: there is nothing. Else numbers that count writes.
  return b.startsWith('-') || compareChangeTimes(a, b) > 0
}

/** A person wants the restored system brought up to date: the agreed values as they were before it came back. */
export async function writeAgreedBack(work: FlowWork, decision: CaseRow, outcome: Outcome): Promise<Step[]> {
  const side = work.sides.find(({ id }) => id === decision.sideId)
  if (!side) return []
  const noted = decision.detail.data?.['since']
  const since = typeof noted === 'string' ? noted : decision.openedRun
  const recent = await revisionsSince(work.database, work.row.id, since, MOST_REVISIONS)
  const began = new Map(recent.map(({ recordId, version }) => [recordId, version]))
  const histories = Map.groupBy(await revisionsOf(work.database, [...began.keys()]), ({ recordId }) => recordId)
  const rows = await recordsById(work.database, [...began.keys()])
  for (const record of await loadStates(work, work.database, rows)) {
    // What users entered there since the restore stays.
    const moves = movesOf(side.system, histories.get(record.row.id) ?? [], began.get(record.row.id)!).filter(
      ({ isBack }) => isBack,
    )
    const state = record.sides.find((one) => one.side === side)?.state
    if (!state || moves.length === 0) continue
    const golden = [...record.golden]
    const changes = moves.flatMap(({ field, agreed }) => {
      const i = work.flow.fields.findIndex(({ name }) => name === field)
      if (i < 0) return []
      const before = golden[i]!
      golden[i] = agreed
      const now = state.now[i]
      const lost = isValue(now) && now !== agreed ? { [side.system]: now } : {}
      const rule = KEPT
      return [{ field, from: before, to: agreed, rule, system: null, at: null, lost }]
    })
    const kept = (own: Waived): Waived =>
      Object.fromEntries(Object.entries(own).filter(([field]) => !changes.some((change) => change.field === field)))
    const waived = new Map(
      record.sides.map(({ side: one, state: { waived: own } }) => [one.system, one === side ? kept(own) : own]),
    )
    const merged: Merged = { golden, changes, waived, asks: [], settled: [] }
    await applyMerge(work, record, merged, outcome, new Map())
  }
  // All that is missing, also what no look has found yet.
  const { absent } = await compareListed(work.database, side.id, side.remote.scanIds(20_000))
  const lost = await stillMissing(work, side, absent)
  const missing = await liveRecords(work.database, side.id, lost)
  await passIds(
    side,
    missing.map(({ remoteId }) => remoteId),
  )
  const taken = await takenSince(work, side, decision)
  const replaced = await replacedIn(work, side)
  const others = work.sides.flatMap(({ id }) => (id === side.id ? [] : [id]))
  const returned = await broughtBack(work.database, side.id, others, since)
  const due = (recordId: string, action: 'restore' | 'delete'): DirtyMark => ({
    recordId,
    sideId: side.id,
    action,
    rule: action === 'restore' ? 'restored system: record brought back' : 'restored system: record deleted again',
  })
  const marks = [
    ...[...missing, ...taken, ...replaced].map(({ recordId }) => due(recordId, 'restore')),
    ...returned.map((recordId) => due(recordId, 'delete')),
  ]
  return [
    async (session) => {
      await freeRemotes(
        session,
        taken.map(({ remoteId }) => ({ sideId: side.id, remoteId, undecided: false })),
        stampOf(work).at,
      )
      for (const { recordId } of missing) await setLinkStates(session, recordId, 'gone', [side.id])
      await markDecided(
        session,
        replaced.map(({ id }) => id),
      )
      for (const other of others) await clearDirty(session, other, returned)
      for (const recordId of returned) await setRecordState(session, recordId, 'deleted')
      await markDirty(session, marks, stampOf(work))
    },
  ]
}

/** Records that were missing when people were asked, and whose ids other rows have by now. */
async function takenSince(work: FlowWork, side: Side, { detail }: CaseRow) {
  const lost = detail.data?.['lost']
  const ids = Array.isArray(lost) ? lost.filter((id) => typeof id === 'string') : []
  const rows = new Map((await readAll(side, ids)).map((row) => [row.id, row.image]))
  const there = await liveRecords(work.database, side.id, [...rows.keys()])
  const records = await recordsById(
    work.database,
    there.map(({ recordId }) => recordId),
  )
  const linked = records.flatMap(({ links }) => links.filter(({ sideId }) => sideId === side.id))
  // What is just as it was has been put back.
  const same = new Set(linked.flatMap(({ remoteId, image }) => (rows.get(remoteId) === image ? [remoteId] : [])))
  return there.filter(({ remoteId }) => !same.has(remoteId))
}

/** So many ids are passed over at most, and so many at once. */
const MOST_PASSED = 1_000_000
const PASSED_AT_ONCE = 10_000

/**
 * What hands out the ids came back from the backup as well, and would hand out those that come back now: to users, whose
 * new records the system would then refuse.
 */
async function passIds({ remote }: Side, ids: readonly string[]): Promise<void> {
  const numbers = ids.flatMap((id) => (/^\d+$/.test(id) ? [BigInt(id)] : []))
  if (remote.capabilities.ids !== 'reserved' || numbers.length === 0) return
  const highest = numbers.reduce((a, b) => (a > b ? a : b))
  const pass = async (count: number): Promise<bigint> => {
    const id = (await remote.reserveIds(count)).at(-1)!
    // A rehearsal gives none.
    return /^\d+$/.test(id) ? BigInt(id) : highest
  }
  let last = await pass(1)
  for (let passed = 0; last < highest && passed < MOST_PASSED; passed += PASSED_AT_ONCE)
    last = await pass(Number(highest - last > PASSED_AT_ONCE ? BigInt(PASSED_AT_ONCE) : highest - last))
}

type Step = (session: Parameters<typeof setLinkStates>[0]) => Promise<unknown>
