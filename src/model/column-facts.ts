/** What kind of values a column holds, whatever its vendor calls it. */
export type ColumnKind =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'date'
  | 'instant'
  | 'local timestamp'
  | 'time'
  | 'json'
  | 'uuid'
  | 'binary'
  | 'other'

/** What reading and writing values of a column must know of it. */
export interface ColumnFacts {
  readonly kind: ColumnKind
  readonly nullable: boolean
  /** The system fills it when we do not. */
  readonly hasDefault: boolean
}

/** The facts of columns, by name. */
export function factsOf(columns: Iterable<ColumnFacts & { readonly name: string }>): ReadonlyMap<string, ColumnFacts> {
  return new Map(
    [...columns].map(({ name, kind, nullable, hasDefault }) => [name, { kind, nullable, hasDefault }] as const),
  )
}
