import type { ColumnFacts } from '../../model/column-facts.ts'
import { ConcordatError } from '../../model/errors.ts'
import { arrangeLines, decodeLines, encodeLines, type Line, lineKey } from '../../model/lines.ts'
import { type Canonical, Invalid, type Raw, type Reading, Unresolved, noColumns } from '../../model/value.ts'
import type { Field } from '../contract.ts'
import { demandedValues } from '../expression/filter-text.ts'
import { compileField, type FieldCodec, type Surroundings } from './field-codec.ts'

/*
 * A field of type `lines` in one system. Child rows come as JSON text of one column (the port's `LinesLayout`) and become
 * the canonical lines text; lines are recognised by the contract's key, so that a write touches only lines, and of
 * these only columns, that differ.
 */

/** Finds the golden record of a remote id (reading) or the remote id of a golden record (writing) in this mapping's system. */
export type Resolve = (flow: string, id: string) => string | undefined

/** What to change among a record's child rows; `id` and `delete` are child rows' own ids. */
export interface LinesChange {
  readonly insert: readonly { readonly values: Readonly<Record<string, Raw>> }[]
  readonly update: readonly { readonly id: string; readonly set: Readonly<Record<string, Raw>> }[]
  readonly delete: readonly string[]
}

/** Compiled mapping of one lines field. */
export interface LinesCodec {
  readonly writable: boolean
  readonly hasReferences: boolean
  references(values: readonly Raw[], report: (flow: string, remoteId: string) => void): void
  /** A line that is invalid, or refers to an unknown record, makes the whole field so. */
  read(values: readonly Raw[], resolve: Resolve): Reading
  referencesOut(golden: Canonical, report: (flow: string, recordId: string) => void): void
  /** What to change among the child rows; null when nothing. `wait` hears of records that have no counterpart yet. */
  write(
    golden: Canonical,
    current: readonly Raw[] | null,
    resolve: Resolve,
    wait: (flow: string, record: string) => void,
  ): LinesChange | Invalid | null
  /**
   * The child rows of a record that is made anew: those of its last row with all their columns, brought to the golden
   * lines; as they were where `golden` is undefined. Null when there are none.
   */
  restore(
    golden: Canonical | undefined,
    last: readonly Raw[],
    resolve: Resolve,
    wait: (flow: string, record: string) => void,
  ): LinesChange | Invalid | null
}

/** Compiles a lines field for one system, whose child rows have the given layout. */
export function compileLines(
  field: Field,
  system: string,
  layout: {
    readonly place: number
    readonly columns: readonly string[]
    readonly computed?: ReadonlySet<string>
    readonly facts?: ReadonlyMap<string, ColumnFacts>
  },
  zones?: Surroundings['zones'],
): LinesCodec {
  const declaration = field.lines
  if (declaration === undefined)
    throw new ConcordatError('bug', `Field ${field.name} is of type lines and declares none.`)
  const subFields = declaration.fields
  const mapping = field.mapping[system]
  const demanded = mapping?.kind === 'lines' && mapping.filter ? demandedValues(mapping.filter) : {}
  const codecs = subFields.map((subField) => compileField(subField, system, layout.columns, { ...layout, zones }))
  const keyPlaces = declaration.key.map((name) => subFields.findIndex((subField) => subField.name === name))
  const writable = keyPlaces.every((place) => codecs[place]?.writable)
  const keyOf = (values: readonly Canonical[]): string => lineKey(keyPlaces.map((place) => values[place] ?? null))

  /** The child row's values in the system's own terms, or what is wrong with the first bad one. */
  const readRow = (row: readonly Raw[]): Canonical[] | Invalid => {
    const values: Canonical[] = []
    for (let i = 0; i < codecs.length; i++) {
      const value = codecs[i]!.read(row)
      if (value instanceof Invalid)
        return new Invalid(['inLineField', row[0] ?? '?', subFields[i]!.name, value], value.raw)
      values.push(value)
    }
    return values
  }

  const keyed = (rows: readonly (readonly Canonical[])[]) =>
    arrangeLines(rows.map((values) => ({ key: keyOf(values), values })))

  /** The record's child rows by their lines' keys; none for a new record. */
  const keyedRows = (record: readonly Raw[] | null): { key: string; row: readonly Raw[] }[] | Invalid => {
    const rows = record === null ? [] : childRows(record[layout.place])
    if (rows === null) return new Invalid(['noChildRows'], null)
    for (const row of rows) {
      const key = readKey(row, codecs, keyPlaces)
      if (key instanceof Invalid) return new Invalid(['inLine', row[0] ?? '?', key], key.raw)
    }
    // A value that cannot be read differs from every value that we could want there.
    const found = keyed(rows.map((row) => codecs.map((codec) => valueOrNull(codec.read(row)))))
    return found.map(({ key, place }) => ({ key, row: rows[place]! }))
  }

  /** All columns of a child row; its own id, which comes first, is among them. */
  const wholeRow = (row: readonly Raw[]): Record<string, Raw> =>
    Object.fromEntries(layout.columns.flatMap((column, i) => (i === 0 ? [] : [[column, row[i] ?? null]])))

  return {
    writable,
    hasReferences: codecs.some((codec) => codec.holds && codec.refersTo !== null),

    references(values, report) {
      for (const row of childRows(values[layout.place]) ?? []) {
        for (const codec of codecs) {
          if (codec.refersTo === null || !codec.holds) continue
          const id = codec.read(row)
          if (typeof id === 'string') report(codec.refersTo, id)
        }
      }
    },

    read(values, resolve) {
      const raw = values[layout.place]
      const rows = childRows(raw)
      if (rows === null) return new Invalid(['noChildRows'], raw ?? null)
      const lines: Line[] = []
      for (const row of rows) {
        const line = readRow(row)
        if (line instanceof Invalid) return line
        for (let i = 0; i < codecs.length; i++) {
          const flow = codecs[i]!.refersTo
          const id = line[i]!
          if (flow === null || id === null) continue
          const record = resolve(flow, id)
          if (record === undefined) return new Unresolved(flow, id)
          line[i] = record
        }
        lines.push({ key: keyOf(line), values: line })
      }
      return encodeLines(arrangeLines(lines))
    },

    referencesOut(golden, report) {
      for (const line of decodeLines(golden) ?? []) {
        for (let i = 0; i < codecs.length; i++) {
          const { refersTo, writable: written } = codecs[i]!
          const record = line.values[i]
          if (refersTo !== null && written && typeof record === 'string') report(refersTo, record)
        }
      }
    },

    write(golden, current, resolve, wait) {
      const wanted = inSystemTerms(decodeLines(golden) ?? [], codecs, resolve, wait)
      if (wanted === null) return null
      const found = keyedRows(current)
      return found instanceof Invalid ? found : difference(keyed(wanted), found, codecs, subFields, demanded)
    },

    restore(golden, last, resolve, wait) {
      if (golden === undefined) {
        const rows = childRows(last[layout.place]) ?? []
        return rows.length === 0
          ? null
          : { insert: rows.map((row) => ({ values: wholeRow(row) })), update: [], delete: [] }
      }
      const wanted = inSystemTerms(decodeLines(golden) ?? [], codecs, resolve, wait)
      if (wanted === null) return null
      const found = keyedRows(last)
      if (found instanceof Invalid) return found
      const change = difference(keyed(wanted), found, codecs, subFields, demanded, wholeRow)
      return change === null || change instanceof Invalid ? change : { ...change, delete: [] }
    },
  }
}

/** Golden lines with references as the system writes them; null when it lacks a record that one refers to. */
function inSystemTerms(
  lines: readonly Line[],
  codecs: readonly FieldCodec[],
  resolve: Resolve,
  wait: (flow: string, record: string) => void,
): Canonical[][] | null {
  let complete = true
  const wanted = lines.map((line) =>
    codecs.map((codec, i) => {
      const value = line.values[i] ?? null
      // What the system does not hold must not tell lines apart here.
      if (!codec.holds) return null
      if (codec.refersTo === null || value === null) return value
      const remote = resolve(codec.refersTo, value)
      if (remote === undefined && codec.writable) {
        complete = false
        wait(codec.refersTo, value)
      }
      return remote ?? null
    }),
  )
  return complete ? wanted : null
}

/** `demanded`: what new child rows hold besides. `anew`: what is found is not there any more, and is inserted again with these columns. */
function difference(
  wanted: readonly { readonly key: string; readonly values: readonly Canonical[] }[],
  found: readonly { readonly key: string; readonly row: readonly Raw[] }[],
  codecs: readonly FieldCodec[],
  subFields: readonly Field[],
  demanded: Readonly<Record<string, Raw>>,
  anew?: (row: readonly Raw[]) => Record<string, Raw>,
): LinesChange | Invalid | null {
  const rows = new Map(found.map((line) => [line.key, line.row]))
  const insert: { values: Record<string, Raw> }[] = []
  const update: { id: string; set: Record<string, Raw> }[] = []
  for (const line of wanted) {
    const row = rows.get(line.key) ?? null
    rows.delete(line.key)
    const set = noColumns()
    for (let i = 0; i < codecs.length; i++) {
      const codec = codecs[i]!
      const value = line.values[i]!
      if (!codec.writable || (row !== null && codec.read(row) === value)) continue
      const problem = codec.write(value, row, set)
      if (problem) return new Invalid(['inPart', subFields[i]!.name, problem], problem.raw)
    }
    if (row === null) insert.push({ values: { ...demanded, ...set } })
    else if (anew) insert.push({ values: { ...anew(row), ...set } })
    else if (Object.keys(set).length > 0) update.push({ id: row[0]!, set })
  }
  const gone = [...rows.values()].map((row) => row[0]!)
  return insert.length + update.length + gone.length === 0 ? null : { insert, update, delete: gone }
}

function readKey(row: readonly Raw[], codecs: readonly FieldCodec[], places: readonly number[]): Invalid | null {
  for (const place of places) {
    const value = codecs[place]!.read(row)
    if (value instanceof Invalid) return value
  }
  return null
}

function valueOrNull(value: Canonical | Invalid): Canonical {
  return value instanceof Invalid ? null : value
}

function childRows(raw: Raw | undefined): readonly (readonly Raw[])[] | null {
  if (raw === null || raw === undefined || raw === '') return []
  try {
    const rows: unknown = JSON.parse(raw)
    return Array.isArray(rows) && rows.every(Array.isArray) ? (rows as Raw[][]) : null
  } catch {
    return null
  }
}
