import { expect, test } from 'vitest'

import { openWorld } from './world.ts'

/** One customer in agreement; then somebody edits its name and its credit limit in the CRM, which is master of neither. */
const edited = async (answer: string, fields: Record<string, unknown> = {}) => {
  const world = await openWorld({ customers: { edge_cases: { edited_outside_master: answer }, fields } })
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 1000)`)
  await world.sync()
  await world.crm.sql(`update accounts set account_name = 'Alfa Sales', credit_limit = 5000`)
  return world
}
const names = async (world: Awaited<ReturnType<typeof edited>>) => [
  await world.erp.value('select legal_name from customers'),
  await world.crm.value('select account_name from accounts'),
]

test('edited_outside_master: revert – the master’s value comes back, and the log keeps the other one', async () => {
  const world = await edited('revert')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1, writes: { erp: 0, crm: 1 } })
  expect(await names(world)).toEqual(['Alfa', 'Alfa'])
  expect(await world.crm.value('select credit_limit from accounts')).toBe('1000.00')
  expect((await world.why('Alfa')).join('\n')).toMatch(/Alfa Sales/)
  await world.rest()
})

test('edited_outside_master: accept – the edit goes to the master', async () => {
  const world = await edited('accept')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1, writes: { erp: 1, crm: 0 } })
  expect(await names(world)).toEqual(['Alfa Sales', 'Alfa Sales'])
  expect(await world.erp.value('select credit_limit from customers')).toBe('5000.00')
  await world.rest()
})

test('edited_outside_master: accept – yet the master’s own edit wins', async () => {
  const world = await edited('accept')
  await world.erp.sql(`update customers set legal_name = 'Alfa Group'`)
  await world.sync()
  expect(await names(world)).toEqual(['Alfa Group', 'Alfa Group'])
  expect(await world.erp.value('select credit_limit from customers')).toBe('5000.00')
  expect((await world.why('Alfa')).join('\n')).toMatch(/Alfa Sales/)
  await world.rest()
})

test('edited_outside_master: leave alone – both keep theirs until the master says something new', async () => {
  const world = await edited('leave alone')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 0 })
  await world.rest()
  expect(await names(world)).toEqual(['Alfa', 'Alfa Sales'])
  await world.erp.sql(`update customers set credit_limit = 1500`)
  await world.sync()
  expect(await names(world)).toEqual(['Alfa', 'Alfa Sales'])
  expect(await world.crm.value('select credit_limit from accounts')).toBe('1500.00')
  await world.erp.sql(`update customers set legal_name = 'Alfa Group'`)
  await world.sync()
  expect(await names(world)).toEqual(['Alfa Group', 'Alfa Group'])
  await world.rest()
})

test('edited_outside_master: ask – a person chooses the edit', async () => {
  const world = await edited('ask', { credit_limit: { edited_outside_master: 'revert' } })
  expect(await world.sync()).toMatchObject({ status: 'waiting', conflicts: 1 })
  expect(await world.theCase()).toMatchObject({
    kind: 'outside edit',
    field: 'name',
    values: { golden: 'Alfa', erp: 'Alfa', crm: 'Alfa Sales' },
  })
  expect(await names(world)).toEqual(['Alfa', 'Alfa Sales'])
  expect(await world.crm.value('select credit_limit from accounts')).toBe('1000.00')
  await world.rest()
  await world.answer('crm')
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 1, crm: 0 } })
  expect(await names(world)).toEqual(['Alfa Sales', 'Alfa Sales'])
  await world.rest()
})

test('edited_outside_master: ask – a person keeps the master’s value', async () => {
  const world = await edited('ask', { credit_limit: { edited_outside_master: 'leave alone' } })
  await world.sync()
  await world.answer('golden')
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 0, crm: 1 } })
  expect(await names(world)).toEqual(['Alfa', 'Alfa'])
  expect(await world.crm.value('select credit_limit from accounts')).toBe('5000.00')
  await world.rest()
})

test('edited_outside_master: ask – a person gives a third value', async () => {
  const world = await edited('ask', { credit_limit: { edited_outside_master: 'accept' } })
  await world.sync()
  await world.answer('value', 'Alfa Holding')
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 1, crm: 1 } })
  expect(await names(world)).toEqual(['Alfa Holding', 'Alfa Holding'])
  expect(await world.erp.value('select credit_limit from customers')).toBe('5000.00')
  await world.rest()
})

test('edited_outside_master: ask – the question goes when somebody undoes the edit', async () => {
  const world = await edited('ask', { credit_limit: { edited_outside_master: 'revert' } })
  await world.sync()
  await world.crm.sql(`update accounts set account_name = 'Alfa'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  await world.rest()
})

test('edited_outside_master: ask – the question goes when the master changes the value itself', async () => {
  const world = await edited('ask', { credit_limit: { edited_outside_master: 'revert' } })
  await world.sync()
  await world.erp.sql(`update customers set legal_name = 'Alfa Group'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await names(world)).toEqual(['Alfa Group', 'Alfa Group'])
  await world.rest()
})

test('L6 edits of different fields on different sides both survive', async () => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat, phone) values ('Alfa', 'A1', '+34600111222')`)
  await world.sync()
  await world.erp.sql(`update customers set legal_name = 'Alfa Group'`)
  await world.crm.sql(`update accounts set phone = '600 999 888'`)
  expect(await world.sync()).toMatchObject({ conflicts: 0, writes: { erp: 1, crm: 1 } })
  expect(await names(world)).toEqual(['Alfa Group', 'Alfa Group'])
  expect(await world.erp.value('select phone from customers')).toBe('+34600999888')
  expect(await world.crm.value('select phone from accounts')).toBe('600 999 888')
  await world.rest()
})
