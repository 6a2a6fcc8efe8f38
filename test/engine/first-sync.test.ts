import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

const LONG_AGO = '2005-03-01T00:00:00Z'

/** Both systems hold the customer A1 and differ; A2 is known in one only, in each. */
const legacy = async (edge: Record<string, unknown>, age = 'now()'): Promise<World> => {
  const world = await openWorld({ customers: { edge_cases: edge } })
  await world.erp.sql(`insert into customers (legal_name, vat, email, phone, credit_limit, updated_at) values
    ('Alfa', 'A1', 'old@alfa.example', '+34600111222', null, ${age}), ('Only ERP', 'E1', null, null, 5, ${age})`)
  await world.crm.sql(`insert into accounts (account_name, tax_id, email, phone, credit_limit, modified_at) values
    ('Alfa Sales', 'A1', null, '600 999 888', 700, ${age}), ('Only CRM', 'C1', null, null, 6, ${age})`)
  return world
}
const inErp = (world: World) =>
  world.erp.sql(`select legal_name as name, email, phone, credit_limit as credit from customers where vat = 'A1'`)
const inCrm = (world: World) =>
  world.crm.sql(`select account_name as name, email, phone, credit_limit as credit from accounts where tax_id = 'A1'`)
const count = async (world: World) => [
  Number(await world.erp.value('select count(*) from customers')),
  Number(await world.crm.value('select count(*) from accounts')),
]

test('existing_records: master wins – field by field, each by its own master', async () => {
  const world = await legacy({ existing_records: 'master wins' })
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 2, conflicts: 0 })
  // The ERP's empty credit limit does not erase the CRM's (empty_in_master: keep).
  expect(await inErp(world)).toEqual([{ name: 'Alfa', email: 'old@alfa.example', phone: '+34600999888', credit: null }])
  expect(await inCrm(world)).toEqual([
    { name: 'Alfa', email: 'old@alfa.example', phone: '600 999 888', credit: '700.00' },
  ])
  expect((await world.why('Alfa')).join('\n')).toMatch(/Alfa Sales/)
  await world.rest()
})

test('existing_records: fill blanks only – values that differ stay as they are', async () => {
  const world = await legacy({ existing_records: 'fill blanks only' })
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, conflicts: 0 })
  expect(await inErp(world)).toEqual([
    { name: 'Alfa', email: 'old@alfa.example', phone: '+34600111222', credit: '700.00' },
  ])
  expect(await inCrm(world)).toEqual([
    { name: 'Alfa Sales', email: 'old@alfa.example', phone: '600 999 888', credit: '700.00' },
  ])
  await world.rest()
  // From now on edits travel as the contract says.
  await world.erp.sql(`update customers set legal_name = 'Alfa Group' where vat = 'A1'`)
  await world.sync()
  expect(await world.crm.value(`select account_name from accounts where tax_id = 'A1'`)).toBe('Alfa Group')
  await world.rest()
})

test('existing_records: link only – nothing is written, later edits travel', async () => {
  const world = await legacy({ existing_records: 'link only' })
  const before = [await inErp(world), await inCrm(world)]
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, updated: 0 })
  expect([await inErp(world), await inCrm(world)]).toEqual(before)
  await world.rest()
  await world.crm.sql(`update accounts set phone = '600 777 666' where tax_id = 'A1'`)
  await world.sync()
  expect(await inErp(world)).toEqual([{ name: 'Alfa', email: 'old@alfa.example', phone: '+34600777666', credit: null }])
  await world.rest()
})

test('existing_records: ask – one question a differing field, nothing is written before the answer', async () => {
  const world = await legacy({ existing_records: 'ask' })
  const before = [await inErp(world), await inCrm(world)]
  expect(await world.sync()).toMatchObject({ status: 'waiting', linked: 1 })
  expect([await inErp(world), await inCrm(world)]).toEqual(before)
  const cases = await world.cases()
  expect(cases.map((one) => `${one.cause}: ${one.field}`).toSorted()).toEqual([
    'existing_records: credit_limit',
    'existing_records: email',
    'existing_records: name',
    'existing_records: phone',
  ])
  await world.rest()
  const app = await world.app()
  for (const one of cases) await app.resolve(one.case, { choice: one.field === 'email' ? 'erp' : 'crm', by: 'ana' })
  expect(await world.sync()).toMatchObject({ status: 'done' })
  expect(await inErp(world)).toEqual([
    { name: 'Alfa Sales', email: 'old@alfa.example', phone: '+34600999888', credit: '700.00' },
  ])
  expect(await inCrm(world)).toEqual([
    { name: 'Alfa Sales', email: 'old@alfa.example', phone: '600 999 888', credit: '700.00' },
  ])
  await world.rest()
})

test('existing_unmatched: create – in the other system, from both sides', async () => {
  const world = await legacy({ existing_unmatched: 'create' })
  expect(await world.sync()).toMatchObject({ created: 2, writes: { erp: 2, crm: 2 } })
  expect(await world.erp.value(`select credit_limit from customers where legal_name = 'Only CRM'`)).toBe('6.00')
  expect(await world.crm.value(`select credit_limit from accounts where account_name = 'Only ERP'`)).toBe('5.00')
  await world.rest()
})

test('existing_unmatched: ask – a person says which of them should exist everywhere', async () => {
  const world = await legacy({ existing_unmatched: 'ask' })
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 0, held: 2 })
  expect(await count(world)).toEqual([2, 2])
  const cases = await world.cases()
  expect(cases.map((one) => `${one.cause}: ${one.title}`).toSorted()).toEqual([
    'existing_unmatched: Only CRM',
    'existing_unmatched: Only ERP',
  ])
  await world.rest()
  const app = await world.app()
  for (const one of cases)
    await app.resolve(one.case, { choice: one.title === 'Only ERP' ? 'create' : 'ignore', by: 'ana' })
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1 })
  expect(await count(world)).toEqual([2, 3])
  await world.rest()
})

test('existing_unmatched: leave alone – neither side gets the other’s', async () => {
  const world = await legacy({ existing_unmatched: 'leave alone' })
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, linked: 1, open_cases: 0 })
  expect(await count(world)).toEqual([2, 2])
  await world.erp.sql(`update customers set credit_limit = 9 where vat = 'E1'`)
  await world.sync()
  expect(await count(world)).toEqual([2, 2])
  await world.rest()
})

test('older_than: leave alone – legacy stays as it is, until somebody works with it again', async () => {
  const world = await legacy({ older_than: { years: 7, then: 'leave alone' } }, `'${LONG_AGO}'`)
  const before = [await inErp(world), await inCrm(world)]
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, linked: 0, updated: 0, open_cases: 0 })
  expect([await inErp(world), await inCrm(world)]).toEqual(before)
  await world.rest()
  await world.erp.sql(`update customers set credit_limit = 9 where vat = 'E1'`)
  expect(await world.sync()).toMatchObject({ created: 1 })
  await world.rest()
})

test('older_than: ask – whether old records without a counterpart should be created', async () => {
  const world = await legacy({ older_than: { years: 7, then: 'ask' } }, `'${LONG_AGO}'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 0, updated: 0 })
  const cases = await world.cases()
  expect(
    cases
      .filter((one) => one.cause === 'older_than')
      .map((one) => one.title)
      .toSorted(),
  ).toEqual(['Only CRM', 'Only ERP'])
  expect(await count(world)).toEqual([2, 2])
  await world.rest()
  const app = await world.app()
  for (const one of cases.filter((c) => c.cause === 'older_than'))
    await app.resolve(one.case, { choice: 'create', by: 'ana' })
  expect(await world.sync()).toMatchObject({ created: 2 })
  await world.rest()
})

test('older_than: link only – old pairs find each other without a write, old singles stay alone', async () => {
  const world = await legacy({ older_than: { years: 7, then: 'link only' } }, `'${LONG_AGO}'`)
  const before = [await inErp(world), await inCrm(world)]
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, linked: 1, updated: 0, open_cases: 0 })
  expect([await inErp(world), await inCrm(world)]).toEqual(before)
  expect(await count(world)).toEqual([2, 2])
  await world.rest()
  await world.erp.sql(`update customers set legal_name = 'Alfa Group' where vat = 'A1'`)
  await world.sync()
  expect(await world.crm.value(`select account_name from accounts where tax_id = 'A1'`)).toBe('Alfa Group')
  await world.rest()
})

test('older_than: no limit – age does not matter', async () => {
  const world = await legacy({ older_than: 'no limit' }, `'${LONG_AGO}'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 2, linked: 1 })
  expect(await count(world)).toEqual([3, 3])
  await world.rest()
})

test('older_than: a record that one side works with is not old', async () => {
  const world = await legacy({ older_than: { years: 7, then: 'leave alone' } }, `'${LONG_AGO}'`)
  await world.crm.sql(`update accounts set phone = '600 777 666' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 0 })
  expect(await world.erp.value(`select phone from customers where vat = 'A1'`)).toBe('+34600777666')
  await world.rest()
})
