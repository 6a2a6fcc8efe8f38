import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** One customer in agreement; then its e-mail address, which both share, is edited on both sides, in the ERP first. */
const disputed = async (answer: string): Promise<World> => {
  const world = await openWorld({ customers: { fields: { email: { on_conflict: answer } } } })
  await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'old@alfa.example')`)
  await world.sync()
  await world.erp.sql(`update customers set email = 'erp@alfa.example'`)
  await world.crm.sql(`update accounts set email = 'crm@alfa.example'`)
  return world
}
const mails = async (world: World) => [
  await world.erp.value('select email from customers'),
  await world.crm.value('select email from accounts'),
]
const both = (mail: string) => [`${mail}@alfa.example`, `${mail}@alfa.example`]

test('on_conflict: newest – the later edit wins, the other one is kept in the log', async () => {
  const world = await disputed('newest')
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 1, crm: 0 } })
  expect(await mails(world)).toEqual(both('crm'))
  expect((await world.why('Alfa')).join('\n')).toMatch(/erp@alfa\.example/)
  await world.rest()
})

test('on_conflict: newest – the other way round', async () => {
  const world = await disputed('newest')
  await world.erp.sql(`update customers set email = 'erp2@alfa.example'`)
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 0, crm: 1 } })
  expect(await mails(world)).toEqual(both('erp2'))
  await world.rest()
})

for (const system of ['erp', 'crm']) {
  test(`on_conflict: ${system} – that system’s value wins, whenever it was edited`, async () => {
    const world = await disputed(system)
    expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
    expect(await mails(world)).toEqual(both(system))
    await world.rest()
  })
}

test('on_conflict: ask – each side keeps its value until a person decides', async () => {
  const world = await disputed('ask')
  expect(await world.sync()).toMatchObject({ status: 'waiting', conflicts: 1, updated: 0 })
  expect(await world.theCase()).toMatchObject({
    kind: 'conflict',
    field: 'email',
    values: { golden: 'old@alfa.example', erp: 'erp@alfa.example', crm: 'crm@alfa.example' },
  })
  await world.rest()
  expect(await mails(world)).toEqual(['erp@alfa.example', 'crm@alfa.example'])
  // Other fields go on meanwhile.
  await world.erp.sql(`update customers set legal_name = 'Alfa Group'`)
  await world.sync()
  expect(await world.crm.value('select account_name from accounts')).toBe('Alfa Group')
  expect(await mails(world)).toEqual(['erp@alfa.example', 'crm@alfa.example'])
  await world.answer('erp')
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 0, crm: 1 } })
  expect(await mails(world)).toEqual(both('erp'))
  expect((await world.why('Alfa')).join('\n')).toMatch(/crm@alfa\.example/)
  await world.rest()
})

test('on_conflict: ask – a third value, or the old one', async () => {
  const world = await disputed('ask')
  await world.sync()
  await world.answer('value', 'New@Alfa.example')
  await world.sync()
  expect(await mails(world)).toEqual(both('new'))
  await world.rest()
  await world.erp.sql(`update customers set email = 'e@alfa.example'`)
  await world.crm.sql(`update accounts set email = 'c@alfa.example'`)
  await world.sync()
  await world.answer('golden')
  await world.sync()
  expect(await mails(world)).toEqual(both('new'))
  await world.rest()
})

test('on_conflict: ask – the question goes when the sides agree by themselves', async () => {
  const world = await disputed('ask')
  await world.sync()
  await world.crm.sql(`update accounts set email = 'ERP@alfa.example'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect((await mails(world)).map((mail) => String(mail).toLowerCase())).toEqual(both('erp'))
  await world.rest()
})

test('on_conflict: ask – what only one side edited is not asked', async () => {
  const world = await openWorld({ customers: { fields: { email: { on_conflict: 'ask' } } } })
  await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'old@alfa.example')`)
  await world.sync()
  await world.crm.sql(`update accounts set email = 'crm@alfa.example'`)
  expect(await world.sync()).toMatchObject({ status: 'done', conflicts: 0 })
  expect(await mails(world)).toEqual(both('crm'))
  await world.erp.sql(`update customers set email = 'erp@alfa.example'`)
  await world.sync()
  expect(await mails(world)).toEqual(both('erp'))
  await world.erp.sql(`update customers set email = 'same@alfa.example'`)
  await world.crm.sql(`update accounts set email = 'same@alfa.example'`)
  expect(await world.sync()).toMatchObject({ status: 'done', conflicts: 0, updated: 0 })
  await world.rest()
})

test('a shared field can be emptied on either side', async () => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'old@alfa.example')`)
  await world.sync()
  await world.crm.sql('update accounts set email = null')
  await world.sync()
  expect(await mails(world)).toEqual([null, null])
  await world.rest()
})

test('master: shared – every side creates, edits and deletes as of right', async () => {
  const world = await openWorld({ customers: { master: 'shared', on_conflict: 'newest' } })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Beta', 'B1')`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 2 })
  await world.crm.sql(`update accounts set account_name = 'Alfa 2' where tax_id = 'A1'`)
  await world.erp.sql(`update customers set legal_name = 'Beta 2' where vat = 'B1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 1, crm: 1 } })
  expect(await world.erp.sql('select legal_name from customers order by vat')).toEqual([
    { legal_name: 'Alfa 2' },
    { legal_name: 'Beta 2' },
  ])
  await world.crm.sql(`delete from accounts where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 1 })
  expect(await world.erp.sql('select vat from customers')).toEqual([{ vat: 'B1' }])
  await world.rest()
})

test('L10 a field that two programs keep flipping is left alone, and somebody is asked', async () => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 1)`)
  await world.sync()
  let writes = 0
  for (let i = 0; i < 12; i++) {
    await world.crm.sql(`update accounts set credit_limit = 2 where credit_limit <> 2`)
    writes += (await world.sync()).updated
  }
  expect(writes).toBeLessThan(10)
  expect(await world.theCase()).toMatchObject({ kind: 'breaker tripped', cause: 'oscillation', field: 'credit_limit' })
  await world.rest()
})
