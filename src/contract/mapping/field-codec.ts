import type { ColumnFacts, ColumnKind } from '../../model/column-facts.ts'
import { ConcordatError } from '../../model/errors.ts'
import { fieldTypeOf } from '../../model/types/field-type-of.ts'
import { countryRenderer } from '../../model/types/country-form.ts'
import { dateRenderer } from '../../model/types/date-form.ts'
import { phoneRenderer } from '../../model/types/phone-form.ts'
import type { FieldType, TypeSpec } from '../../model/field-type.ts'
import { type Canonical, Invalid, type Raw } from '../../model/value.ts'
import { columnPut, type Put } from './column-put.ts'
import type { Field, FieldMapping } from '../contract.ts'
import { moneyCodec } from './money-codec.ts'
import { type CompiledExpression, compileExpression } from '../expression/expression.ts'

/*
 * One field in one system's row, both ways, in the system's own terms: a reference is the id that the system uses, not
 * yet the golden record's. Lines' sub-fields use the same over the columns of a child row.
 */

/** Reads and writes one field of a row whose `values[i]` belongs to `columns[i]`. */
export interface FieldCodec {
  readonly holds: boolean
  readonly writable: boolean
  /** Flow that the field refers to; null when it is no reference. */
  readonly refersTo: string | null
  read(values: readonly Raw[]): Canonical | Invalid
  /** Adds the columns that must change for the row to read `value`; or says why no such row can be written. */
  write(value: Canonical, current: readonly Raw[] | null, set: Record<string, Raw>): Invalid | null
  /** Columns that this field is read by besides its own, and that other fields write. */
  readonly readsAlso?: readonly string[]
}

type Facts = ReadonlyMap<string, ColumnFacts> | undefined

/** What a field's values depend on besides its own declaration. */
export interface Surroundings {
  /** What is known of the columns. */
  readonly facts?: Facts
  /** Columns that fields of the record write as themselves. */
  readonly mapped?: ReadonlySet<string> | undefined
  /** Columns that can only be read. */
  readonly computed?: ReadonlySet<string> | undefined
  /** Zone in which a moment is a day, and that of times without zone. */
  readonly zones?: { readonly day: string; readonly local: string } | undefined
}

/** Compiles a field's mapping to one system; throws `contract.invalid` for a mapping that the contract check refuses. */
export function compileField(
  declared: Field,
  system: string,
  columns: readonly string[],
  { facts, computed, zones, mapped }: Surroundings = {},
): FieldCodec {
  const mapping = declared.mapping[system]
  const field: Field = { ...declared, spec: specIn(declared.spec, mapping, zones) }
  const refersTo = field.spec.type === 'reference' ? field.spec.flow : null
  const type = fieldTypeOf(field.spec)
  if (mapping === undefined || mapping.kind === 'lines') {
    return { holds: false, writable: false, refersTo, read: () => null, write: () => null }
  }
  const codec =
    mapping.kind === 'column'
      ? columnCodec(field, system, type, mapping, columns, { facts, mapped })
      : expressionCodec(field, system, type, mapping, columns, facts)
  return { holds: true, refersTo, ...codec, ...(computed && writes(mapping, computed) && { writable: false }) }
}

/** Whether writing by the mapping would write one of these columns. */
function writes(mapping: FieldMapping, columns: ReadonlySet<string>): boolean {
  return writtenColumns(mapping).some((column) => columns.has(column))
}

/** Columns that a mapping writes as themselves. */
export function writtenColumns(mapping: FieldMapping | undefined): readonly string[] {
  if (mapping?.kind === 'column') return [mapping.column]
  return mapping?.kind === 'expression' ? Object.keys(mapping.write ?? {}) : []
}

/** The type as it is in one system, whose times without zone may be those of another place. */
function specIn(spec: TypeSpec, mapping: FieldMapping | undefined, zones: Surroundings['zones']): TypeSpec {
  if (spec.type === 'date' && zones !== undefined)
    return spec.timezone === undefined ? { ...spec, timezone: zones.day, local: zones.local } : spec
  if (spec.type === 'instant' && mapping !== undefined && mapping.kind !== 'lines' && mapping.timezone !== undefined)
    return { ...spec, timezone: mapping.timezone }
  return spec
}

type Codec = Pick<FieldCodec, 'writable' | 'read' | 'write' | 'readsAlso'>
type ColumnMapping = Extract<FieldMapping, { kind: 'column' }>

function columnCodec(
  field: Field,
  system: string,
  type: FieldType,
  mapping: ColumnMapping,
  columns: readonly string[],
  { facts, mapped }: Surroundings,
): Codec {
  const place = placeOf(mapping.column, columns, field, system)
  const putWhere = (blankReads: boolean) => columnPut(mapping.column, place, facts?.get(mapping.column), blankReads)
  if (mapping.values === undefined) {
    const { countryFrom } = mapping
    const put = putWhere(type.parse('') === null)
    if (field.spec.type === 'money' && 'perRow' in field.spec) {
      const column = mapping.currencyFrom
      const from =
        column === undefined
          ? null
          : { column, place: placeOf(column, columns, field, system), mapped: mapped?.has(column) === true }
      return moneyCodec({ spec: field.spec, place, put, from })
    }
    if (countryFrom !== undefined) return countryCodec(field, system, mapping, countryFrom, columns, put)
    const render = rendererOf(field.spec, mapping, facts?.get(mapping.column)?.kind)
    return {
      writable: true,
      read: (values) => type.parse(values[place]!),
      write: (value, current, set) => put(render(value), current, set),
    }
  }
  const table = compileTable(field, system, type, mapping.values)
  const put = putWhere(table.read('') === null)
  return {
    writable: true,
    read: (values) => table.read(values[place]!),
    write(value, current, set) {
      const raw = table.write(value)
      return raw instanceof Invalid ? raw : put(raw, current, set)
    },
  }
}

const COUNTS_YES: ReadonlySet<ColumnKind> = new Set(['integer', 'decimal', 'float', 'other'])

/** How the canonical values of a column are written there. */
function rendererOf(
  spec: TypeSpec,
  { form, language = 'en' }: ColumnMapping,
  kind?: ColumnKind,
): (value: Canonical) => Raw {
  if (spec.type === 'date' && spec.timezone !== undefined)
    return dateRenderer(kind, spec.timezone, spec.local ?? spec.timezone)
  if (spec.type === 'country' && (form === 'code3' || form === 'name')) return countryRenderer(form, language)
  if (spec.type === 'phone' && (form === 'national' || form === 'spaced')) return phoneRenderer(form, spec.country)
  // A number or a bit takes no words; what it holds for yes and no is read as that.
  if (spec.type === 'boolean' && kind !== undefined && COUNTS_YES.has(kind))
    return (value) => (value === null ? null : value === 'true' ? '1' : '0')
  const type = fieldTypeOf(spec)
  return (value) => type.render(value)
}

/** Numbers without a prefix are of the country that another column of the row names. */
function countryCodec(
  field: Field,
  system: string,
  mapping: ColumnMapping,
  countryFrom: string,
  columns: readonly string[],
  put: Put,
): Codec {
  const place = placeOf(mapping.column, columns, field, system)
  const countryPlace = placeOf(countryFrom, columns, field, system)
  const country = fieldTypeOf({ type: 'country' })
  const make = (code: string | null) => {
    const spec: TypeSpec = code === null ? field.spec : ({ ...field.spec, country: code } as TypeSpec)
    return { type: fieldTypeOf(spec), render: rendererOf(spec, mapping) }
  }
  const known = new Map<string | null, ReturnType<typeof make>>()
  const of = (raw: Raw) => {
    const code = country.parse(raw)
    const key = code instanceof Invalid ? null : code
    let one = known.get(key)
    if (one === undefined) known.set(key, (one = make(key)))
    return one
  }
  return {
    writable: true,
    readsAlso: [countryFrom],
    read: (values) => of(values[countryPlace]!).type.parse(values[place]!),
    write(value, current, set) {
      // The country that the row will have, so that the number reads as it is meant once all is written.
      const named = Object.hasOwn(set, countryFrom) ? set[countryFrom]! : (current?.[countryPlace] ?? null)
      return put(of(named).render(value), current, set)
    },
  }
}

interface ValueTable {
  read(raw: Raw): Canonical | Invalid
  write(value: Canonical): Raw | Invalid
}

function compileTable(field: Field, system: string, type: FieldType, values: ReadonlyMap<string, string>): ValueTable {
  const canonicalOf = new Map<string, string>()
  const rawOf = new Map<string, string>()
  for (const [raw, meaning] of values) {
    const canonical = type.parse(meaning)
    if (canonical === null || canonical instanceof Invalid) {
      throw invalidMapping(field, system, `the value table's "${meaning}" is no ${type.name}`)
    }
    canonicalOf.set(raw, canonical)
    if (!rawOf.has(canonical)) rawOf.set(canonical, raw)
  }
  const known = [...canonicalOf.keys()].map((raw) => `"${raw}"`).join(', ')
  const meanings = [...rawOf.keys()].map((value) => `"${value}"`).join(', ')
  return {
    read(raw) {
      if (raw === null) return null
      const found = canonicalOf.get(raw) ?? canonicalOf.get(raw.trim())
      if (found !== undefined) return found
      // PostgreSQL prints booleans as t and f; people write true and false.
      const spelled = raw === 't' ? canonicalOf.get('true') : raw === 'f' ? canonicalOf.get('false') : undefined
      if (spelled !== undefined) return spelled
      if (raw.trim() === '') return null
      return new Invalid(['unknownIn', `"${raw.slice(0, 80)}"`, system, known], raw)
    },
    write(value) {
      if (value === null) return null
      return rawOf.get(value) ?? new Invalid(['noCounterpart', `"${value.slice(0, 80)}"`, system, meanings], value)
    },
  }
}

function expressionCodec(
  field: Field,
  system: string,
  type: FieldType,
  mapping: Extract<FieldMapping, { kind: 'expression' }>,
  columns: readonly string[],
  facts: Facts,
): Codec {
  const read = compiled(mapping.read, columns, field, system)
  const writes = Object.entries(mapping.write ?? {}).map(([column, source]) => ({
    column,
    put: columnPut(column, placeOf(column, columns, field, system), facts?.get(column), type.parse('') === null),
    expression: compiled(source, ['value'], field, system),
  }))
  return {
    writable: writes.length > 0,
    read(values) {
      const raw = read.evaluate(values)
      return raw instanceof Invalid ? raw : type.parse(raw)
    },
    write(value, current, set) {
      const raws: Raw[] = []
      for (const { column, expression } of writes) {
        const raw = expression.evaluate([value])
        if (raw instanceof Invalid) return new Invalid(['inPart', column, raw], value)
        raws.push(raw)
      }
      for (const [i, { put }] of writes.entries()) {
        const problem = put(raws[i]!, current, set)
        if (problem) return problem
      }
      return null
    },
  }
}

function compiled(
  source: string,
  variables: readonly string[],
  field: Field,
  system: string,
): Extract<CompiledExpression, { ok: true }> {
  const expression = compileExpression(source, variables)
  if (!expression.ok) throw invalidMapping(field, system, `the expression ${source}: ${expression.message}`)
  return expression
}

function placeOf(column: string, columns: readonly string[], field: Field, system: string): number {
  const place = columns.indexOf(column)
  if (place < 0) {
    throw new ConcordatError(
      'connector.no-such-field',
      `${system} has no column "${column}", to which field ${field.name} is mapped.`,
      {
        cure: 'Correct the mapping in the contract, or add the column to the system.',
      },
    )
  }
  return place
}

function invalidMapping(field: Field, system: string, why: string): ConcordatError {
  return new ConcordatError('contract.invalid', `Field ${field.name} cannot be mapped to ${system}: ${why}.`, {
    cure: 'Run `concordat check`: it shows the place in the contract.',
  })
}
