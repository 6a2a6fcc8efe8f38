import { describe, expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/* Identity over time (law L32) after a run that did not come to its end: it was stopped, and rows changed hands since. */

/** A run that is asked to stop while it does this; `first`: the first sync is not over then. */
const stopAt = async (world: World, stage: string, first = true): Promise<void> => {
  const stop = new AbortController()
  const [report] = await (
    await world.app()
  ).run({ flows: ['customers'], signal: stop.signal, onProgress: (now) => void (now.stage === stage && stop.abort()) })
  expect(report).toMatchObject({ status: 'stopped' })
  expect((await world.store.value('select first_sync_at from flow')) === null).toBe(first)
}
const settled = { status: 'done', open_cases: 0 }

describe('records that had reached both systems', () => {
  const begun = async (): Promise<World> => {
    const world = await openWorld()
    await world.erp.sql(`insert into customers (legal_name, vat, phone, internal_note) values
      ('Alfa', 'A1', '600 111 111', 'pays late'), ('Beta', 'B1', '600 222 222', null), ('Gamma', 'G1', '600 333 333', null)`)
    await world.crm.sql(
      `insert into accounts (id, account_name, tax_id, phone) values (900, 'Zeta', 'Z1', '600 444 444')`,
    )
    await stopAt(world, 'writing erp')
    await world.crm.sql(`update accounts set owner_remark = 'remark of ' || tax_id`)
    return world
  }
  const inCrm = async (world: World): Promise<string[]> =>
    (await world.crm.sql('select account_name, owner_remark from accounts order by tax_id')).map(
      (row) => `${String(row['account_name'])}: ${String(row['owner_remark'])}`,
    )
  const [ALFA, ...REST] = ['Alfa: remark of A1', 'Beta: remark of B1', 'Gamma: remark of G1', 'Zeta: remark of Z1']
  const BETA = REST[0]

  test('L32 a row has taken the id of one that is gone, and its own id is free', async () => {
    const world = await begun()
    await world.erp.sql(`delete from customers where id = 2; update customers set id = 2 where id = 1`)
    expect(await world.sync()).toMatchObject({ ...settled, created: 0, deleted: 1 })
    expect(await inCrm(world)).toEqual([ALFA, ...REST.filter((one) => one !== BETA)])
    await world.rest()
  })

  test('L32 rows swap their ids', async () => {
    const world = await begun()
    await world.erp.sql(`update customers set id = 1000 - id where id in (1, 2);
      update customers set id = case id when 999 then 2 else 1 end where id > 900; select 1`)
    expect(await world.sync()).toMatchObject({ ...settled, created: 0, deleted: 0 })
    expect(await inCrm(world)).toEqual([ALFA, ...REST])
    await world.rest()
  })

  test('L32 a match key is handed on', async () => {
    const world = await begun()
    await world.erp.sql(
      `update customers set vat = 'A9' where id = 1; insert into customers (legal_name, vat) values ('Ines', 'A1')`,
    )
    expect(await world.sync()).toMatchObject({ ...settled, created: 1, deleted: 0 })
    expect(await inCrm(world)).toEqual(['Ines: null', ALFA, ...REST])
    await world.rest()
  })

  test('L32 a match key is handed on in the CRM, which is looked at first', async () => {
    const world = await begun()
    await world.erp.sql(`update customers set vat = 'A9' where id = 1`)
    await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Ines', 'A1')`)
    expect(await world.sync()).toMatchObject({ ...settled, created: 1, deleted: 0 })
    expect(await inCrm(world)).toEqual(['Ines: null', ALFA, ...REST])
    expect(await world.erp.sql(`select legal_name from customers where vat = 'A1'`)).toEqual([{ legal_name: 'Ines' }])
    await world.rest()
  })
})

describe.each(['the first sync', 'a run'] as const)('%s was stopped before it had seen the other systems', (which) => {
  /** A customer of the CRM is known by then, and nothing is decided about it. */
  const begun = async (shop: boolean): Promise<World> => {
    const world = await openWorld({ shop })
    if (which === 'a run') await world.sync()
    await world.crm.sql(`insert into accounts (id, account_name, tax_id, phone) values
      (900, 'Zeta', 'Z1', '600 444 444'), (901, 'Beta', 'B1', '600 222 222'), (902, 'Gamma', 'G1', '600 333 333')`)
    await stopAt(world, 'reading crm', which === 'the first sync')
    await world.crm.sql(`delete from accounts where id = 900;
      insert into accounts (id, account_name, tax_id, phone) values (900, 'Replaced', 'R1', '600 999 999')`)
    return world
  }

  const inCrm = (world: World) => world.crm.value(`select string_agg(tax_id, ',' order by tax_id) from accounts`)

  test('L32 what has the key of a row that is another thing by now is no double: ERP', async () => {
    const world = await begun(false)
    await world.erp.sql(`insert into customers (legal_name, vat) values ('Zeta', 'Z1')`)
    expect(await world.sync()).toMatchObject({ ...settled, created: 4 })
    expect(await inCrm(world)).toBe('B1,G1,R1,Z1')
    await world.rest()
  })

  test('L32 what has the key of a row that is another thing by now is no double: ERP and shop', async () => {
    const world = await begun(true)
    await world.erp.sql(`insert into customers (legal_name, vat) values ('Zeta', 'Z1')`)
    await world.shop.sql(`insert into buyers (name, vat_id) values ('Zeta', 'Z1')`)
    expect(await world.sync()).toMatchObject({ ...settled, created: 7 })
    expect(await inCrm(world)).toBe('B1,G1,R1,Z1')
    await world.rest()
  })
})
