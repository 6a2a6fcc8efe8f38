import type { Field } from '../contract/contract.ts'
import { preferredSystems } from '../contract/on-conflict.ts'
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
  /** Existing records differ in a shared field that no system leads. */
  | 'existing conflict asked'
  /** Its value takes part in a question, and cannot be read for now. */
  | 'invalid value: field skipped, asked'
  | 'missing reference: field skipped, asked'
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
export const isSkipped = (waived: Waived, field: string): boolean =>
  waived[field]?.[1].includes('field skipped') === true

/**
 * A question to people about a field of the side is open. It is for one golden value; a side that holds this very value takes
 * part in the question when it has a say in it.
 */
export const isAskedAbout = (waived: Waived, field: string, golden: Canonical): boolean =>
  waived[field]?.[0] === golden && waived[field][1].endsWith('asked')

/**
 * The contract would not let the difference be any more: it was changed since. `deciding`: systems whose value a rule about
 * conflicts can choose, and whether the field's master is among the record's systems.
 */
export function isOverruled(
  field: Field,
  waiver: Waived[string] | undefined,
  deciding: { readonly parties: readonly string[]; readonly master: boolean },
): boolean {
  switch (waiver?.[1]) {
    case 'outside edit left alone':
      // Somebody who was asked may have said so, too.
      return field.master === 'shared' || ['revert', 'accept'].includes(field.editedOutsideMaster)
    case 'outside edit asked':
      return field.master === 'shared' || (deciding.master && field.editedOutsideMaster !== 'ask')
    case 'conflict asked':
      if (field.master !== 'shared') return deciding.master
      return (
        field.onConflict === 'newest' ||
        preferredSystems(field.onConflict).some((system) => deciding.parties.includes(system))
      )
    case 'empty master kept':
      return field.emptyInMaster !== 'keep'
    default:
      return false
  }
}

export const isValue = (reading: Reading | undefined): reading is Canonical =>
  typeof reading === 'string' || reading === null
