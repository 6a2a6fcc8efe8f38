import type { Field } from '../contract/contract.ts'
import type { Rule } from '../contract/rule.ts'
import type { Canonical, Reading } from '../model/value.ts'

/** Why a side may hold another value than the golden record, as long as that golden value stands. */
export type WaiverReason =
  | Extract<
      Rule,
      | 'empty master kept'
      | 'outside edit left alone'
      | 'outside edit asked'
      | 'conflict asked'
      | 'existing: blanks filled'
      | 'existing: link only'
      | 'existing: asked'
      | 'oscillation'
      | 'invalid value: field skipped'
      | 'missing reference: field skipped'
    >
  | 'lossy'

/** Field name → the golden value that the side need not take over, and why. Void as soon as the golden value changes. */
export type Waived = Readonly<Record<string, readonly [golden: Canonical, reason: WaiverReason]>>

/** One system's view of one record, all values canonical and in the order of `flow.fields`. */
export interface SideState {
  readonly system: string
  /** Which fields this system holds at all. */
  readonly holds: readonly boolean[]
  /** What it was last known to hold; null when it has just been linked. */
  readonly shadow: readonly Reading[] | null
  /** What it holds now; the shadow itself when it was not read. */
  readonly now: readonly Reading[]
  /** When the system says it changed (canonical instant); decides only who wins under `newest` (law L11). */
  readonly changedAt: string | null
  readonly waived: Waived
}

/** The side's value could not be read so far; the golden value was decided without it. */
export const isSkipped = (waived: Waived, field: string): boolean => waived[field]?.[1].endsWith('skipped') === true

/**
 * The contract would not let the difference be any more: it was changed since. `systems`: where the record is linked.
 * What was decided once for all existing records stays decided.
 */
export function isOverruled(field: Field, waiver: Waived[string] | undefined, systems: readonly string[]): boolean {
  switch (waiver?.[1]) {
    case 'outside edit left alone':
      // Somebody who was asked may have said so, too.
      return field.master === 'shared' || ['revert', 'accept'].includes(field.editedOutsideMaster)
    case 'outside edit asked':
      return field.master === 'shared' || field.editedOutsideMaster !== 'ask'
    case 'conflict asked':
      return field.master !== 'shared' || field.onConflict === 'newest' || systems.includes(field.onConflict ?? '')
    case 'empty master kept':
      return field.emptyInMaster !== 'keep'
    default:
      return false
  }
}

export const isValue = (reading: Reading | undefined): reading is Canonical =>
  typeof reading === 'string' || reading === null
