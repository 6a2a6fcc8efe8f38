import { fieldTypeOf } from '../../model/types/field-type-of.ts'
import type { TypeSpec } from '../../model/field-type.ts'
import { type Canonical, Invalid, type Raw, noColumns } from '../../model/value.ts'
import type { Field, FieldMapping } from '../contract.ts'
import { expressionColumns } from '../expression/expression.ts'
import { compileField } from './field-codec.ts'

/*
 * Law L29 for one mapping, tried on values: what is written must read as the same value. A table must be one to one, a
 * pair of expressions must undo each other. Expressions are tried on values of the type that break careless ones:
 * one word and many, signs, accents, zero, negative and large numbers, the ends of the calendar.
 */

/** `ok`, or the value that shows the breach and what happens to it, as the end of a sentence. */
export type RoundTrip = { readonly ok: true } | { readonly ok: false; readonly value: string; readonly reason: string }

/** Tries a field's mapping to one system; lines are tried sub-field by sub-field. One-way mappings have nothing to undo. */
export function checkRoundTrip(field: Field, system: string): RoundTrip {
  const mapping = field.mapping[system]
  if (mapping === undefined) return { ok: true }
  if (mapping.kind === 'lines')
    return firstBreach((field.lines?.fields ?? []).map((subField) => checkRoundTrip(subField, system)))
  if (mapping.kind === 'column') {
    if (mapping.form !== undefined)
      return checkColumn(field, system, [mapping.column, mapping.countryFrom ?? []].flat())
    return mapping.values === undefined ? { ok: true } : checkTable(field, mapping.values)
  }
  return mapping.write === undefined ? { ok: true } : checkExpressions(field, system, mapping)
}

function checkTable(field: Field, values: ReadonlyMap<string, string>): RoundTrip {
  const type = fieldTypeOf(field.spec)
  const rawOf = new Map<string, string>()
  for (const [raw, meaning] of values) {
    const canonical = type.parse(meaning)
    if (canonical === null)
      return { ok: false, value: meaning, reason: `the value table gives "${raw}" an empty meaning` }
    if (canonical instanceof Invalid) return { ok: false, value: meaning, reason: canonical.reason }
    const other = rawOf.get(canonical)
    if (other !== undefined) {
      return {
        ok: false,
        value: canonical,
        reason: `"${other}" and "${raw}" both mean it, so "${raw}" would come back as "${other}"`,
      }
    }
    rawOf.set(canonical, raw)
  }
  return { ok: true }
}

function checkColumn(field: Field, system: string, columns: readonly string[]): RoundTrip {
  const codec = compileField(field, system, columns)
  for (const sample of samplesOf(field.spec)) {
    const value = fieldTypeOf(field.spec).parse(sample)
    if (value === null || value instanceof Invalid) continue
    const set = noColumns()
    codec.write(value, null, set)
    const back = codec.read(columns.map((column) => set[column] ?? null))
    if (back !== value) return { ok: false, value, reason: `it is written as ${showRow(set)} and ${readsAs(back)}` }
  }
  return { ok: true }
}

function checkExpressions(
  field: Field,
  system: string,
  mapping: Extract<FieldMapping, { kind: 'expression' }>,
): RoundTrip {
  const type = fieldTypeOf(field.spec)
  const columns = [...new Set([...expressionColumns(mapping.read), ...Object.keys(mapping.write ?? {})])]
  let codec
  try {
    codec = compileField(field, system, columns)
  } catch {
    // Does not compile: reported as such, at its place.
    return { ok: true }
  }
  const inputs = new Set(Object.keys(mapping.write ?? {}))
  const outside = expressionColumns(mapping.read).find((column) => !inputs.has(column))
  for (const sample of samplesOf(field.spec)) {
    const value = type.parse(sample)
    if (value instanceof Invalid) continue
    const shown = value ?? 'no value'
    const set = noColumns()
    const problem = codec.write(value, null, set)
    if (problem) return { ok: false, value: shown, reason: `it cannot be written: ${problem.reason}` }
    const back = codec.read(columns.map((column) => set[column] ?? null))
    if (back === value) continue
    const also = outside === undefined ? '' : ` (\`read\` uses the column "${outside}", which \`write\` does not set)`
    return { ok: false, value: shown, reason: `it is written as ${showRow(set)} and ${readsAs(back)}${also}` }
  }
  return { ok: true }
}

function showRow(set: Readonly<Record<string, Raw>>): string {
  const columns = Object.entries(set).map(
    ([column, raw]) => `${column} = ${raw === null ? 'null' : `"${raw.slice(0, 60)}"`}`,
  )
  return columns.length === 0 ? 'nothing' : columns.join(', ')
}

function readsAs(back: Canonical | Invalid): string {
  if (back instanceof Invalid) return `cannot be read back: ${back.reason}`
  return back === null ? 'reads as no value' : `reads as "${back.slice(0, 60)}"`
}

function firstBreach(trials: readonly RoundTrip[]): RoundTrip {
  return trials.find((trial) => !trial.ok) ?? { ok: true }
}

/** Values to try of each type; what a particular declaration does not allow is left out by the caller. */
function samplesOf(spec: TypeSpec): readonly (string | null)[] {
  switch (spec.type) {
    case 'text':
    case 'lines':
      return [
        null,
        'Ana',
        'Ana Ruiz',
        'Ana María Ruiz de la Prada',
        "O'Brien & Söhne, S.L.",
        'a-b/c_d',
        'UPPER lower',
        '007',
        '50%',
        '"quoted" \\ back',
        'x',
      ]
    case 'integer':
      return [null, '0', '1', '-1', '7', '42', '1000', '2147483648', '123456789012345678901234567890']
    case 'decimal':
      return [null, '0', '1', '-1', '0.5', '0.1', '-0.25', '19.99', '1234.5678', '1000000', '123456789012345.123456']
    case 'money':
      if ('perRow' in spec) return [null, '0 EUR', '-19.99 USD', '1234.567 KWD', '1000000 JPY', '0.10 EUR']
      return [null, '0', '1', '-1', '0.01', '-0.99', '0.10', '19.99', '1234.50', '1000000', '90071992547409931.10']
    case 'boolean':
      return [null, 'true', 'false']
    case 'date':
      return [null, '2026-11-23', '2024-02-29', '1999-12-31', '2000-01-01', '0001-01-01', '9999-12-31']
    case 'instant':
      return [
        null,
        '2026-11-23T10:00:00Z',
        '2026-07-01T23:59:59Z',
        '2026-03-29T01:30:00Z',
        '1999-12-31T00:00:00Z',
        '2026-11-23T10:00:00.123456Z',
      ]
    case 'choice':
      return [null, ...(spec.values ?? ['A', 'b', 'two words'])]
    case 'email':
      return [null, 'ana@acme.example', 'ana.ruiz+test@sales.acme.example']
    case 'phone':
      return [null, '+34600111222', '+442079460958', '+12025550123', '+34912345678;ext=12']
    case 'country':
      return [null, 'ES', 'US', 'GB', 'DE']
    case 'vat':
      return [null, 'ESB58378431', 'DE136695976', 'FR40303265045', 'EL094259216']
    case 'url':
      return [null, 'https://acme.example', 'http://shop.acme.example/a/b?c=d#e', 'https://acme.example:8443/x']
    case 'binary':
      return [null, '', '00', '00ff10', '89504e470d0a1a0a00ff', '5c78414c']
    case 'reference':
      return [null, '1', '42', 'A-0007', '6f1c2d3e-0000-4000-8000-00000000002a']
  }
}
