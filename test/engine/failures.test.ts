import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

const three = async (): Promise<World> => {
  const world = await openWorld()
  await world.erp.sql(
    `insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 1), ('Beta', 'B1', 2), ('Gamma', 'G1', 3)`,
  )
  return world
}
const limits = (world: World) => world.crm.sql('select tax_id, credit_limit from accounts order by 1')

test('L19 a record that a system refuses is quarantined; the others land; it goes when the cause is gone', async () => {
  const world = await three()
  await world.crm.sql(`alter table accounts add constraint no_beta check (account_name <> 'Beta')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 2, quarantined: 1 })
  expect((await limits(world)).map((row) => row['tax_id'])).toEqual(['A1', 'G1'])
  const one = await world.theCase()
  expect(one).toMatchObject({ kind: 'quarantined record', title: 'Beta' })
  expect(one.sentence).toMatch(/no_beta/)
  const log = await (await world.app()).log({ flow: 'customers', record: 'Beta' })
  expect(log.some((entry) => entry.outcome === 'refused')).toBe(true)
  await world.rest()
  await world.crm.sql('alter table accounts drop constraint no_beta')
  await world.rest()
  await world.answer('retry')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, open_cases: 0 })
  expect((await limits(world)).map((row) => row['tax_id'])).toEqual(['A1', 'B1', 'G1'])
  await world.rest()
})

test.each([{}, { full: true }])('L19 a refused newcomer is tried again when its values change %s', async (how) => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.sync()
  await world.crm.sql(`alter table accounts add constraint short check (length(account_name) < 10)`)
  await world.erp.sql(`insert into customers (legal_name, vat) values ('A name that is too long', 'Z1')`)
  expect(await world.sync(how)).toMatchObject({ status: 'waiting', created: 0, quarantined: 1, open_cases: 1 })
  await world.rest()
  // Still refused: it is tried, and stays one case.
  await world.erp.sql(`update customers set legal_name = 'Another name that is too long' where vat = 'Z1'`)
  expect(await world.sync(how)).toMatchObject({ status: 'waiting', created: 0, quarantined: 1, open_cases: 1 })
  await world.erp.sql(`update customers set legal_name = 'Short' where vat = 'Z1'`)
  expect(await world.sync(how)).toMatchObject({ status: 'done', created: 1, open_cases: 0 })
  expect(await world.crm.sql(`select account_name from accounts where tax_id = 'Z1'`)).toEqual([
    { account_name: 'Short' },
  ])
  await world.rest()
})

test('L19 new evidence arms a quarantined record again', async () => {
  const world = await three()
  await world.crm.sql(`alter table accounts add constraint cheap check (credit_limit < 100)`)
  await world.sync()
  await world.erp.sql(
    `update customers set credit_limit = credit_limit * 100 where vat <> 'A1'; update customers set credit_limit = 7 where vat = 'A1'`,
  )
  expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 1, quarantined: 2 })
  await world.rest()
  await world.erp.sql(`update customers set credit_limit = 50 where vat = 'B1'`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', updated: 1, open_cases: 1 })
  expect(await limits(world)).toEqual([
    { tax_id: 'A1', credit_limit: '7.00' },
    { tax_id: 'B1', credit_limit: '50.00' },
    { tax_id: 'G1', credit_limit: '3.00' },
  ])
  await world.rest()
})

test('a quarantined record that is left alone is left alone', async () => {
  const world = await three()
  await world.crm.sql(`alter table accounts add constraint no_beta check (account_name <> 'Beta')`)
  await world.sync()
  await world.answer('ignore')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, quarantined: 0, open_cases: 0 })
  await world.rest()
})

test('a delete that a system refuses is quarantined, and the others go', async () => {
  const world = await three()
  await world.sync()
  await world.crm.sql(`insert into deals (deal_no, account_id) select 'D-1', id from accounts where tax_id = 'B1'`)
  await world.erp.sql('delete from customers')
  expect(await world.sync()).toMatchObject({ status: 'waiting', deleted: 2, quarantined: 1 })
  expect((await limits(world)).map((row) => row['tax_id'])).toEqual(['B1'])
  await world.rest()
  await world.crm.sql('delete from deals')
  await world.answer('retry')
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 1, open_cases: 0 })
  expect(await limits(world)).toEqual([])
  await world.rest()
})

test('a system that cannot be reached: the run fails, says which one, and writes nothing anywhere', async () => {
  const world = await three()
  await world.sync()
  await world.erp.sql('update customers set credit_limit = 9')
  await world.crm.sql(`update accounts set phone = '600 111 222'`)
  const url = world.env['CRM_URL']!
  world.env['CRM_URL'] = url.replace(/:\d+\//, ':1/')
  await world.decide({})
  const [report] = await (await world.app()).run()
  expect(report).toMatchObject({ status: 'failed', writes: { erp: 0, crm: 0 } })
  expect(report!.message).toMatch(/127\.0\.0\.1:1\/|localhost:1\//)
  expect(report!.message).not.toContain(new URL(url).password)
  expect((await (await world.app()).status())[0]).toMatchObject({ status: 'Failing', why: report!.message })
  expect(await world.erp.value('select count(phone)::int from customers')).toBe(0)
  // When it is back, nothing has been lost.
  world.env['CRM_URL'] = url
  await world.decide({})
  expect(await world.sync()).toMatchObject({ status: 'done', writes: { erp: 3, crm: 3 } })
  await world.rest()
})

test('credentials that the system refuses: the run fails and quarantines no record', async () => {
  const world = await three()
  const url = world.env['CRM_URL']!
  world.env['CRM_URL'] = url.replace(new URL(url).password, 'wrong')
  await world.decide({})
  const [report] = await (await world.app()).run()
  expect(report).toMatchObject({ status: 'failed', quarantined: 0 })
  expect(report!.message).not.toContain('wrong')
  expect(await world.cases()).toEqual([])
})

test('a table that is gone: the run fails and names it', async () => {
  const world = await three()
  await world.sync()
  await world.crm.sql('alter table accounts rename to clients')
  const [report] = await (await world.app()).run()
  expect(report).toMatchObject({ status: 'failed', deleted: 0 })
  expect(report!.message).toMatch(/accounts/)
  await world.crm.sql('alter table clients rename to accounts')
  expect(await world.sync()).toMatchObject({ status: 'done' })
  await world.rest()
})

test('L17 a second process that runs the same flow is told who does already', async () => {
  const world = await three()
  const first = await world.app()
  const second = await world.another()
  // Holds the first run at its first write.
  await world.crm.sql('begin; lock table accounts in share mode')
  const running = first.run()
  await expect
    .poll(async () => Number(await world.store.value('select count(*) from run')), { timeout: 10_000 })
    .toBe(1)
  const refused = await second.run().catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'engine.busy' })
  expect(String(refused)).toMatch(/customers is being run by process/)
  await expect(second.plan()).rejects.toMatchObject({ code: 'engine.busy' })
  await world.crm.sql('commit')
  expect(await running).toMatchObject([{ status: 'done', created: 3 }])
  expect(await second.run()).toMatchObject([{ status: 'done', created: 0 }])
})

test('L4 an edit that comes between reading and writing is not overwritten unseen', async () => {
  const world = await three()
  await world.sync()
  await world.erp.sql(`update customers set credit_limit = 9 where vat = 'A1'`)
  // Somebody edits the account while the run is on its way: the update waits for this transaction's lock.
  await world.crm.sql(`begin; update accounts set phone = '600 111 222' where tax_id = 'A1'`)
  const running = world.sync()
  await expect
    .poll(async () => Number(await world.store.value(`select count(*) from operation where outcome is null`)), {
      timeout: 10_000,
    })
    .toBeGreaterThan(3)
  await world.crm.sql('commit')
  expect(await running).toMatchObject({ status: 'done' })
  await world.sync()
  expect(await world.crm.sql(`select credit_limit, phone from accounts where tax_id = 'A1'`)).toEqual([
    { credit_limit: '9.00', phone: '600 111 222' },
  ])
  expect(await world.erp.value(`select phone from customers where vat = 'A1'`)).toBe('+34600111222')
  await world.rest()
})
