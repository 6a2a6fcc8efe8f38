import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'

import { readContract } from './read-contract.ts'

const ID = fc.constantFrom('id', 'no', 'account_id')

/** Ways to map a text field to a column; the last only reads it. */
const plain = (column: string) => column
const writing: readonly ((column: string) => unknown)[] = [
  plain,
  (column) => ({ field: column }),
  (column) => ({ field: column, values: { A: 'a', B: 'b' } }),
  (column) => ({ read: `column(${JSON.stringify(column)})`, write: { [column]: 'value' } }),
  (column) => ({ read: 'other', write: { other: 'value', [column]: 'value' } }),
]

function contract(parts: { id: string; fields: object; records?: object; master?: string }): string {
  return stringify({
    concordat: 1,
    company: 'Acme',
    timezone: 'Europe/Madrid',
    systems: {
      erp: { connector: 'postgres', url: '${env:ERP_URL}' },
      crm: { connector: 'postgres', url: '${env:CRM_URL}' },
    },
    flows: {
      customers: {
        master: parts.master ?? 'erp',
        direction: 'both',
        records: { erp: { table: 'customers', id: parts.id, ...parts.records }, crm: { table: 'accounts', id: 'id' } },
        fields: { name: { type: 'text', erp: 'name', crm: 'name' }, ...parts.fields },
      },
    },
  })
}
const problems = (text: string) => readContract([{ name: 'concordat.yaml', text }]).problems

test('L36 a mapping that would write the id of a record is a problem of the contract, whoever is the master', () => {
  fc.assert(
    fc.property(
      ID,
      fc.constantFrom(...writing),
      fc.constantFrom('erp', 'crm', 'shared'),
      fc.constantFrom('text', 'integer', 'email', 'choice'),
      (id, mapping, master, type) => {
        const field = { type, ...(type === 'choice' && { values: ['a', 'b'] }), master, erp: mapping(id), crm: 'code' }
        const found = problems(contract({ id, fields: { code: field } })).filter(({ code }) => code === 'id-mapped')
        expect(found.map(({ severity }) => severity)).toEqual(['error'])
        expect(found[0]!.cure).toContain('new_id')
      },
    ),
  )
})

test('L36 reading the id is none, also where another system is the master', () => {
  for (const master of ['erp', 'crm'])
    for (const [id, read] of [
      ['no', 'no'],
      ['order no', 'column("order no")'],
    ])
      expect(
        problems(contract({ id: id!, master, fields: { code: { type: 'text', erp: { read }, crm: 'code' } } })),
      ).toEqual([])
})

test.each([
  ['archive', { archive: { no: 'x' } }],
  ['on_update', { on_update: { no: 'no + 1' } }],
  ['on_create', { on_create: { no: 'x' } }],
])('L36 nor may %s name it', (setting, records) => {
  const [problem] = problems(contract({ id: 'no', records, fields: {} }))
  expect(problem!.code).toBe('id-mapped')
  expect(problem!.message).toContain(`\`${setting}\``)
})

test('who makes ids, and what every update sets', () => {
  const of = (records: object) =>
    problems(contract({ id: 'id', records, fields: {} })).map(({ code, message }) => [code, message])
  for (const new_id of ['uuid', 'hex 24', { sequence: 's' }, { prefix: 'C-', sequence: 's' }, { from: "'C-' + name" }])
    expect(of({ new_id })).toEqual([])
  expect(
    of({ on_update: { modified_at: 'now()', version: 'version + 1', by: 'concordat', n: 3, gone: null } }),
  ).toEqual([])
  expect(of({ new_id: 'guid' })).toMatchObject([[expect.anything(), expect.stringMatching(/`new_id` must be `uuid`/)]])
  expect(of({ new_id: { from: 'name', sequence: 's' } })).toMatchObject([['bad-new-id', expect.anything()]])
  expect(of({ new_id: { from: 'nme' } })).toMatchObject([['bad-expression', expect.stringMatching(/no column "nme"/)]])
  expect(of({ on_update: { version: 'rev + 1' } })).toMatchObject([['bad-expression', expect.anything()]])
})
