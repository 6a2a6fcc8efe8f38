import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** Both systems hold the customer and differ in the shared e-mail address: the first sync asks. */
const differing = async (shop = false): Promise<World> => {
  const world = await openWorld({ shop, customers: { fields: { email: { on_conflict: 'ask' } } } })
  await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'erp@alfa.example')`)
  await world.crm.sql(`insert into accounts (account_name, tax_id, email) values ('Alfa', 'A1', 'crm@alfa.example')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', linked: 1, conflicts: 1 })
  return world
}
const mails = async (world: World) => [
  await world.erp.value('select email from customers'),
  await world.crm.value('select email from accounts'),
]
const both = (mail: string) => [`${mail}@alfa.example`, `${mail}@alfa.example`]
const rule = (world: World, on_conflict: unknown) => world.decide({ customers: { fields: { email: { on_conflict } } } })

for (const system of ['erp', 'crm']) {
  test(`L8 what the first sync asked goes by the rule once there is one: ${system}, whoever was seen first`, async () => {
    const world = await differing()
    await rule(world, system)
    expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0, updated: 1 })
    expect(await mails(world)).toEqual(both(system))
    const why = (await world.why('Alfa')).join('\n')
    expect(why).not.toMatch(/only .* changed it/)
    expect(why).toContain(system === 'erp' ? 'crm@alfa.example' : 'erp@alfa.example')
    await world.rest()
  })
}

test('L8 by the newest, too, and not by whose record was seen first', async () => {
  for (const system of ['erp', 'crm']) {
    const world = await differing()
    await world.erp.sql(`update customers set updated_at = now() - interval '1 ${system === 'erp' ? 'minute' : 'day'}'`)
    await world.crm.sql(`update accounts set modified_at = now() - interval '1 hour'`)
    await world.sync({ full: true })
    await rule(world, 'newest')
    expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
    expect(await mails(world)).toEqual(both(system))
  }
})

test('L8 an edit while the question is open is shown and closes nothing; another process goes on with it', async () => {
  const world = await differing()
  for (const [sql, values] of [
    [
      world.erp.sql(`update customers set email = 'new@alfa.example'`),
      { erp: 'new@alfa.example', crm: 'crm@alfa.example' },
    ],
  ] as const) {
    await sql
    expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 0, open_cases: 1 })
    expect((await world.theCase()).values).toEqual(values)
  }
  await world.crm.sql(`update accounts set email = null`)
  const other = await world.another()
  expect(await other.run()).toMatchObject([{ status: 'waiting', updated: 0 }])
  expect((await world.theCase()).values).toEqual({ erp: 'new@alfa.example', crm: null })
  expect(await mails(world)).toEqual(['new@alfa.example', null])
  await world.rest()
  expect((await world.theCase()).choices.map((choice) => choice.choice)).toEqual(['erp', 'crm', 'value'])
  await world.answer('crm')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  expect(await mails(world)).toEqual([null, null])
  await world.rest()
})

test('L2 it closes by itself when the systems agree, and only then', async () => {
  const world = await differing()
  await world.crm.sql(`update accounts set email = 'both@alfa.example'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 0 })
  await world.erp.sql(`update customers set email = 'both@alfa.example'`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 0, open_cases: 0 })
  await world.rest()
})

test('L8 what existing_records asked: an edit of the master or of another is shown, nothing is overwritten', async () => {
  const world = await openWorld({ customers: { edge_cases: { existing_records: 'ask' } } })
  await world.erp.sql(`insert into customers (legal_name, vat, phone) values ('Alfa', 'A1', '+34600000001')`)
  await world.crm.sql(`insert into accounts (account_name, tax_id, phone) values ('Alfa Sales', 'A1', '+34600000001')`)
  await world.sync()
  const names = async () => [
    await world.erp.value('select legal_name from customers'),
    await world.crm.value('select account_name from accounts'),
  ]
  await world.erp.sql(`update customers set legal_name = 'Alfa Group'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 0 })
  await world.crm.sql(`update accounts set account_name = 'Alfa Iberia'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 0 })
  expect((await world.theCase()).values).toEqual({ erp: 'Alfa Group', crm: 'Alfa Iberia' })
  expect(await names()).toEqual(['Alfa Group', 'Alfa Iberia'])
  await world.rest()
  await world.decide({ customers: { edge_cases: { existing_records: 'master wins' } } })
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await names()).toEqual(['Alfa Group', 'Alfa Group'])
  expect((await world.why('Alfa')).join('\n')).toContain('Alfa Iberia')
  await world.rest()
})

test('L8 an edit outside the master that was asked about is in the log when the master’s own change answers it', async () => {
  const world = await openWorld({ customers: { edge_cases: { edited_outside_master: 'ask' } } })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.sync()
  await world.crm.sql(`update accounts set account_name = 'Alfa Sales'`)
  await world.sync()
  await world.crm.sql(`update accounts set account_name = 'Alfa Iberia'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 0 })
  expect((await world.theCase()).values).toEqual({ golden: 'Alfa', erp: 'Alfa', crm: 'Alfa Iberia' })
  // As another kind of question it is still one question.
  await world.erp.sql(`update customers set legal_name = 'Alfa Group'`)
  await world.decide({ customers: { fields: { name: { master: 'shared', on_conflict: 'ask' } } } })
  expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 0, open_cases: 1 })
  expect(await world.theCase()).toMatchObject({ kind: 'conflict', cause: 'shared_field' })
  await world.decide({ customers: { fields: { name: { master: undefined, on_conflict: undefined } } } })
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  expect(await world.crm.value('select account_name from accounts')).toBe('Alfa Group')
  expect((await world.why('Alfa')).join('\n')).toContain('Alfa Iberia')
  await world.rest()
})

test('L8 three systems: an order of preference decides, and the first that has the record leads', async () => {
  const world = await differing(true)
  await rule(world, ['shop', 'crm', 'erp'])
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await mails(world)).toEqual(both('crm'))
  expect(await world.shop.value('select mail from buyers')).toBe('crm@alfa.example')
  await world.rest()
  await world.erp.sql(`update customers set email = 'erp2@alfa.example'`)
  await world.shop.sql(`update buyers set mail = 'shop2@alfa.example'`)
  expect(await world.sync()).toMatchObject({ status: 'done', conflicts: 0 })
  expect(await mails(world)).toEqual(both('shop2'))
  await world.erp.sql(`update customers set email = 'erp3@alfa.example'`)
  await world.crm.sql(`update accounts set email = 'crm3@alfa.example'`)
  await world.sync()
  expect(await mails(world)).toEqual(both('crm3'))
  await world.rest()
})

test('L8 three systems: a third that comes later joins the question', async () => {
  const world = await differing(true)
  await world.shop.sql(`delete from buyers`)
  await world.shop.sql(`insert into buyers (name, vat_id, mail) values ('Alfa', 'A1', 'shop@alfa.example')`)
  await world.sync()
  const found = (await world.cases()).filter((one) => one.kind === 'conflict')
  expect(found).toHaveLength(1)
  expect(await mails(world)).toEqual(['erp@alfa.example', 'crm@alfa.example'])
})

for (const deleted of ['crm', 'erp'] as const) {
  test(`L13 an edit that people were asked about beats a delete: ${deleted} deletes while the question is open`, async () => {
    const world = await openWorld({
      customers: { fields: { email: { on_conflict: 'ask' } }, edge_cases: { deleted_elsewhere: 'accept' } },
    })
    await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'old@alfa.example')`)
    await world.sync()
    await world.erp.sql(`update customers set email = 'erp@alfa.example'`)
    await world.crm.sql(`update accounts set email = 'crm@alfa.example', owner_remark = 'keep'`)
    expect(await world.sync()).toMatchObject({ status: 'waiting', conflicts: 1 })
    if (deleted === 'crm') await world.crm.sql(`delete from accounts`)
    else await world.erp.sql(`delete from customers`)
    expect(await world.sync()).toMatchObject({ status: 'waiting', deleted: 0, created: 1 })
    expect(await mails(world)).toEqual(['erp@alfa.example', 'crm@alfa.example'])
    expect(await world.crm.value('select owner_remark from accounts')).toBe('keep')
    expect((await world.theCase()).values).toMatchObject({ erp: 'erp@alfa.example', crm: 'crm@alfa.example' })
    await world.answer('crm')
    await world.sync()
    expect(await mails(world)).toEqual(both('crm'))
    await world.rest()
  })
}

test('L13 an edit outside the master that people were asked about beats a delete, too', async () => {
  const world = await openWorld({
    customers: { fields: { name: { edited_outside_master: 'ask' } }, edge_cases: { deleted_in_master: 'delete' } },
  })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.sync()
  await world.crm.sql(`update accounts set account_name = 'Alfa S.L.'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', conflicts: 1 })
  await world.erp.sql(`delete from customers`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', deleted: 0, created: 1 })
  expect(await world.erp.value('select legal_name from customers')).toBe('Alfa')
  expect(await world.crm.value('select account_name from accounts')).toBe('Alfa S.L.')
  expect((await world.theCase()).kind).toBe('outside edit')
})
