import { describe, expect, test } from 'vitest'
import type { TypeSpec } from '../../model/field-type.ts'
import type { Field, FieldMapping } from '../contract.ts'
import { checkRoundTrip } from './round-trip.ts'

function trial(spec: TypeSpec, mapping: FieldMapping) {
  return checkRoundTrip({ name: 'f', spec, mapping: { erp: mapping } } as unknown as Field, 'erp')
}
const pair = (read: string, write: Record<string, string>): FieldMapping => ({ kind: 'expression', read, write })
const table = (values: [string, string][]): FieldMapping => ({ kind: 'column', column: 'c', values: new Map(values) })

describe('L29 the contract check tries two-way mappings', () => {
  test.each<[TypeSpec, FieldMapping]>([
    [{ type: 'text' }, { kind: 'column', column: 'c' }],
    [{ type: 'text' }, { kind: 'expression', read: 'upper(c)' }],
    [{ type: 'text' }, pair('c', { c: 'value' })],
    [{ type: 'text' }, pair('replace(c, "-", "-")', { c: 'value' })],
    [{ type: 'money', currency: 'EUR' }, pair('text(number(cents) / 100)', { cents: 'text(number(value) * 100)' })],
    [{ type: 'money', currency: 'EUR' }, pair('number(cents) / 100', { cents: 'number(value) * 100' })],
    [{ type: 'decimal' }, pair('number(c) * 0.001', { c: 'number(value) * 1000' })],
    [
      { type: 'choice' },
      table([
        ['A', 'enterprise'],
        ['B', 'small'],
      ]),
    ],
    [
      { type: 'country' },
      table([
        ['724', 'Spain'],
        ['840', 'US'],
      ]),
    ],
    [
      { type: 'date' },
      pair('c == null ? null : left(c, 4) + "-" + c.substring(4, 6) + "-" + c.substring(6)', {
        c: 'replace(value, "-", "")',
      }),
    ],
  ])('L29 %j with %j passes', (spec, mapping) => {
    expect(trial(spec, mapping)).toEqual({ ok: true })
  })

  test.each<[TypeSpec, FieldMapping, string | RegExp, RegExp]>([
    [{ type: 'text' }, pair('upper(c)', { c: 'value' }), 'Ana', /reads as "ANA"/],
    [
      { type: 'text' },
      pair('a + " " + b', { a: 'value.split(" ")[0]', b: 'value.split(" ")[1]' }),
      'Ana',
      /cannot be written: b:/,
    ],
    [
      { type: 'text' },
      pair('a + " " + b', { a: 'value' }),
      'Ana',
      /reads as no value.*"b", which `write` does not set/,
    ],
    [
      { type: 'money', currency: 'EUR' },
      pair('text(number(euros))', { euros: 'round(number(value), 0)' }),
      /\d/,
      /reads as/,
    ],
    [{ type: 'integer' }, pair('c', { c: 'int(value) * 1' }), '123456789012345678901234567890', /cannot be written/],
    [
      { type: 'choice' },
      table([
        ['A', 'enterprise'],
        ['B', 'enterprise'],
      ]),
      'enterprise',
      /"A" and "B" both mean it/,
    ],
    [
      { type: 'country' },
      table([
        ['1', 'Spain'],
        ['2', 'ES'],
      ]),
      'ES',
      /"1" and "2" both mean it/,
    ],
    [{ type: 'country' }, table([['1', 'Atlantis']]), 'Atlantis', /not a country/],
  ])('L29 %j with %j is refused, with the value that shows it', (spec, mapping, value, reason) => {
    const result = trial(spec, mapping)
    if (result.ok) throw new Error('passed')
    if (typeof value === 'string') expect(result.value).toBe(value)
    else expect(result.value).toMatch(value)
    expect(result.reason).toMatch(reason)
  })

  test('L29 sub-fields of lines are tried too', () => {
    const price = {
      name: 'price',
      spec: { type: 'decimal' },
      mapping: { erp: pair('c', { c: 'round(number(value), 1)' }) },
    }
    const lines = {
      name: 'items',
      spec: { type: 'lines' },
      mapping: { erp: { kind: 'lines', object: 'i', parent: 'o' } },
      lines: { key: [], fields: [price] },
    }
    expect(checkRoundTrip(lines as unknown as Field, 'erp')).toMatchObject({ ok: false, value: '-0.25' })
  })
})
