import type { TypeName } from '../../model/field-type.ts'
import type { SourceObject, SourceSystem } from './catalogue.ts'

/*
 * A draft of a contract: what can be read from two systems. Which system decides, and what happens in the edge cases,
 * is in no database; those stay open questions.
 */

/** The two systems of a proposal, in the order in which they were given. */
export type Side = 0 | 1

export interface Proposal {
  readonly systems: readonly [SourceSystem, SourceSystem]
  readonly flows: readonly ProposedFlow[]
  /** Tables that could be flows and found no counterpart; the weightiest first. */
  readonly unpaired: Both<readonly SourceObject[]>
}

/** Two tables that a person says belong together, and what the flow is called; absent: by the first table. */
export interface GivenPair {
  readonly name?: string
  readonly tables: Both<string>
}

/** What one flow has on each side. */
export type Both<T> = readonly [T, T]

export interface ProposedFlow {
  readonly name: string
  readonly tables: Both<ProposedTable>
  readonly fields: readonly ProposedField[]
  /** Match rules that uniqueness in the systems, or the kind of the value, speaks for; strongest first. */
  readonly match: readonly string[]
  /** How many rows of each side were looked at; absent: none. */
  readonly rows?: Both<number>
  /** What match rules find in these rows. */
  readonly rules?: readonly RuleSeen[]
  /** Columns that found no counterpart, for the reader. */
  readonly unmapped: Both<readonly string[]>
}

/** What a rule by one field finds among sampled rows. */
export interface RuleSeen {
  readonly field: string
  readonly finds: number
  /** Records that have several counterparts, or share one. */
  readonly ambiguous: number
}

export interface ProposedTable {
  readonly object: string
  readonly id: string
  readonly changedAt: string | null
}

export interface ProposedField {
  readonly name: string
  readonly type: Exclude<TypeName, 'choice'>
  /** Only for references: the flow they point to. */
  readonly flow?: string
  readonly required: boolean
  readonly scale?: number
  readonly columns: Both<string>
  /** A boolean that a side keeps as a number, 1 or 0. */
  readonly asNumber?: Both<boolean>
  /** The column of this side is its table's own key; `given`: the system chooses it, so that it is only read. */
  readonly keyOf?: { readonly side: Side; readonly given: boolean }
  /** One side keeps it in several columns, which are read together and never written; `columns` then only names it there. */
  readonly composed?: { readonly side: Side; readonly columns: readonly string[] }
  /** It is one of a few values: what each side calls them. */
  readonly values?: readonly Both<string>[]
  /** In how many records that belong together both sides hold it, and hold the same. */
  readonly seen?: { readonly equal: number; readonly of: number }
  /** Only for lines; then `columns` are the child tables. */
  readonly lines?: ProposedLines
}

export interface ProposedLines {
  /** Columns of the child tables that hold the record's id. */
  readonly parents: Both<string>
  /** Columns that identify a child row within its record, where the child's own key does not say it. */
  readonly key: readonly string[]
  readonly fields: readonly ProposedField[]
}
