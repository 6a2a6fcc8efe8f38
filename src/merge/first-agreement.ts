import type { Field, Flow } from '../contract/contract.ts'
import { preferredSystems } from '../contract/on-conflict.ts'
import type { Canonical } from '../model/value.ts'
import { Draft, lostOf, newest, type Merged } from './draft.ts'
import { isValue, type SideState } from './side-state.ts'

/*
 * What happens when a record of one system turns out to be a golden record that other systems already hold: legacy data
 * at the first sync, or a manual entry found later. The contract's `existing_records` decides.
 */

/** Joins `newcomer` (shadow null) to a golden record held by `sides`. Pure. */
export function firstAgreement(
  flow: Flow,
  golden: readonly Canonical[],
  sides: readonly SideState[],
  newcomer: SideState,
  policy = flow.edgeCases.existingRecords,
): Merged {
  const all = [...sides, newcomer]
  const draft = new Draft(flow, golden, all)
  flow.fields.forEach((field, i) => {
    const holders = all.filter((side) => side.holds[i] && isValue(side.now[i]))
    if (newcomer.holds[i] && isValue(newcomer.now[i])) joinField(draft, field, i, holders, policy)
    draft.closeField(
      field,
      i,
      all.filter((side) => side.holds[i]),
    )
  })
  return draft.result()
}

/** Joins fields of a record that have just become part of the contract, as its existing records were joined. Pure. */
export function agreeOnFields(
  flow: Flow,
  golden: readonly Canonical[],
  sides: readonly SideState[],
  fields: readonly number[],
): Merged {
  const draft = new Draft(flow, golden, sides)
  for (const i of fields) {
    const field = flow.fields[i]!
    const holders = sides.filter((side) => side.holds[i])
    const readable = holders.filter((side) => isValue(side.now[i]))
    // A question about the field was closed when the rules let go of it: what it held back is no decision.
    for (const side of holders) if (side.waived[field.name]?.[1].endsWith('asked')) draft.unwaive(side, field)
    if (readable.length > 0) joinField(draft, field, i, readable, flow.edgeCases.existingRecords)
    draft.closeField(field, i, holders)
  }
  return draft.result()
}

/** Joins what the holders of a field, all of them readable, hold. An earlier question about it is answered or asked again. */
export function joinField(
  draft: Draft,
  field: Field,
  i: number,
  holders: readonly SideState[],
  policy: Flow['edgeCases']['existingRecords'],
): void {
  const before = draft.golden[i]!
  for (const side of holders) if (side.waived[field.name]?.[1].endsWith('asked')) draft.unwaive(side, field)
  if (holders.every((side) => side.now[i] === before)) return
  const owner = leading(field, holders)
  if (owner === null) {
    // Shared, to be asked, and no master to fall back on.
    const filled = holders.filter((side) => side.now[i] !== null)
    if (new Set(filled.map((side) => side.now[i])).size === 1) {
      if (filled[0]!.now[i] !== before)
        draft.set(field, i, filled[0]!.now[i] as Canonical, 'existing: blanks filled', filled[0]!, {})
      return
    }
    // Nothing has been agreed on: the value that stands in competes like the others.
    for (const side of holders) draft.waive(side, field, before, 'existing conflict asked')
    draft.ask('conflict', 'existing', field, i)
    return
  }
  const owned = owner.now[i] as Canonical
  const others = holders.filter((side) => side !== owner && side.now[i] !== owned)
  const filler = owned === null ? others.filter((side) => side.now[i] !== null) : []
  switch (policy) {
    case 'master wins':
      if (filler.length > 0 && field.master !== owner.system) {
        // Where the master does not hold the record, or there is none, no empty value is a decision: a blank is filled.
        fill(draft, field, i, newest(filler), filler, 'existing: blanks filled')
      } else if (filler.length > 0 && field.emptyInMaster === 'keep') {
        fill(draft, field, i, newest(filler), filler, 'empty master kept')
        draft.waive(owner, field, draft.golden[i]!, 'empty master kept')
      } else if (owned !== before) draft.set(field, i, owned, 'existing: master wins', owner, lostOf(others, i, owned))
      else if (others.length > 0) draft.note(field, i, 'existing: master wins', others)
      return
    case 'fill blanks only': {
      const winner = filler.length > 0 ? newest(filler) : owner
      const value = winner.now[i] as Canonical
      if (value !== before) draft.set(field, i, value, 'existing: blanks filled', winner, {})
      for (const side of holders) {
        if (side.now[i] !== null && side.now[i] !== value) draft.waive(side, field, value, 'existing: blanks filled')
      }
      return
    }
    case 'link only':
    case 'ask': {
      if (others.length === 0) {
        // Nobody else knows anything about it.
        draft.set(field, i, owned, 'existing: blanks filled', owner, {})
        return
      }
      const reason = policy === 'ask' ? 'existing: asked' : 'existing: link only'
      if (owned !== before) draft.set(field, i, owned, reason, owner, {})
      for (const side of policy === 'ask' ? holders : others) draft.waive(side, field, owned, reason)
      if (policy === 'ask') draft.ask('conflict', 'existing', field, i)
      return
    }
  }
}

/** The value of one side takes the place of nothing; what other sides held instead is kept on record. */
function fill(
  draft: Draft,
  field: Field,
  i: number,
  winner: SideState,
  filler: readonly SideState[],
  rule: 'existing: blanks filled' | 'empty master kept',
): void {
  const value = winner.now[i] as Canonical
  const lost = lostOf(filler, i, value)
  if (value !== draft.golden[i]) draft.set(field, i, value, rule, winner, lost)
  else if (Object.keys(lost).length > 0) draft.record(field, i, value, rule, winner, lost)
}

/** The side whose value leads at first sync; null when only a person can say. */
export function leading(field: Field, holders: readonly SideState[]): SideState | null {
  const of = (system: string | null) => holders.find((side) => side.system === system)
  if (field.master !== 'shared') return of(field.master) ?? newest(holders)
  if (field.onConflict === 'newest') return newest(holders)
  for (const system of preferredSystems(field.onConflict)) {
    const side = of(system)
    if (side) return side
  }
  return null
}
