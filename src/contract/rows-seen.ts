type Both<T> = readonly [T, T]

/** What sampled rows say of a flow as a whole. */
export interface RowFigures {
  /** Rows of each side that were looked at. */
  readonly rows: Both<number>
  readonly pairs: number
  /** Rows of each side that found no counterpart among those of the other. */
  readonly alone: Both<number>
  /** Pairs in which any field that both sides fill is unequal. */
  readonly differing: number
  /** The field that is unequal most often. */
  readonly worst: { readonly field: string; readonly differs: number } | null
  /** Values that a side lacks and the other has. */
  readonly empty: Both<number>
  /** Rows that could belong to several. */
  readonly ambiguous: number
}
