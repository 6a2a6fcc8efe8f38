import { expect, test } from 'vitest'
import { stringify } from 'yaml'

import type { CatalogueColumn, CatalogueObject } from '../connector-kit/port.ts'
import type { Flow } from '../contract/contract.ts'
import { readContract } from '../contract/reading/read-contract.ts'
import type { OpeningFinding } from '../model/opening.ts'
import { blocking, openingFindings } from './opening-findings.ts'
import type { OpeningFacts } from './opening-facts.ts'

type Tree = { readonly [key: string]: unknown }

const EDGE_CASES = {
  created_outside_master: 'adopt',
  edited_outside_master: 'revert',
  existing_records: 'master wins',
  existing_unmatched: 'create',
  older_than: 'no limit',
  duplicates: 'ask',
  deleted_in_master: 'delete',
  deleted_elsewhere: 'restore',
  left_filter: 'leave alone',
  missing_reference: 'ask',
  invalid_value: 'hold record',
  empty_in_master: 'keep',
}

/** Customers of an ERP, the master, and a CRM; a name on both sides, and what a test adds. */
function flowOf(more: { fields?: Tree; crm?: Tree; erp?: Tree; edge?: Tree; flow?: Tree } = {}): Flow {
  const text = stringify({
    concordat: 1,
    company: 'Acme',
    timezone: 'Europe/Madrid',
    people: { ana: { name: 'Ana', email: 'ana@acme.example' } },
    systems: {
      erp: { connector: 'postgres', url: '${env:ERP_URL}' },
      crm: { connector: 'postgres', url: '${env:CRM_URL}' },
    },
    flows: {
      customers: {
        owners: { business: 'ana', technical: 'ana' },
        master: 'erp',
        direction: 'both',
        schedule: 'hourly',
        late_after: '2 hours',
        records: {
          erp: { table: 'customers', id: 'id', ...more.erp },
          crm: { table: 'accounts', id: 'id', ...more.crm },
        },
        match: [['name']],
        fields: { name: { type: 'text', required: true, erp: 'name', crm: 'name' }, ...more.fields },
        edge_cases: { ...EDGE_CASES, ...more.edge },
        on_failure: { retry: 'for 6 hours', then: 'quarantine', alert: { technical: 'at once' } },
        limits: { changes: '100%', deletions: '100%' },
        history: '400 days',
        ...more.flow,
      },
    },
  })
  const report = readContract([{ name: 'concordat.yaml', text }])
  expect([report.problems, report.questions]).toEqual([[], []])
  return report.contract!.flows.get('customers')!
}

const column = (name: string, more: Partial<CatalogueColumn> = {}): CatalogueColumn => ({
  name,
  nativeType: more.kind ?? 'text',
  kind: 'text',
  nullable: true,
  maxLength: null,
  scale: null,
  hasDefault: false,
  readOnly: false,
  ...more,
})
const ID = column('id', { kind: 'integer', nullable: false, hasDefault: true })
const table = (
  name: string,
  columns: readonly CatalogueColumn[],
  more: Partial<CatalogueObject> = {},
): CatalogueObject => ({
  name,
  columns: columns.some((one) => one.name === 'id') ? columns : [ID, ...columns],
  primaryKey: ['id'],
  uniqueKeys: [],
  foreignKeys: [],
  estimatedRows: 0,
  isView: false,
  ...more,
})
const facts = (object: CatalogueObject, more: Partial<OpeningFacts> = {}): OpeningFacts => ({
  catalogue: { object, lines: new Map() },
  sharedId: null,
  ...more,
})
const NAME = column('name', { nullable: false })

interface Given {
  readonly flow?: Flow
  readonly crm?: readonly CatalogueColumn[]
  readonly object?: Partial<CatalogueObject>
  readonly facts?: Partial<OpeningFacts>
  readonly erp?: readonly CatalogueColumn[]
  readonly erpFacts?: Partial<OpeningFacts>
  readonly holds?: (system: string, object: string) => boolean
}
const find = (given: Given): readonly OpeningFinding[] =>
  openingFindings(
    given.flow ?? flowOf(),
    new Map([
      ['erp', facts(table('customers', given.erp ?? [NAME]), given.erpFacts)],
      ['crm', facts(table('accounts', given.crm ?? [NAME], given.object), given.facts)],
    ]),
    given.holds ?? (() => false),
  )
const told = (given: Given) => find(given).map(({ level, code, system }) => `${system} ${level} ${code}`)
const field = (type: string, more: Tree = {}) => ({ value: { type, erp: 'value', crm: 'value', ...more } })
const looked = (more: Partial<NonNullable<OpeningFacts['looked']>>) => ({
  looked: { longest: new Map<string, number>(), rows: 0, filled: new Map<string, number>(), pooled: false, ...more },
})

test('two tables that fit have nothing to be said of', () => {
  expect(find({})).toEqual([])
})

test('an id that rows share is refused; one that nothing keeps unique is a warning', () => {
  expect(told({ facts: { sharedId: true } })).toEqual(['crm refused id-not-unique'])
  expect(told({ facts: { sharedId: false } })).toEqual(['crm warning id-not-kept-unique'])
})

test.each([
  ['date', 'instant', []],
  ['date', 'local timestamp', []],
  ['date', 'integer', ['crm refused kind-of-column']],
  ['date', 'time', ['crm refused kind-of-column']],
  ['instant', 'date', ['crm refused kind-of-column']],
  ['instant', 'integer', ['crm refused kind-of-column']],
  ['instant', 'local timestamp', []],
  ['text', 'binary', ['crm refused kind-of-column']],
  ['text', 'uuid', []],
  ['integer', 'date', ['crm refused kind-of-column']],
  ['decimal', 'boolean', []],
  ['boolean', 'instant', ['crm refused kind-of-column']],
  ['boolean', 'integer', []],
  ['email', 'json', ['crm refused kind-of-column']],
  ['country', 'other', []],
] as const)('a field of type %s on a column of kind %s', (type, kind, expected) => {
  const erp = [NAME, column('value', { kind: type === 'boolean' ? 'boolean' : 'text' })]
  expect(told({ flow: flowOf({ fields: field(type) }), erp, crm: [NAME, column('value', { kind })] })).toEqual(expected)
})

test.each([
  ['text', null, 'text', ['crm warning yes-and-no']],
  ['text', 20, 'character varying(20)', ['crm warning yes-and-no']],
  ['text', 1, 'character(1)', ['crm refused yes-and-no']],
  ['text', 1, "enum('y','n')", ['crm refused yes-and-no']],
  ['other', null, 'mood', ['crm refused yes-and-no']],
  ['other', null, 'bit(8)', ['crm refused yes-and-no']],
  ['other', null, 'bit(1)', []],
  ['decimal', null, 'numeric(1,0)', []],
] as const)('yes or no in a column of kind %s with room for %s, %s', (kind, maxLength, nativeType, expected) => {
  const erp = [NAME, column('value', { kind: 'boolean' })]
  const crm = [NAME, column('value', { kind, maxLength, nativeType })]
  expect(told({ flow: flowOf({ fields: field('boolean') }), erp, crm })).toEqual(expected)
  // With a value table it does not matter, nor where nothing is written.
  const table = { value: { type: 'boolean', erp: 'value', crm: { field: 'value', values: { Y: 'true', N: 'false' } } } }
  expect(told({ flow: flowOf({ fields: table }), erp, crm })).toEqual([])
  const read = { created_outside_master: 'leave alone', existing_unmatched: 'leave alone' }
  expect(told({ flow: flowOf({ fields: field('boolean'), edge: read }), erp: crm, crm: erp })).toEqual([])
})

test('amounts that are printed by the locale of the server are refused as numbers', () => {
  const crm = [NAME, column('value', { kind: 'decimal', nativeType: 'money' })]
  const erp = [NAME, column('value', { kind: 'decimal' })]
  expect(told({ flow: flowOf({ fields: field('decimal') }), erp, crm })).toEqual(['crm refused kind-of-column'])
  expect(told({ flow: flowOf({ fields: field('text') }), erp, crm })).toEqual([])
})

test('bytes that no field holds are a warning, where what is deleted may be restored', () => {
  const bytes = [NAME, column('value', { kind: 'binary', nullable: true })]
  expect(told({ crm: bytes })).toEqual(['crm warning unread-bytes'])
  expect(told({ flow: flowOf({ fields: field('binary') }), erp: bytes, crm: bytes })).toEqual([])
  expect(told({ crm: [NAME, column('value', { kind: 'binary', readOnly: true, hasDefault: true })] })).toEqual([])
})

test('bytes against bytes are bytes', () => {
  const bytes = [NAME, column('value', { kind: 'binary' })]
  expect(told({ flow: flowOf({ fields: field('text') }), erp: bytes, crm: bytes })).toEqual([])
})

test('a computed column is a warning where another system says what it is to be', () => {
  const columns = [NAME, column('value', { kind: 'decimal', readOnly: true, hasDefault: true })]
  const erp = [NAME, column('value', { kind: 'decimal' })]
  expect(told({ flow: flowOf({ fields: field('decimal') }), erp, crm: columns })).toEqual(['crm warning computed'])
  expect(told({ flow: flowOf({ fields: field('decimal', { master: 'crm' }) }), erp, crm: columns })).toEqual([])
})

test('what the credentials may not do is refused where the rules do it', () => {
  const mayNot = (may: 'insert' | 'update') => ({ rights: { insert: true, update: true, [may]: false } })
  expect(told({ crm: [column('name', mayNot('update'))] })).toEqual(['crm refused may-not-write'])
  expect(told({ crm: [column('name', mayNot('insert'))] })).toEqual(['crm refused may-not-create'])
  expect(told({ erp: [column('name', mayNot('update'))] })).toEqual([])
  const rights = (insert: boolean, del: boolean) => ({ object: { rights: { insert, delete: del } } })
  expect(told(rights(false, true))).toEqual(['crm refused may-not-create'])
  expect(told(rights(true, false))).toEqual(['crm refused may-not-delete'])
  expect(told({ flow: flowOf({ edge: { deleted_in_master: 'unlink' } }), ...rights(true, false) })).toEqual([])
})

test('what a new row needs and the flow does not fill is refused, where anything is created', () => {
  const needed = [NAME, column('owner_id', { kind: 'integer', nullable: false })]
  expect(told({ crm: needed })).toEqual(['crm refused never-filled'])
  expect(told({ crm: needed, flow: flowOf({ crm: { on_create: { owner_id: 1 } } }) })).toEqual([])
  expect(told({ crm: needed, flow: flowOf({ crm: { where: 'owner_id = 1' } }) })).toEqual([])
  expect(told({ crm: needed, flow: flowOf({ crm: { on_create: { owner_id: 'now()' } } }) })).toEqual([])
  const triggers = [{ name: 'fill', beforeInsert: true }]
  expect(told({ crm: needed, object: { triggers } })).toEqual(['crm warning never-filled', 'crm warning triggers'])
  const closed = { created_outside_master: 'leave alone', existing_unmatched: 'leave alone' }
  expect(told({ erp: needed })).toEqual(['erp refused never-filled'])
  expect(told({ erp: needed, flow: flowOf({ edge: closed }) })).toEqual([])
})

test('a column that must have a value, of a field that may be empty, is a warning but for texts', () => {
  const number = [NAME, column('value', { kind: 'integer', nullable: false })]
  const flow = (more: Tree = {}) => flowOf({ fields: field('integer', more) })
  const erp = [NAME, column('value', { kind: 'integer' })]
  expect(told({ flow: flow(), erp, crm: number })).toEqual(['crm warning sometimes-empty'])
  expect(told({ flow: flow({ required: true }), erp, crm: number })).toEqual([])
  const text = [NAME, column('value', { nullable: false })]
  expect(told({ flow: flowOf({ fields: field('text') }), erp: text, crm: text })).toEqual([])
})

test('who makes ids is asked where nothing does', () => {
  const id = column('id', { nullable: false })
  expect(told({ crm: [id, NAME] })).toEqual(['crm asked who-makes-ids'])
  expect(told({ crm: [id, NAME], flow: flowOf({ crm: { new_id: 'hex 17' } }) })).toEqual([])
  expect(told({ crm: [column('id', { kind: 'uuid', nullable: false }), NAME] })).toEqual([])
  expect(told({ crm: [id, NAME], object: { isView: true } })).toEqual(['crm warning who-makes-ids'])
})

test('hidden rows are asked about, and hidden lines refused where they may change', () => {
  expect(told({ object: { hides: 'policy' } })).toEqual(['crm asked hidden-rows'])
  expect(told({ object: { hides: 'view' } })).toEqual(['crm asked hidden-rows'])
  for (const hidden_rows of ['may change', 'never change'])
    expect(told({ object: { hides: 'policy' }, flow: flowOf({ crm: { hidden_rows } }) })).toEqual([])
})

test('cascades into what no flow holds are asked about where the rules delete', () => {
  const object = {
    cascades: [
      { object: 'contacts', does: 'delete' as const },
      { object: 'notes', does: 'empty' as const },
    ],
  }
  expect(told({ object })).toEqual(['crm asked cascades', 'crm warning cascades'])
  expect(told({ object, flow: flowOf({ crm: { cascades: 'accept' } }) })).toEqual(['crm warning cascades'])
  expect(told({ object, holds: (_, name) => name === 'contacts' })).toEqual(['crm warning cascades'])
  expect(
    told({ object, flow: flowOf({ edge: { deleted_in_master: 'archive' }, crm: { archive: { name: 'x' } } }) }),
  ).toEqual([])
})

test('unique keys that the flow writes are a warning unless it matches by them', () => {
  const fields = field('text')
  const columns = [NAME, column('value')]
  const crm = { crm: columns, erp: columns }
  expect(told({ ...crm, flow: flowOf({ fields }), object: { uniqueKeys: [['value']] } })).toEqual([
    'crm warning unique-key',
  ])
  expect(told({ ...crm, flow: flowOf({ fields }), object: { partialKeys: [['value']] } })).toEqual([
    'crm warning unique-key',
  ])
  expect(told({ ...crm, flow: flowOf({ fields }), object: { uniqueKeys: [['name']] } })).toEqual([])
})

test('a time of change that tells too little is a warning', () => {
  const flow = (more: Parameters<typeof flowOf>[0] = {}) =>
    flowOf({ erp: { changed_at: 'at' }, crm: { changed_at: 'at' }, ...more })
  const erp = [NAME, column('at', { kind: 'instant' })]
  const at = (kind: CatalogueColumn['kind']) => ({ erp, crm: [NAME, column('at', { kind })] })
  expect(told({ flow: flow(), ...at('date') })).toEqual(['crm warning changed-at-day'])
  expect(told({ flow: flow(), ...at('local timestamp') })).toEqual([])
  const old = { edge: { older_than: { years: 7, then: 'leave alone' } } }
  expect(told({ flow: flow(old), ...at('local timestamp') })).toEqual(['crm warning changed-at-without-zone'])
  expect(told({ flow: flow(old), ...at('integer') })).toEqual(['crm warning changed-at-number'])
})

test('a closer look: lengths, columns that stay empty, changes that nobody sees, poolers', () => {
  const fields = field('text')
  const erp = [NAME, column('value')]
  const crm = [NAME, column('value', { maxLength: 10 }), column('owner'), column('note')]
  const given = {
    flow: flowOf({ fields }),
    erp,
    crm,
    erpFacts: looked({ longest: new Map([['value', 12]]) }),
    facts: looked({
      rows: 50,
      filled: new Map([
        ['owner', 50],
        ['note', 49],
      ]),
      pooled: true,
    }),
  }
  expect(told(given)).toEqual(['crm warning too-long', 'crm warning always-filled', 'crm warning pooled'])
  expect(find(given).find(({ code }) => code === 'always-filled')!.message).toContain('`owner`, which')
  const unseen = {
    flow: flowOf({ crm: { changed_at: 'at' } }),
    crm: [NAME, column('at', { kind: 'instant' })],
    facts: looked({}),
  }
  expect(told(unseen)).toEqual(['crm warning changes-unseen'])
  expect(told({ ...unseen, flow: flowOf({ crm: { changed_at: 'at', on_update: { at: 'now()' } } }) })).toEqual([])
  expect(told({ ...unseen, crm: [NAME, column('at', { kind: 'instant', moves: true })] })).toEqual([])
})

test('every finding says where, and how it is put right, and only warnings let a flow be opened', () => {
  const all = find({
    crm: [column('id', { nullable: false }), NAME, column('owner_id', { kind: 'integer', nullable: false })],
    object: { hides: 'view', triggers: [{ name: 'log', beforeInsert: false }] },
    facts: { sharedId: true },
  })
  expect(
    blocking(all)
      .map(({ level }) => level)
      .toSorted(),
  ).toEqual(['asked', 'asked', 'refused', 'refused'])
  for (const { message, cure, setting, flow } of all) {
    expect(flow).toBe('customers')
    expect(['records', 'fields']).toContain(setting[0])
    expect(message).toMatch(/^[A-Z`].*\.$/)
    expect(cure).toMatch(/^[A-Z`].*\.$/)
  }
})
