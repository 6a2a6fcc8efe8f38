import { describe, expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** Three customers in agreement, each with something in the CRM that the contract does not map. */
const agreed = async (edge: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<World> => {
  const world = await openWorld({ customers: { edge_cases: edge, ...more } })
  await world.erp.sql(`insert into customers (legal_name, vat, phone, credit_limit, internal_note) values
    ('Alfa', 'A1', '600 111 111', 100, 'pays late'), ('Beta', 'B1', '600 222 222', 200, null),
    ('Gamma', 'G1', '600 333 333', 300, null)`)
  await world.sync()
  await world.crm.sql(`update accounts set owner_remark = 'remark of ' || tax_id`)
  await world.sync()
  return world
}
const inErp = (world: World) => world.erp.sql('select legal_name, vat, phone from customers order by vat')
const inCrm = (world: World) =>
  world.crm.sql('select account_name, tax_id, phone, owner_remark from accounts order by tax_id')
const ALFA = { account_name: 'Alfa', tax_id: 'A1', phone: '+34600111111', owner_remark: 'remark of A1' }
const BETA = { account_name: 'Beta', tax_id: 'B1', phone: '+34600222222', owner_remark: 'remark of B1' }
const GAMMA = { account_name: 'Gamma', tax_id: 'G1', phone: '+34600333333', owner_remark: 'remark of G1' }
const NEW_1 = { account_name: 'Quite another', tax_id: 'Z1', phone: '+34600999991', owner_remark: null }
const NEW_2 = { account_name: 'And one more', tax_id: 'Z2', phone: '+34600999992', owner_remark: null }
const others = (world: World) =>
  world.erp.sql(`insert into customers (id, legal_name, vat, phone) values
    (1, 'Quite another', 'Z1', '600 999 991'), (2, 'And one more', 'Z2', '600 999 992')`)
const settled = { open_cases: 0, status: 'done' }

describe.each(['looks at changes', 'looks at everything'] as const)('a run that %s', (how) => {
  const full = how === 'looks at everything'

  test('L32 ids of deleted records are given to others: those are created, and what was deleted stays so', async () => {
    const world = await agreed({ deleted_in_master: 'delete' })
    await world.erp.sql('delete from customers where id in (1, 2)')
    expect(await world.sync()).toMatchObject({ deleted: 2 })
    await others(world)
    expect(await world.sync({ full })).toMatchObject({ ...settled, created: 2, deleted: 0 })
    expect(await inCrm(world)).toEqual([GAMMA, NEW_1, NEW_2])
    await world.rest()
    await world.erp.sql(`update customers set legal_name = 'Renamed' where id = 1`)
    await world.sync({ full })
    expect(await inCrm(world)).toEqual([GAMMA, { ...NEW_1, account_name: 'Renamed' }, NEW_2])
    await world.rest()
  })

  test('L32 L14 deleted records are put back under their ids: they are restored elsewhere from their own last images', async () => {
    const world = await agreed({ deleted_in_master: 'delete' })
    await world.erp.sql('create table bin as select * from customers where id in (1, 2)')
    await world.erp.sql('delete from customers where id in (1, 2)')
    await world.sync()
    expect(await inCrm(world)).toEqual([GAMMA])
    await world.erp.sql('insert into customers select * from bin')
    expect(await world.sync({ full })).toMatchObject({ ...settled, created: 2 })
    expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA])
    expect(await world.crm.value(`select string_agg(id::text, ',' order by id) from accounts`)).toBe('501,502,503')
    expect((await world.why('Alfa')).join(' ')).toMatch(/then created again in ERP/)
    await world.rest()
    await world.erp.sql(`update customers set credit_limit = 111 where id = 1`)
    await world.sync()
    expect(await world.crm.value(`select credit_limit from accounts where tax_id = 'A1'`)).toBe('111.00')
    await world.rest()
  })

  test('L32 deleted_in_master: unlink – what comes again is joined with the account that is still there', async () => {
    const world = await agreed({ deleted_in_master: 'unlink' })
    await world.erp.sql('create table bin as select * from customers where id in (1, 2)')
    await world.erp.sql('delete from customers where id in (1, 2)')
    await world.sync()
    await world.crm.sql(`update accounts set credit_limit = 7 where tax_id = 'A1'`)
    await world.sync()
    await world.erp.sql('insert into customers select * from bin where id = 1')
    await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Beta again', 'B1', 250)`)
    expect(await world.sync({ full })).toMatchObject({ ...settled, linked: 2, created: 0 })
    expect(await inCrm(world)).toEqual([ALFA, { ...BETA, account_name: 'Beta again' }, GAMMA])
    expect(await world.crm.value(`select credit_limit from accounts where tax_id = 'A1'`)).toBe('100.00')
    await world.rest()
    await world.crm.sql(`update accounts set phone = '600 123 123' where tax_id in ('A1', 'B1')`)
    await world.sync()
    expect((await inErp(world)).map((row) => row['phone'])).toEqual(['+34600123123', '+34600123123', '600 333 333'])
    await world.rest()
  })

  test('L32 deleted_in_master: unlink – another thing under the id is a new record, and the account stays alone', async () => {
    const world = await agreed({ deleted_in_master: 'unlink' })
    await world.erp.sql('delete from customers where id in (1, 2)')
    await world.sync()
    await others(world)
    expect(await world.sync({ full })).toMatchObject({ ...settled, created: 2, linked: 0 })
    expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA, NEW_1, NEW_2])
    await world.rest()
  })

  test('L32 deleted_in_master: archive – the archived record is no longer archived, another one is created', async () => {
    const world = await agreed({ deleted_in_master: 'archive' })
    await world.erp.sql('create table bin as select * from customers where id = 2')
    await world.erp.sql('delete from customers where id in (1, 2)')
    await world.sync()
    await world.erp.sql(`insert into customers select * from bin;
      insert into customers (id, legal_name, vat, phone) values (1, 'Quite another', 'Z1', '600 999 991')`)
    expect(await world.sync({ full })).toMatchObject({ ...settled, created: 1 })
    expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA, NEW_1])
    expect(await world.crm.sql('select tax_id from accounts where not is_active')).toEqual([{ tax_id: 'A1' }])
    await world.rest()
  })
})

test('L32 while people are asked about a deletion, another thing under the id leaves the question open', async () => {
  const world = await agreed({ deleted_in_master: 'ask' })
  await world.erp.sql('delete from customers where id = 1')
  await world.sync()
  await world.erp.sql(
    `insert into customers (id, legal_name, vat, phone) values (1, 'Quite another', 'Z1', '600 999 991')`,
  )
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 1, open_cases: 1 })
  expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA, NEW_1])
  await world.rest()
  await world.answer('restore')
  expect(await world.sync()).toMatchObject({ ...settled, created: 1 })
  expect(await world.erp.sql(`select legal_name, internal_note from customers where vat = 'A1'`)).toEqual([
    { legal_name: 'Alfa', internal_note: 'pays late' },
  ])
  await world.rest()
  await world.crm.sql(`update accounts set phone = '600 123 123' where tax_id = 'A1'`)
  await world.sync()
  expect(await world.erp.value(`select phone from customers where vat = 'A1'`)).toBe('+34600123123')
})

test('L32 while people are asked about a deletion, the same thing put back closes the question', async () => {
  const world = await agreed({ deleted_in_master: 'ask' })
  await world.erp.sql('create table bin as select * from customers where id = 1')
  await world.erp.sql('delete from customers where id = 1')
  await world.sync()
  await world.erp.sql('insert into customers select * from bin')
  expect(await world.sync()).toMatchObject({ ...settled, created: 0 })
  await world.erp.sql(`update customers set legal_name = 'Alfa Group' where id = 1`)
  await world.sync()
  expect((await inCrm(world))[0]).toEqual({ ...ALFA, account_name: 'Alfa Group' })
  await world.rest()
})

test('L32 a deletion that a person decided on: the id that comes again is another record', async () => {
  const world = await agreed({ deleted_in_master: 'ask' })
  await world.erp.sql('delete from customers where id = 1')
  await world.sync()
  await world.answer('delete')
  await world.sync()
  await world.erp.sql(
    `insert into customers (id, legal_name, vat, phone) values (1, 'Quite another', 'Z1', '600 999 991')`,
  )
  expect(await world.sync()).toMatchObject({ ...settled, created: 1 })
  expect(await inCrm(world)).toEqual([BETA, GAMMA, NEW_1])
  await world.rest()
})

test('L32 whether a thing came back or another has its id and its name, people are asked, and what they say is done', async () => {
  const world = await agreed({ deleted_in_master: 'delete' })
  await world.erp.sql('delete from customers where id in (1, 2)')
  await world.sync()
  await world.erp.sql(`insert into customers (id, legal_name, vat) values (1, 'Alfa', 'Z1'), (2, 'Beta', 'Z2')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 0, open_cases: 2 })
  expect(await inCrm(world)).toEqual([GAMMA])
  await world.rest()
  const app = await world.app()
  for (const one of await world.cases()) {
    expect(one).toMatchObject({ kind: 'held record', cause: 'reused_id' })
    await app.resolve(one.case, { choice: one.title === 'Alfa' ? 'same' : 'other', by: 'ana' })
  }
  expect(await world.sync()).toMatchObject({ ...settled, created: 2 })
  expect(await inCrm(world)).toEqual([
    GAMMA,
    { ...ALFA, tax_id: 'Z1', phone: null },
    { account_name: 'Beta', tax_id: 'Z2', phone: null, owner_remark: null },
  ])
  await world.rest()
})

test('L32 what was deleted elsewhere and is put back there is joined again, instead of being restored', async () => {
  const world = await agreed({ deleted_elsewhere: 'unlink' })
  await world.crm.sql('create table bin as select * from accounts where id in (501, 502)')
  await world.crm.sql('delete from accounts where id in (501, 502)')
  await world.sync()
  await world.crm.sql(`insert into accounts select * from bin where id = 501;
    insert into accounts (id, account_name, tax_id, phone) values (502, 'Quite another', 'Z1', '600 999 991')`)
  expect(await world.sync()).toMatchObject({ ...settled, linked: 1, created: 1, writes: { erp: 1, crm: 0 } })
  await world.erp.sql(`update customers set legal_name = legal_name || ' Group'`)
  await world.sync()
  expect((await inCrm(world)).map((row) => row['account_name'])).toEqual([
    'Alfa Group',
    'Gamma Group',
    'Quite another Group',
  ])
  await world.rest()
})

test('L32 deleted_elsewhere: accept – what comes back where it was deleted is adopted as something new', async () => {
  const world = await agreed({ deleted_elsewhere: 'accept' })
  await world.crm.sql('create table bin as select * from accounts where id = 501')
  await world.crm.sql('delete from accounts where id = 501')
  await world.sync()
  expect((await inErp(world)).map((row) => row['vat'])).toEqual(['B1', 'G1'])
  await world.crm.sql('insert into accounts select * from bin')
  expect(await world.sync()).toMatchObject({ ...settled, created: 1 })
  expect(await world.erp.sql(`select id, legal_name, internal_note from customers where vat = 'A1'`)).toEqual([
    { id: 1, legal_name: 'Alfa', internal_note: 'pays late' },
  ])
  await world.rest()
})

test('L32 in a one-way flow, too: ids come again as the same thing and as another', async () => {
  const world = await agreed(
    { deleted_in_master: 'delete', created_outside_master: 'leave alone' },
    { direction: 'erp to crm', fields: { phone: { master: 'erp' }, email: undefined }, match: [['vat']] },
  )
  await world.erp.sql('create table bin as select * from customers where id = 1')
  await world.erp.sql('delete from customers where id in (1, 2)')
  await world.sync()
  await world.erp.sql(`insert into customers select * from bin;
    insert into customers (id, legal_name, vat, phone) values (2, 'And one more', 'Z2', '600 999 992')`)
  expect(await world.sync()).toMatchObject({ ...settled, created: 2 })
  expect((await inCrm(world)).map((row) => row['tax_id'])).toEqual(['A1', 'G1', 'Z2'])
  await world.rest()
})

test('L32 with three systems: restored in both others; another thing is created in both', async () => {
  const world = await openWorld({ shop: true, customers: { edge_cases: { deleted_in_master: 'delete' } } })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1'), ('Beta', 'B1')`)
  await world.sync()
  await world.shop.sql(`update buyers set newsletter = true`)
  await world.erp.sql('create table bin as select * from customers where id = 1')
  await world.erp.sql('delete from customers')
  expect(await world.sync()).toMatchObject({ deleted: 4 })
  await world.erp.sql(`insert into customers select * from bin;
    insert into customers (id, legal_name, vat) values (2, 'Other', 'Z2')`)
  expect(await world.sync()).toMatchObject({ ...settled, created: 4 })
  expect(await world.shop.sql('select name, newsletter from buyers order by vat_id')).toEqual([
    { name: 'Alfa', newsletter: true },
    { name: 'Other', newsletter: false },
  ])
  expect(await world.crm.sql('select account_name from accounts order by tax_id')).toEqual([
    { account_name: 'Alfa' },
    { account_name: 'Other' },
  ])
  await world.rest()
})

test('L32 put back in several systems at once: joined, nothing is made twice', async () => {
  const world = await agreed({ deleted_in_master: 'delete' })
  for (const [system, table] of [
    [world.erp, 'customers'],
    [world.crm, 'accounts'],
  ] as const)
    await system.sql(`create table bin as select * from ${table}`)
  await world.erp.sql('delete from customers where id in (1, 2)')
  await world.sync()
  await world.crm.sql('insert into accounts select * from bin where id in (501, 502)')
  await world.erp.sql('insert into customers select * from bin where id in (1, 2)')
  expect(await world.sync()).toMatchObject({ ...settled, created: 0 })
  expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA])
  await world.rest()
})

test('L32 put back before its deletion was carried over: nothing is deleted', async () => {
  const world = await agreed({ deleted_in_master: 'delete' }, { limits: { changes: '0 records', deletions: '100%' } })
  await world.erp.sql('create table bin as select * from customers where id = 1')
  await world.erp.sql('delete from customers where id = 1')
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  await world.erp.sql('insert into customers select * from bin')
  await world.decide({ customers: { limits: { changes: '100%' } } })
  await world.sync()
  expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA])
  await world.rest()
})

test('L32 created_outside_master: hold for approval – what comes back elsewhere waits for a person, and is then restored', async () => {
  const world = await agreed({ deleted_elsewhere: 'accept', created_outside_master: 'hold for approval' })
  await world.crm.sql('create table bin as select * from accounts where id = 501')
  await world.crm.sql('delete from accounts where id = 501')
  await world.sync()
  await world.crm.sql('insert into accounts select * from bin')
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 0, open_cases: 1 })
  await world.rest()
  await world.answer('create')
  expect(await world.sync()).toMatchObject({ ...settled, created: 1 })
  expect(await world.erp.sql(`select id, legal_name, internal_note from customers where vat = 'A1'`)).toEqual([
    { id: 1, legal_name: 'Alfa', internal_note: 'pays late' },
  ])
  await world.rest()
})

describe('a record comes back about whose e-mail people had been asked', () => {
  const disputed = async (edge: Record<string, unknown>): Promise<World> => {
    const world = await openWorld({
      customers: { edge_cases: edge, match: [['vat']], fields: { email: { on_conflict: 'ask' } } },
    })
    await world.erp.sql(
      `insert into customers (id, legal_name, vat, email) values (1, 'Alfa', 'A1', 'of-erp@alfa.example')`,
    )
    await world.crm.sql(
      `insert into accounts (id, account_name, tax_id, email) values (501, 'Alfa', 'A1', 'of-crm@alfa.example')`,
    )
    expect(await world.sync()).toMatchObject({ status: 'waiting', open_cases: 1 })
    return world
  }
  const emails = async (world: World) => [
    await world.erp.value(`select email from customers where vat = 'A1'`),
    await world.crm.value(`select email from accounts where tax_id = 'A1'`),
  ]
  const inBin = async (world: World, at: 'erp' | 'crm') => {
    const [system, table] = at === 'erp' ? [world.erp, 'customers'] : [world.crm, 'accounts']
    await system.sql(`create table bin as select * from ${table}; delete from ${table}`)
    expect(await world.sync()).toMatchObject({ ...settled, deleted: 1 })
    await system.sql(`insert into ${table} select * from bin`)
  }

  test.each(['erp', 'crm'] as const)('L1 L32 it is restored as it is in the %s, where it came back', async (at) => {
    const world = await disputed({ deleted_in_master: 'delete', deleted_elsewhere: 'accept' })
    await inBin(world, at)
    expect(await world.sync()).toMatchObject({ ...settled, created: 1 })
    const value = `of-${at}@alfa.example`
    expect(await emails(world)).toEqual([value, value])
    await world.rest()
  })

  test('L1 L32 before its deletion was carried over: people are asked again, and nothing is overwritten', async () => {
    const world = await disputed({ deleted_in_master: 'delete' })
    await world.crm.sql(`create function no() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
      create trigger no before delete on accounts for each row execute function no()`)
    await world.erp.sql('create table bin as select * from customers; delete from customers')
    expect(await world.sync()).toMatchObject({ deleted: 0 })
    await world.erp.sql('insert into customers select * from bin')
    expect(await world.sync()).toMatchObject({ status: 'waiting', open_cases: 1, created: 0, updated: 0, deleted: 0 })
    expect(await world.theCase()).toMatchObject({ kind: 'conflict', field: 'email' })
    expect(await emails(world)).toEqual(['of-erp@alfa.example', 'of-crm@alfa.example'])
    await world.answer('crm')
    await world.sync()
    expect(await emails(world)).toEqual(['of-crm@alfa.example', 'of-crm@alfa.example'])
    await world.rest()
  })

  test('L1 L32 deleted_in_master: unlink – joined with what stayed, people are asked again', async () => {
    const world = await disputed({ deleted_in_master: 'unlink' })
    await world.erp.sql('create table bin as select * from customers; delete from customers')
    expect(await world.sync()).toMatchObject(settled)
    await world.erp.sql('insert into customers select * from bin')
    expect(await world.sync()).toMatchObject({ status: 'waiting', open_cases: 1, created: 0 })
    expect(await emails(world)).toEqual(['of-erp@alfa.example', 'of-crm@alfa.example'])
    await world.answer('crm')
    await world.sync()
    expect(await emails(world)).toEqual(['of-crm@alfa.example', 'of-crm@alfa.example'])
    await world.rest()
  })
})
