import type { Raw } from './value.ts'

/**
 * What the application above a table would set itself: `now`: the time of the write, by the clock of the system; `add`:
 * so much more than the column holds; `value`: always the same.
 */
export type Stamp =
  | { readonly kind: 'now' }
  | { readonly kind: 'add'; readonly by: number }
  | { readonly kind: 'value'; readonly value: Raw }

/** Column → what every write of ours sets it to, whatever else the write is about. */
export type Stamps = Readonly<Record<string, Stamp>>
