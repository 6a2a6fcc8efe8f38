import type { Field, Flow } from '../contract/contract.ts'
import { preferredSystems } from '../contract/on-conflict.ts'
import type { Canonical } from '../model/value.ts'
import { compareChangeTimes } from './change-time.ts'
import { Draft, lostOf, newest, type Merged } from './draft.ts'
import { joinField, leading } from './first-agreement.ts'
import { isAskedAbout, isOverruled, isSkipped, isValue, type SideState } from './side-state.ts'

/*
 * The three-way merge of one record: golden value, shadows and current values of any number of systems → the new golden
 * values, what each system may keep for itself, and what people must be asked. Field by field, pure, and independent of
 * the order of the sides. A side whose value differs from the golden one afterwards, without a waiver, is due a write.
 */

/** A golden value that has not reached every side yet competes like an edit: whose it is and when it was made. */
export type Pending = ReadonlyMap<string, { readonly system: string | null; readonly at: string | null }>

/**
 * Merges what changed since the shadows. Sides without a shadow must be joined first, and so must fields that were never
 * compared (`except`; `first-agreement.ts`).
 */
export function mergeRecord(
  flow: Flow,
  golden: readonly Canonical[],
  sides: readonly SideState[],
  pending: Pending = new Map(),
  except: readonly number[] = [],
): Merged {
  const draft = new Draft(flow, golden, sides)
  flow.fields.forEach((field, i) => {
    if (except.includes(i)) return
    const holders = sides.filter((side) => side.holds[i])
    mergeField(draft, field, i, holders, pending.get(field.name))
    draft.closeField(field, i, holders)
  })
  return draft.result()
}

type News = { readonly system: string | null; readonly at: string | null } | undefined

function mergeField(draft: Draft, field: Field, i: number, holders: readonly SideState[], pending: News): void {
  const golden = draft.golden[i]!
  const owner = field.master === 'shared' ? undefined : holders.find((side) => side.system === field.master)
  const readable = holders.filter((side) => isValue(side.now[i]))
  const asked = holders.filter((side) => isAskedAbout(side.waived, field.name, golden))
  const parties = asked.filter((side) => isValue(side.now[i]))
  const reasons = new Set(asked.map((side) => side.waived[field.name]![1]))
  const deciding = { parties: parties.map((side) => side.system), master: owner !== undefined }
  const overruled = holders.filter((side) => isOverruled(field, side.waived[field.name], deciding))
  const changed = readable.filter(
    (side) =>
      side.now[i] !== side.shadow?.[i] ||
      (isSkipped(side.waived, field.name) && side.now[i] !== golden) ||
      overruled.includes(side),
  )
  if (reasons.has('existing: asked') || reasons.has('existing conflict asked')) {
    const reason = reasons.has('existing: asked') ? 'existing: asked' : 'existing conflict asked'
    const { existingRecords, olderThan } = draft.flow.edgeCases
    const decides =
      reason === 'existing: asked'
        ? existingRecords !== 'ask' && olderThan?.then !== 'ask'
        : readable.length > 0 && leading(field, readable) !== null
    if (decides) {
      for (const side of asked) draft.unwaive(side, field)
      joinField(draft, field, i, readable, existingRecords)
    } else if (changed.length > 0) keepAsking(draft, field, i, { readable, changed, owner, reason })
    return
  }
  if (changed.length === 0) return
  if (owner) mergeOwned(draft, field, i, owner, changed, parties)
  else mergeShared(draft, field, i, { changed, asked, pending })
}

/**
 * Existing records differ and nobody has decided yet: what one of the systems holds by now is one more value to choose from.
 * Only the master's own change moves the value that stands in as the agreed one.
 */
function keepAsking(
  draft: Draft,
  field: Field,
  i: number,
  question: {
    readonly readable: readonly SideState[]
    readonly changed: readonly SideState[]
    readonly owner: SideState | undefined
    readonly reason: 'existing: asked' | 'existing conflict asked'
  },
): void {
  const { readable, changed, owner, reason } = question
  const before = draft.golden[i]!
  const values = new Set(readable.map((side) => side.now[i] as Canonical))
  if (values.size === 1) {
    const value = [...values][0]!
    if (value !== before) draft.set(field, i, value, 'all sides agree', newest(readable), {})
    return
  }
  if (owner && changed.includes(owner) && owner.now[i] !== before) {
    const value = owner.now[i] as Canonical
    if (value !== null) draft.set(field, i, value, 'master changed', owner, {})
    else if (field.emptyInMaster === 'erase') draft.set(field, i, value, 'empty master erased', owner, {})
  }
  for (const side of readable) draft.waive(side, field, draft.golden[i]!, reason)
  draft.ask('conflict', 'existing', field, i)
}

/** `asked`: sides whose edits a question is open about; the master's own change answers it. */
function mergeOwned(
  draft: Draft,
  field: Field,
  i: number,
  owner: SideState,
  changed: readonly SideState[],
  asked: readonly SideState[],
): void {
  const before = draft.golden[i]!
  const others = changed.filter((side) => side !== owner)
  // A value that could not be read so far is no edit: where nothing took its place, it counts from the beginning.
  const late = others.filter((side) => isSkipped(side.waived, field.name) && side.now[i] !== null)
  if (before === null && late.length > 0 && (owner.now[i] ?? null) === null) {
    const winner = newest(late)
    const value = winner.now[i] as Canonical
    draft.set(field, i, value, 'existing: blanks filled', winner, lostOf(others, i, value))
    return
  }
  let masterMoved = false
  if (changed.includes(owner)) {
    const value = owner.now[i] as Canonical
    if (value === null && before !== null && field.emptyInMaster === 'keep') {
      draft.waive(owner, field, before, 'empty master kept')
      draft.note(field, i, 'empty master kept', [owner])
    } else if (value !== before) {
      masterMoved = true
      draft.set(
        field,
        i,
        value,
        value === null ? 'empty master erased' : 'master changed',
        owner,
        lostOf([...new Set([...others, ...asked])], i, value),
      )
    }
  }
  const news = others.filter((side) => side.now[i] !== draft.golden[i] && side.now[i] !== before)
  if (news.length === 0) {
    // Someone outside undid a difference, or made one that the master's own change has settled: nothing to decide.
    const back = others.filter((side) => side.now[i] !== draft.golden[i])
    if (back.length > 0 && !masterMoved) draft.note(field, i, 'outside edit reverted', back)
    return
  }
  if (masterMoved) return
  switch (field.editedOutsideMaster) {
    case 'accept': {
      const winner = newest(news)
      draft.set(
        field,
        i,
        winner.now[i] as Canonical,
        'outside edit accepted',
        winner,
        lostOf(changed, i, winner.now[i] as Canonical),
      )
      return
    }
    case 'revert':
      for (const side of news) draft.unwaive(side, field)
      draft.note(field, i, 'outside edit reverted', news)
      return
    case 'leave alone':
      for (const side of news) draft.waive(side, field, draft.golden[i]!, 'outside edit left alone')
      draft.note(field, i, 'outside edit left alone', news)
      return
    case 'ask':
      for (const side of news) draft.waive(side, field, draft.golden[i]!, 'outside edit asked')
      draft.ask('outside edit', 'outside', field, i)
      return
  }
}

interface Dispute {
  readonly changed: readonly SideState[]
  /** Sides whose value is part of a question already, whether it can be read or not. */
  readonly asked: readonly SideState[]
  readonly pending: News
}

function mergeShared(draft: Draft, field: Field, i: number, { changed, asked, pending }: Dispute): void {
  const before = draft.golden[i]!
  const parties = asked.filter((side) => isValue(side.now[i]))
  const competitors = [
    ...changed.filter((side) => side.now[i] !== before || parties.includes(side)),
    ...parties.filter((side) => !changed.includes(side)),
  ]
  const values = new Set(competitors.map((side) => side.now[i] as Canonical))
  // The golden value itself competes when it is news that a changed side had not received when it changed.
  const goldenCompetes =
    pending !== undefined &&
    changed.some(
      (side) =>
        side.now[i] !== before && isValue(side.shadow?.[i]) && side.shadow[i] !== before && !side.waived[field.name],
    )
  if (goldenCompetes) values.add(before)
  if (values.size === 0) return
  if (values.size === 1 && parties.length === asked.length) {
    const value = [...values][0]!
    const winner = newest(competitors)
    if (value !== before)
      draft.set(field, i, value, competitors.length > 1 ? 'all sides agree' : 'shared one side changed', winner, {})
    return
  }
  const decided = (): void => {
    for (const side of asked) draft.unwaive(side, field)
  }
  if (field.onConflict === 'newest') {
    decided()
    const winner = newest(competitors, draft.flow.master)
    const goldenWins = goldenCompetes && compareChangeTimes(pending.at, winner.changedAt) > 0
    const value = goldenWins ? before : (winner.now[i] as Canonical)
    const lost: Record<string, Canonical> = lostOf(competitors, i, value)
    if (goldenCompetes && !goldenWins) loseGolden(lost, pending.system, before)
    if (goldenWins) draft.record(field, i, before, 'shared newest', null, lost)
    else draft.set(field, i, value, 'shared newest', winner, lost)
    return
  }
  for (const system of preferredSystems(field.onConflict)) {
    const preferred = competitors.find((side) => side.system === system)
    if (preferred) {
      decided()
      const value = preferred.now[i] as Canonical
      const lost: Record<string, Canonical> = lostOf(competitors, i, value)
      if (goldenCompetes && before !== value) loseGolden(lost, pending.system, before)
      draft.set(field, i, value, 'shared preferred system', preferred, lost)
      return
    }
    if (goldenCompetes && pending.system === system) {
      decided()
      draft.record(field, i, before, 'shared preferred system', null, lostOf(competitors, i, before))
      return
    }
  }
  for (const side of competitors) draft.waive(side, field, before, 'conflict asked')
  // Whose value the golden one is has a say in the question like the others.
  const author = goldenCompetes ? draft.sides.find((side) => side.system === pending.system) : undefined
  if (author?.holds[i] && author.now[i] === before) draft.waive(author, field, before, 'conflict asked')
  draft.ask('conflict', 'shared', field, i)
}

/** The golden value was a system's own, unless that system has moved on to another one, which is lost as well. */
function loseGolden(lost: Record<string, Canonical>, system: string | null, golden: Canonical): void {
  lost[system === null || system in lost ? 'golden' : system] = golden
}
