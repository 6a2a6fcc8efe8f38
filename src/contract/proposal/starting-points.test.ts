import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CRM, ERP, table } from '../../../test/fixtures/trading-catalogues.ts'
import { readContract } from '../reading/read-contract.ts'
import type { SourceCatalogue } from './catalogue.ts'
import type { ContractDraft } from './contract-draft.ts'
import { propose } from './propose.ts'
import { leadsAnswers, startFrom, startingPointsFor } from './starting-points.ts'
import { writeContract } from './write-contract.ts'

const begun = (erp: SourceCatalogue, crm: SourceCatalogue): ContractDraft => ({
  company: 'Acme',
  timezone: 'Europe/Madrid',
  proposal: propose([
    { name: 'erp', connector: 'postgres', catalogue: erp },
    { name: 'crm', connector: 'mysql', catalogue: crm },
  ]),
  people: [
    { key: 'ana', name: 'Ana Ruiz', email: 'ana@acme.example' },
    { key: 'tomas', name: 'Tomás Vidal', email: 'tomas@acme.example' },
  ],
  defaults: { 'owners.business': 'ana', 'owners.technical': 'tomas' },
  answers: {},
  currency: 'EUR',
})

const EVERY = leadsAnswers(['erp', 'crm']).flatMap(({ answer }) =>
  startingPointsFor(answer).map(({ start }) => [start, answer] as const),
)

const check = (draft: ContractDraft) => readContract([{ name: 'concordat.yaml', text: writeContract(draft) }])

test('nine starting points, the careful one first wherever somebody leads', () => {
  expect(EVERY).toEqual([
    ['people-decide', 'erp'],
    ['automatic', 'erp'],
    ['people-decide', 'crm'],
    ['automatic', 'crm'],
    ['people-decide', 'erp to crm'],
    ['automatic', 'erp to crm'],
    ['people-decide', 'crm to erp'],
    ['automatic', 'crm to erp'],
    ['equals', 'neither'],
  ])
})

test.each(EVERY)('%s of %s decides three flows with references and lines', (start, leads) => {
  const report = check(startFrom(begun(ERP, CRM), start, leads))
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  expect([...report.contract!.flows.keys()]).toEqual(['customers', 'products', 'orders'])
  for (const flow of report.contract!.flows.values()) {
    expect(flow.edgeCases.deletedInMaster).not.toBe('delete')
    expect(flow.edgeCases.deletedElsewhere).not.toBe('accept')
    expect(flow.limits.deletions).toMatchObject({ percent: null, records: 10 })
    if (start !== 'automatic')
      expect(flow.edgeCases).toMatchObject({ existingRecords: 'ask', existingUnmatched: 'ask', deletedInMaster: 'ask' })
  }
})

/** Tables that two systems could have in common, each with some of these columns. */
const someTables = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('customers', 'products', 'orders', 'invoices', 'contacts', 'payments', 'tickets'),
    columns: fc.uniqueArray(
      fc.constantFrom(
        'email text',
        'phone text!',
        'vat text',
        'country text',
        'price decimal(2)',
        'quantity integer',
        'active boolean',
        'order_date date',
        'code text!',
        'customer_id integer',
        'updated_at instant',
      ),
    ),
    key: fc.constantFrom('id integer!=', 'id integer!', 'id uuid!', 'id text!'),
    unique: fc.constantFrom([], ['code'], ['email']),
    named: fc.boolean(),
  }),
  { selector: ({ name }) => name, minLength: 1 },
)

const catalogueOf = (tables: typeof someTables extends fc.Arbitrary<infer T> ? T : never): SourceCatalogue => ({
  objects: tables.map(({ name, columns, key, unique, named }) =>
    table(name, ['id'], [key, ...columns, ...(named ? ['name text!'] : []), 'city text'], {
      unique: unique.filter((column) => columns.some((one) => one.startsWith(`${column} `))),
      fk: columns.includes('customer_id integer') && name !== 'customers' ? { customer_id: 'customers' } : {},
    }),
  ),
})

test('a starting point leaves nothing open, whatever was proposed', () => {
  fc.assert(
    fc.property(someTables, someTables, fc.constantFrom(...EVERY), (erp, crm, [start, leads]) => {
      const draft = begun(catalogueOf(erp), catalogueOf(crm))
      fc.pre(draft.proposal.flows.length > 0)
      const report = check(startFrom(draft, start, leads))
      expect(report.problems).toEqual([])
      expect(report.questions).toEqual([])
      expect(report.contract!.flows.size).toBe(draft.proposal.flows.length)
      expect(report.rulebook.every(({ decided }) => decided)).toBe(true)
    }),
    { numRuns: 150 },
  )
})

test('equals: the newest change counts where both sides say when they changed, else people decide', () => {
  const side = (changed: boolean): SourceCatalogue => ({
    objects: [
      table('customers', ['id'], ['id integer!=', 'name text!', 'updated_at instant']),
      table('products', ['id'], ['id integer!=', 'name text!', ...(changed ? ['updated_at instant'] : [])]),
    ],
  })
  const conflicts = (crm: boolean) => {
    const report = check(startFrom(begun(side(true), side(crm)), 'equals', 'neither'))
    expect(report.problems).toEqual([])
    return [...report.contract!.flows.values()].map(({ name, fields }) => [name, fields[0]!.onConflict])
  }
  expect(conflicts(true)).toEqual([
    ['customers', 'newest'],
    ['products', 'newest'],
  ])
  expect(conflicts(false)).toEqual([
    ['customers', 'newest'],
    ['products', 'ask'],
  ])
})

test('without a currency only that stays open', () => {
  const report = check({ ...startFrom(begun(ERP, CRM), 'automatic', 'erp'), currency: null })
  expect(report.problems).toEqual([])
  expect(report.questions.every(({ setting }) => setting.endsWith('currency'))).toBe(true)
})
