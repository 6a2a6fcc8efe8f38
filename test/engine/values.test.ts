import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

const BAD = 'call me'

/** One customer in agreement; then its phone, which the CRM is master of, becomes what is no phone number. */
const badPhone = async (answer: string): Promise<World> => {
  const world = await openWorld({ customers: { edge_cases: { invalid_value: answer } } })
  await world.erp.sql(
    `insert into customers (legal_name, vat, credit_limit, phone) values ('Alfa', 'A1', 100, '600111222')`,
  )
  await world.sync()
  await world.crm.sql('update accounts set phone = $1', BAD)
  await world.erp.sql('update customers set credit_limit = 150')
  return world
}
const phones = async (world: World) => [
  await world.erp.value('select phone from customers'),
  await world.crm.value('select phone from accounts'),
]

test('invalid_value: hold record – it is held until the value is mended, whatever else changes in it', async () => {
  const world = await badPhone('hold record')
  expect(await world.sync()).toMatchObject({ status: 'waiting', held: 1 })
  expect(await world.theCase()).toMatchObject({ kind: 'held record', cause: 'invalid_value' })
  expect(await phones(world)).toEqual(['600111222', BAD])
  await world.rest()
  await world.crm.sql(`update accounts set phone = '600 333 444'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await phones(world)).toEqual(['+34600333444', '600 333 444'])
  expect(await world.crm.value('select credit_limit from accounts')).toBe('150.00')
  await world.rest()
})

test('invalid_value: hold record – a new record does not go anywhere before it is mended', async () => {
  const world = await openWorld()
  await world.erp.sql(
    `insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'not an address'), ('Beta', 'B1', null)`,
  )
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 1, held: 1 })
  expect(await world.theCase()).toMatchObject({ cause: 'invalid_value', title: 'Alfa' })
  await world.rest()
  await world.erp.sql(`update customers set email = 'a@alfa.example' where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, open_cases: 0 })
  expect(await world.crm.value(`select email from accounts where tax_id = 'A1'`)).toBe('a@alfa.example')
  await world.rest()
})

test('invalid_value: skip field – the rest of the record goes on, and the field follows when it is mended', async () => {
  const world = await badPhone('skip field')
  expect(await world.sync()).toMatchObject({ status: 'done', held: 0, updated: 1, open_cases: 0 })
  expect(await phones(world)).toEqual(['600111222', BAD])
  expect(await world.crm.value('select credit_limit from accounts')).toBe('150.00')
  await world.rest()
  await world.crm.sql(`update accounts set phone = '600 333 444'`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  expect(await phones(world)).toEqual(['+34600333444', '600 333 444'])
  await world.rest()
})

test('invalid_value: skip field – a new record goes without the field', async () => {
  const world = await openWorld({ customers: { edge_cases: { invalid_value: 'skip field' } } })
  await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'not an address')`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, held: 0 })
  expect(await world.crm.sql('select account_name, email from accounts')).toEqual([
    { account_name: 'Alfa', email: null },
  ])
  expect(await world.erp.value('select email from customers')).toBe('not an address')
  await world.rest()
  await world.erp.sql(`update customers set email = 'a@alfa.example'`)
  await world.sync()
  expect(await world.crm.value('select email from accounts')).toBe('a@alfa.example')
  await world.rest()
})

test('invalid_value: a field has its own answer', async () => {
  const world = await openWorld({ customers: { fields: { phone: { invalid_value: 'skip field' } } } })
  await world.crm.sql(`insert into accounts (account_name, tax_id, phone) values ('Alfa', 'A1', 'call me')`)
  await world.crm.sql(`insert into accounts (account_name, tax_id, email) values ('Beta', 'B1', 'write me')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 1, held: 1 })
  expect(await world.erp.sql('select legal_name, phone from customers')).toEqual([{ legal_name: 'Alfa', phone: null }])
  await world.rest()
})

test('a required value that is missing holds the record until it is there', async () => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat) values (null, 'A1'), ('Beta', 'B1')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 1, held: 1 })
  expect(await world.theCase()).toMatchObject({ cause: 'required_value' })
  await world.rest()
  await world.erp.sql(`update customers set legal_name = 'Alfa' where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, open_cases: 0 })
  await world.erp.sql(`update customers set legal_name = '' where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 0 })
  expect(await world.crm.value(`select account_name from accounts where tax_id = 'A1'`)).toBe('Alfa')
  await world.rest()
  await world.erp.sql(`update customers set legal_name = 'Alfa 2' where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  expect(await world.crm.value(`select account_name from accounts where tax_id = 'A1'`)).toBe('Alfa 2')
  await world.rest()
})

test('empty_in_master: keep – an empty value erases nothing, and the next value of the master counts again', async () => {
  const world = await openWorld({ customers: { edge_cases: { empty_in_master: 'keep' } } })
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 100)`)
  await world.sync()
  await world.erp.sql('update customers set credit_limit = null')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 0 })
  expect(await world.crm.value('select credit_limit from accounts')).toBe('100.00')
  await world.rest()
  await world.erp.sql('update customers set credit_limit = 300')
  await world.sync()
  expect(await world.crm.value('select credit_limit from accounts')).toBe('300.00')
  await world.rest()
})

test('empty_in_master: erase – an empty value empties the other, and a field may keep its own', async () => {
  const world = await openWorld({
    customers: { edge_cases: { empty_in_master: 'erase' }, fields: { vat: { empty_in_master: 'keep' } } },
  })
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 100)`)
  await world.sync()
  await world.erp.sql('update customers set credit_limit = null, vat = null')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  expect(await world.crm.sql('select credit_limit, tax_id from accounts')).toEqual([
    { credit_limit: null, tax_id: 'A1' },
  ])
  await world.rest()
})

test('L7 the same value written differently is no difference', async () => {
  const world = await openWorld({
    customers: { fields: { country: { type: 'country', erp: 'country_code', crm: 'country' } } },
  })
  await world.erp.sql(`insert into customers (legal_name, vat, email, phone, country_code, credit_limit)
    values ('Café  Río ', 'A1', 'Info@Alfa.Example', '0034 600-111-222', 'ES', 1000)`)
  await world.crm.sql(`insert into accounts (account_name, tax_id, email, phone, country, credit_limit)
    values (U&'Cafe\\0301  R\\00EDo', 'A1', 'info@alfa.example', '600 111 222', 'Spain', 1000.00)`)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, updated: 0, conflicts: 0 })
  expect(await world.crm.value('select country from accounts')).toBe('Spain')
  await world.rest()
})

test('values.table: each system has its own words for a choice', async () => {
  const segment = {
    type: 'choice',
    erp: { field: 'segment', values: { A: 'enterprise', B: 'mid-market', C: 'small' } },
    crm: 'tier',
  }
  const world = await openWorld({ customers: { fields: { segment } } })
  await world.erp.sql(
    `insert into customers (legal_name, vat, segment) values ('Alfa', 'A1', 'A'), ('Beta', 'B1', 'X')`,
  )
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 1, held: 1 })
  expect(await world.crm.sql('select account_name, tier from accounts')).toEqual([
    { account_name: 'Alfa', tier: 'enterprise' },
  ])
  expect((await world.theCase()).sentence).toMatch(/X/)
  await world.erp.sql(`update customers set segment = 'C' where vat = 'B1'`)
  await world.sync()
  await world.crm.sql(`insert into accounts (account_name, tax_id, tier) values ('Gamma', 'G1', 'mid-market')`)
  await world.crm.sql(`update accounts set tier = 'small' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done' })
  expect(await world.erp.sql('select vat, segment from customers order by vat')).toEqual([
    { vat: 'A1', segment: 'A' },
    { vat: 'B1', segment: 'C' },
    { vat: 'G1', segment: 'B' },
  ])
  expect(await world.crm.value(`select tier from accounts where tax_id = 'A1'`)).toBe('enterprise')
  await world.rest()
})

test('a computed field goes one way only', async () => {
  const address = { type: 'text', erp: { read: "street == '' ? '' : street + ', ' + city" }, crm: 'billing_address' }
  const world = await openWorld({ customers: { fields: { address } } })
  await world.erp.sql(
    `insert into customers (legal_name, vat, street, city) values ('Alfa', 'A1', 'Calle Mayor 1', 'Madrid')`,
  )
  await world.sync()
  expect(await world.crm.value('select billing_address from accounts')).toBe('Calle Mayor 1, Madrid')
  await world.erp.sql(`update customers set city = 'Lugo'`)
  await world.sync()
  expect(await world.crm.value('select billing_address from accounts')).toBe('Calle Mayor 1, Lugo')
  await world.crm.sql(`update accounts set billing_address = 'elsewhere'`)
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 0, crm: 1 } })
  expect(await world.crm.value('select billing_address from accounts')).toBe('Calle Mayor 1, Lugo')
  await world.rest()
})

test('L7 what a system cannot hold in full is learnt as its form of the value, not fought over', async () => {
  const world = await openWorld({ customers: { master: 'crm' } })
  const long = 'A very long company name that will not fit into the sixty characters of the ERP'
  await world.erp.sql(`
    alter table customers alter column legal_name type text;
    create function shorten() returns trigger language plpgsql as $$ begin new.legal_name := left(new.legal_name, 60); return new; end $$;
    create trigger shorten before insert or update on customers for each row execute function shorten();`)
  await world.crm.sql('insert into accounts (account_name, tax_id) values ($1, $2)', long, 'A1')
  await world.sync()
  await world.rest()
  expect(await world.erp.value('select legal_name from customers')).toBe(long.slice(0, 60))
  expect(await world.crm.value('select account_name from accounts')).toBe(long)
})
