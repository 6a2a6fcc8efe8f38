import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TypeSpec } from '../../model/field-type.ts'
import { decodeLines } from '../../model/lines.ts'
import { fieldTypeOf } from '../../model/types/field-type-of.ts'
import { type Canonical, Invalid, type Raw, Unresolved } from '../../model/value.ts'
import type { Field, FieldMapping, Flow, LinesDeclaration } from '../contract.ts'
import { compileMapping, type LinesChange, mappedColumns, mappedLines, type Resolve, type RowShape } from './mapping.ts'

function field(name: string, spec: TypeSpec, erp: FieldMapping | undefined, lines?: LinesDeclaration): Field {
  return {
    name,
    spec,
    required: false,
    master: 'erp',
    onConflict: null,
    editedOutsideMaster: 'revert',
    emptyInMaster: 'keep',
    invalidValue: 'hold record',
    mapping: erp ? { erp } : {},
    ...(lines && { lines }),
  }
}

/** The mapping needs nothing of a flow but its fields and records. */
function flowOf(fields: readonly Field[]): Flow {
  return {
    name: 'orders',
    fields,
    systems: ['erp'],
    records: { erp: { object: 'orders', id: 'id', onCreate: { kind: 'o' }, archive: { active: 'f' }, overlapMs: 0 } },
  } as unknown as Flow
}

const column = (name: string, values?: Record<string, string>): FieldMapping =>
  values ? { kind: 'column', column: name, values: new Map(Object.entries(values)) } : { kind: 'column', column: name }

const LINES: LinesDeclaration = {
  key: ['product', 'note'],
  fields: [
    field('product', { type: 'reference', flow: 'products' }, column('product_id')),
    field('note', { type: 'text' }, column('note')),
    field('quantity', { type: 'decimal' }, column('qty')),
    field(
      'price',
      { type: 'money', currency: 'EUR' },
      {
        kind: 'expression',
        read: 'text(number(cents) / 100)',
        write: { cents: 'text(number(value) * 100)' },
      },
    ),
    field('unit', { type: 'choice' }, column('unit', { pc: 'piece', kg: 'kilogram' })),
    field('elsewhere', { type: 'text' }, undefined),
  ],
}

const FLOW = flowOf([
  field('name', { type: 'text' }, column('name')),
  field('total', { type: 'money', currency: 'EUR' }, column('total')),
  field('ordered', { type: 'date' }, column('ordered')),
  field('segment', { type: 'choice' }, column('segment', { A: 'enterprise', B: 'mid-market', true: 'small' })),
  field('customer', { type: 'reference', flow: 'customers' }, column('customer_id')),
  field(
    'discount',
    { type: 'decimal' },
    {
      kind: 'expression',
      read: 'text(number(permille) / 10)',
      write: { permille: 'text(number(value) * 10)' },
    },
  ),
  field('address', { type: 'text' }, { kind: 'expression', read: "street + ', ' + city" }),
  field('elsewhere', { type: 'text' }, undefined),
  field('items', { type: 'lines' }, { kind: 'lines', object: 'items', parent: 'order_id' }, LINES),
])
const NAME = 0
const SEGMENT = 3
const CUSTOMER = 4
const ADDRESS = 6
const ELSEWHERE = 7
const ITEMS = 8

const SHAPE: RowShape = {
  columns: ['id', 'name', 'total', 'ordered', 'segment', 'customer_id', 'permille', 'street', 'city', 'items'],
  lines: new Map([['items', { place: 9, columns: ['', 'product_id', 'note', 'qty', 'cents', 'unit'] }]]),
}
const CHILD = SHAPE.lines.get('items')!

/** Remote ids 1 to 99 are golden g1 to g99. */
const toGolden: Resolve = (_, id) => (/^\d{1,2}$/.test(id) ? `g${id}` : undefined)
const toRemote: Resolve = (_, id) => (/^g\d{1,2}$/.test(id) ? id.slice(1) : undefined)

const mapping = compileMapping(FLOW, 'erp', SHAPE)
const ALL = FLOW.fields.map((_, i) => i)

function row(values: Readonly<Record<string, Raw>>): Raw[] {
  return SHAPE.columns.map((name) => values[name] ?? null)
}

/** Carries a write out on a row, as a database would. */
function apply(
  current: readonly Raw[] | null,
  set: Readonly<Record<string, Raw>>,
  change: LinesChange | undefined,
): Raw[] {
  const next = current ? [...current] : row({ id: '1' })
  for (const [name, raw] of Object.entries(set)) {
    expect(SHAPE.columns).toContain(name)
    next[SHAPE.columns.indexOf(name)] = raw
  }
  let children = JSON.parse(next[CHILD.place] ?? '[]') as Raw[][]
  if (change) {
    for (const id of change.delete) expect(children.some((child) => child[0] === id)).toBe(true)
    children = children.filter((child) => !change.delete.includes(child[0]!))
    for (const { id, set: changed } of change.update) {
      const child = children.find((candidate) => candidate[0] === id)!
      for (const [name, raw] of Object.entries(changed)) child[CHILD.columns.indexOf(name)] = raw
    }
    let id = Math.max(0, ...children.map((child) => Number(child[0])))
    for (const { values } of change.insert)
      children.push([String(++id), ...CHILD.columns.slice(1).map((name) => values[name] ?? null)])
    next[CHILD.place] = JSON.stringify(children)
  }
  return next
}

const orNull = (values: fc.Arbitrary<string>): fc.Arbitrary<string | null> => fc.option(values, { freq: 4 })
const DIGITS = fc.integer({ min: -1_000_000, max: 1_000_000 })
const RAW_LINE = fc.tuple(
  orNull(fc.integer({ min: 1, max: 3 }).map(String)),
  fc.constantFrom(null, 'x', 'y '),
  orNull(DIGITS.map((n) => `${n / 100}`)),
  orNull(DIGITS.map(String)),
  fc.constantFrom(null, 'pc', 'kg', ' kg'),
)
const RAW_ROW = fc
  .record({
    name: orNull(fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0') && text.isWellFormed())),
    total: orNull(DIGITS.map((n) => `${n / 1000}`)),
    ordered: fc.constantFrom(null, '2026-11-23', '23/11/2026', '2026-11-23 10:00:00'),
    segment: fc.constantFrom(null, 'A', 'B', 't', 'B  ', 'true'),
    customer_id: orNull(fc.integer({ min: 1, max: 99 }).map(String)),
    permille: orNull(DIGITS.map(String)),
    street: orNull(fc.string()),
    city: orNull(fc.string()),
    items: orNull(
      fc
        .array(RAW_LINE, { maxLength: 6 })
        .map((lines) => JSON.stringify(lines.map((line, i) => [String(i + 1), ...line]))),
    ),
  })
  .map((values) => row({ id: '1', ...values }))

/** What the mapping reads, as golden values. */
function goldenOf(values: readonly Raw[]): Canonical[] {
  return mapping.read(values, toGolden).map((reading) => {
    if (reading instanceof Invalid || reading instanceof Unresolved) throw new Error(JSON.stringify(reading))
    return reading
  })
}

describe('L29 the mapping of a row', () => {
  test('L29 what a create writes reads as the golden record', () => {
    fc.assert(
      fc.property(RAW_ROW, (other) => {
        const golden = goldenOf(other)
        const write = mapping.write(golden, ALL, null, toRemote)
        expect(write.waitsFor).toEqual([])
        expect(write.invalid).toEqual([])
        const made = goldenOf(apply(null, write.set, write.lines['items']))
        for (const i of ALL) if (mapping.writable[i]) expect(made[i], FLOW.fields[i]!.name).toBe(golden[i])
      }),
      { numRuns: 500 },
    )
  })

  test('L29 what an update writes reads as the golden record', () => {
    fc.assert(
      fc.property(RAW_ROW, RAW_ROW, (current, other) => {
        const golden = goldenOf(other)
        const write = mapping.write(golden, ALL, current, toRemote)
        expect(write.waitsFor).toEqual([])
        const made = goldenOf(apply(current, write.set, write.lines['items']))
        for (const i of ALL) if (mapping.writable[i]) expect(made[i], FLOW.fields[i]!.name).toBe(golden[i])
      }),
      { numRuns: 500 },
    )
  })

  test('L29 writing back an unchanged reading writes nothing', () => {
    fc.assert(
      fc.property(RAW_ROW, (current) => {
        expect(mapping.write(goldenOf(current), ALL, current, toRemote)).toEqual({
          set: {},
          lines: {},
          waitsFor: [],
          invalid: [],
        })
      }),
      { numRuns: 500 },
    )
  })

  test('L7 a column that reads equal to the golden value keeps its raw form', () => {
    const current = row({ name: 'Acme ', total: '1.234,5', ordered: '23/11/2026', segment: 't' })
    const golden = goldenOf(current)
    golden[NAME] = 'Acme S.L.'
    expect(mapping.write(golden, ALL, current, toRemote).set).toEqual({ name: 'Acme S.L.' })
  })

  test('only the asked fields are written', () => {
    const golden = goldenOf(row({ name: 'Acme', total: '5', customer_id: '7' }))
    expect(mapping.write(golden, [NAME], null, toRemote).set).toEqual({ name: 'Acme' })
  })
})

describe('the mapping of single fields', () => {
  test('fields that are not held or not two-way are never written', () => {
    expect(mapping.holds[ELSEWHERE]).toBe(false)
    expect(mapping.holds[ADDRESS]).toBe(true)
    expect(mapping.writable[ADDRESS]).toBe(false)
    expect(mapping.writable[ITEMS]).toBe(true)
    const golden: Canonical[] = ALL.map(() => null)
    golden[ADDRESS] = 'Mayor 1, Madrid'
    golden[ELSEWHERE] = 'x'
    expect(mapping.write(golden, ALL, row({}), toRemote).set).toEqual({})
    expect(mapping.read(row({ street: 'Mayor 1', city: 'Madrid' }), toGolden)[ADDRESS]).toBe('Mayor 1, Madrid')
    expect(mapping.read(row({ street: 'Mayor 1' }), toGolden)[ADDRESS]).toBe(null)
  })

  test('a value outside its table is Invalid and names those inside; an unknown golden value is reported', () => {
    const reading = mapping.read(row({ segment: 'Z' }), toGolden)[SEGMENT]
    expect(reading).toBeInstanceOf(Invalid)
    expect((reading as Invalid).reason).toBe('"Z" is none of the values known in erp: "A", "B", "true"')
    const golden: Canonical[] = ALL.map(() => null)
    golden[SEGMENT] = 'giant'
    const write = mapping.write(golden, ALL, null, toRemote)
    expect(write.set).toEqual({})
    expect(write.invalid.map(({ field, problem }) => [field, problem.reason])).toEqual([
      [SEGMENT, '"giant" has no counterpart in erp, only "enterprise", "mid-market", "small" have'],
    ])
  })

  test('a reference that nobody knows is Unresolved when read and waited for when written', () => {
    expect(mapping.read(row({ customer_id: '1234' }), toGolden)[CUSTOMER]).toEqual(new Unresolved('customers', '1234'))
    const golden: Canonical[] = ALL.map(() => null)
    golden[CUSTOMER] = 'unknown'
    golden[NAME] = 'Acme'
    const write = mapping.write(golden, ALL, row({ customer_id: '5' }), toRemote)
    expect(write.set).toEqual({ name: 'Acme' })
    expect(write.waitsFor).toEqual([{ flow: 'customers', record: 'unknown' }])
  })

  test('references are reported in both directions', () => {
    const found: string[] = []
    const report = (flow: string, id: string): void => void found.push(`${flow} ${id}`)
    mapping.references(
      row({ customer_id: ' 7 ', items: '[["1","3",null,"1",null,null],["2",null,"x",null,null,null]]' }),
      report,
    )
    expect(found).toEqual(['customers 7', 'products 3'])
    found.length = 0
    const golden = goldenOf(row({ customer_id: '7', items: '[["1","3",null,"1",null,null]]' }))
    mapping.referencesOut(golden, report)
    expect(found).toEqual(['customers g7', 'products g3'])
    expect(mapping.hasReferences).toBe(true)
  })

  test('a missing column is named', () => {
    expect(() => compileMapping(FLOW, 'erp', { ...SHAPE, columns: SHAPE.columns.slice(0, 2) })).toThrow(
      /no column "total".*field total/,
    )
    expect(() => compileMapping(FLOW, 'erp', { ...SHAPE, lines: new Map() })).toThrow(/no child rows/)
  })

  test('the columns to ask for', () => {
    expect(mappedColumns(FLOW, 'erp').toSorted()).toEqual([
      'active',
      'city',
      'customer_id',
      'kind',
      'name',
      'ordered',
      'permille',
      'segment',
      'street',
      'total',
    ])
    expect(mappedLines(FLOW, 'erp')).toEqual([
      { name: 'items', object: 'items', parent: 'order_id', fields: ['product_id', 'note', 'qty', 'cents', 'unit'] },
    ])
    expect(mappedColumns(FLOW, 'crm')).toEqual([])
  })
})

describe('the mapping of lines', () => {
  const items = (lines: readonly (readonly Raw[])[]): Raw[] => row({ items: JSON.stringify(lines) })

  test('the order of child rows and their ids make no difference', () => {
    const one = goldenOf(
      items([
        ['1', '3', 'x', '1', '100', 'pc'],
        ['2', '4', null, '2.50', '5', 'kg'],
      ]),
    )[ITEMS]
    const two = goldenOf(
      items([
        ['7', '4', '', '2.5', '5.0', 'kg'],
        ['9', '3', 'x', '1', '100', 'pc'],
      ]),
    )[ITEMS]
    expect(one).toBe(two)
    expect(decodeLines(one!)).toEqual([
      { key: '["g3","x"]', values: ['g3', 'x', '1', '1.00', 'piece', null] },
      { key: '["g4",null]', values: ['g4', null, '2.5', '0.05', 'kilogram', null] },
    ])
  })

  test('no child rows are no value', () => {
    expect(goldenOf(items([]))[ITEMS]).toBe(null)
    expect(goldenOf(row({}))[ITEMS]).toBe(null)
  })

  test('only what differs is touched', () => {
    const current = items([
      ['1', '3', 'x', '1', '100', 'pc'],
      ['2', '4', null, '2', '5', 'kg'],
      ['3', '5', null, '9', '5', 'kg'],
    ])
    const golden = goldenOf(
      items([
        ['8', '4', null, '2.0', '7', 'kg'],
        ['9', '3', 'x', '1.000', '100', 'pc'],
        ['10', '6', null, '1', null, 'pc'],
      ]),
    )
    expect(mapping.write(golden, [ITEMS], current, toRemote).lines).toEqual({
      items: {
        insert: [{ values: { product_id: '6', qty: '1', unit: 'pc' } }],
        update: [{ id: '2', set: { cents: '7' } }],
        delete: ['3'],
      },
    })
  })

  test('lines with the same key are told apart', () => {
    const current = items([
      ['1', '3', 'x', '1', null, null],
      ['2', '3', 'x', '2', null, null],
    ])
    expect(decodeLines(goldenOf(current)[ITEMS]!)!.map((line) => line.key)).toEqual(['["g3","x"]', '["g3","x"]#2'])
    const golden = goldenOf(
      items([
        ['5', '3', 'x', '2', null, null],
        ['6', '3', 'x', '1', null, null],
        ['7', '3', 'x', '3', null, null],
      ]),
    )
    expect(mapping.write(golden, [ITEMS], current, toRemote).lines['items']).toEqual({
      insert: [{ values: { product_id: '3', note: 'x', qty: '3' } }],
      update: [],
      delete: [],
    })
  })

  test('one bad line makes the field Invalid, and the reason names line and sub-field', () => {
    const reading = mapping.read(
      items([
        ['1', '3', 'x', '1', null, null],
        ['2', '4', null, 'many', null, null],
      ]),
      toGolden,
    )[ITEMS]
    expect((reading as Invalid).reason).toBe('line 2, quantity: "many" is not a number')
    expect(mapping.read(items([['1', '333', null, '1', null, null]]), toGolden)[ITEMS]).toEqual(
      new Unresolved('products', '333'),
    )
    expect(mapping.read(row({ items: '{broken' }), toGolden)[ITEMS]).toBeInstanceOf(Invalid)
  })

  test('lines whose product is not there yet are not written, by halves neither', () => {
    const golden = ALL.map(() => null) as Canonical[]
    golden[ITEMS] =
      '[["[\\"g3\\",null]",["g3",null,"1",null,null,null]],["[\\"new\\",null]",["new",null,"1",null,null,null]]]'
    const write = mapping.write(golden, [ITEMS], null, toRemote)
    expect(write.lines).toEqual({})
    expect(write.waitsFor).toEqual([{ flow: 'products', record: 'new' }])
  })

  test('a line that the system cannot express is reported', () => {
    const golden = ALL.map(() => null) as Canonical[]
    golden[ITEMS] = '[["[\\"g3\\",null]",["g3",null,"1",null,"barrel",null]]]'
    const write = mapping.write(golden, [ITEMS], null, toRemote)
    expect(write.lines).toEqual({})
    expect(write.invalid[0]!.problem.reason).toMatch(/^unit: "barrel" has no counterpart/)
  })
})

test('types keep their one form through the mapping', () => {
  expect(fieldTypeOf({ type: 'money', currency: 'EUR' })).toBe(fieldTypeOf({ currency: 'EUR', type: 'money' }))
})
