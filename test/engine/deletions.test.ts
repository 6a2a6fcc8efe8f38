import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** Two customers in agreement, each with something that the contract does not map, on both sides. */
const agreed = async (edge: Record<string, unknown>): Promise<World> => {
  const world = await openWorld({ customers: { edge_cases: edge } })
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit, internal_note, segment) values
    ('Alfa', 'A1', 100, 'pays late', 'B'), ('Beta', 'B1', 200, null, null)`)
  await world.sync()
  await world.crm.sql(
    `update accounts set owner_remark = 'likes golf', tier = 'gold', kind = 'partner' where tax_id = 'A1'`,
  )
  await world.sync()
  return world
}
const inErp = (world: World) =>
  world.erp.sql('select legal_name, vat, credit_limit, internal_note, segment, active from customers order by vat')
const inCrm = (world: World) =>
  world.crm.sql('select account_name, credit_limit, owner_remark, tier, kind, is_active from accounts order by tax_id')
const ALFA_IN_CRM = {
  account_name: 'Alfa',
  credit_limit: '100.00',
  owner_remark: 'likes golf',
  tier: 'gold',
  kind: 'partner',
  is_active: true,
}
const BETA_IN_CRM = {
  account_name: 'Beta',
  credit_limit: '200.00',
  owner_remark: null,
  tier: null,
  kind: 'customer',
  is_active: true,
}
const gone = (world: World) => world.erp.sql(`delete from customers where vat = 'A1'`)
const goneElsewhere = (world: World) => world.crm.sql(`delete from accounts where tax_id = 'A1'`)

test('deleted_in_master: delete – it goes everywhere, and the log says why', async () => {
  const world = await agreed({ deleted_in_master: 'delete' })
  await gone(world)
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 1, writes: { erp: 0, crm: 1 } })
  expect(await inCrm(world)).toEqual([BETA_IN_CRM])
  const log = await (await world.app()).log({ flow: 'customers', system: 'crm', limit: 1 })
  expect(log).toMatchObject([{ what: 'deleted', outcome: 'done', title: 'Alfa' }])
  expect(log[0]!.why).toMatch(/deleted/i)
  await world.rest()
})

test('deleted_in_master: archive – it is marked as archived, stays linked, and is followed no more', async () => {
  const world = await agreed({ deleted_in_master: 'archive' })
  await gone(world)
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 0, writes: { erp: 0, crm: 1 } })
  expect(await inCrm(world)).toEqual([{ ...ALFA_IN_CRM, is_active: false }, BETA_IN_CRM])
  await world.rest()
  await world.crm.sql(`update accounts set owner_remark = 'gone' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, updated: 0 })
  await world.rest()
})

test('deleted_in_master: unlink – the other keeps its record, and both are strangers from now on', async () => {
  const world = await agreed({ deleted_in_master: 'unlink' })
  await gone(world)
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 0, writes: { erp: 0, crm: 0 } })
  expect(await inCrm(world)).toEqual([ALFA_IN_CRM, BETA_IN_CRM])
  await world.crm.sql(`update accounts set account_name = 'Alfa 2' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, updated: 0 })
  expect(await inErp(world)).toHaveLength(1)
  await world.rest()
})

test('deleted_in_master: ask – a person deletes it', async () => {
  const world = await agreed({ deleted_in_master: 'ask' })
  await gone(world)
  expect(await world.sync()).toMatchObject({ status: 'waiting', deleted: 0, held: 1 })
  expect(await world.theCase()).toMatchObject({ kind: 'held record', cause: 'deleted_in_master', title: 'Alfa' })
  await world.rest()
  await world.answer('delete')
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 1 })
  expect(await inCrm(world)).toEqual([BETA_IN_CRM])
  await world.rest()
})

test('deleted_in_master: ask – a person brings it back, as the master had it', async () => {
  const world = await agreed({ deleted_in_master: 'ask' })
  await gone(world)
  await world.sync()
  await world.answer('restore')
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 1, crm: 0 } })
  expect(await world.erp.sql(`select id, legal_name, internal_note, segment from customers where vat = 'A1'`)).toEqual([
    { id: 1, legal_name: 'Alfa', internal_note: 'pays late', segment: 'B' },
  ])
  await world.rest()
  await world.erp.sql(`update customers set credit_limit = 150 where vat = 'A1'`)
  await world.sync()
  expect(await inCrm(world)).toEqual([{ ...ALFA_IN_CRM, credit_limit: '150.00' }, BETA_IN_CRM])
})

test('deleted_in_master: ask – a person unlinks it', async () => {
  const world = await agreed({ deleted_in_master: 'ask' })
  await gone(world)
  await world.sync()
  await world.answer('unlink')
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 0, crm: 0 } })
  await world.crm.sql(`update accounts set account_name = 'Alfa 2' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ created: 0, updated: 0, open_cases: 0 })
  await world.rest()
})

test('L14 deleted_elsewhere: restore – from that system’s own last image, with what nobody mapped', async () => {
  const world = await agreed({ deleted_elsewhere: 'restore' })
  const [{ id }] = (await world.crm.sql(`select id from accounts where tax_id = 'A1'`)) as [{ id: number }]
  await goneElsewhere(world)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, writes: { erp: 0, crm: 1 } })
  expect(await inCrm(world)).toEqual([ALFA_IN_CRM, BETA_IN_CRM])
  expect(await world.crm.value(`select id from accounts where tax_id = 'A1'`)).toBe(id)
  await world.rest()
  await world.erp.sql(`update customers set credit_limit = 150 where vat = 'A1'`)
  await world.sync()
  expect(await inCrm(world)).toEqual([{ ...ALFA_IN_CRM, credit_limit: '150.00' }, BETA_IN_CRM])
})

test('deleted_elsewhere: restore – with what the master has changed since', async () => {
  const world = await agreed({ deleted_elsewhere: 'restore' })
  await world.erp.sql(`update customers set legal_name = 'Alfa Group' where vat = 'A1'`)
  await goneElsewhere(world)
  await world.sync()
  expect(await inCrm(world)).toEqual([{ ...ALFA_IN_CRM, account_name: 'Alfa Group' }, BETA_IN_CRM])
  await world.rest()
})

test('deleted_elsewhere: restore – what the master has emptied since comes back empty', async () => {
  const world = await agreed({ deleted_elsewhere: 'restore', empty_in_master: 'erase' })
  await world.erp.sql(`update customers set credit_limit = null where vat = 'A1'`)
  await goneElsewhere(world)
  await world.sync()
  expect(await inCrm(world)).toEqual([{ ...ALFA_IN_CRM, credit_limit: null }, BETA_IN_CRM])
  await world.rest()
})

test('deleted_elsewhere: accept – it goes in the master, too', async () => {
  const world = await agreed({ deleted_elsewhere: 'accept' })
  await goneElsewhere(world)
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 1, writes: { erp: 1, crm: 0 } })
  expect((await inErp(world)).map((row) => row['vat'])).toEqual(['B1'])
  await world.rest()
})

test('deleted_elsewhere: unlink – the master keeps its record and does not send it again', async () => {
  const world = await agreed({ deleted_elsewhere: 'unlink' })
  await goneElsewhere(world)
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 0, crm: 0 } })
  await world.erp.sql(`update customers set credit_limit = 150 where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, updated: 0 })
  expect(await inCrm(world)).toEqual([BETA_IN_CRM])
  await world.rest()
})

test('deleted_elsewhere: ask – a person deletes it in the master, or brings it back', async () => {
  const world = await agreed({ deleted_elsewhere: 'ask' })
  await world.crm.sql('delete from accounts')
  expect(await world.sync()).toMatchObject({ status: 'waiting', deleted: 0, held: 2 })
  await world.rest()
  const app = await world.app()
  for (const one of await world.cases()) {
    expect(one).toMatchObject({ kind: 'held record', cause: 'deleted_elsewhere' })
    await app.resolve(one.case, { choice: one.title === 'Alfa' ? 'restore' : 'delete', by: 'ana' })
  }
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, deleted: 1 })
  expect(await inCrm(world)).toEqual([ALFA_IN_CRM])
  expect((await inErp(world)).map((row) => row['vat'])).toEqual(['A1'])
  await world.rest()
})

test('L1 what a person decides about a field holds for a record that is gone: it is restored by what was decided', async () => {
  const world = await agreed({ deleted_elsewhere: 'ask', edited_outside_master: 'ask' })
  await world.crm.sql(`update accounts set account_name = 'Alfa Sales' where tax_id = 'A1'`)
  await world.sync()
  await goneElsewhere(world)
  await world.sync()
  const app = await world.app()
  const choices: Record<string, string> = { 'outside edit': 'crm', 'held record': 'restore' }
  const cases = await world.cases()
  expect(cases.map((one) => one.kind).toSorted()).toEqual(['held record', 'outside edit'])
  for (const one of cases) await app.resolve(one.case, { choice: choices[one.kind]!, by: 'ana' })
  await world.sync()
  await world.sync()
  expect(await world.erp.value(`select legal_name from customers where vat = 'A1'`)).toBe('Alfa Sales')
  expect((await inCrm(world))[0]).toEqual({ ...ALFA_IN_CRM, account_name: 'Alfa Sales' })
  await world.rest()
})

test('deleted_in_master: ask – brought back wherever it has been deleted since people were asked', async () => {
  const world = await openWorld({
    shop: true,
    customers: { edge_cases: { deleted_in_master: 'ask', deleted_elsewhere: 'ask' } },
  })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1'), ('Beta', 'B1')`)
  await world.sync()
  await gone(world)
  await world.sync()
  await goneElsewhere(world)
  await world.sync()
  const app = await world.app()
  for (const one of await world.cases()) await app.resolve(one.case, { choice: 'restore', by: 'ana' })
  await world.sync()
  await world.sync()
  expect(await world.erp.value(`select count(*)::int from customers where vat = 'A1'`)).toBe(1)
  expect(await world.crm.value(`select count(*)::int from accounts where tax_id = 'A1'`)).toBe(1)
  await world.rest()
})

test('L13 an edit beats a delete: what was edited elsewhere comes back where it was deleted', async () => {
  const world = await agreed({ deleted_in_master: 'delete' })
  await gone(world)
  await world.crm.sql(`update accounts set phone = '600 111 222' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 0, writes: { erp: 1, crm: 0 } })
  expect(await world.erp.sql(`select legal_name, phone, internal_note from customers where vat = 'A1'`)).toEqual([
    { legal_name: 'Alfa', phone: '+34600111222', internal_note: 'pays late' },
  ])
  expect(await inCrm(world)).toEqual([ALFA_IN_CRM, BETA_IN_CRM])
  await world.rest()
})

test('L13 an edit beats a delete: it comes back everywhere, where several systems had deleted it', async () => {
  const world = await openWorld({ shop: true, customers: { edge_cases: { deleted_elsewhere: 'accept' } } })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1'), ('Beta', 'B1')`)
  await world.sync()
  await world.erp.sql(`delete from customers where vat = 'A1'`)
  await world.shop.sql(`delete from buyers where vat_id = 'A1'`)
  await world.crm.sql(`update accounts set phone = '600 111 222' where tax_id = 'A1'`)
  await world.sync()
  expect(await world.erp.value(`select phone from customers where vat = 'A1'`)).toBe('+34600111222')
  expect(await world.shop.value(`select telephone from buyers where vat_id = 'A1'`)).toBe('+34600111222')
  await world.rest()
})

test('L13 an edit of something that is not kept in agreement beats nothing', async () => {
  const world = await agreed({ deleted_in_master: 'delete' })
  await gone(world)
  await world.crm.sql(`update accounts set owner_remark = 'new remark' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 1 })
  expect(await inCrm(world)).toEqual([BETA_IN_CRM])
  await world.rest()
})

test('what is deleted everywhere is gone', async () => {
  const world = await agreed({ deleted_elsewhere: 'restore' })
  await gone(world)
  await goneElsewhere(world)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, deleted: 0 })
  expect(await inCrm(world)).toEqual([BETA_IN_CRM])
  expect(await inErp(world)).toHaveLength(1)
  await world.rest()
})

test('L12 a record that leaves the filter is not deleted anywhere', async () => {
  const world = await openWorld({
    customers: {
      records: { crm: { where: "kind = 'customer'" } },
      edge_cases: { left_filter: 'leave alone' },
    },
  })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.sync()
  await world.crm.sql(`update accounts set kind = 'prospect', account_name = 'Alfa prospect'`)
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 0, created: 0, updated: 0 })
  expect(await world.sync({ full: true })).toMatchObject({ status: 'done', deleted: 0, created: 0, updated: 0 })
  expect(await world.erp.value('select legal_name from customers')).toBe('Alfa')
  await world.rest()
  await world.crm.sql(`update accounts set kind = 'customer'`)
  await world.sync()
  expect(await world.crm.value('select account_name from accounts')).toBe('Alfa')
  await world.rest()
})

test('L1 a record that comes back into the filter just as it was is kept in agreement again', async () => {
  const world = await openWorld({
    customers: {
      records: { crm: { where: "kind = 'customer'", changed_at: undefined } },
      edge_cases: { left_filter: 'leave alone' },
      fields: { email: { on_conflict: 'ask' } },
    },
  })
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 1)`)
  await world.sync()
  // Nothing in the row tells of it.
  await world.crm.sql(`alter table accounts disable trigger user`)
  await world.crm.sql(`update accounts set kind = 'prospect'`)
  await world.sync()
  await world.erp.sql(`update customers set credit_limit = 2`)
  await world.sync()
  expect(await world.crm.value('select credit_limit from accounts')).toBe('1.00')
  await world.crm.sql(`update accounts set kind = 'customer'`)
  await world.sync()
  expect(await world.crm.value('select credit_limit from accounts')).toBe('2.00')
  await world.erp.sql(`update customers set credit_limit = 3`)
  await world.sync()
  expect(await world.crm.value('select credit_limit from accounts')).toBe('3.00')
  await world.rest()
})

test('a record that is deleted and entered anew in the master goes on as the same one', async () => {
  const world = await agreed({ deleted_in_master: 'delete' })
  await gone(world)
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa again', 'A1', 150)`)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 0, deleted: 0, open_cases: 0 })
  expect(await inCrm(world)).toEqual([
    { ...ALFA_IN_CRM, account_name: 'Alfa again', credit_limit: '150.00' },
    BETA_IN_CRM,
  ])
  await world.rest()
})

test('deleted_in_master: ask – the question goes when the record is entered anew', async () => {
  const world = await agreed({ deleted_in_master: 'ask' })
  await gone(world)
  await world.sync()
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa again', 'A1', 150)`)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, open_cases: 0 })
  expect(await inCrm(world)).toEqual([
    { ...ALFA_IN_CRM, account_name: 'Alfa again', credit_limit: '150.00' },
    BETA_IN_CRM,
  ])
  await world.rest()
})

test('L32 deleted_in_master: unlink – what is entered anew in the master is joined with the record that is still there', async () => {
  const world = await agreed({ deleted_in_master: 'unlink' })
  await gone(world)
  await world.sync()
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa again', 'A1')`)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 0, open_cases: 0 })
  expect((await inCrm(world)).map((row) => row['account_name'])).toEqual(['Alfa again', 'Beta'])
  await world.rest()
})

for (const [answer, when] of [
  ['unlink', 'in the run before'],
  ['unlink', 'in the same run'],
  ['archive', 'in the run before'],
  ['archive', 'in the same run'],
] as const) {
  test(`L32 what got another match key since it was given up is found by it (${answer}, ${when})`, async () => {
    const world = await agreed({ deleted_in_master: answer })
    await gone(world)
    await world.sync()
    await world.crm.sql(`update accounts set tax_id = 'A9' where tax_id = 'A1'`)
    if (when === 'in the run before') await world.sync()
    await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa again', 'A9')`)
    expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 0, open_cases: 0 })
    expect((await inCrm(world)).map((row) => row['account_name'])).toEqual(['Alfa again', 'Beta'])
    await world.rest()
    // The former key leads to nobody any more.
    await world.erp.sql(`insert into customers (legal_name, vat) values ('Another', 'A1')`)
    expect(await world.sync()).toMatchObject({ status: 'done', linked: 0, created: 1, open_cases: 0 })
  })
}

const again = (world: World) =>
  world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa again', 'A1', 150)`)

test('L3 deleted_in_master: archive – what is entered anew in the master is the archived record, which is archived no more', async () => {
  const world = await agreed({ deleted_in_master: 'archive' })
  await gone(world)
  await world.sync()
  await world.crm.sql(`update accounts set owner_remark = 'keep me' where tax_id = 'A1'`)
  await again(world)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 0, writes: { erp: 0, crm: 1 } })
  expect(await inCrm(world)).toEqual([
    { ...ALFA_IN_CRM, account_name: 'Alfa again', credit_limit: '150.00', owner_remark: 'keep me' },
    BETA_IN_CRM,
  ])
  expect((await world.why('Alfa again')).join(' ')).toMatch(/it was created there again, so it is no longer archived/)
  await world.rest()
  await gone(world)
  await world.sync()
  expect((await inCrm(world))[0]).toMatchObject({ is_active: false })
  await again(world)
  await world.sync()
  expect((await inCrm(world))[0]).toMatchObject({ is_active: true })
  await world.rest()
})

test('deleted_in_master: archive – entered anew with nothing else to write, only the mark is taken back', async () => {
  const world = await agreed({ deleted_in_master: 'archive' })
  await gone(world)
  await world.sync()
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 100)`)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 0, writes: { erp: 0, crm: 1 } })
  expect(await inCrm(world)).toEqual([ALFA_IN_CRM, BETA_IN_CRM])
  await world.rest()
})

test('deleted_in_master: archive – what was archived and then deleted for good is created anew', async () => {
  const world = await agreed({ deleted_in_master: 'archive' })
  await gone(world)
  await world.sync()
  await goneElsewhere(world)
  await again(world)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 0, created: 1 })
  expect((await inCrm(world)).map((row) => row['account_name'])).toEqual(['Alfa again', 'Beta'])
  await world.rest()
})

test('deleted_in_master: archive – a newcomer elsewhere that has the key of an archived record is a new one', async () => {
  const world = await agreed({ deleted_in_master: 'archive' })
  await gone(world)
  await world.sync()
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Alfa Two', 'A1')`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, linked: 0, writes: { erp: 1, crm: 0 } })
  expect((await inErp(world)).map((row) => row['legal_name'])).toEqual(['Alfa Two', 'Beta'])
  await world.rest()
})

test('deleted_in_master: archive – the mark is taken back also when the first attempt fails and the master goes on', async () => {
  const world = await agreed({ deleted_in_master: 'archive' })
  await gone(world)
  await world.sync()
  await world.crm.sql(`create function locked() returns trigger language plpgsql as $$ begin
      raise exception 'the books are being closed'; end $$;
    create trigger locked before update on accounts for each row execute function locked()`)
  await again(world)
  expect(await world.sync()).toMatchObject({ status: 'waiting', linked: 1, quarantined: 1 })
  expect((await inCrm(world))[0]).toMatchObject({ is_active: false, account_name: 'Alfa' })
  await world.crm.sql('drop trigger locked on accounts')
  await world.erp.sql(`update customers set legal_name = 'Alfa at last' where vat = 'A1'`)
  expect(await world.sync()).toMatchObject({ status: 'done', open_cases: 0 })
  expect((await inCrm(world))[0]).toMatchObject({ is_active: true, account_name: 'Alfa at last' })
  await world.rest()
})
