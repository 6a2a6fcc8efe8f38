import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TypeSpec } from '../../model/field-type.ts'
import { Invalid, type Raw } from '../../model/value.ts'
import type { Field, FieldMapping, Flow } from '../contract.ts'
import { compileMapping, mappedColumns } from './mapping.ts'
import { readContract } from '../reading/read-contract.ts'
import { readFileSync } from 'node:fs'

const field = (name: string, spec: TypeSpec, more: Partial<Extract<FieldMapping, { kind: 'column' }>> = {}): Field => ({
  name,
  spec,
  required: false,
  master: 'erp',
  onConflict: null,
  editedOutsideMaster: 'revert',
  emptyInMaster: 'keep',
  invalidValue: 'hold record',
  mapping: { crm: { kind: 'column', column: name, ...more } },
})

const COLUMNS = ['id', 'country', 'phone']
const PHONES = ['+493074321', '+34912345678', '+441715557788', '+12065559482']
const WORDS: Readonly<Record<string, string>> = { DE: 'Germany', ES: 'Spain', GB: 'UK', US: 'USA' }

function customers(form?: 'national' | 'spaced') {
  const flow = {
    name: 'customers',
    systems: ['crm'],
    records: { crm: { object: 'accounts', id: 'id', onCreate: {}, overlapMs: 0 } },
    fields: [
      field('country', { type: 'country' }, { form: 'name' }),
      field('phone', { type: 'phone' }, { countryFrom: 'country', ...(form && { form }) }),
    ],
  } as unknown as Flow
  return { flow, mapping: compileMapping(flow, 'crm', { columns: COLUMNS, lines: new Map() }) }
}

const none = () => undefined
const after = (row: readonly Raw[] | null, set: Readonly<Record<string, Raw>>): Raw[] =>
  COLUMNS.map((column, place) => (column in set ? set[column]! : (row?.[place] ?? null)))

describe('numbers without a prefix belong to the country that the row names', () => {
  const { flow, mapping } = customers()

  test.each([
    ['Germany', '030-74321', '+493074321'],
    ['UK', '(171) 555-7788', '+441715557788'],
    ['USA', '(206) 555-9482', '+12065559482'],
    [null, '+34 912 345 678', '+34912345678'],
  ])('%s, %s', (country, phone, read) => {
    expect(mapping.read(['1', country, phone], none)[1]).toBe(read)
  })

  test('without a country they stay unreadable', () => {
    expect(mapping.read(['1', null, '030-74321'], none)[1]).toBeInstanceOf(Invalid)
    expect(mapping.read(['1', 'Utopia', '030-74321'], none)[1]).toBeInstanceOf(Invalid)
  })

  test('the column is read although only another field maps it', () => {
    const alone = { ...flow, fields: [flow.fields[1]!] }
    expect(mappedColumns(alone, 'crm')).toEqual(['phone', 'country'])
  })

  test('a new country does not make another number of one without a prefix', () => {
    const row = ['1', 'Germany', '030-74321']
    const { set } = mapping.write(['AT', '+493074321'], [0], row, none)
    expect(set).toEqual({ country: 'Austria', phone: '+493074321' })
    expect(mapping.read(after(row, set), none)).toEqual(['AT', '+493074321'])
    // A number with its prefix says itself what it is.
    expect(mapping.write(['AT', '+493074321'], [0], ['1', 'Germany', '+49 30 74321'], none).set).toEqual({
      country: 'Austria',
    })
  })
})

describe('L29 the forms of a row', () => {
  const value = (list: readonly string[]) => fc.option(fc.constantFrom(...list), { freq: 4 })
  const golden = fc.tuple(value(Object.keys(WORDS)), value(PHONES))
  const raws = fc.tuple(
    value([...Object.values(WORDS), 'Utopia', 'DE', 'España']),
    value([...PHONES, '030-74321', '(206) 555-9482', 'none']),
  )
  const fields = fc.constantFrom<readonly number[]>([0], [1], [0, 1])

  test.each([undefined, 'national', 'spaced'] as const)(
    'what is written reads as what was meant, phone as %s',
    (form) => {
      const { mapping } = customers(form)
      fc.assert(
        fc.property(golden, fc.option(raws), fields, (wanted, raw, some) => {
          const row = raw === null ? null : ['1', ...raw]
          const before = row === null ? [null, null] : mapping.read(row, none)
          const written: readonly number[] = row === null ? [0, 1] : some
          const { set, invalid } = mapping.write(wanted, written, row, none)
          expect(invalid).toEqual([])
          const now = mapping.read(after(row, set), none)
          for (const i of [0, 1]) {
            if (written.includes(i)) expect(now[i]).toBe(wanted[i])
            // A value that could be read keeps its meaning, whatever is written beside it.
            else if (!(before[i] instanceof Invalid)) expect(now[i]).toBe(before[i])
          }
          expect(mapping.write(wanted, written, after(row, set), none).set).toEqual({})
        }),
      )
    },
  )

  test('a new row gets them', () => {
    const { mapping } = customers('national')
    expect(mapping.write(['FI', null], [0, 1], null, none).set).toEqual({ country: 'Finland' })
    expect(mapping.write(['ES', '+34600111222'], [0, 1], null, none).set).toEqual({
      country: 'Spain',
      phone: '600111222',
    })
    expect(mapping.write(['DE', '+34600111222'], [0, 1], null, none).set).toEqual({
      country: 'Germany',
      phone: '+34600111222',
    })
  })
})

describe('forms in a contract', () => {
  const complete = readFileSync(new URL('../../../test/fixtures/complete.yaml', import.meta.url), 'utf8')
  const COUNTRY = /^( +country:).*$/m
  const PHONE = /^( +phone:).*$/m
  const check = (pattern: RegExp, line: string) =>
    readContract([{ name: 'concordat.yaml', text: complete.replace(pattern, `$1 ${line}`) }])
  const errors = (pattern: RegExp, line: string) => check(pattern, line).problems.map((problem) => problem.message)
  const print = (pattern: RegExp, line: string) => check(pattern, line).contract!.flows.get('customers')!.fingerprint

  test('are read', () => {
    expect(complete).toMatch(COUNTRY)
    expect(complete).toMatch(PHONE)
    const mapping = (pattern: RegExp, line: string, name: string) =>
      check(pattern, line)
        .contract!.flows.get('customers')!
        .fields.find((one) => one.name === name)!.mapping['crm']
    expect(
      mapping(COUNTRY, '{ type: country, erp: c, crm: { field: d, form: name, language: es } }', 'country'),
    ).toEqual({
      kind: 'column',
      column: 'd',
      form: 'name',
      language: 'es',
    })
    expect(
      mapping(PHONE, '{ type: phone, erp: p, crm: { field: q, form: national, country_from: d } }', 'phone'),
    ).toEqual({
      kind: 'column',
      column: 'q',
      form: 'national',
      countryFrom: 'd',
    })
  })

  test.each([
    [
      COUNTRY,
      '{ type: country, erp: c, crm: { field: d, form: nane } }',
      '`nane` is not an answer to `form`; did you mean `name`?',
    ],
    [COUNTRY, '{ type: country, erp: c, crm: { field: d, form: spaced } }', '`spaced` is not a form of a country.'],
    [
      COUNTRY,
      '{ type: country, erp: c, crm: { field: d, language: es } }',
      '`language` only means something with `form: name`.',
    ],
    [
      COUNTRY,
      '{ type: text, erp: c, crm: { field: d, form: name } }',
      '`form` is for country and phone fields; `country` is text.',
    ],
    [
      COUNTRY,
      '{ type: country, erp: c, crm: { form: name } }',
      '`form` says how `country` stands in a column, and no column is named.',
    ],
    [
      COUNTRY,
      '{ type: country, erp: c, crm: { field: d, form: name, values: { A: ES } } }',
      '`country` has both a value table and a form.',
    ],
    [
      PHONE,
      '{ type: phone, erp: p, crm: { field: q, form: national } }',
      "`phone` can only be written without its country's prefix when the country is known.",
    ],
    [
      COUNTRY,
      '{ type: country, erp: c, crm: { field: d, country_from: e } }',
      '`country_from` is for phone and vat fields; `country` is country.',
    ],
  ])('are refused where they mean nothing: %#', (pattern, line, message) => {
    expect(errors(pattern, line)).toEqual([message])
  })

  test('a form that goes without saying makes no other contract', () => {
    const plain = print(COUNTRY, '{ type: country, erp: c, crm: d }')
    expect(print(COUNTRY, '{ type: country, erp: c, crm: { field: d, form: code } }')).toBe(plain)
    expect(print(COUNTRY, '{ type: country, erp: c, crm: { field: d, form: name } }')).not.toBe(plain)
    expect(print(COUNTRY, '{ type: country, erp: c, crm: { field: d, form: name, language: en } }')).toBe(
      print(COUNTRY, '{ type: country, erp: c, crm: { field: d, form: name } }'),
    )
  })
})
