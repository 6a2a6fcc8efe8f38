import { expect, test } from 'vitest'

import type { CaseView } from '../../src/model/report.ts'
import { openWorld, type World } from './world.ts'

/*
 * A case offers what can be carried out, in words that say what it does: nothing that would write into a system which
 * the flow only reads.
 */

const choicesOf = (one: CaseView) => Object.fromEntries(one.choices.map(({ choice, means }) => [choice, means]))
const ONE_WAY = {
  direction: 'erp to crm',
  fields: { email: { master: undefined, on_conflict: undefined }, phone: { master: undefined } },
}

async function world(customers: Record<string, unknown>): Promise<World> {
  const made = await openWorld({ customers })
  await made.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 100)`)
  return made
}

test('an edit in a system that is only written: its value is not offered, leaving it is, and holds', async () => {
  const one = await world({
    ...ONE_WAY,
    edge_cases: { edited_outside_master: 'ask', created_outside_master: 'leave alone' },
  })
  await one.sync()
  await one.crm.sql(`update accounts set credit_limit = 777`)
  await one.sync()
  expect(choicesOf(await one.theCase())).toEqual({
    erp: 'Use the value of erp in crm too.',
    leave: 'Keep both values until erp changes it again.',
  })
  await one.answer('leave')
  expect(await one.sync()).toMatchObject({ writes: { erp: 0, crm: 0 }, open_cases: 0 })
  await one.rest()
  expect(await one.crm.sql('select credit_limit from accounts')).toEqual([{ credit_limit: '777.00' }])
  await one.erp.sql(`update customers set credit_limit = 200`)
  await one.sync()
  expect(await one.crm.sql('select credit_limit from accounts')).toEqual([{ credit_limit: '200.00' }])
})

test('an edit both ways: every value is offered, and one of one’s own', async () => {
  const one = await world({ edge_cases: { edited_outside_master: 'ask' } })
  await one.sync()
  await one.crm.sql(`update accounts set credit_limit = 777`)
  await one.sync()
  expect(Object.keys(choicesOf(await one.theCase())).toSorted()).toEqual(['crm', 'erp', 'golden', 'value'])
})

test('lines are chosen, not typed', async () => {
  const one = await openWorld({
    customers: {},
    orders: { direction: 'both', edge_cases: { edited_outside_master: 'ask' } },
  })
  await one.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await one.erp.sql(`insert into orders (number, customer_id) values ('N-1', 1)`)
  await one.erp.sql(`insert into order_lines values (1, 1, 'S', 2, 10, null)`)
  await one.run()
  await one.crm.sql(`update deal_items set qty = 5`)
  await one.run()
  expect(Object.keys(choicesOf(await one.theCase())).toSorted()).toEqual(['crm', 'erp', 'golden'])
})

test('a record that only the written system holds cannot be created in the other', async () => {
  const one = await world({
    ...ONE_WAY,
    edge_cases: { existing_unmatched: 'ask', created_outside_master: 'leave alone' },
  })
  await one.sync()
  const here = await one.theCase()
  expect(choicesOf(here)).toMatchObject({ create: 'Create it in crm.' })
  await one.answer('create')
  await one.sync()
  await one.crm.sql(`insert into accounts (account_name, tax_id) values ('Solo', 'S1')`)
  await one.decide({ customers: { edge_cases: { created_outside_master: 'hold for approval' } } })
  await one.sync()
  expect(Object.keys(choicesOf(await one.theCase()))).toEqual(['ignore'])
})

test('deletions are not carried back, nor records brought back, where the flow does not write', async () => {
  const one = await world({
    ...ONE_WAY,
    edge_cases: { deleted_in_master: 'ask', deleted_elsewhere: 'ask', created_outside_master: 'leave alone' },
  })
  await one.sync()
  await one.erp.sql(`delete from customers`)
  await one.sync()
  expect(Object.keys(choicesOf(await one.theCase()))).toEqual(['delete', 'unlink'])
  await one.answer('delete')
  await one.sync()

  await one.erp.sql(`insert into customers (legal_name, vat) values ('Beta', 'B1')`)
  await one.sync()
  await one.crm.sql(`delete from accounts where tax_id = 'B1'`)
  await one.sync()
  expect(Object.keys(choicesOf(await one.theCase()))).toEqual(['restore', 'unlink'])
})

test('a duplicate: what “separate” does is said in proper words', async () => {
  const one = await openWorld({ customers: {} })
  await one.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1'), ('Alfa again', 'A1')`)
  await one.crm.sql(`insert into accounts (account_name, tax_id) values ('Alfa', 'A1')`)
  await one.sync()
  const means = (await one.cases()).map((found) => choicesOf(found)['separate'])
  expect(means).toContain('None of them: it is a different customer; create it in erp too.')
  expect((await one.cases()).map((found) => found.sentence).join(' ')).not.toMatch(/ a customers /)
})
