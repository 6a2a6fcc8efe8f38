import type { Canonical, Raw, Reading } from '../model/value.ts'
import type { Flow } from './contract.ts'

/*
 * Translation of one system's rows of one flow, compiled once per (flow, system, columns) and then called per record:
 * keep it allocation-free where possible. Pure.
 */

/** Places of the columns in a row, as the connector lays them out. */
export interface RowShape {
  readonly columns: readonly string[]
  /** By lines field name: the column's place and the child row's columns; the first, `""`, is the child row's own id. */
  readonly lines: ReadonlyMap<string, { readonly place: number; readonly columns: readonly string[] }>
}

/** Finds the golden record of a remote id (reading) or the remote id of a golden record (writing) in this mapping's system. */
export type Resolve = (flow: string, id: string) => string | undefined

export interface LinesChange {
  readonly insert: readonly { readonly values: Readonly<Record<string, Raw>> }[]
  readonly update: readonly { readonly id: string; readonly set: Readonly<Record<string, Raw>> }[]
  readonly delete: readonly string[]
}

export interface RowWrite {
  /** Column → raw value to set; empty when nothing differs. */
  readonly set: Readonly<Record<string, Raw>>
  /** By lines field name. */
  readonly lines: Readonly<Record<string, LinesChange>>
  /** Golden records that have no counterpart in this system yet: the write must wait for them. */
  readonly waitsFor: readonly { readonly flow: string; readonly record: string }[]
}

export interface RowMapping {
  /** Whether this system can hold field i at all / can be written for field i. Index: `flow.fields`. */
  readonly holds: readonly boolean[]
  readonly writable: readonly boolean[]
  /** True when any field (or line field) is a reference. */
  readonly hasReferences: boolean
  /** Reports every (flow, remote id) that the row refers to, so that they can be looked up in one go. */
  references(values: readonly Raw[], report: (flow: string, remoteId: string) => void): void
  /** Canonical reading per field; `null` for fields that this system does not hold. */
  read(values: readonly Raw[], resolve: Resolve): Reading[]
  /** Reports every (flow, record id) that golden values refer to. */
  referencesOut(golden: readonly Canonical[], report: (flow: string, recordId: string) => void): void
  /**
   * What to write so that the system holds `golden` in the given fields. `current`: its row as last seen, null for a
   * create. For lines only the lines that differ are touched, found by key.
   */
  write(golden: readonly Canonical[], fields: readonly number[], current: readonly Raw[] | null, resolve: Resolve): RowWrite
}

/** Columns of the system that the flow reads or writes, lines aside. */
export declare function mappedColumns(flow: Flow, system: string): readonly string[]
export declare function compileMapping(flow: Flow, system: string, shape: RowShape): RowMapping
