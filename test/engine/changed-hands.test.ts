import { describe, expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** Customers in agreement, each with something in the CRM that the contract does not map. */
const agreed = async (edge: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<World> => {
  const world = await openWorld({ customers: { edge_cases: edge, ...more } })
  await world.erp.sql(`insert into customers (legal_name, vat, email, phone, internal_note) values
    ('Alfa', 'A1', 'a@alfa.example', '600 111 111', 'pays late'), ('Beta', 'B1', 'b@beta.example', '600 222 222', null),
    ('Gamma', 'G1', 'g@gamma.example', '600 333 333', null)`)
  await world.sync()
  await world.crm.sql(`update accounts set owner_remark = 'remark of ' || tax_id`)
  await world.sync()
  return world
}
const inCrm = (world: World) =>
  world.crm.sql('select account_name, tax_id, phone, owner_remark from accounts order by tax_id')
const ALFA = { account_name: 'Alfa', tax_id: 'A1', phone: '+34600111111', owner_remark: 'remark of A1' }
const BETA = { account_name: 'Beta', tax_id: 'B1', phone: '+34600222222', owner_remark: 'remark of B1' }
const GAMMA = { account_name: 'Gamma', tax_id: 'G1', phone: '+34600333333', owner_remark: 'remark of G1' }
const settled = { status: 'done', open_cases: 0 }

test('L32 a row is deleted and its id given to another thing between two looks: nothing of the two mixes', async () => {
  const world = await agreed()
  await world.erp.sql(`delete from customers where id = 1;
    insert into customers (id, legal_name, vat, phone) values (1, 'Replaced Inc', 'R1', '600 999 999')`)
  expect(await world.sync()).toMatchObject({ ...settled, created: 1, deleted: 1 })
  expect(await inCrm(world)).toEqual([
    BETA,
    GAMMA,
    { account_name: 'Replaced Inc', tax_id: 'R1', phone: '+34600999999', owner_remark: null },
  ])
  expect(await world.erp.value('select phone from customers where id = 1')).toBe('600 999 999')
  await world.rest()
})

test('L32 what was replaced is a deletion: people are asked where the contract says so, and may have it back', async () => {
  const world = await agreed({ deleted_in_master: 'ask' })
  await world.erp.sql(`delete from customers where id = 1;
    insert into customers (id, legal_name, vat, phone) values (1, 'Replaced Inc', 'R1', '600 999 999')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 1, deleted: 0, open_cases: 1 })
  expect(await world.theCase()).toMatchObject({ cause: 'deleted_in_master', title: 'Alfa' })
  await world.rest()
  await world.answer('restore')
  expect(await world.sync()).toMatchObject({ ...settled, created: 1 })
  expect(await world.erp.sql(`select legal_name, internal_note from customers where vat = 'A1'`)).toEqual([
    { legal_name: 'Alfa', internal_note: 'pays late' },
  ])
  expect((await inCrm(world))[0]).toEqual(ALFA)
  await world.rest()
})

test('L13 L32 what was replaced and edited elsewhere meanwhile is made again under another id', async () => {
  const world = await agreed()
  await world.crm.sql(`update accounts set phone = '600 123 123' where tax_id = 'A1'`)
  await world.erp.sql(`delete from customers where id = 1;
    insert into customers (id, legal_name, vat, phone) values (1, 'Replaced Inc', 'R1', '600 999 999')`)
  expect(await world.sync()).toMatchObject({ ...settled, created: 2, deleted: 0 })
  expect(await world.erp.sql('select legal_name, phone, internal_note from customers order by vat')).toMatchObject([
    { legal_name: 'Alfa', phone: '+34600123123', internal_note: 'pays late' },
    { legal_name: 'Beta' },
    { legal_name: 'Gamma' },
    { legal_name: 'Replaced Inc' },
  ])
  await world.rest()
})

describe.each(['crm', 'erp'] as const)('in the %s', (at) => {
  const swap = (world: World): Promise<unknown> =>
    at === 'erp'
      ? world.erp.sql(`update customers set id = 1000 - id where id in (1, 2);
          update customers set id = case id when 999 then 2 else 1 end where id > 900; select 1`)
      : world.crm.sql(`update accounts set id = 2000 - id where id in (501, 502);
          update accounts set id = case id when 1499 then 502 else 501 end where id > 900; select 1`)

  test('L32 two rows swap their ids: each record keeps its own counterpart', async () => {
    const world = await agreed()
    await swap(world)
    expect(await world.sync()).toMatchObject({ ...settled, created: 0, deleted: 0, updated: 0 })
    expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA])
    await world.rest()
    await world.erp.sql(`update customers set legal_name = legal_name || ' Group'`)
    await world.sync()
    expect(await inCrm(world)).toEqual(
      [ALFA, BETA, GAMMA].map((row) => ({ ...row, account_name: `${row.account_name} Group` })),
    )
    await world.rest()
  })

  test('L32 ids go round in a ring, and another thing takes the place of one', async () => {
    const world = await agreed()
    if (at === 'erp')
      await world.erp.sql(`create table old as select * from customers; delete from customers;
        insert into customers (id, legal_name, vat, email, phone, internal_note)
          select id % 3 + 1, legal_name, vat, email, phone, internal_note from old where id <> 3;
        insert into customers (id, legal_name, vat, phone) values (1, 'Delta', 'D1', '600 444 444')`)
    else
      await world.crm.sql(`create table old as select * from accounts; delete from accounts;
        insert into accounts (id, account_name, tax_id, email, phone, owner_remark)
          select (id - 500) % 3 + 501, account_name, tax_id, email, phone, owner_remark from old where id <> 503;
        insert into accounts (id, account_name, tax_id, phone) values (501, 'Delta', 'D1', '600 444 444')`)
    await world.sync()
    const delta = {
      account_name: 'Delta',
      tax_id: 'D1',
      phone: at === 'erp' ? '+34600444444' : '600 444 444',
      owner_remark: null,
    }
    expect(await inCrm(world)).toEqual(at === 'erp' ? [ALFA, BETA, delta] : [ALFA, BETA, delta, GAMMA])
    expect(await world.cases()).toEqual([])
    await world.rest()
  })
})

test('L32 two companies are merged: one row takes all the values of the other, which is deleted', async () => {
  const world = await agreed()
  await world.erp.sql(`create table old as select * from customers where id = 2; delete from customers where id = 2;
    update customers c set legal_name = o.legal_name, vat = o.vat, email = o.email, phone = o.phone, internal_note = o.internal_note
      from old o where c.id = 1`)
  expect(await world.sync()).toMatchObject({ ...settled, created: 0, deleted: 1 })
  expect(await inCrm(world)).toEqual([BETA, GAMMA])
  await world.rest()
})

describe.each(['crm', 'erp'] as const)('a full look, page by page, in the %s', (at) => {
  /** Without a phone number or an address of its own only the name tells. */
  const known = async (): Promise<World> => {
    const world = await agreed()
    await world.erp.sql(`update customers set email = null, phone = null; select 1`)
    await world.crm.sql(
      `update accounts set email = null, phone = null, owner_remark = 'remark of ' || tax_id; select 1`,
    )
    await world.sync()
    await world.sync({ full: true })
    return world
  }
  const names = async (world: World): Promise<string[]> =>
    (await world.crm.sql('select account_name, owner_remark from accounts order by tax_id')).map(
      (row) => `${String(row['account_name'])}: ${String(row['owner_remark'])}`,
    )

  test.each(['later', 'earlier'] as const)(
    'L32 what a row was is found under an id of a page that comes %s: nobody is asked',
    async (where) => {
      const world = await known()
      const id = where === 'later' ? 9999 : 0
      if (at === 'erp')
        await world.erp.sql(`update customers set id = ${id} where id = 1;
          insert into customers (id, legal_name, vat) values (1, 'Delta', 'D1')`)
      else
        await world.crm.sql(`update accounts set id = ${id} where id = 501;
          insert into accounts (id, account_name, tax_id) values (501, 'Delta', 'D1')`)
      expect(await world.sync({ full: true })).toMatchObject({ ...settled, created: 1, deleted: 0 })
      expect(await names(world)).toEqual([
        'Alfa: remark of A1',
        'Beta: remark of B1',
        'Delta: null',
        'Gamma: remark of G1',
      ])
      await world.rest()
    },
  )
})

describe.each(['crm', 'erp'] as const)('rows that have little in common, in the %s', (at) => {
  const known = async (): Promise<World> => {
    const world = await openWorld({
      customers: { fields: { name: { required: false } }, edge_cases: { empty_in_master: 'erase' } },
    })
    await world.erp.sql(`insert into customers (legal_name, vat, phone, internal_note) values
      (null, 'A1', '600 111 111', 'pays late'), ('Beta', 'B1', null, null), ('Gamma', 'G1', '600 333 333', null),
      ('Delta', 'D1', '600 444 444', null)`)
    await world.sync()
    await world.crm.sql(`update accounts set owner_remark = 'remark of ' || tax_id`)
    await world.sync()
    return world
  }
  const remarks = async (world: World): Promise<string> =>
    String(
      await world.crm.value(
        `select string_agg(tax_id || ': ' || coalesce(owner_remark, ''), ', ' order by tax_id) from accounts`,
      ),
    )
  const REST = 'D1: remark of D1, G1: remark of G1'

  test('L32 a row has taken the id of one that is gone, and its own id is free', async () => {
    const world = await known()
    if (at === 'erp') {
      await world.erp.sql(`delete from customers where id = 1; update customers set id = 1 where id = 2`)
      expect(await world.sync()).toMatchObject({ ...settled, created: 0, deleted: 1 })
      expect(await remarks(world)).toBe(`B1: remark of B1, ${REST}`)
    } else {
      await world.crm.sql(`delete from accounts where id = 501; update accounts set id = 501 where id = 502`)
      expect(await world.sync()).toMatchObject({ ...settled, created: 1, deleted: 0 })
      expect(await remarks(world)).toBe(`A1: remark of A1, B1: remark of B1, ${REST}`)
    }
    await world.rest()
  })

  test.each(['same', 'other'] as const)(
    'L12 L32 while people are asked what a row is (%s), nothing that it may be counts as deleted',
    async (answer) => {
      const world = await known()
      // What nobody maps stayed, so that it may be an edit.
      if (at === 'erp')
        await world.erp.sql(`delete from customers where id = 2;
          update customers set legal_name = 'Beta', vat = 'B1', phone = null where id = 1`)
      else
        await world.crm.sql(`delete from accounts where id = 502;
          update accounts set account_name = 'Beta', tax_id = 'B1', phone = null where id = 501`)
      expect(await world.sync()).toMatchObject({ status: 'waiting', created: 0, deleted: 0, open_cases: 1 })
      expect(await world.sync()).toMatchObject({ status: 'waiting', created: 0, deleted: 0, open_cases: 1 })
      expect(await world.theCase()).toMatchObject({ cause: 'reused_id' })
      await world.rest()
      await world.answer(answer)
      await world.sync()
      await world.sync()
      const kept = at === 'erp' ? (answer === 'same' ? 'A1' : 'B1') : 'A1'
      expect(await remarks(world)).toBe(
        at === 'erp'
          ? `B1: remark of ${kept}, ${REST}`
          : answer === 'other'
            ? `A1: remark of A1, B1: remark of A1, ${REST}`
            : `A1: remark of A1, B1: remark of B1, ${REST}`,
      )
      expect(await world.cases()).toEqual([])
      await world.rest()
    },
  )
})

describe('ordinary edits are no other thing', () => {
  test.each([
    ['a new name', `legal_name = 'Alfa Group'`],
    ['a new number', `vat = 'A9'`],
    ['a new name and number', `legal_name = 'Alfa Group', vat = 'A9'`],
    ['all but the number', `legal_name = 'Alfa Group', email = 'x@alfa.example', phone = '600 000 001'`],
    ['both keys', `vat = 'A9', email = 'x@alfa.example'`],
    ['what was empty is filled', `city = 'Sevilla', credit_limit = 5`],
    ['the keys are emptied', `vat = null, email = null`],
  ])('%s', async (_, set) => {
    const world = await agreed({ empty_in_master: 'erase' }, { fields: { phone: { master: 'erp' } } })
    await world.erp.sql(`update customers set ${set} where id = 1`)
    expect(await world.sync()).toMatchObject({ ...settled, created: 0, deleted: 0 })
    expect(await world.crm.value(`select owner_remark from accounts where id = 501`)).toBe('remark of A1')
    await world.rest()
  })
})

describe.each(['ask', 'oldest', 'most complete'])('duplicates: %s', (duplicates) => {
  const KEYS = { match: [['vat']], fields: { email: { on_conflict: 'ask' } } }

  test('L32 a match key is handed on within one run: the newcomer with it is a record of its own', async () => {
    const world = await agreed({ duplicates }, KEYS)
    await world.erp.sql(`update customers set vat = 'A10' where id = 1;
      insert into customers (legal_name, vat) values ('Ines', 'A1')`)
    expect(await world.sync()).toMatchObject({ ...settled, created: 1, updated: 1 })
    expect(await world.crm.sql('select account_name, tax_id from accounts order by id')).toEqual([
      { account_name: 'Alfa', tax_id: 'A10' },
      { account_name: 'Beta', tax_id: 'B1' },
      { account_name: 'Gamma', tax_id: 'G1' },
      { account_name: 'Ines', tax_id: 'A1' },
    ])
    await world.rest()
  })

  test('L32 the newcomer with it is in the CRM, which is looked at first', async () => {
    const world = await agreed({ duplicates }, KEYS)
    await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Ines', 'A1')`)
    await world.erp.sql(`update customers set vat = 'A10' where id = 1`)
    expect(await world.sync()).toMatchObject({ ...settled, created: 1, updated: 1 })
    expect(await world.erp.sql('select legal_name, vat from customers order by vat')).toEqual([
      { legal_name: 'Ines', vat: 'A1' },
      { legal_name: 'Alfa', vat: 'A10' },
      { legal_name: 'Beta', vat: 'B1' },
      { legal_name: 'Gamma', vat: 'G1' },
    ])
    await world.rest()
  })

  test('L32 a double whose key becomes free, or that gets another one, is a record of its own', async () => {
    const world = await agreed({ duplicates }, KEYS)
    await world.erp.sql(`insert into customers (legal_name, vat) values ('Ines', 'A1'), ('Jana', 'B1')`)
    await world.sync()
    expect(await world.crm.value('select count(*)::int from accounts')).toBe(3)
    await world.rest()
    await world.erp.sql(
      `update customers set vat = 'A10' where id = 1; update customers set vat = 'J1' where legal_name = 'Jana'`,
    )
    expect(await world.sync()).toMatchObject({ ...settled, created: 2, updated: 1 })
    expect(await world.crm.sql('select account_name, tax_id from accounts order by account_name')).toEqual([
      { account_name: 'Alfa', tax_id: 'A10' },
      { account_name: 'Beta', tax_id: 'B1' },
      { account_name: 'Gamma', tax_id: 'G1' },
      { account_name: 'Ines', tax_id: 'A1' },
      { account_name: 'Jana', tax_id: 'J1' },
    ])
    await world.rest()
  })
})
