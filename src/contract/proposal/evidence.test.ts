import { expect, test } from 'vitest'
import { SALES, SHOP } from '../../../test/fixtures/music-catalogues.ts'
import { readContract } from '../reading/read-contract.ts'
import { withEvidence } from './evidence.ts'
import type { Proposal } from './proposal.ts'
import { propose } from './propose.ts'
import type { SampledTable } from './sampled-rows.ts'
import { startFrom } from './starting-points.ts'
import { writeContract } from './write-contract.ts'
import { table } from '../../../test/fixtures/trading-catalogues.ts'
import type { SourceObject } from './catalogue.ts'

const between = (
  shop: readonly SourceObject[],
  crm: readonly SourceObject[],
  pair: readonly [string, string],
): Proposal =>
  propose(
    [
      { name: 'shop', connector: 'postgres', catalogue: { objects: shop } },
      { name: 'crm', connector: 'mysql', catalogue: { objects: crm } },
    ],
    [{ tables: pair }],
  )

const seen = (proposal: Proposal, shop: SampledTable, crm: SampledTable) =>
  withEvidence(proposal, (side) => (side === 0 ? shop : crm)).flows[0]!

const rows = (count: number, of: (n: number) => Readonly<Record<string, string | null>>): SampledTable => {
  const columns = Object.keys(of(1))
  return { columns, rows: Array.from({ length: count }, (_, n) => columns.map((column) => of(n + 1)[column]!)) }
}

const PEOPLE = between(
  SHOP.objects.filter(({ name }) => name === 'customer'),
  SALES.objects.filter(({ name }) => name === 'contacts'),
  ['customer', 'contacts'],
)
const shopPeople = rows(60, (n) => ({
  first_name: `Given${n % 50}`,
  last_name: `Family${n}`,
  company: null,
  city: `City ${n}`,
  country: n % 2 === 0 ? 'Spain' : 'Germany',
  phone: `+34 91 555 0${100 + n}`,
  email: `P${n}@x.example`,
}))
const crmPeople = rows(59, (n) => ({
  full_name: `given${n % 50}  Family${n}`,
  mail: `p${n}@X.example`,
  mobile: n % 3 === 0 ? `0${n}` : `91-5550${100 + n}`,
  town: `City ${n}`,
  country_code: n % 2 === 0 ? 'ES' : 'DE',
}))

test('says in how many records fields are equal, finds fields by their values, and names that are composed', () => {
  const flow = seen(PEOPLE, shopPeople, crmPeople)
  const fields = Object.fromEntries(flow.fields.map((field) => [field.columns.join('='), field.seen]))
  expect(fields).toMatchObject({
    'email=mail': { equal: 59, of: 59 },
    'country=country_code': { equal: 59, of: 59 },
    'phone=mobile': { equal: 40, of: 40 },
    'city=town': { equal: 59, of: 59 },
    'first_name + last_name=full_name': { equal: 59, of: 59 },
  })
  expect(flow.match).toContain('email')
  expect(flow.rules!.find(({ field }) => field === 'email')).toEqual({ field: 'email', finds: 59, ambiguous: 0 })
  expect(flow.unmapped[0]).not.toContain('first_name')
})

test('the file tells it beside the fields, is a contract, and holds no value of a record', () => {
  const proposal = { ...PEOPLE, flows: [seen(PEOPLE, shopPeople, crmPeople)] }
  const draft = {
    company: 'Acme',
    timezone: 'Europe/Madrid',
    proposal,
    people: [{ key: 'ana', name: 'Ana', email: 'ana@acme.example' }],
    defaults: { 'owners.business': 'ana', 'owners.technical': 'ana' },
    answers: {},
    currency: 'EUR',
  } as const
  for (const [start, leads] of [
    ['automatic', 'shop'],
    ['people-decide', 'crm'],
    ['automatic', 'crm to shop'],
    ['automatic', 'shop to crm'],
    ['equals', 'neither'],
  ] as const) {
    const text = writeContract(startFrom(draft, start, leads))
    const report = readContract([{ name: 'concordat.yaml', text }])
    expect(report.problems, text).toEqual([])
    expect(report.questions).toEqual([])
    expect(text).not.toMatch(/Family\d|City \d|@x\.example/i)
    expect(text).toContain('equal in 59 of 59 records')
    expect(text.includes('orElse(first_name')).toBe(leads !== 'crm to shop')
    expect(text).toContain('- [email]   # finds 59 among the first 60 and 59 rows, none ambiguous')
  }
})

test('ambiguous records are counted, and a field that is often the same is no rule', () => {
  const twice = { ...crmPeople, rows: [...crmPeople.rows, ...crmPeople.rows.slice(0, 4)] }
  const flow = seen(PEOPLE, shopPeople, twice)
  expect(flow.rules!.find(({ field }) => field === 'email')).toEqual({ field: 'email', finds: 55, ambiguous: 4 })
  expect(flow.match).not.toContain('country')
})

const CODES = between(
  [table('customer', ['id'], ['id integer!=', 'kunr text', 'status text', 'wert text', 'stufe text'])],
  [table('contacts', ['id'], ['id integer!=', 'ext_ref text', 'state text', 'grade text', 'memo text'])],
  ['customer', 'contacts'],
)
const codes = rows(40, (n) => ({ kunr: `K-${n}`, status: n % 2 === 0 ? 'A' : 'I', wert: 'x', stufe: `${n % 3}` }))
const states = rows(40, (n) => ({
  ext_ref: `k-${n}`,
  state: n % 2 === 0 ? 'active' : 'inactive',
  grade: ['gold', 'silver', 'bronze'][n % 3]!,
  memo: `note ${n}`,
}))

test('without a name in common columns with the same values are the way in, and small tables of values are choices', () => {
  const flow = seen(CODES, codes, states)
  expect(flow.fields.map(({ columns, values }) => [columns.join('='), values ?? null])).toEqual([
    ['kunr=ext_ref', null],
    [
      'stufe=grade',
      [
        ['1', 'silver'],
        ['2', 'bronze'],
        ['0', 'gold'],
      ],
    ],
    [
      'status=state',
      [
        ['I', 'inactive'],
        ['A', 'active'],
      ],
    ],
  ])
  expect(flow.match).toEqual([flow.fields[0]!.name])
  const text = writeContract({
    company: 'Acme',
    timezone: 'Europe/Madrid',
    proposal: { ...CODES, flows: [flow] },
    people: [],
    defaults: {},
    answers: {},
    currency: null,
  })
  expect(text).toContain('crm: { field: state, values: { "inactive": I, "active": A } }')
  expect(readContract([{ name: 'concordat.yaml', text }]).problems).toEqual([])
})

test('values that do not go together are no choice, and few rows say nothing', () => {
  const mixed = {
    ...states,
    rows: states.rows.map((row, n) => row.map((value, at) => (at === 1 ? (n % 5 < 2 ? 'active' : 'inactive') : value))),
  }
  expect(seen(CODES, codes, mixed).fields.map(({ columns }) => columns[0])).not.toContain('status')
  const few = (all: SampledTable): SampledTable => ({ ...all, rows: all.rows.slice(0, 4) })
  expect(seen(CODES, few(codes), few(states)).fields).toEqual(CODES.flows[0]!.fields)
  const none = (all: SampledTable): SampledTable => ({ ...all, rows: [] })
  expect(seen(CODES, none(codes), states)).toEqual(CODES.flows[0])
})

test('columns with names alike and values never equal make way for what is equal', () => {
  const pair = between(
    [table('customer', ['id'], ['id integer!=', 'email text', 'name text', 'label text'])],
    [table('contacts', ['id'], ['id integer!=', 'email text', 'name text', 'remark text'])],
    ['customer', 'contacts'],
  )
  const shop = rows(20, (n) => ({ email: `a${n}@x.example`, name: `internal ${n}`, label: `Person ${n}` }))
  const crm = rows(20, (n) => ({ email: `a${n}@x.example`, name: `Person ${n}`, remark: `r${n}` }))
  const flow = seen(pair, shop, crm)
  expect(flow.fields.map(({ columns }) => columns.join('='))).toEqual(['email=email', 'label=name'])
  expect(flow.unmapped).toEqual([['name'], ['remark']])
})
