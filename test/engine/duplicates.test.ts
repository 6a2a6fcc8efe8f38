import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** One customer in the ERP, three accounts that could be it: an old one, a complete one, and one that is neither. */
const twins = async (answer: string): Promise<World> => {
  const world = await openWorld({ customers: { edge_cases: { duplicates: answer } } })
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 100)`)
  await world.crm.sql(`insert into accounts (account_name, tax_id, email, phone, modified_at) values
    ('Alfa new', 'A1', null, null, '2024-01-01'),
    ('Alfa old', 'A1', null, null, '2020-01-01'),
    ('Alfa full', 'A1', 'a@alfa.example', '600 111 222', '2023-01-01')`)
  return world
}
const accounts = (world: World) => world.crm.sql('select id, account_name, credit_limit from accounts order by id')
const inErp = async (world: World) => Number(await world.erp.value('select count(*) from customers'))

test('duplicates: ask – nothing is joined or created before a person says which one it is', async () => {
  const world = await twins('ask')
  const before = await accounts(world)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 0, updated: 0, linked: 0 })
  expect(await accounts(world)).toEqual(before)
  expect(await inErp(world)).toBe(1)
  const cases = await world.cases()
  expect(new Set(cases.map((one) => one.kind))).toEqual(new Set(['ambiguous match']))
  await world.rest()
  // The account “Alfa full” is the customer; the other two stay as they are.
  const app = await world.app()
  const full = cases.find((one) => one.title === 'Alfa full')!
  await app.resolve(full.case, {
    choice: full.choices.find((choice) => choice.choice.startsWith('link '))!.choice,
    by: 'ana',
  })
  await world.sync()
  for (const one of await world.cases()) await app.resolve(one.case, { choice: 'ignore', by: 'ana' })
  expect(await world.sync()).toMatchObject({ status: 'done' })
  expect(await accounts(world)).toEqual([
    { id: 501, account_name: 'Alfa new', credit_limit: null },
    { id: 502, account_name: 'Alfa old', credit_limit: null },
    { id: 503, account_name: 'Alfa', credit_limit: '100.00' },
  ])
  expect(await inErp(world)).toBe(1)
  await world.rest()
})

test('duplicates: oldest – the one that has gone longest without a change is the customer', async () => {
  const world = await twins('oldest')
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 0 })
  expect(await accounts(world)).toEqual([
    { id: 501, account_name: 'Alfa new', credit_limit: null },
    { id: 502, account_name: 'Alfa', credit_limit: '100.00' },
    { id: 503, account_name: 'Alfa full', credit_limit: null },
  ])
  expect(await inErp(world)).toBe(1)
  await world.rest()
})

test('duplicates: most complete – the one with the most values is the customer', async () => {
  const world = await twins('most complete')
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 0 })
  expect(await accounts(world)).toEqual([
    { id: 501, account_name: 'Alfa new', credit_limit: null },
    { id: 502, account_name: 'Alfa old', credit_limit: null },
    { id: 503, account_name: 'Alfa', credit_limit: '100.00' },
  ])
  expect(await world.erp.value('select phone from customers')).toBe('+34600111222')
  await world.rest()
})

test('duplicates: twins in the master are told apart by the same rule', async () => {
  const world = await openWorld({ customers: { edge_cases: { duplicates: 'oldest' } } })
  await world.erp.sql(
    `insert into customers (legal_name, vat, updated_at) values ('New', 'A1', '2024-01-01'), ('Old', 'A1', '2020-01-01')`,
  )
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Alfa', 'A1')`)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 0 })
  expect(await world.crm.sql('select account_name from accounts')).toEqual([{ account_name: 'Old' }])
  await world.rest()
})

test('duplicates: a double that turns up later is asked about, and can become a record of its own', async () => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.sync()
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Alfa Norte', 'A1')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 0, linked: 0, held: 1 })
  expect(await world.theCase()).toMatchObject({ kind: 'ambiguous match', title: 'Alfa Norte' })
  await world.rest()
  await world.answer('separate')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1 })
  expect(await world.erp.sql('select legal_name from customers order by id')).toEqual([
    { legal_name: 'Alfa' },
    { legal_name: 'Alfa Norte' },
  ])
  await world.rest()
})

test('L3 a record never gets two counterparts: blanks match nothing, and one rule after the other decides', async () => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat, email) values
    ('Alfa', 'A1', 'info@alfa.example'), ('Beta', null, 'info@beta.example'), ('Gamma', null, null)`)
  await world.crm.sql(`insert into accounts (account_name, tax_id, email) values
    ('by vat', 'A1', 'info@beta.example'), ('by mail', null, 'INFO@alfa.example'), ('by nothing', '', '')`)
  const run = await world.sync()
  // “by vat” is Alfa by the first rule. “by mail” has Alfa's address, but Alfa is taken.
  const links = await world.store.sql(`select record_id, count(*)::int as n from link group by 1 having count(*) > 2`)
  expect(links).toEqual([])
  expect(await world.crm.value(`select account_name from accounts where tax_id = 'A1'`)).toBe('Alfa')
  expect(await world.erp.value(`select count(*)::int from customers where legal_name = 'by nothing'`)).toBe(1)
  expect(run.linked).toBe(1)
  expect((await world.cases()).map((one) => one.title)).toContain('by mail')
  await world.rest()
})
