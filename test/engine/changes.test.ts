import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/* What changes around the records: the systems' tables, the contract, the ways that data may go, the number of systems. */

const alfa = async (customers: Record<string, unknown> = {}): Promise<World> => {
  const world = await openWorld({ customers })
  await world.erp.sql(
    `insert into customers (legal_name, vat, credit_limit, phone, segment) values ('Alfa', 'A1', 100, '600111222', 'B'), ('Beta', 'B1', 200, null, null)`,
  )
  await world.sync()
  return world
}
const inErp = (world: World) =>
  world.erp.sql(`select legal_name, credit_limit, phone, segment from customers where vat = 'A1'`)
const inCrm = (world: World) =>
  world.crm.sql(`select account_name, credit_limit, phone, tier from accounts where tax_id = 'A1'`)

test('a column is added to a table: nothing is written, edits go on, and a restore knows the new column', async () => {
  const world = await alfa()
  await world.crm.sql(`alter table accounts add column region text default 'north'`)
  await world.erp.sql('alter table customers add column colour text')
  await world.decide({})
  await world.rest()
  await world.erp.sql(`update customers set credit_limit = 150 where vat = 'A1'`)
  await world.crm.sql(`update accounts set phone = '600 333 444' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 1, crm: 1 } })
  expect(await inCrm(world)).toMatchObject([{ credit_limit: '150.00', phone: '600 333 444' }])
  await world.crm.sql(`update accounts set region = 'south' where tax_id = 'A1'`)
  await world.sync()
  await world.crm.sql('delete from accounts')
  await world.sync()
  expect(await world.crm.sql('select tax_id, region from accounts order by 1')).toEqual([
    { tax_id: 'A1', region: 'south' },
    { tax_id: 'B1', region: 'north' },
  ])
  await world.rest()
})

test('a column that is not mapped goes: everything goes on', async () => {
  const world = await alfa()
  await world.crm.sql('alter table accounts drop column owner_remark')
  await world.decide({})
  await world.rest()
  await world.erp.sql(`update customers set credit_limit = 150 where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  await world.rest()
})

test('a mapped column goes: the run fails, names it, and writes no nulls', async () => {
  const world = await alfa()
  await world.crm.sql('alter table accounts rename column credit_limit to max_credit')
  await world.decide({})
  const [report] = await (await world.app()).run()
  expect(report).toMatchObject({ status: 'failed', updated: 0 })
  expect(report!.message).toMatch(/credit_limit/)
  expect(await inErp(world)).toMatchObject([{ credit_limit: '100.00' }])
  await world.decide({ customers: { fields: { credit_limit: { crm: 'max_credit' } } } })
  await world.rest()
  await world.erp.sql(`update customers set credit_limit = 150 where vat = 'A1'`)
  await world.sync()
  expect(await world.crm.value(`select max_credit from accounts where tax_id = 'A1'`)).toBe('150.00')
})

test('the master of a field changes: from the next edit on, the new one counts', async () => {
  const world = await alfa()
  await world.decide({ customers: { fields: { credit_limit: { master: 'crm' } } } })
  await world.rest()
  await world.crm.sql(`update accounts set credit_limit = 900 where tax_id = 'A1'`)
  await world.sync()
  expect(await inErp(world)).toMatchObject([{ credit_limit: '900.00' }])
  await world.erp.sql(`update customers set credit_limit = 5 where vat = 'A1'`)
  await world.sync()
  expect(await inErp(world)).toMatchObject([{ credit_limit: '900.00' }])
  await world.rest()
})

for (const [answer, erp, crm] of [
  ['revert', '100.00', '100.00'],
  ['accept', '900.00', '900.00'],
  ['ask', '100.00', '900.00'],
] as const) {
  test(`a decision changes: what was left alone before is decided anew by “${answer}”`, async () => {
    const before = answer === 'ask' ? 'revert' : 'leave alone'
    const world = await alfa({ edge_cases: { edited_outside_master: before } })
    await world.crm.sql(`update accounts set credit_limit = 900 where tax_id = 'A1'`)
    if (answer !== 'ask') await world.sync()
    await world.decide({ customers: { edge_cases: { edited_outside_master: answer } } })
    await world.sync()
    expect(await inErp(world)).toMatchObject([{ credit_limit: erp }])
    expect(await inCrm(world)).toMatchObject([{ credit_limit: crm }])
    await world.rest()
  })
}

test('a decision changes: questions that it answers go', async () => {
  const world = await alfa({ edge_cases: { edited_outside_master: 'ask' }, fields: { email: { on_conflict: 'ask' } } })
  await world.crm.sql(`update accounts set credit_limit = 900, email = 'crm@alfa.example' where tax_id = 'A1'`)
  await world.erp.sql(`update customers set email = 'erp@alfa.example' where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', open_cases: 2 })
  await world.decide({
    customers: { edge_cases: { edited_outside_master: 'revert' }, fields: { email: { on_conflict: 'crm' } } },
  })
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await inCrm(world)).toMatchObject([{ credit_limit: '100.00' }])
  expect(await world.erp.value(`select email from customers where vat = 'A1'`)).toBe('crm@alfa.example')
  await world.rest()
})

test('a decision changes: what the master emptied is erased once it may be', async () => {
  const world = await alfa()
  await world.erp.sql(`update customers set credit_limit = null`)
  await world.sync()
  expect(await inCrm(world)).toMatchObject([{ credit_limit: '100.00' }])
  await world.decide({ customers: { fields: { credit_limit: { empty_in_master: 'erase' } } } })
  await world.sync()
  expect(await inCrm(world)).toMatchObject([{ credit_limit: null }])
  await world.rest()
})

test('a field is added: the values of its master go everywhere, as existing records were decided', async () => {
  const world = await alfa()
  await world.crm.sql(`update accounts set tier = 'gold'`)
  await world.sync()
  await world.decide({ customers: { fields: { segment: { type: 'text', erp: 'segment', crm: 'tier' } } } })
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1, conflicts: 0 })
  expect(await inCrm(world)).toMatchObject([{ tier: 'B' }])
  // The master has nothing to say about Beta, so nothing is erased.
  expect(await world.crm.value(`select tier from accounts where tax_id = 'B1'`)).toBe('gold')
  await world.rest()
  await world.erp.sql(`update customers set segment = 'C'`)
  await world.sync()
  expect(await world.crm.sql('select tier from accounts')).toEqual([{ tier: 'C' }, { tier: 'C' }])
  await world.rest()
})

test('a field is added while a person decides about another one of the same record', async () => {
  const world = await alfa({ edge_cases: { edited_outside_master: 'ask' } })
  await world.crm.sql(`update accounts set tier = 'gold', account_name = 'Beta 2' where tax_id = 'B1'`)
  await world.sync()
  await world.answer('crm')
  await world.decide({ customers: { fields: { segment: { type: 'text', erp: 'segment', crm: 'tier' } } } })
  expect(await world.sync()).toMatchObject({ status: 'done' })
  expect(await world.erp.value(`select legal_name from customers where vat = 'B1'`)).toBe('Beta 2')
  expect(await world.crm.value(`select tier from accounts where tax_id = 'B1'`)).toBe('gold')
  await world.rest()
})

test('a field is added to a record that is held back: nothing is erased when it is mended', async () => {
  const world = await alfa()
  await world.crm.sql(`update accounts set tier = 'gold' where tax_id = 'B1'`)
  await world.sync()
  await world.crm.sql(`update accounts set phone = 'call me' where tax_id = 'B1'`)
  await world.erp.sql(`update customers set credit_limit = 201 where vat = 'B1'`)
  await world.sync()
  await world.decide({ customers: { fields: { segment: { type: 'text', erp: 'segment', crm: 'tier' } } } })
  await world.sync()
  await world.crm.sql(`update accounts set phone = '600 333 444' where tax_id = 'B1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await world.crm.sql(`select tier, credit_limit from accounts where tax_id = 'B1'`)).toEqual([
    { tier: 'gold', credit_limit: '201.00' },
  ])
  await world.rest()
})

test('a field is taken out: it is left as it is on both sides', async () => {
  const world = await alfa()
  await world.decide({ customers: { fields: { credit_limit: undefined } } })
  await world.rest()
  await world.erp.sql(`update customers set credit_limit = 5, legal_name = 'Alfa 2' where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  expect(await inCrm(world)).toMatchObject([{ account_name: 'Alfa 2', credit_limit: '100.00' }])
  await world.rest()
})

test('L8 a field comes back that the rules let go of: what was edited meanwhile is joined anew, and nothing is lost', async () => {
  const world = await alfa()
  await world.decide({ customers: { fields: { credit_limit: undefined } } })
  await world.sync({ full: true })
  await world.crm.sql(`update accounts set credit_limit = 777 where tax_id = 'A1'`)
  await world.sync({ full: true })
  await world.decide({
    customers: {
      fields: { credit_limit: { type: 'money', currency: 'EUR', erp: 'credit_limit', crm: 'credit_limit' } },
    },
  })
  await world.sync()
  expect(await inErp(world)).toMatchObject([{ credit_limit: '100.00' }])
  expect(await inCrm(world)).toMatchObject([{ credit_limit: '100.00' }])
  expect(JSON.stringify(await world.store.sql('select changes from revision'))).toContain('777')
  await world.rest()
})

test('direction: one way – nothing is ever written to the system that data comes from', async () => {
  const fields = { phone: { master: undefined }, email: { master: undefined, on_conflict: undefined } }
  const world = await openWorld({
    customers: { direction: 'erp to crm', fields, edge_cases: { created_outside_master: 'leave alone' } },
  })
  await world.erp.sql(`insert into customers (legal_name, vat, phone) values ('Alfa', 'A1', '600111222')`)
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Only CRM', 'C1')`)
  expect(await world.sync()).toMatchObject({ created: 1, writes: { erp: 0, crm: 1 } })
  await world.crm.sql(`update accounts set phone = '600 999 888', account_name = 'x' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ writes: { erp: 0, crm: 1 } })
  await world.crm.sql(`delete from accounts where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ created: 1, writes: { erp: 0, crm: 1 } })
  await world.erp.sql(`delete from customers`)
  expect(await world.sync()).toMatchObject({ deleted: 1 })
  expect(await world.crm.sql('select account_name from accounts')).toEqual([{ account_name: 'Only CRM' }])
  expect(await world.erp.written()).toBe(0)
  await world.rest()
})

test('direction: one way the other way round', async () => {
  const fields = { phone: { master: undefined }, email: { master: undefined, on_conflict: undefined } }
  const world = await openWorld({
    customers: {
      master: 'crm',
      direction: 'crm to erp',
      fields,
      edge_cases: { created_outside_master: 'leave alone' },
    },
  })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Only ERP', 'E1'), ('alfa', 'A1')`)
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Alfa', 'A1'), ('Only CRM', 'C1')`)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 1, writes: { erp: 2, crm: 0 } })
  expect(await world.erp.sql('select legal_name from customers order by id')).toEqual([
    { legal_name: 'Only ERP' },
    { legal_name: 'Alfa' },
    { legal_name: 'Only CRM' },
  ])
  await world.erp.sql(`update customers set legal_name = 'x'`)
  await world.sync()
  expect(await world.erp.sql('select legal_name from customers order by id')).toEqual([
    { legal_name: 'x' },
    { legal_name: 'Alfa' },
    { legal_name: 'Only CRM' },
  ])
  expect(await world.crm.written()).toBe(0)
  await world.rest()
})

test('three systems in one flow: creation, edits, conflicts and deletions reach all of them', async () => {
  const world = await openWorld({ shop: true })
  await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'a@alfa.example')`)
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Beta', 'B1')`)
  await world.shop.sql(
    `insert into buyers (name, vat_id, newsletter) values ('Gamma', 'G1', true), ('ALFA', 'A1', true)`,
  )
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 5 })
  const all = async () => [
    await world.erp.sql('select legal_name as name, vat, email, phone from customers order by vat'),
    await world.crm.sql('select account_name as name, tax_id as vat, email, phone from accounts order by tax_id'),
    await world.shop.sql('select name, vat_id as vat, mail as email, telephone as phone from buyers order by vat_id'),
  ]
  const three = (rows: unknown) => [rows, rows, rows]
  const none = { email: null, phone: null }
  expect(await all()).toEqual(
    three([
      { name: 'Alfa', vat: 'A1', email: 'a@alfa.example', phone: null },
      { name: 'Beta', vat: 'B1', ...none },
      { name: 'Gamma', vat: 'G1', ...none },
    ]),
  )
  expect(await world.shop.sql('select newsletter from buyers order by vat_id')).toEqual([
    { newsletter: true },
    { newsletter: false },
    { newsletter: true },
  ])
  await world.rest()
  // Three edits of three fields of one record meet; the shop is master of none of what it edits.
  await world.erp.sql(`update customers set legal_name = 'Alfa Group' where vat = 'A1'`)
  await world.crm.sql(`update accounts set phone = '+34600111222' where tax_id = 'A1'`)
  await world.shop.sql(`update buyers set mail = 'shop@alfa.example', name = 'shop name' where vat_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', conflicts: 0 })
  const alfaNow = { name: 'Alfa Group', vat: 'A1', email: 'shop@alfa.example', phone: '+34600111222' }
  expect((await all()).map((rows) => rows[0])).toEqual(three(alfaNow))
  await world.rest()
  // Gone in the shop: restored there. Gone in the ERP: gone everywhere.
  await world.shop.sql(`delete from buyers where vat_id = 'A1'`)
  await world.erp.sql(`delete from customers where vat = 'G1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, deleted: 2 })
  expect(await all()).toEqual(three([alfaNow, { name: 'Beta', vat: 'B1', ...none }]))
  expect(await world.shop.value(`select newsletter from buyers where vat_id = 'A1'`)).toBe(true)
  await world.rest()
})

test('three systems: the same shared field edited in all of them', async () => {
  const world = await openWorld({ shop: true, customers: { fields: { email: { on_conflict: 'ask' } } } })
  await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'a@alfa.example')`)
  await world.sync()
  await world.erp.sql(`update customers set email = 'erp@alfa.example'`)
  await world.crm.sql(`update accounts set email = 'crm@alfa.example'`)
  await world.shop.sql(`update buyers set mail = 'shop@alfa.example'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 0 })
  expect((await world.theCase()).values).toEqual({
    golden: 'a@alfa.example',
    erp: 'erp@alfa.example',
    crm: 'crm@alfa.example',
    shop: 'shop@alfa.example',
  })
  await world.rest()
  await world.answer('shop')
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 1, crm: 1, shop: 0 } })
  expect(await world.erp.value('select email from customers')).toBe('shop@alfa.example')
  await world.rest()
})
