/**
 * What a proposal needs to know about a system: its tables, columns and keys. Equal in shape to what connectors answer
 * when they are introspected, so that their catalogue can be handed over as it is.
 */
export interface SourceCatalogue {
  /** Only what is in the database, or the schemas, that the connection names. */
  readonly named?: boolean
  readonly objects: readonly SourceObject[]
}

export interface SourceObject {
  readonly name: string
  readonly columns: readonly SourceColumn[]
  readonly primaryKey: readonly string[]
  readonly uniqueKeys: readonly (readonly string[])[]
  readonly foreignKeys: readonly SourceForeignKey[]
  readonly estimatedRows: number
  readonly isView: boolean
  /** Absent: unknown, or none. */
  readonly triggers?: readonly { readonly name: string }[]
}

export interface SourceForeignKey {
  readonly columns: readonly string[]
  readonly object: string
  readonly references: readonly string[]
}

export interface SourceColumn {
  readonly name: string
  readonly kind: ColumnKind
  readonly nullable: boolean
  readonly maxLength: number | null
  readonly scale: number | null
  readonly hasDefault: boolean
  readonly readOnly: boolean
  /** The system sets it anew with every update. */
  readonly moves?: boolean
  /** False: these credentials may not read it. */
  readonly readable?: boolean
}

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

/** One side of a proposal: the name the contract gives the system, how it is reached, and what is in it. */
export interface SourceSystem {
  readonly name: string
  readonly connector: string
  readonly catalogue: SourceCatalogue
}
