import type { ColumnFacts } from '../../model/column-facts.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Filter } from '../../model/filter.ts'
import { type Canonical, Invalid, type Raw, type Reading, Unresolved, noColumns } from '../../model/value.ts'
import type { Field, Flow } from '../contract.ts'
import { expressionColumns } from '../expression/expression.ts'
import { compileField, type FieldCodec, type Surroundings, writtenColumns } from './field-codec.ts'
import { compileLines, type LinesChange, type LinesCodec, type Resolve } from './lines-mapping.ts'

/*
 * Translation of one system's rows of one flow, compiled once per (flow, system, columns) and then called per record:
 * keep it allocation-free where possible. Pure.
 */

/** Places of the columns in a row, as the connector lays them out. */
export interface RowShape {
  readonly columns: readonly string[]
  /** Columns that the system computes: what is mapped to one is read and never written. */
  readonly computed?: ReadonlySet<string>
  /** By lines field name: the column's place and the child row's columns; the first, `""`, is the child row's own id. */
  readonly lines: ReadonlyMap<
    string,
    {
      readonly place: number
      readonly columns: readonly string[]
      readonly computed?: ReadonlySet<string>
      readonly facts?: ReadonlyMap<string, ColumnFacts>
    }
  >
  /** Of the columns as the system has them now; absent of a shape that only stored rows have. */
  readonly facts?: ReadonlyMap<string, ColumnFacts>
}

export type { LinesChange, Resolve }

export interface RowWrite {
  /** Column → raw value to set; empty when nothing differs. */
  readonly set: Readonly<Record<string, Raw>>
  /** By lines field name. */
  readonly lines: Readonly<Record<string, LinesChange>>
  /** Golden records that have no counterpart in this system yet: the write must wait for them. */
  readonly waitsFor: readonly { readonly flow: string; readonly record: string }[]
  /** Fields (index: `flow.fields`) whose golden value this system cannot express, and why; they are left out of `set`. */
  readonly invalid: readonly { readonly field: number; readonly problem: Invalid }[]
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
   * create. A field that reads equal to its golden value is not written, whatever its raw form. For lines only the lines
   * that differ are touched, found by key. A create leaves out what is null, so that the system's defaults apply.
   * `last`: the record is made anew from this row, so its child rows are all inserted, with all their columns.
   */
  write(
    golden: readonly Canonical[],
    fields: readonly number[],
    current: readonly Raw[] | null,
    resolve: Resolve,
    last?: readonly Raw[],
  ): RowWrite
}

/** Columns of the system that the flow reads or writes, lines aside. */
export function mappedColumns(flow: Flow, system: string): readonly string[] {
  const records = flow.records[system]
  return [
    ...new Set([
      ...columnsOf(flow.fields, system),
      ...Object.keys(records?.onCreate ?? {}),
      ...Object.keys(records?.archive ?? {}),
      ...Object.keys(records?.deleted ?? {}),
    ]),
  ]
}

/** The child tables of the flow's lines fields in the system, with the columns that it reads or writes of each. */
export function mappedLines(
  flow: Flow,
  system: string,
): readonly {
  readonly name: string
  readonly object: string
  readonly parent: string
  readonly id?: readonly string[]
  readonly filter?: Filter
  readonly fields: readonly string[]
}[] {
  return flow.fields.flatMap((field) => {
    const mapping = field.mapping[system]
    if (mapping?.kind !== 'lines') return []
    const { object, parent, id, filter } = mapping
    const fields = [...new Set(columnsOf(field.lines?.fields ?? [], system))]
    return [{ name: field.name, object, parent, ...(id && { id }), ...(filter && { filter }), fields }]
  })
}

function columnsOf(fields: readonly Field[], system: string): readonly string[] {
  return fields.flatMap((field) => {
    const mapping = field.mapping[system]
    if (mapping?.kind === 'column')
      return [mapping.column, mapping.countryFrom ?? [], mapping.currencyFrom ?? []].flat()
    if (mapping?.kind !== 'expression') return []
    return [...expressionColumns(mapping.read), ...Object.keys(mapping.write ?? {})]
  })
}

/** Compiles the flow's mapping to one system; throws where a column is missing or the contract was never checked. */
export function compileMapping(flow: Flow, system: string, shape: RowShape): RowMapping {
  const mapped = new Set(flow.fields.flatMap((field) => writtenColumns(field.mapping[system])))
  const zones = { day: flow.timezone, local: localZone(flow, system) }
  const codecs = flow.fields.map((field) => compileField(field, system, shape.columns, { ...shape, zones, mapped }))
  const lines = flow.fields.map((field) => linesOf(field, system, shape, zones))
  const places = codecs.flatMap((codec, i) => (codec.holds || lines[i] ? [i] : []))
  const referring = places.filter((i) => codecs[i]!.refersTo !== null)
  const readByOthers = places.filter((i) => codecs[i]!.readsAlso && codecs[i]!.writable)
  const withLines = places.filter((i) => lines[i]?.hasReferences)

  return {
    holds: codecs.map((codec, i) => codec.holds || lines[i] !== null),
    writable: codecs.map((codec, i) => lines[i]?.writable ?? codec.writable),
    hasReferences: referring.length + withLines.length > 0,

    references(values, report) {
      for (const i of referring) {
        const id = codecs[i]!.read(values)
        if (typeof id === 'string') report(codecs[i]!.refersTo!, id)
      }
      for (const i of withLines) lines[i]!.references(values, report)
    },

    read(values, resolve) {
      const readings: Reading[] = []
      for (let i = 0; i < codecs.length; i++) {
        const codec = lines[i]
        readings.push(codec ? codec.read(values, resolve) : readField(codecs[i]!, values, resolve))
      }
      return readings
    },

    referencesOut(golden, report) {
      for (const i of referring) {
        const record = golden[i]
        if (codecs[i]!.writable && typeof record === 'string') report(codecs[i]!.refersTo!, record)
      }
      for (const i of withLines) lines[i]!.referencesOut(golden[i] ?? null, report)
    },

    write(golden, fields, current, resolve, last) {
      const write = writeRow(flow, codecs, lines, golden, fields, current, resolve, shape.columns, readByOthers)
      return last === undefined ? write : withLastLines(write, flow, lines, golden, fields, last, resolve)
    },
  }
}

/** Zone of the times that a system stores without one. */
export function localZone(flow: Pick<Flow, 'timezone' | 'records'>, system: string): string {
  return flow.records[system]?.timezone ?? flow.timezone
}

function linesOf(
  field: Field,
  system: string,
  shape: RowShape,
  zones: NonNullable<Surroundings['zones']>,
): LinesCodec | null {
  if (field.mapping[system]?.kind !== 'lines') return null
  const layout = shape.lines.get(field.name)
  if (layout) return compileLines(field, system, layout, zones)
  throw new ConcordatError(
    'connector.no-such-object',
    `${system} gives no child rows for the lines of field ${field.name}.`,
    {
      cure: 'Correct the table of the lines in the contract.',
    },
  )
}

function readField(codec: FieldCodec, values: readonly Raw[], resolve: Resolve): Reading {
  const value = codec.read(values)
  if (codec.refersTo === null || typeof value !== 'string') return value
  return resolve(codec.refersTo, value) ?? new Unresolved(codec.refersTo, value)
}

function writeRow(
  flow: Flow,
  codecs: readonly FieldCodec[],
  lines: readonly (LinesCodec | null)[],
  golden: readonly Canonical[],
  fields: readonly number[],
  current: readonly Raw[] | null,
  resolve: Resolve,
  columns: readonly string[],
  last: readonly number[],
): RowWrite {
  const set = noColumns()
  const changes: Record<string, LinesChange> = {}
  const waitsFor: { flow: string; record: string }[] = []
  const invalid: { field: number; problem: Invalid }[] = []
  const wait = (parent: string, record: string): void => {
    if (!waitsFor.some((known) => known.flow === parent && known.record === record))
      waitsFor.push({ flow: parent, record })
  }
  for (const i of fields) {
    if (codecs[i]!.readsAlso) continue
    const codec = codecs[i]!
    const linesCodec = lines[i]
    let value = golden[i] ?? null
    if (linesCodec) {
      if (!linesCodec.writable) continue
      const change = linesCodec.write(value, current, resolve, wait)
      if (change instanceof Invalid) invalid.push({ field: i, problem: change })
      else if (change) changes[flow.fields[i]!.name] = change
      continue
    }
    if (!codec.writable) continue
    if (codec.refersTo !== null && value !== null) {
      const remote = resolve(codec.refersTo, value)
      if (remote === undefined) {
        wait(codec.refersTo, value)
        continue
      }
      value = remote
    }
    if (current !== null && codec.read(current) === value) continue
    const problem = codec.write(value, current, set)
    if (problem) invalid.push({ field: i, problem })
  }
  for (const i of last) {
    const codec = codecs[i]!
    // What else the write changes may change how this field reads: its value must stay what it is.
    const before = current === null ? null : codec.read(current)
    const wanted = fields.includes(i) ? (golden[i] ?? null) : before
    if (wanted === null || wanted instanceof Invalid) {
      if (fields.includes(i) && before !== null) codec.write(null, current, set)
      continue
    }
    if (current !== null && codec.read(withSet(current, set, columns)) === wanted) continue
    const problem = codec.write(wanted, current, set)
    if (problem) invalid.push({ field: i, problem })
  }
  return { set, lines: changes, waitsFor, invalid }
}

/** The write with all child rows of a record that is made anew. */
function withLastLines(
  write: RowWrite,
  flow: Flow,
  lines: readonly (LinesCodec | null)[],
  golden: readonly Canonical[],
  fields: readonly number[],
  last: readonly Raw[],
  resolve: Resolve,
): RowWrite {
  const changes: [string, LinesChange][] = []
  const invalid = [...write.invalid]
  lines.forEach((codec, i) => {
    if (codec === null) return
    const { name } = flow.fields[i]!
    const due = codec.writable && fields.includes(i)
    // What it waits for is known from the write itself.
    const change = codec.restore(due ? (golden[i] ?? null) : undefined, last, resolve, () => {})
    if (change instanceof Invalid) invalid.push({ field: i, problem: change })
    else if (change) changes.push([name, change])
  })
  return { ...write, lines: Object.fromEntries(changes), invalid }
}

const withSet = (row: readonly Raw[], set: Readonly<Record<string, Raw>>, columns: readonly string[]): readonly Raw[] =>
  row.map((raw, place) => (Object.hasOwn(set, columns[place]!) ? set[columns[place]!]! : raw))
