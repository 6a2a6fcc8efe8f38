import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Document, isMap, isScalar, parseDocument, visit } from 'yaml'
import { readContract } from './read-contract.ts'

const COMPLETE = readFileSync(new URL('../../../test/fixtures/complete.yaml', import.meta.url), 'utf8')

function read(text: string) {
  const { contract, problems } = readContract([{ name: 'c.yaml', text }])
  expect(problems).toEqual([])
  return contract!
}
const ORIGINAL = read(COMPLETE)

/** The same contract with every map in another order, without comments, in another style. */
function shuffled(seed: number): string {
  let state = seed
  const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648
  const document: Document = parseDocument(COMPLETE)
  visit(document, (_, node) => {
    if (isMap(node)) {
      node.items = node.items
        .map((item) => ({ item, at: random() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item)
      node.flow = random() < 0.5
    }
    if (isScalar(node)) {
      node.comment = random() < 0.1 ? ' a remark' : null
      if (typeof node.value === 'string' && random() < 0.5) node.type = random() < 0.5 ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE'
    }
  })
  return document.toString({ lineWidth: 0, flowCollectionPadding: seed % 2 === 0 })
}

test('order, comments, quotes and layout make no difference', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
      const text = shuffled(seed)
      expect(text).not.toBe(COMPLETE)
      const contract = read(text)
      expect(contract.fingerprint).toBe(ORIGINAL.fingerprint)
      for (const [name, flow] of ORIGINAL.flows) expect(contract.flows.get(name)?.fingerprint).toBe(flow.fingerprint)
    }),
    { numRuns: 25 },
  )
})

test.each([
  [
    'a default written out',
    'crm: { table: invoices, id: id, changed_at: modified_at }',
    'crm: { table: invoices, id: id, changed_at: modified_at, overlap: 60 seconds }',
  ],
  ['another unit', 'late_after: 1 hour', 'late_after: 60 minutes'],
  [
    'parts of a condition in another order',
    "stage in ('won', 'delivered') and amount > 0",
    "(amount > 0) AND stage IN ('delivered', 'won')",
  ],
  ['`object` for `table`', 'erp: { table: products,', 'erp: { object: products,'],
  ['one schedule for all, spelt out', 'schedule: real-time', 'schedule: { crm: real-time, erp: real-time }'],
  ['fields of one match rule', '[name, postcode]', '[postcode, name]'],
])('%s is the same decision', (_, from, to) => {
  expect(COMPLETE).toContain(from)
  expect(read(COMPLETE.replace(from, to)).fingerprint).toBe(ORIGINAL.fingerprint)
})

test.each([
  ['master', 'type: phone, country: ES, master: crm', 'type: phone, country: ES, master: erp'],
  ['an edge case', 'deleted_in_master: archive', 'deleted_in_master: unlink'],
  ['order of match rules', '- [vat_number]\n      - [email]', '- [email]\n      - [vat_number]'],
  ['a value table', 'B: mid-market, C: small', 'C: mid-market, B: small'],
  ['a condition', "type = 'customer'", "type = 'client'"],
  ['an expression', "', ' + city", "'; ' + city"],
  ['a limit', '5% or 200 records', '5% or 201 records'],
])('another %s is another decision', (_, from, to) => {
  expect(COMPLETE).toContain(from)
  const contract = read(COMPLETE.replace(from, to))
  expect(contract.fingerprint).not.toBe(ORIGINAL.fingerprint)
  expect(contract.flows.get('customers')!.fingerprint).not.toBe(ORIGINAL.flows.get('customers')!.fingerprint)
  expect(contract.flows.get('invoices')!.fingerprint).toBe(ORIGINAL.flows.get('invoices')!.fingerprint)
})

test.each([
  ['owner', 'owners: { business: ana, technical: tomas }', 'owners: { business: tomas, technical: ana }'],
  ['schedule', 'crm: every 15 minutes', 'crm: every 20 minutes'],
  ['alert', 'business: after 1 hour', 'business: after 2 hours'],
  ['lateness', 'late_after: 30 minutes', 'late_after: 40 minutes'],
  ['setting of a system', '${env:ERP_URL}', '${env:OTHER_URL}'],
])('another %s changes the contract but no data, so not the flow', (_, from, to) => {
  expect(COMPLETE).toContain(from)
  const contract = read(COMPLETE.replace(from, () => to))
  expect(contract.fingerprint).not.toBe(ORIGINAL.fingerprint)
  expect(contract.flows.get('customers')!.fingerprint).toBe(ORIGINAL.flows.get('customers')!.fingerprint)
})

test('another order of preference is another decision', () => {
  const preferring = (list: string) => read(COMPLETE.replace('on_conflict: newest', `on_conflict: ${list}`))
  expect(preferring('[erp, crm]').fingerprint).toBe(preferring('[ erp, "crm" ]').fingerprint)
  expect(preferring('[erp, crm]').flows.get('customers')!.fingerprint).not.toBe(
    preferring('[crm, erp]').flows.get('customers')!.fingerprint,
  )
})

test('a fingerprint is sha256 in hexadecimal', () => {
  expect(ORIGINAL.fingerprint).toMatch(/^[0-9a-f]{64}$/)
})
