import { expect, test } from 'vitest'
import { boundAs, foreignContract } from './contract-binding.ts'

const ACME = { company: 'Acme Instruments', flows: { customers: ['erp', 'crm'], orders: ['erp', 'crm'] } }

test.each([
  ['as it was', ACME],
  ['written differently', { ...ACME, company: ' ACME  instruments' }],
  ['a flow more', { ...ACME, flows: { ...ACME.flows, products: ['erp', 'shop'] } }],
  ['a flow less', { ...ACME, flows: { customers: ['erp', 'crm'] } }],
  ['a system more', { ...ACME, flows: { ...ACME.flows, customers: ['erp', 'crm', 'shop'] } }],
  ['a system less', { ...ACME, flows: { ...ACME.flows, customers: ['erp'] } }],
  ['a flow that is undecided at the moment', { ...ACME, flows: { customers: [] } }],
  ['nothing decided at all', { ...ACME, flows: {} }],
])('L30 an edited contract is the same contract: %s', (_, now) => {
  expect(foreignContract(ACME, now)).toBeNull()
})

test.each([
  ['of another company', { ...ACME, company: 'Bolt Ltd' }, /of Acme Instruments, and this one is of Bolt Ltd/],
  ['with other flows', { ...ACME, flows: { products: ['erp', 'shop'] } }, /none of these flows/],
  [
    'with another system',
    { ...ACME, flows: { customers: ['erp', 'shop'] } },
    /customers of erp and crm, .* erp and shop/,
  ],
])('L30 another contract is told from the one of the store: %s', (_, now, why) => {
  expect(foreignContract(ACME, now)).toMatch(why)
})

test('L30 any contract may take a store that belongs to none', () => {
  expect(foreignContract(null, ACME)).toBeNull()
})

test('L30 a flow that is undecided keeps the systems that it had', () => {
  expect(boundAs(ACME, { ...ACME, flows: { customers: [], products: [], orders: ['erp'] } }).flows).toEqual({
    customers: ['erp', 'crm'],
    orders: ['erp'],
  })
})
