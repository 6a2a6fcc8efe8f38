import { expect, test } from 'vitest'

import { openWorld } from './world.ts'

const outside = async (answer: string) => {
  const world = await openWorld({ customers: { edge_cases: { created_outside_master: answer } } })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.sync()
  await world.crm.sql(`insert into accounts (account_name, tax_id, phone) values ('Beta', 'B1', '600 111 222')`)
  return world
}
const inErp = `select legal_name from customers order by id`

test('created_outside_master: adopt – a manual entry is created in the master', async () => {
  const world = await outside('adopt')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, writes: { erp: 1, crm: 0 } })
  expect(await world.erp.sql(`select legal_name, vat, phone from customers where vat = 'B1'`)).toEqual([
    { legal_name: 'Beta', vat: 'B1', phone: '+34600111222' },
  ])
  expect((await world.show('Beta')).links.map((link) => link.system)).toEqual(['erp', 'crm'])
  await world.rest()
})

test('created_outside_master: hold for approval – nothing happens until somebody says so', async () => {
  const world = await outside('hold for approval')
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 0, held: 1 })
  expect(await world.theCase()).toMatchObject({ kind: 'held record', cause: 'created_outside_master', title: 'Beta' })
  await world.rest()
  expect(await world.erp.sql(inErp)).toEqual([{ legal_name: 'Alfa' }])
  await world.answer('create')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1 })
  expect(await world.erp.sql(inErp)).toEqual([{ legal_name: 'Alfa' }, { legal_name: 'Beta' }])
  await world.rest()
})

test('created_outside_master: leave alone – the entry stays where it is, for good', async () => {
  const world = await outside('leave alone')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, held: 0, open_cases: 0 })
  await world.crm.sql(`update accounts set account_name = 'Beta 2' where tax_id = 'B1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, updated: 0 })
  expect(await world.erp.sql(inErp)).toEqual([{ legal_name: 'Alfa' }])
  await world.rest()
})

test('created_outside_master: leave alone – and finds its counterpart when the master gets one', async () => {
  const world = await outside('leave alone')
  await world.sync()
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Beta SL', 'B1')`)
  expect(await world.sync()).toMatchObject({ created: 0, linked: 1 })
  expect(await world.crm.sql(`select account_name, phone from accounts where tax_id = 'B1'`)).toEqual([
    { account_name: 'Beta SL', phone: '600 111 222' },
  ])
  expect(await world.erp.value(`select phone from customers where vat = 'B1'`)).toBe('+34600111222')
  await world.rest()
})

test('created_outside_master: hold for approval – refused, it is left alone and asked no more', async () => {
  const world = await outside('hold for approval')
  await world.sync()
  await world.answer('ignore')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0 })
  await world.crm.sql(`update accounts set account_name = 'Beta 2' where tax_id = 'B1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, open_cases: 0 })
  expect(await world.erp.sql(inErp)).toEqual([{ legal_name: 'Alfa' }])
})

test('what is created in the master needs no permission', async () => {
  const world = await outside('hold for approval')
  await world.sync()
  await world.erp.sql(`insert into customers (legal_name, vat, internal_note) values ('Gamma', 'G1', 'keep me')`)
  expect(await world.sync()).toMatchObject({ created: 1, writes: { crm: 1, erp: 0 } })
  expect(await world.crm.sql(`select account_name, kind, owner_remark from accounts where tax_id = 'G1'`)).toEqual([
    { account_name: 'Gamma', kind: 'customer', owner_remark: null },
  ])
  expect((await world.why('Gamma')).join()).toMatch(/created in/i)
})

test('created_outside_master: hold for approval – what is deleted before anybody decided is no question any more', async () => {
  const world = await openWorld({ customers: { edge_cases: { created_outside_master: 'hold for approval' } } })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.sync()
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Beta', 'B1')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', open_cases: 1 })
  await world.crm.sql(`delete from accounts where tax_id = 'B1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await world.cases()).toEqual([])
  expect(await world.erp.value('select count(*)::int from customers')).toBe(1)
  await world.rest()
})
