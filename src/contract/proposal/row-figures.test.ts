import { expect, test } from 'vitest'
import { weightiestFirst } from '../wording/question-weight.ts'
import type { ProposedField, ProposedFlow } from './proposal.ts'
import { questionEvidence } from './question-evidence.ts'
import { figuresOf, samplePairs, withFields, withRows } from './row-figures.ts'
import type { SampledTable } from './sampled-rows.ts'
import { leadsAnswers, startingPointsFor } from './starting-points.ts'

const field = (name: string, type: ProposedField['type'], more: Partial<ProposedField> = {}): ProposedField => ({
  name,
  type,
  required: false,
  columns: [name, name],
  ...more,
})
const FLOW: ProposedFlow = {
  name: 'customers',
  tables: [
    { object: 'customers', id: 'id', changedAt: null },
    { object: 'accounts', id: 'id', changedAt: null },
  ],
  fields: [
    field('email', 'email'),
    field('city', 'text'),
    field('state', 'text', {
      values: [
        ['A', 'active'],
        ['B', 'blocked'],
      ],
    }),
  ],
  match: ['email'],
  unmapped: [[], []],
}
const columns = ['email', 'city', 'state']
const LEFT: SampledTable = {
  columns,
  rows: [
    ['a@x', 'Kiel', 'A'],
    ['b@x', 'Bonn', 'B'],
    ['c@x', null, 'A'],
    ['d@x', 'Ulm', 'A'],
  ],
}
const RIGHT: SampledTable = {
  columns,
  rows: [
    ['A@X', 'kiel ', 'active'],
    ['b@x', 'Köln', 'blocked'],
    ['c@x', 'Jena', 'blocked'],
  ],
}
const SAMPLES = [LEFT, RIGHT] as const

test('counts what belongs together, differs, is alone and is empty on one side', () => {
  expect(figuresOf(FLOW, SAMPLES)).toEqual({
    rows: [4, 3],
    pairs: 3,
    alone: [1, 0],
    differing: 2,
    worst: { field: 'city', differs: 1 },
    empty: [1, 0],
    ambiguous: 0,
  })
})

test('shows records that differ first, and one that is in order last', () => {
  const pairs = samplePairs(FLOW, SAMPLES, 2)
  expect(pairs).toHaveLength(2)
  expect(pairs[0]!.fields[1]).toEqual({ field: 'city', values: ['Bonn', 'Köln'], equal: false })
  expect(pairs[1]!.fields.every(({ equal }) => equal)).toBe(true)
})

test('a field that is left out leaves its columns, and its match rule goes with it', () => {
  const less = withFields(FLOW, FLOW.fields.slice(1))
  expect(less).toMatchObject({ match: [], unmapped: [['email'], ['email']] })
  expect(withRows(FLOW, SAMPLES).fields[0]!.seen).toEqual({ equal: 3, of: 3 })
})

test('says of a question what the rows say, in both languages, and nothing where they say nothing', () => {
  const flows = [{ flow: 'customers', figures: figuresOf(FLOW, SAMPLES) }]
  const said = (setting: Parameters<typeof questionEvidence>[0], language: 'en' | 'es') =>
    questionEvidence(setting, flows, ['erp', 'crm'], language)
  expect(said('edge_cases.existing_records', 'en')).toEqual([
    'customers, among the first 4 rows of ERP and 3 of CRM: 2 of 3 that belong together differ in a field; most often in city (1).',
  ])
  expect(said('edge_cases.existing_unmatched', 'es')).toEqual([
    'customers, entre las primeras 4 filas de ERP y 3 de CRM: 1 de ERP y 0 de CRM no tienen pareja.',
  ])
  expect(said('history', 'en')).toEqual([])
})

test('the weightiest question comes first, the others stay as they were', () => {
  const asked = ['history', 'edge_cases.deleted_in_master', 'schedule', 'master', 'fields.email.on_conflict']
  expect(weightiestFirst(asked, (one) => one)).toEqual([
    'master',
    'edge_cases.deleted_in_master',
    'history',
    'schedule',
    'fields.email.on_conflict',
  ])
})

test('starting points are the same in both languages', () => {
  for (const { answer } of leadsAnswers(['erp', 'crm'])) {
    const [en, es] = [startingPointsFor(answer), startingPointsFor(answer, 'es')]
    expect(es.map(({ start }) => start)).toEqual(en.map(({ start }) => start))
    expect(es.every(({ means }, place) => means !== en[place]!.means)).toBe(true)
  }
})
