import type { Field, Flow } from '../contract/contract.ts'
import type { Rule } from '../contract/rule.ts'
import { Unresolved, type Canonical } from '../model/value.ts'
import { compareChangeTimes } from './change-time.ts'
import { isAskedAbout, isSkipped, isValue, type SideState, type Waived, type WaiverReason } from './side-state.ts'

/* What merging one record or joining its first values answers, and how that is put together field by field. */

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

/** Collects the outcome field by field. */
export class Draft {
  readonly flow: Flow
  readonly golden: Canonical[]
  private readonly before: readonly Canonical[]
  readonly sides: readonly SideState[]
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

  /** Existing records have agreed on nothing yet, so that only what the systems hold can be chosen from. */
  ask(kind: Ask['kind'], cause: Ask['cause'], field: Field, i: number): void {
    const values: Record<string, Canonical> = cause === 'existing' ? {} : { golden: this.golden[i]! }
    for (const side of this.sides) if (side.holds[i] && isValue(side.now[i])) values[side.system] = side.now[i]
    this.asks.push({ kind, cause, field: field.name, values })
  }

  /** Drops waivers that the outcome made void, and says so when one of them was a question to people. */
  closeField(field: Field, i: number, holders: readonly SideState[]): void {
    const golden = this.golden[i]!
    const wasAsked = holders.some((side) => side.waived[field.name]?.[1].endsWith('asked'))
    const isOpen = this.isOpen(field, i, holders)
    let isAsked = false
    for (const side of holders) {
      const waived = this.waived.get(side.system)!
      const waiver = waived[field.name]
      // A value that can be read again has been merged by now.
      const isReadAgain = isSkipped(waived, field.name) && isValue(side.now[i])
      const asks = isAskedAbout(waived, field.name, golden)
      const isVoid = asks ? !isOpen : side.now[i] === golden
      if (waiver && (waiver[0] !== golden || isVoid || isReadAgain)) delete waived[field.name]
      if (!isValue(side.now[i]) && side.now[i] !== undefined) {
        const skipped =
          side.now[i] instanceof Unresolved ? 'missing reference: field skipped' : 'invalid value: field skipped'
        waived[field.name] = [golden, asks ? `${skipped}, asked` : skipped]
      }
      if (waived[field.name]?.[1].endsWith('asked')) isAsked = true
    }
    if (wasAsked && !isAsked) this.settled.push(field.name)
  }

  /** A question is open as long as one of those who have a say in it differs, or cannot be read for now. */
  private isOpen(field: Field, i: number, holders: readonly SideState[]): boolean {
    const golden = this.golden[i]!
    return holders.some(
      (side) => side.now[i] !== golden && isAskedAbout(this.waived.get(side.system)!, field.name, golden),
    )
  }

  result(): Merged {
    return { golden: this.golden, changes: this.changes, waived: this.waived, asks: this.asks, settled: this.settled }
  }
}

/** The side that changed last; without a usable time, or at the same time, the preferred system, then the first by name. */
export function newest(sides: readonly SideState[], preferred?: string): SideState {
  return sides.toSorted(
    (a, b) =>
      compareChangeTimes(b.changedAt, a.changedAt) ||
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
