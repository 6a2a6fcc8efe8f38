import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** One customer in both systems, whose newest credit limit the CRM refuses. */
const refused = async (edge: Record<string, unknown> = {}): Promise<World> => {
  const world = await openWorld({ customers: { edge_cases: edge } })
  await world.erp.sql(
    `insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 1), ('Beta', 'B1', 2)`,
  )
  await world.sync()
  await world.crm.sql(`alter table accounts add constraint cheap check (credit_limit < 100)`)
  await world.erp.sql(`update customers set credit_limit = 700 where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', quarantined: 1 })
  return world
}
const resolutions = async (world: World) =>
  (await world.store.sql('select resolution from case_file order by id')).map((row) => row['resolution'])

test('L19 a refused write of a record that is gone from both systems is no question any more', async () => {
  const world = await refused()
  await world.erp.sql(`delete from customers where vat = 'A1'`)
  await world.crm.sql(`delete from accounts where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await resolutions(world)).toEqual(['settled by itself: the record was deleted'])
  expect(await world.store.value('select count(*) from dirty')).toBe('0')
  await world.rest()
})

for (const system of ['erp', 'crm']) {
  test(`L19 nor that of a record which is let go of, because it was deleted in the ${system}`, async () => {
    const world = await refused({ deleted_in_master: 'unlink', deleted_elsewhere: 'unlink' })
    if (system === 'erp') await world.erp.sql(`delete from customers where vat = 'A1'`)
    else await world.crm.sql(`delete from accounts where tax_id = 'A1'`)
    expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
    expect(await resolutions(world)).toEqual(['settled by itself: the record is no longer kept in agreement'])
    await world.rest()
  })
}

test('L19 nor when a person says so', async () => {
  const world = await refused({ deleted_in_master: 'ask' })
  await world.erp.sql(`delete from customers where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', open_cases: 2 })
  const asked = (await world.cases()).find((one) => one.cause === 'deleted_in_master')!
  await (await world.app()).resolve(asked.case, { choice: 'unlink', by: 'ana' })
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  await world.rest()
})

test('L19 a creation that was refused is no question once the record is gone', async () => {
  const world = await openWorld()
  await world.crm.sql(`alter table accounts add constraint no_beta check (account_name <> 'Beta')`)
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Beta', 'B1')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', quarantined: 1 })
  await world.erp.sql('delete from customers')
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  await world.rest()
})

test('L19 a record that was held back is no question once it is gone', async () => {
  const world = await openWorld()
  await world.crm.sql(`insert into accounts (account_name, tax_id, phone) values ('Beta', 'B1', 'no number')`)
  await world.erp.sql(`insert into customers (legal_name, vat, phone) values
    ('Alfa', 'A1', 'none'), ('Gamma', 'G1', null), ('Delta', 'D1', null)`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', held: 2 })
  await world.erp.sql(`delete from customers where vat = 'A1'`)
  await world.crm.sql(`delete from accounts where tax_id = 'B1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await world.store.value('select count(*) from held')).toBe('0')
  // Its id may come again, with the same mistake: that is a new question.
  await world.crm.sql(`insert into accounts (id, account_name, tax_id, phone) values (501, 'Beta', 'B1', 'no number')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', held: 1, open_cases: 1 })
})

test('L19 nor is a linked record that was held back, nor a question about a field', async () => {
  const world = await openWorld({ customers: { fields: { email: { on_conflict: 'ask' } } } })
  await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'a@alfa.example')`)
  await world.sync()
  await world.erp.sql(`update customers set email = 'erp@alfa.example'`)
  await world.crm.sql(`update accounts set email = 'crm@alfa.example'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', conflicts: 1 })
  await world.crm.sql(`update accounts set phone = 'no number'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', open_cases: 2 })
  await world.erp.sql('delete from customers')
  await world.crm.sql('delete from accounts')
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  await world.rest()
})

test('L19 an order that waits for its customer is no question once it is gone', async () => {
  const world = await openWorld({ orders: { edge_cases: { missing_reference: 'ask' } } })
  await world.crm.sql(`alter table accounts add constraint no_beta check (account_name <> 'Beta')`)
  await world.erp.sql(`insert into customers (id, legal_name, vat) values (7, 'Beta', 'B1')`)
  await world.erp.sql(`insert into orders (number, customer_id) values ('O1', 7)`)
  await world.run()
  expect((await world.cases()).map((one) => one.flow).toSorted()).toEqual(['customers', 'orders'])
  await world.erp.sql('delete from orders')
  await world.erp.sql('delete from customers')
  await world.run()
  expect(await world.cases()).toEqual([])
})

test('L19 `retry` says what became of a write that nothing is left to do for', async () => {
  const world = await refused()
  await world.crm.sql('alter table accounts drop constraint cheap')
  await world.crm.sql(`update accounts set credit_limit = 700 where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  await world.rest()
})
