import type { Field, Flow } from '../contract/contract.ts'
import type { Rule } from '../contract/rule.ts'
import { Unresolved, type Canonical } from '../model/value.ts'
import { isSkipped, isValue, type SideState, type Waived, type WaiverReason } from './side-state.ts'

/*
 * The three-way merge of one record: golden value, shadows and current values of any number of systems → the new golden
 * values, what each system may keep for itself, and what people must be asked. Field by field, pure, and independent of
 * the order of the sides. A side whose value differs from the golden one afterwards, without a waiver, is due a write.
 */

export interface FieldChange {
  readonly field: string
  readonly from: Canonical
  readonly to: Canonical
  readonly rule: Rule
  /** Whose value won; null when none did. */
  readonly system: string | null
  /** When that system says it changed. */
  readonly at: string | null
  /** Values that did not win, by system (law L8). */
  readonly lost: Readonly<Record<string, Canonical>>
}

export interface Ask {
  readonly kind: 'conflict' | 'outside edit'
  readonly cause: 'shared' | 'outside' | 'existing'
  readonly field: string
  /** `golden` and each system that holds the field. */
  readonly values: Readonly<Record<string, Canonical>>
}

export interface Merged {
  readonly golden: readonly Canonical[]
  readonly changes: readonly FieldChange[]
  /** Waivers of each side after the merge, by system. */
  readonly waived: ReadonlyMap<string, Waived>
  readonly asks: readonly Ask[]
  /** Fields whose earlier question has become void: the sides agree again, or the value moved on. */
  readonly settled: readonly string[]
}

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
    const changed = holders.filter(
      (side) =>
        isValue(side.now[i]) &&
        (side.now[i] !== side.shadow?.[i] || (isSkipped(side.waived, field.name) && side.now[i] !== golden[i])),
    )
    const owner = field.master === 'shared' ? undefined : holders.find((side) => side.system === field.master)
    const disputing = holders.filter(
      (side) => isValue(side.now[i]) && isDisputed(side, field, golden[i]!) && !changed.includes(side),
    )
    if (changed.length > 0) {
      if (owner) mergeOwned(draft, field, i, owner, changed)
      else mergeShared(draft, field, i, changed, disputing, pending.get(field.name))
    }
    draft.closeField(field, i, holders)
  })
  return draft.result()
}

/** The side's present difference is part of a question that is still open. */
function isDisputed(side: SideState, field: Field, golden: Canonical): boolean {
  const waiver = side.waived[field.name]
  return waiver !== undefined && waiver[0] === golden && waiver[1] === 'conflict asked'
}

function mergeOwned(draft: Draft, field: Field, i: number, owner: SideState, changed: readonly SideState[]): void {
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
        lostOf(others, i, value),
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

function mergeShared(
  draft: Draft,
  field: Field,
  i: number,
  changed: readonly SideState[],
  disputing: readonly SideState[],
  pending: { readonly system: string | null; readonly at: string | null } | undefined,
): void {
  const before = draft.golden[i]!
  const competitors = [...changed.filter((side) => side.now[i] !== before), ...disputing]
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
  if (values.size === 1) {
    const value = [...values][0]!
    const winner = newest(competitors)
    draft.set(field, i, value, competitors.length > 1 ? 'all sides agree' : 'shared one side changed', winner, {})
    return
  }
  if (field.onConflict === 'newest') {
    const winner = newest(competitors, draft.flow.master)
    const goldenWins = goldenCompetes && (pending.at ?? '') > (winner.changedAt ?? '')
    const value = goldenWins ? before : (winner.now[i] as Canonical)
    const lost: Record<string, Canonical> = lostOf(competitors, i, value)
    if (goldenCompetes && !goldenWins) loseGolden(lost, pending.system, before)
    if (goldenWins) draft.record(field, i, before, 'shared newest', null, lost)
    else draft.set(field, i, value, 'shared newest', winner, lost)
    return
  }
  const preferred = competitors.find((side) => side.system === field.onConflict)
  if (preferred) {
    const value = preferred.now[i] as Canonical
    const lost: Record<string, Canonical> = lostOf(competitors, i, value)
    if (goldenCompetes && before !== value) loseGolden(lost, pending.system, before)
    draft.set(field, i, value, 'shared preferred system', preferred, lost)
    return
  }
  if (goldenCompetes && pending.system !== null && pending.system === field.onConflict) {
    draft.record(field, i, before, 'shared preferred system', null, lostOf(competitors, i, before))
    return
  }
  for (const side of competitors) draft.waive(side, field, before, 'conflict asked')
  draft.ask('conflict', 'shared', field, i)
}

/** The golden value was a system's own, unless that system has moved on to another one, which is lost as well. */
function loseGolden(lost: Record<string, Canonical>, system: string | null, golden: Canonical): void {
  lost[system === null || system in lost ? 'golden' : system] = golden
}

/** The side that changed last; without a usable time, or at the same time, the preferred system, then the first by name. */
export function newest(sides: readonly SideState[], preferred?: string): SideState {
  return sides.toSorted(
    (a, b) =>
      compare(b.changedAt ?? '', a.changedAt ?? '') ||
      Number(b.system === preferred) - Number(a.system === preferred) ||
      compare(a.system, b.system),
  )[0]!
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function lostOf(sides: readonly SideState[], i: number, won: Canonical): Record<string, Canonical> {
  const lost: Record<string, Canonical> = {}
  for (const side of sides) {
    const value = side.now[i]
    if (isValue(value) && value !== won) lost[side.system] = value
  }
  return lost
}

/** Collects the outcome field by field. */
export class Draft {
  readonly flow: Flow
  readonly golden: Canonical[]
  private readonly before: readonly Canonical[]
  private readonly sides: readonly SideState[]
  private readonly changes: FieldChange[] = []
  private readonly asks: Ask[] = []
  private readonly settled: string[] = []
  private readonly waived = new Map<string, Record<string, readonly [Canonical, WaiverReason]>>()

  constructor(flow: Flow, golden: readonly Canonical[], sides: readonly SideState[]) {
    this.flow = flow
    this.golden = [...golden]
    this.before = golden
    this.sides = sides
    for (const side of sides) this.waived.set(side.system, { ...side.waived })
  }

  set(
    field: Field,
    i: number,
    to: Canonical,
    rule: Rule,
    winner: SideState,
    lost: Readonly<Record<string, Canonical>>,
  ): void {
    this.golden[i] = to
    this.record(field, i, to, rule, winner, lost)
  }

  record(
    field: Field,
    i: number,
    to: Canonical,
    rule: Rule,
    winner: SideState | null,
    lost: Readonly<Record<string, Canonical>>,
  ): void {
    const system = winner?.system ?? null
    this.changes.push({
      field: field.name,
      from: this.before[i]!,
      to,
      rule,
      system,
      at: winner?.changedAt ?? null,
      lost,
    })
  }

  /** The golden value stays; the values of these sides are kept on record. */
  note(field: Field, i: number, rule: Rule, sides: readonly SideState[]): void {
    this.record(field, i, this.golden[i]!, rule, null, lostOf(sides, i, this.golden[i]!))
  }

  waive(side: SideState, field: Field, golden: Canonical, reason: WaiverReason): void {
    this.waived.get(side.system)![field.name] = [golden, reason]
  }

  unwaive(side: SideState, field: Field): void {
    delete this.waived.get(side.system)![field.name]
  }

  ask(kind: Ask['kind'], cause: Ask['cause'], field: Field, i: number): void {
    const values: Record<string, Canonical> = { golden: this.golden[i]! }
    for (const side of this.sides) if (side.holds[i] && isValue(side.now[i])) values[side.system] = side.now[i]
    this.asks.push({ kind, cause, field: field.name, values })
  }

  /** Drops waivers that the outcome made void, and says so when one of them was a question to people. */
  closeField(field: Field, i: number, holders: readonly SideState[]): void {
    let wasAsked = false
    let isAsked = false
    for (const side of holders) {
      const waived = this.waived.get(side.system)!
      const waiver = waived[field.name]
      if (side.waived[field.name]?.[1].endsWith('asked')) wasAsked = true
      // A value that can be read again has been merged by now.
      const isReadAgain = isSkipped(waived, field.name) && isValue(side.now[i])
      if (waiver && (waiver[0] !== this.golden[i] || side.now[i] === this.golden[i] || isReadAgain))
        delete waived[field.name]
      if (!isValue(side.now[i]) && side.now[i] !== undefined) {
        const reason =
          side.now[i] instanceof Unresolved ? 'missing reference: field skipped' : 'invalid value: field skipped'
        waived[field.name] = [this.golden[i]!, reason]
      }
      if (waived[field.name]?.[1].endsWith('asked')) isAsked = true
    }
    if (wasAsked && !isAsked) this.settled.push(field.name)
  }

  result(): Merged {
    return { golden: this.golden, changes: this.changes, waived: this.waived, asks: this.asks, settled: this.settled }
  }
}
