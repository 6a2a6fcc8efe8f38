import type { Canonical, Invalid, Raw } from './value.ts'

/** The type of a field with its options, as the contract declares it. */
export type TypeSpec =
  | { type: 'text'; maxLength?: number; empty?: 'same as null' | 'distinct' }
  | { type: 'integer' }
  | { type: 'decimal'; scale?: number }
  | { type: 'money'; currency: string; scale?: number }
  /** Amounts that say their currency themselves; `currency` is that of those that do not. */
  | { type: 'money'; perRow: true; currency?: string; scale?: number }
  | { type: 'boolean' }
  /** A moment is the day that it is in `timezone`; a time without zone is one of `local`. Without them: the day as it is written. */
  | { type: 'date'; timezone?: string; local?: string }
  | { type: 'instant'; timezone?: string; precision?: 'microseconds' | 'milliseconds' | 'seconds' | 'minutes' }
  | { type: 'choice'; values?: readonly string[] }
  | { type: 'email' }
  | { type: 'phone'; country?: string }
  | { type: 'country' }
  | { type: 'vat'; country?: string }
  | { type: 'url' }
  | { type: 'binary' }
  | { type: 'reference'; flow: string }
  | { type: 'lines' }

export type TypeName = TypeSpec['type']

/**
 * Translates between a system's text and the canonical form of one type (law L29):
 * `parse(render(c)) === c` for every canonical `c`, and `parse` gives equal strings for everything that means the same.
 * `parse` returns `Invalid` instead of throwing. Null and (unless the contract says otherwise) blank text parse to null.
 */
export interface FieldType {
  readonly name: TypeName
  parse(raw: Raw): Canonical | Invalid
  render(value: Canonical): Raw
}
