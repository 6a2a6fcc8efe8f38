import { expect, test } from 'vitest'

import { DAY, openWorld, type World } from './world.ts'

/** Orders refer to customers; order 7 belongs to a customer that is not there yet. */
const withOrders = async (answer: string): Promise<World> => {
  const world = await openWorld({ orders: { edge_cases: { missing_reference: answer } } })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.erp.sql(`insert into orders (number, customer_id, total) values ('O-1', 1, 10), ('O-7', 77, 70)`)
  return world
}
const deals = (world: World) =>
  world.crm.sql(
    'select deal_no, account_name from deals left join accounts on accounts.id = account_id order by deal_no',
  )
const arrives = (world: World) => world.erp.sql(`insert into customers (id, legal_name, vat) values (77, 'Late', 'L1')`)
const ONE = { deal_no: 'O-1', account_name: 'Alfa' }

test('a parent that is created in the same run comes first', async () => {
  const world = await withOrders('ask')
  await arrives(world)
  expect(await world.run()).toMatchObject({ customers: { created: 2 }, orders: { status: 'done', created: 2 } })
  expect(await deals(world)).toEqual([ONE, { deal_no: 'O-7', account_name: 'Late' }])
  await world.rest()
})

test('missing_reference: ask – at once, and the question goes when the parent arrives', async () => {
  const world = await withOrders('ask')
  expect((await world.run())['orders']).toMatchObject({ status: 'waiting', created: 1, held: 1 })
  expect(await world.theCase()).toMatchObject({
    kind: 'held record',
    cause: 'missing_reference',
    flow: 'orders',
    title: 'O-7',
  })
  expect((await world.theCase()).sentence).toMatch(/customers 77/)
  await world.rest()
  expect(await deals(world)).toEqual([ONE])
  await arrives(world)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 1, open_cases: 0 })
  expect(await deals(world)).toEqual([ONE, { deal_no: 'O-7', account_name: 'Late' }])
  await world.rest()
})

test('missing_reference: wait 1 day, then ask – nobody is asked before the day is over', async () => {
  const world = await withOrders('wait 1 day, then ask')
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 1, held: 1, open_cases: 0 })
  await world.rest()
  await world.later(DAY + 1000)
  expect((await world.run())['orders']).toMatchObject({ status: 'waiting', created: 0 })
  expect(await world.theCase()).toMatchObject({ kind: 'held record', cause: 'missing_reference', title: 'O-7' })
  await arrives(world)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 1, open_cases: 0 })
  expect(await deals(world)).toEqual([ONE, { deal_no: 'O-7', account_name: 'Late' }])
  await world.rest()
})

test('missing_reference: wait 1 day, then ask – what arrives in time asks nobody', async () => {
  const world = await withOrders('wait 1 day, then ask')
  await world.run()
  await world.later(DAY / 2)
  await arrives(world)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 1, open_cases: 0 })
  expect(await deals(world)).toEqual([ONE, { deal_no: 'O-7', account_name: 'Late' }])
  await world.rest()
})

test('missing_reference: skip field – the order goes without its customer, and gets it later', async () => {
  const world = await withOrders('skip field')
  await world.decide({ orders: { fields: { customer: { required: false } } } })
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 2, held: 0, open_cases: 0 })
  expect(await deals(world)).toEqual([ONE, { deal_no: 'O-7', account_name: null }])
  await world.rest()
  await arrives(world)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', updated: 1 })
  expect(await deals(world)).toEqual([ONE, { deal_no: 'O-7', account_name: 'Late' }])
  await world.rest()
})

test('missing_reference: wait 1 day, then skip field – first it waits, then it goes without', async () => {
  const world = await withOrders('wait 1 day, then skip field')
  await world.decide({ orders: { fields: { customer: { required: false } } } })
  expect((await world.run())['orders']).toMatchObject({ created: 1, open_cases: 0 })
  expect(await deals(world)).toEqual([ONE])
  await world.later(DAY + 1000)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 1, open_cases: 0 })
  expect(await deals(world)).toEqual([ONE, { deal_no: 'O-7', account_name: null }])
  await world.rest()
  await arrives(world)
  await world.run()
  expect(await deals(world)).toEqual([ONE, { deal_no: 'O-7', account_name: 'Late' }])
  await world.rest()
})

test('a reference is changed to another parent, and to one that is missing', async () => {
  const world = await withOrders('ask')
  await world.erp.sql(
    `delete from orders where number = 'O-7'; insert into customers (legal_name, vat) values ('Beta', 'B1')`,
  )
  await world.run()
  await world.erp.sql(`update orders set customer_id = 2`)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', updated: 1 })
  expect(await deals(world)).toEqual([{ deal_no: 'O-1', account_name: 'Beta' }])
  await world.rest()
  await world.erp.sql(`update orders set customer_id = 77`)
  expect((await world.run())['orders']).toMatchObject({ status: 'waiting', updated: 0, held: 1 })
  expect(await deals(world)).toEqual([{ deal_no: 'O-1', account_name: 'Beta' }])
  await arrives(world)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', updated: 1 })
  expect(await deals(world)).toEqual([{ deal_no: 'O-1', account_name: 'Late' }])
  await world.rest()
})

test('L18 an order waits in peace while its customer is refused, and follows it when that is mended', async () => {
  const world = await withOrders('wait 1 day, then ask')
  await world.crm.sql(`alter table accounts add constraint no_late check (account_name <> 'Late')`)
  await arrives(world)
  const first = await world.run()
  expect(first['customers']).toMatchObject({ status: 'waiting', created: 1, quarantined: 1 })
  expect(first['orders']).toMatchObject({ created: 1 })
  expect(await deals(world)).toEqual([ONE])
  await world.rest()
  await world.crm.sql('alter table accounts drop constraint no_late')
  await world.answer('retry')
  expect(await world.run()).toMatchObject({ customers: { created: 1 }, orders: { status: 'done', created: 1 } })
  expect(await deals(world)).toEqual([ONE, { deal_no: 'O-7', account_name: 'Late' }])
  await world.rest()
})

const family = {
  customers: { fields: { parent: { type: 'reference(customers)', erp: 'parent_id', crm: 'parent_account' } } },
}
const parents = (world: World) =>
  world.crm.sql(
    `select a.account_name as name, p.account_name as parent from accounts a left join accounts p on p.id = a.parent_account order by 1`,
  )

test('L18 records that refer to each other within a flow, children first', async () => {
  const world = await openWorld(family)
  await world.erp.sql(
    `insert into customers (legal_name, vat, parent_id) values ('Child', 'C1', 2), ('Parent', 'P1', 3), ('Grandparent', 'G1', null)`,
  )
  expect(await world.sync()).toMatchObject({ status: 'done', held: 0, open_cases: 0 })
  expect(await parents(world)).toEqual([
    { name: 'Child', parent: 'Parent' },
    { name: 'Grandparent', parent: null },
    { name: 'Parent', parent: 'Grandparent' },
  ])
  await world.rest()
})

test('L18 records that refer to each other in a circle, and to themselves', async () => {
  const world = await openWorld(family)
  await world.erp.sql(
    `insert into customers (legal_name, vat, parent_id) values ('A', 'A1', 2), ('B', 'B1', 1), ('Self', 'S1', 3)`,
  )
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await parents(world)).toEqual([
    { name: 'A', parent: 'B' },
    { name: 'B', parent: 'A' },
    { name: 'Self', parent: 'Self' },
  ])
  await world.rest()
})

test('a self-reference that is added, moved and taken away later', async () => {
  const world = await openWorld({
    customers: { fields: { parent: { ...family.customers.fields.parent, empty_in_master: 'erase' } } },
  })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('A', 'A1'), ('B', 'B1')`)
  await world.sync()
  await world.erp.sql(
    `insert into customers (legal_name, vat) values ('C', 'C1'); update customers set parent_id = 3 where vat = 'A1'`,
  )
  expect(await world.sync()).toMatchObject({ status: 'done' })
  expect((await parents(world))[0]).toEqual({ name: 'A', parent: 'C' })
  await world.erp.sql(`update customers set parent_id = 2 where vat = 'A1'`)
  await world.sync()
  expect((await parents(world))[0]).toEqual({ name: 'A', parent: 'B' })
  await world.erp.sql(`update customers set parent_id = null where vat = 'A1'`)
  await world.sync()
  expect((await parents(world))[0]).toEqual({ name: 'A', parent: null })
  await world.rest()
})

test('a self-reference to a record that is not there: asked about, and the rest goes on', async () => {
  const world = await openWorld(family)
  await world.erp.sql(`insert into customers (legal_name, vat, parent_id) values ('A', 'A1', null), ('B', 'B1', 9)`)
  expect(await world.sync()).toMatchObject({ status: 'waiting' })
  expect(await world.theCase()).toMatchObject({ kind: 'held record', cause: 'missing_reference', title: 'B' })
  await world.rest()
  await world.erp.sql(`insert into customers (id, legal_name, vat) values (9, 'C', 'C1')`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await parents(world)).toEqual([
    { name: 'A', parent: null },
    { name: 'B', parent: 'C' },
    { name: 'C', parent: null },
  ])
  await world.rest()
})

test('missing_reference: ask – what a person leaves as it is, is not asked about again', async () => {
  const world = await withOrders('ask')
  await world.run()
  await world.answer('ignore')
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 0, open_cases: 0 })
  await world.rest()
  await arrives(world)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 1 })
  await world.rest()
})

test('missing_reference: ask – retrying asks again as long as the parent is missing', async () => {
  const world = await withOrders('ask')
  await world.run()
  await world.answer('retry')
  expect((await world.run())['orders']).toMatchObject({ status: 'waiting', created: 0, open_cases: 1 })
  await world.rest()
})

test('L1 L18 an order goes on when its customer, which was held back, is mended', async () => {
  const world = await openWorld({ orders: {} })
  await world.erp.sql(`insert into customers (legal_name, vat, phone) values ('Alfa', 'A1', 'ask Ana')`)
  await world.erp.sql(`insert into orders (number, customer_id, total) values ('O-1', 1, 10)`)
  expect(await world.run()).toMatchObject({ customers: { held: 1 }, orders: { created: 0 } })
  await world.erp.sql(`update customers set phone = '+34912345678'`)
  expect(await world.run()).toMatchObject({ customers: { created: 1 }, orders: { created: 1 } })
  expect(await deals(world)).toEqual([ONE])
  await world.rest()
})

test('L1 L18 an order goes on when its customer, which was held back, turns out to be one that was there', async () => {
  const world = await openWorld({
    customers: { edge_cases: { created_outside_master: 'hold for approval' } },
    orders: {},
  })
  await world.erp.sql(`insert into customers (legal_name, vat, phone) values ('Alfa', 'A1', 'ask Ana')`)
  await world.erp.sql(`insert into orders (number, customer_id, total) values ('O-1', 1, 10)`)
  await world.run()
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Alfa', 'A2')`)
  await world.run()
  await world.erp.sql(`update customers set phone = null, vat = 'A2'`)
  expect(await world.run()).toMatchObject({ customers: { linked: 1 }, orders: { created: 1 } })
  expect(await deals(world)).toEqual([ONE])
  await world.rest()
  await world.erp.sql(`update orders set total = 11`)
  expect(await world.run()).toMatchObject({ customers: { updated: 0 }, orders: { updated: 1 } })
  await world.rest()
})

test('L1 L18 an order goes on when a person says which of several its customer is', async () => {
  const world = await openWorld({ orders: {} })
  await world.erp.sql(`insert into customers (legal_name, email) values ('Alfa', 'info@alfa.example')`)
  await world.erp.sql(`insert into orders (number, customer_id, total) values ('O-1', 1, 10)`)
  await world.crm.sql(
    `insert into accounts (account_name, email) values ('Alfa', 'info@alfa.example'), ('Alfa', 'info@alfa.example')`,
  )
  expect(await world.run()).toMatchObject({ orders: { created: 0 } })
  for (let round = 0; round < 3 && (await world.cases()).length > 0; round++) {
    const [one] = await world.cases()
    const link = one!.choices.find(({ choice }) => choice.startsWith('link ')) ?? one!.choices.at(-1)!
    await (await world.app()).resolve(one!.case, { choice: link.choice, by: 'ana' })
    await world.run()
  }
  expect(await world.cases()).toEqual([])
  expect(await deals(world)).toEqual([ONE])
  await world.rest()
})
