import { agreeOnFields } from '../merge/first-agreement.ts'
import type { Merged } from '../merge/draft.ts'
import { matchKeys } from '../merge/match-key.ts'
import { isValue, type Waived } from '../merge/side-state.ts'
import type { Canonical, Reading } from '../model/value.ts'
import { decisionsToCarryOut, markCarriedOut, type CaseRow } from '../store/cases/cases.ts'
import { rearmDecided } from '../store/cases/deciding-cases.ts'
import { setLinkStates, setRecordState } from '../store/state/deletions.ts'
import { clearDirty, markDirty, rearmMarks, type DirtyMark } from '../store/state/dirty.ts'
import { endLink, formersOfRecords } from '../store/state/former.ts'
import { forgetHeld, rearmHeld } from '../store/state/held.ts'
import { recordsById, type LinkRow } from '../store/state/links.ts'
import { emptyOutcome, type Outcome } from '../store/state/outcome.ts'
import { commitOutcome } from '../store/state/outcome.ts'
import { moveLink } from '../store/state/records.ts'
import type { Decider } from './decider.ts'
import { joinNewcomer } from './join-newcomer.ts'
import { applyMerge } from './linked-merge.ts'
import { sideOf, stampOf, underLease, type FlowWork } from './flow-work.ts'
import { encodeWaived } from './golden.ts'
import { readAll } from './read-all.ts'
import { markCreations } from './observe.ts'
import { writeAgreedBack } from './older-system.ts'
import { goneFrom } from './returned.ts'
import { resolverIn, rowOf } from './side.ts'
import { loadStates, type Loaded } from './translate.ts'

/*
 * What people decided since the last run becomes revisions and marks; from there on it goes the way of every change.
 * Each decision is carried out in a transaction of its own, so a crash repeats none.
 */

export async function carryOutDecisions(work: FlowWork, decider: Decider): Promise<void> {
  await carryOut(work, decider, await decisionsToCarryOut(work.database, work.row.id))
}

/** Carries these decisions out. */
export async function carryOut(work: FlowWork, decider: Decider, decisions: readonly CaseRow[]): Promise<void> {
  for (const decision of decisions) {
    const { outcome, also } = await effectOf(work, decider, decision)
    await underLease(work, async (session) => {
      for (const step of also) await step(session)
      await commitOutcome(session, outcome, stampOf(work))
      await rearmDecided(session, work.row.id, [decision.id])
      await markCarriedOut(session, [decision.id])
    })
  }
}

type Step = (session: Parameters<typeof setRecordState>[0]) => Promise<unknown>

interface Effect {
  readonly outcome: Outcome
  readonly also: Step[]
}

async function effectOf(work: FlowWork, decider: Decider, decision: CaseRow): Promise<Effect> {
  const effect: Effect = { outcome: emptyOutcome(), also: [] }
  const choice = decision.resolution ?? ''
  const record = decision.recordId === null ? undefined : await load(work, decision.recordId)
  if (decision.field !== null) {
    if (record) await decideField(work, record, decision.field, choice, effect)
    return effect
  }
  switch (decision.kind) {
    case 'ambiguous match':
      if (record) await decideMatch(work, record, decision, choice, effect)
      return effect
    case 'quarantined record':
      if (record) decideWrite(work, record, decision, choice, effect)
      return effect
    case 'held record':
      if (decision.cause === 'left_filter') {
        if (record) decideLeft(record, decision, choice, effect)
      } else if (decision.cause === 'reused_id') await decideIdentity(work, decider, decision, choice, effect)
      else if (decision.cause.startsWith('deleted_')) {
        if (record) await decideDeleted(work, record, decision, choice, effect)
      } else if (decision.recordId === null) {
        if (choice === 'retry') effect.also.push((session) => rearmHeld(session, decision.sideId!, decision.remoteId!))
      } else if (decision.subject.includes(':write:')) {
        if (record) decideWrite(work, record, decision, choice, effect)
      } else if (record) spreadOrLeave(work, record, choice === 'create', effect)
      return effect
    case 'conflict':
    case 'outside edit':
    case 'breaker tripped':
    case 'mass deletion':
      return effect
    case 'restored system':
      if (choice === 'write back') effect.also.push(...(await writeAgreedBack(work, decision, effect.outcome)))
      return effect
  }
}

async function load(work: FlowWork, id: string): Promise<Loaded | undefined> {
  return (await loadStates(work, work.database, await recordsById(work.database, [id])))[0]
}

async function decideField(
  work: FlowWork,
  record: Loaded,
  name: string,
  choice: string,
  { outcome }: Effect,
): Promise<void> {
  const i = work.flow.fields.findIndex((field) => field.name === name)
  if (i < 0) return
  const chosen = record.sides.find((s) => s.side.system === choice)
  // The record is stored with today's fields, so those that are new to it are joined before.
  const states = record.sides.map((s) => s.state)
  const agreed = agreeOnFields(work.flow, record.golden, states, record.fresh)
  const before = record.golden[i]!
  const gone = record.row.links.filter((link) => link.state === 'gone')
  let value: Canonical = before
  if (choice.startsWith('value:')) value = choice === 'value:' ? null : choice.slice('value:'.length)
  else {
    const offered = chosen ? chosen.state.now[i] : await lastOf(work, gone, choice, i)
    if (isValue(offered)) value = offered
  }
  const golden = [...agreed.golden]
  golden[i] = value
  const lost: Record<string, Canonical> = {}
  const waived = new Map<string, Waived>()
  for (const { state } of record.sides) {
    const { [name]: had, ...rest } = agreed.waived.get(state.system) ?? {}
    // It was sent this very value before, and keeps what it can of it.
    if (had?.[1] === 'lossy' && had[0] === value) {
      waived.set(state.system, { ...rest, [name]: had })
      continue
    }
    const differs = state.holds[i] && isValue(state.now[i]) && state.now[i] !== value
    if (differs) lost[state.system] = state.now[i] as Canonical
    waived.set(
      state.system,
      differs && choice === 'leave' ? { ...rest, [name]: [value, 'outside edit left alone'] } : rest,
    )
  }
  const change = {
    field: name,
    from: before,
    to: value,
    rule: 'decided by person' as const,
    system: chosen?.side.system ?? null,
    at: null,
    lost,
  }
  const others = agreed.changes.filter((other) => other.field !== name)
  const merged: Merged = { ...agreed, golden, changes: [...others, change], waived }
  await applyMerge(work, record, merged, outcome, new Map())
  // What was asked holds for a record that is gone, too: it is restored by what was decided.
  const away = record.row.links.filter((link) => link.state === 'gone' || link.state === 'out of scope')
  for (const link of away) {
    const { [name]: asked, ...rest } = (link.waived === null ? {} : JSON.parse(link.waived)) as Waived
    if (asked) outcome.links.push({ ...link, waived: encodeWaived(rest) })
  }
}

/** What a system last held in a field of a record that is gone there. */
async function lastOf(
  work: FlowWork,
  gone: readonly LinkRow[],
  system: string,
  field: number,
): Promise<Reading | undefined> {
  const link = gone.find(({ sideId }) => sideOf(work, sideId).system === system)
  if (!link) return undefined
  const side = sideOf(work, link.sideId)
  const row = rowOf(side, link.image, link.layoutId, work.layouts)
  return side.mapping.read(row, await resolverIn(work.database, side, [row]))[field]
}

async function decideMatch(
  work: FlowWork,
  record: Loaded,
  decision: CaseRow,
  choice: string,
  effect: Effect,
): Promise<void> {
  const target = choice.startsWith('link ') ? await load(work, choice.slice('link '.length)) : undefined
  if (!target) return spreadOrLeave(work, record, choice === 'separate', effect)
  const side = sideOf(work, decision.sideId!)
  const mine = record.sides.find((s) => s.side === side)
  if (!mine || target.sides.some((s) => s.side === side)) return
  effect.also.push((session) => moveLink(session, side.id, record.row.id, target.row.id))
  const moved: Loaded = { ...target, row: { ...target.row, links: [...target.row.links, mine.link] } }
  const observed = {
    record: { id: mine.link.remoteId, values: mine.values, image: mine.link.image, inScope: true },
    reading: mine.state.now,
    keys: matchKeys(
      work.flow,
      mine.state.now.map((value) => (isValue(value) ? value : null)),
    ),
  }
  await joinNewcomer(work, side, observed, moved, effect.outcome)
}

/** What left the filter of a system: elsewhere it goes, too, or stays and is kept in agreement among the others. */
function decideLeft(record: Loaded, { sideId }: CaseRow, choice: string, { outcome, also }: Effect): void {
  const { id } = record.row
  const ends = choice === 'delete' || choice === 'archive'
  also.push((session) => setRecordState(session, id, ends ? 'deleted' : 'live'))
  for (const { side } of record.sides)
    if (side.id !== sideId && side.mayWrite)
      outcome.dirty.push({ recordId: id, sideId: side.id, action: ends ? choice : 'sync', rule: 'decided by person' })
}

/** The row is looked at again, as what it was said to be. */
async function decideIdentity(
  work: FlowWork,
  decider: Decider,
  { sideId, remoteId }: CaseRow,
  choice: string,
  { also }: Effect,
): Promise<void> {
  if (choice !== 'same' && choice !== 'other') return
  const side = sideOf(work, sideId!)
  const found = await readAll(side, [remoteId!])
  if (found.length === 0) also.push((session) => forgetHeld(session, side.id, remoteId!))
  const identities = new Map(found.map((record) => [record.id, choice] as const))
  const decision = await decider.decide(side, found, { last: false, recheck: true, identities })
  markCreations(work, decision)
  also.push(async (session) => {
    await commitOutcome(session, decision.outcome, stampOf(work))
    decider.correlator.committed(decision)
  })
}

/** The record becomes one of the flow's, everywhere; or it is left where it is for good. */
function spreadOrLeave(work: FlowWork, record: Loaded, spread: boolean, { outcome, also }: Effect): void {
  also.push((session) => setRecordState(session, record.row.id, spread ? 'live' : 'left alone'))
  if (!spread) return
  catchUp(record.sides, record.row.id, outcome)
  const except = new Set(record.sides.map((s) => s.side.id))
  markCreations(work, {
    outcome,
    creations: [
      {
        recordId: record.row.id,
        version: record.row.version,
        golden: record.golden,
        rule: 'decided by person',
        except,
        again: goneFrom(record.row),
      },
    ],
  })
}

/** What was merged while people had not decided about the record has reached nobody so far. */
function catchUp(sides: Loaded['sides'], recordId: string, outcome: Outcome): void {
  for (const { side } of sides)
    if (side.mayWrite) outcome.dirty.push({ recordId, sideId: side.id, action: 'sync', rule: 'decided by person' })
}

/** A write that could not land is tried again, is let be, or the record is deleted wherever it is left. */
function decideWrite(
  work: FlowWork,
  record: Loaded,
  decision: CaseRow,
  choice: string,
  { outcome, also }: Effect,
): void {
  const sideId = decision.sideId!
  const stamp = stampOf(work)
  if (choice === 'delete') {
    const { id } = record.row
    also.push((session) => setRecordState(session, id, 'deleted'))
    for (const side of work.sides) {
      const isThere = side.id !== sideId && record.sides.some((one) => one.side === side)
      if (!isThere) also.push((session) => clearDirty(session, side.id, [id]))
      else if (side.mayWrite)
        outcome.dirty.push({ recordId: id, sideId: side.id, action: 'delete', rule: 'decided by person' })
    }
    return
  }
  const mark: DirtyMark = { recordId: record.row.id, sideId, action: 'sync', rule: 'decided by person' }
  also.push(async (session) => {
    if (choice !== 'retry') await clearDirty(session, sideId, [record.row.id])
    else if ((await rearmMarks(session, sideId, [record.row.id])) === 0) await markDirty(session, [mark], stamp)
  })
}

async function decideDeleted(
  work: FlowWork,
  record: Loaded,
  decision: CaseRow,
  choice: string,
  { outcome, also }: Effect,
): Promise<void> {
  const { id } = record.row
  const others = record.sides.filter((s) => s.side.id !== decision.sideId)
  if (choice === 'delete') {
    also.push((session) => setRecordState(session, id, 'deleted'))
    for (const { side } of others)
      if (side.mayWrite)
        outcome.dirty.push({ recordId: id, sideId: side.id, action: 'delete', rule: 'decided by person' })
  } else if (choice === 'restore') {
    also.push((session) => setRecordState(session, id, 'live'))
    // Wherever it is gone: it may have been deleted in more systems since people were asked.
    for (const { sideId, state } of record.row.links)
      if ((state === 'gone' || sideId === decision.sideId) && sideOf(work, sideId).mayWrite)
        outcome.dirty.push({ recordId: id, sideId, action: 'restore', rule: 'decided by person' })
    // Its id there has been given to something else since.
    for (const side of work.sides) {
      if (!side.mayWrite || record.row.links.some((link) => link.sideId === side.id)) continue
      if (side.id === decision.sideId || (await formersOfRecords(work.database, side.id, [id])).length > 0)
        outcome.dirty.push({ recordId: id, sideId: side.id, action: 'restore', rule: 'decided by person' })
    }
    catchUp(others, id, outcome)
  } else {
    also.push((session) => setLinkStates(session, id, 'unlinked'))
    // What comes again under its id there is looked at as something new.
    also.push((session) => endLink(session, id, decision.sideId!, stampOf(work).at))
    also.push((session) => setRecordState(session, id, 'left alone'))
  }
}
