import { describe, expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

const ROWS = `insert into customers (legal_name, vat, segment) values ('Alfa', 'A1', 'A'), ('Beta', 'B1', 'A'), ('Gamma', 'G1', 'A')`

/** Customers of segment A, in agreement. */
const filtered = async (left_filter: string, more: Record<string, unknown> = {}): Promise<World> => {
  const world = await openWorld({
    customers: { records: { erp: { where: "segment = 'A'" } }, edge_cases: { left_filter }, ...more },
  })
  await world.erp.sql(ROWS)
  await world.sync()
  await world.crm.sql(`update accounts set owner_remark = 'remark of ' || tax_id`)
  await world.sync()
  return world
}
const inCrm = (world: World) =>
  world.crm.sql('select account_name, owner_remark, is_active from accounts order by tax_id')
const ALFA = { account_name: 'Alfa', owner_remark: 'remark of A1', is_active: true }
const BETA = { account_name: 'Beta', owner_remark: 'remark of B1', is_active: true }
const GAMMA = { account_name: 'Gamma', owner_remark: 'remark of G1', is_active: true }
const leaves = (world: World) => world.erp.sql(`update customers set segment = 'B' where vat = 'A1'`)
const comesBack = (world: World) =>
  world.erp.sql(`update customers set segment = 'A', legal_name = 'Alfa Group' where vat = 'A1'`)
const settled = { status: 'done', open_cases: 0 }

test('L12 left_filter: leave alone – it stays elsewhere, and is followed again when it comes back', async () => {
  const world = await filtered('leave alone')
  await leaves(world)
  expect(await world.sync()).toMatchObject({ ...settled, deleted: 0, updated: 0 })
  expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA])
  await world.rest()
  await comesBack(world)
  await world.sync()
  expect(await inCrm(world)).toEqual([{ ...ALFA, account_name: 'Alfa Group' }, BETA, GAMMA])
  await world.rest()
})

test.each([{}, { full: true }])(
  'L12 left_filter: delete – it goes elsewhere, and is restored when it comes back %s',
  async (how) => {
    const world = await filtered('delete')
    await leaves(world)
    expect(await world.sync(how)).toMatchObject({ ...settled, deleted: 1, writes: { erp: 0, crm: 1 } })
    expect(await inCrm(world)).toEqual([BETA, GAMMA])
    expect((await world.why('Alfa')).join(' ')).toMatch(/no longer meets the condition of ERP/)
    await world.rest()
    await comesBack(world)
    expect(await world.sync(how)).toMatchObject({ ...settled, created: 1 })
    expect(await inCrm(world)).toEqual([{ ...ALFA, account_name: 'Alfa Group' }, BETA, GAMMA])
    await world.rest()
  },
)

test('L12 left_filter: archive – it is archived elsewhere, and no longer when it comes back', async () => {
  const world = await filtered('archive')
  await leaves(world)
  expect(await world.sync()).toMatchObject({ ...settled, deleted: 0, writes: { erp: 0, crm: 1 } })
  expect(await inCrm(world)).toEqual([{ ...ALFA, is_active: false }, BETA, GAMMA])
  await world.rest()
  await comesBack(world)
  expect(await world.sync()).toMatchObject({ ...settled, created: 0 })
  expect(await inCrm(world)).toEqual([{ ...ALFA, account_name: 'Alfa Group' }, BETA, GAMMA])
  await world.rest()
})

test.each(['delete', 'archive', 'ignore'])('L12 left_filter: ask – a person says %s', async (choice) => {
  const world = await filtered('ask')
  await leaves(world)
  expect(await world.sync()).toMatchObject({ status: 'waiting', deleted: 0, updated: 0, open_cases: 1 })
  expect(await world.theCase()).toMatchObject({ kind: 'held record', cause: 'left_filter', title: 'Alfa' })
  await world.rest()
  await world.answer(choice)
  expect(await world.sync()).toMatchObject(settled)
  const alfa = choice === 'delete' ? [] : [{ ...ALFA, is_active: choice === 'ignore' }]
  expect(await inCrm(world)).toEqual([...alfa, BETA, GAMMA])
  await world.rest()
  await comesBack(world)
  await world.sync()
  expect(await inCrm(world)).toEqual([{ ...ALFA, account_name: 'Alfa Group' }, BETA, GAMMA])
  await world.rest()
})

test('L12 left_filter: ask – the question goes when the record comes back', async () => {
  const world = await filtered('ask')
  await leaves(world)
  await world.sync()
  await comesBack(world)
  expect(await world.sync()).toMatchObject(settled)
  expect(await inCrm(world)).toEqual([{ ...ALFA, account_name: 'Alfa Group' }, BETA, GAMMA])
  await world.rest()
})

test('L13 left_filter: delete – what was edited elsewhere in the meantime stays', async () => {
  const world = await filtered('delete')
  await world.crm.sql(`update accounts set phone = '600 111 222' where tax_id = 'A1'`)
  await leaves(world)
  expect(await world.sync()).toMatchObject({ ...settled, deleted: 0 })
  expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA])
  await world.rest()
})

test('L12 L20 left_filter: delete – more than the contract accepts are a question', async () => {
  const world = await filtered('delete', { limits: { deletions: '1 record' } })
  await world.erp.sql(`update customers set segment = 'B'`)
  expect(await world.sync()).toMatchObject({ status: 'stopped', deleted: 0, open_cases: 1 })
  expect(await inCrm(world)).toEqual([ALFA, BETA, GAMMA])
  await world.answer('approve')
  expect(await world.sync()).toMatchObject({ ...settled, deleted: 3 })
  expect(await inCrm(world)).toEqual([])
  await world.rest()
})

test('L12 what leaves the filter of another system than the master is left alone there', async () => {
  const world = await openWorld({
    customers: { records: { crm: { where: "kind = 'customer'" } }, edge_cases: { left_filter: 'delete' } },
  })
  await world.erp.sql(ROWS)
  await world.sync()
  await world.crm.sql(`update accounts set kind = 'prospect' where tax_id = 'A1'`)
  expect(await world.sync()).toMatchObject({ ...settled, deleted: 0 })
  expect(await world.erp.value('select count(*)::int from customers')).toBe(3)
  await world.rest()
})

test('L32 a contact becomes a company: it leaves one flow and enters another', async () => {
  const COMPANIES = {
    owners: { business: 'ana', technical: 'tomas' },
    master: 'erp',
    direction: 'erp to crm',
    schedule: 'every 5 minutes',
    late_after: '30 minutes',
    records: {
      erp: { table: 'customers', id: 'id', changed_at: 'updated_at', where: "segment = 'B'" },
      crm: { table: 'deals', id: 'id', changed_at: 'modified_at', cascades: 'accept' },
    },
    match: [['name']],
    fields: { name: { type: 'text', required: true, erp: 'legal_name', crm: 'deal_no' } },
    edge_cases: {
      created_outside_master: 'leave alone',
      edited_outside_master: 'revert',
      existing_records: 'master wins',
      existing_unmatched: 'create',
      older_than: 'no limit',
      duplicates: 'ask',
      deleted_in_master: 'delete',
      deleted_elsewhere: 'restore',
      left_filter: 'delete',
      invalid_value: 'hold record',
      empty_in_master: 'keep',
    },
    on_failure: { retry: 'for 6 hours', then: 'quarantine', alert: { technical: 'at once' } },
    limits: { changes: '100%', deletions: '100%' },
    history: '400 days',
  }
  const world = await openWorld({
    customers: { records: { erp: { where: "segment = 'A'" } }, edge_cases: { left_filter: 'delete' } },
    flows: { companies: COMPANIES },
  })
  await world.erp.sql(ROWS)
  await world.run()
  await leaves(world)
  await world.run()
  expect((await inCrm(world)).map((row) => row['account_name'])).toEqual(['Beta', 'Gamma'])
  expect(await world.crm.sql('select deal_no from deals')).toEqual([{ deal_no: 'Alfa' }])
  await world.erp.sql(`update customers set segment = 'A' where vat = 'A1'`)
  await world.run()
  expect((await inCrm(world)).map((row) => row['account_name'])).toEqual(['Alfa', 'Beta', 'Gamma'])
  expect(await world.crm.sql('select deal_no from deals')).toEqual([])
  await world.rest()
})

describe('rows that are marked as deleted', () => {
  const MARKS = {
    records: {
      erp: { deleted: { active: false }, archive: undefined },
      crm: { deleted: { is_active: false }, archive: undefined },
    },
  }
  const marked = async (edge: Record<string, unknown> = {}): Promise<World> => {
    const world = await openWorld({ customers: { ...MARKS, edge_cases: edge } })
    await world.erp.sql(ROWS)
    await world.sync()
    await world.crm.sql(`update accounts set owner_remark = 'remark of ' || tax_id`)
    await world.sync()
    return world
  }
  const mark = (world: World) => world.erp.sql(`update customers set active = false where vat = 'A1'`)

  test.each([{}, { full: true }])('L12 are deletions, and ours mark, too %s', async (how) => {
    const world = await marked()
    await mark(world)
    expect(await world.sync(how)).toMatchObject({ ...settled, deleted: 1, writes: { erp: 0, crm: 1 } })
    expect(await inCrm(world)).toEqual([{ ...ALFA, is_active: false }, BETA, GAMMA])
    await world.rest()
    await world.erp.sql(`update customers set active = true, legal_name = 'Alfa Group' where vat = 'A1'`)
    expect(await world.sync(how)).toMatchObject({ ...settled, created: 1 })
    expect(await inCrm(world)).toEqual([{ ...ALFA, account_name: 'Alfa Group' }, BETA, GAMMA])
    await world.rest()
  })

  test('L14 what is marked elsewhere is restored as it was, with what changed since', async () => {
    const world = await marked({ deleted_elsewhere: 'restore' })
    await world.crm.sql(`update accounts set is_active = false, owner_remark = 'cleared' where tax_id = 'A1'`)
    await world.erp.sql(`update customers set legal_name = 'Alfa Group' where vat = 'A1'`)
    expect(await world.sync()).toMatchObject({ ...settled, writes: { erp: 0, crm: 1 } })
    expect(await inCrm(world)).toEqual([{ ...ALFA, account_name: 'Alfa Group' }, BETA, GAMMA])
    await world.rest()
  })

  test('L12 deleted_in_master: ask – a person is asked, and may have it back', async () => {
    const world = await marked({ deleted_in_master: 'ask' })
    await mark(world)
    await world.sync()
    expect(await world.theCase()).toMatchObject({ cause: 'deleted_in_master' })
    await world.answer('restore')
    await world.sync()
    expect(await world.erp.value(`select active from customers where vat = 'A1'`)).toBe(true)
    await world.rest()
  })

  test('L12 what was marked before the first sync takes no part', async () => {
    const world = await openWorld({ customers: MARKS })
    await world.erp.sql(ROWS)
    await mark(world)
    await world.sync()
    expect((await inCrm(world)).map((row) => row['account_name'])).toEqual(['Beta', 'Gamma'])
    await world.rest()
  })
})
