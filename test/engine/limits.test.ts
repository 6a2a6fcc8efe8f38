import { expect, test } from 'vitest'

import type { HotFlow } from '../../src/engine/hot-flow.ts'
import { openWorld, type World } from './world.ts'

/** So many customers in agreement, under these limits. */
const many = async (
  count: number,
  limits: Record<string, string>,
  edge: Record<string, string> = {},
): Promise<World> => {
  const world = await openWorld({ customers: { limits, edge_cases: edge } })
  await world.erp.sql(
    `insert into customers (legal_name, vat, credit_limit) select 'Name ' || n, 'V' || n, n from generate_series(1, ${count}) n`,
  )
  expect(await world.sync()).toMatchObject({ status: 'done', created: count })
  await world.crm.written()
  return world
}
const raised = (world: World, count: number) =>
  world.erp.sql(`update customers set credit_limit = credit_limit + 1000 where id <= ${count}`)
const inCrm = async (world: World) =>
  Number(await world.crm.value('select count(*) from accounts where credit_limit > 1000'))

test('L20 limits.changes: the breaker trips before the first write, and an approval lets the changes through', async () => {
  const world = await many(20, { changes: '10% or 3 records' })
  await raised(world, 5)
  const stopped = await world.sync()
  expect(stopped).toMatchObject({ status: 'stopped', updated: 0, writes: { erp: 0, crm: 0 } })
  expect(stopped.message).toMatch(/5 .*limit of 3/)
  expect(await world.crm.written()).toBe(0)
  expect(await world.theCase()).toMatchObject({ kind: 'breaker tripped', cause: 'limits.changes' })
  expect((await world.theCase()).sentence).toMatch(/5 customers would change/)
  expect((await (await world.app()).status())[0]).toMatchObject({ status: 'Needs you', waiting_writes: 5 })
  // It stays shut until somebody says so.
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  expect(await world.cases()).toHaveLength(1)
  await world.answer('approve')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 5, open_cases: 0 })
  expect(await inCrm(world)).toBe(5)
  await world.rest()
})

test('L20 limits.changes: an approval is for at most the number that was shown', async () => {
  const world = await many(20, { changes: '3 records' })
  await raised(world, 5)
  await world.sync()
  await world.answer('approve')
  await world.erp.sql('update customers set credit_limit = credit_limit + 1000 where id = 6')
  expect(await world.sync()).toMatchObject({ status: 'stopped', updated: 0 })
  expect((await world.theCase()).sentence).toMatch(/6 customers would change/)
  expect(await world.crm.written()).toBe(0)
  await world.answer('approve')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 6 })
  // It is used up.
  await raised(world, 6)
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
})

test('limits.changes: rejected, nothing is written, and the next run asks again', async () => {
  const world = await many(20, { changes: '3 records' })
  await raised(world, 5)
  await world.sync()
  await world.answer('reject')
  expect(await world.sync()).toMatchObject({ status: 'stopped', updated: 0, open_cases: 1 })
  expect(await world.crm.written()).toBe(0)
})

test('limits.changes: up to the limit nobody is asked, and 100% is never exceeded', async () => {
  const world = await many(20, { changes: '10% or 3 records' })
  await raised(world, 3)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 3 })
  await world.decide({ customers: { limits: { changes: '100%' } } })
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'New ' || n, 'N' || n from generate_series(1, 60) n`,
  )
  await raised(world, 20)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 60, updated: 20 })
  await world.rest()
})

test('limits.changes: the first sync is what the contract is for, and asks nobody', async () => {
  const world = await many(20, { changes: '1 record' })
  expect(await world.crm.value('select count(*)::int from accounts')).toBe(20)
  await world.rest()
})

test('limits.changes: a breaker that has lost its cause closes', async () => {
  const world = await many(20, { changes: '3 records' })
  await raised(world, 5)
  await world.sync()
  await world.erp.sql('update customers set credit_limit = credit_limit - 1000 where id <= 4')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1, open_cases: 0 })
  await world.rest()
})

test('L20 limits.changes: an approval that is not needed any more is over', async () => {
  const world = await many(20, { changes: '3 records' })
  await raised(world, 5)
  await world.sync()
  await world.answer('approve')
  await world.erp.sql('update customers set credit_limit = credit_limit - 1000 where id <= 5')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 0 })
  await raised(world, 5)
  expect(await world.sync()).toMatchObject({ status: 'stopped', updated: 0, open_cases: 1 })
})

test('L20 limits.deletions: an approval that is not needed any more is over', async () => {
  for (const back of [5, 4]) {
    const world = await many(20, { deletions: '3 records' })
    await world.erp.sql(
      'create table away as select * from customers where id <= 5; delete from customers where id <= 5',
    )
    expect(await world.sync()).toMatchObject({ status: 'stopped', deleted: 0 })
    await world.answer('approve')
    await world.erp.sql(`insert into customers select * from away where id <= ${back}`)
    expect(await world.sync()).toMatchObject({ status: 'done', deleted: 5 - back })
    await world.erp.sql('delete from customers where id <= 4')
    expect(await world.sync()).toMatchObject({ status: 'stopped', deleted: 0, open_cases: 1 })
  }
})

test('L12 limits.deletions: a mass deletion is a question, and deletes nothing elsewhere', async () => {
  const world = await many(20, { deletions: '3 records' })
  await world.erp.sql('delete from customers where id <= 5')
  const stopped = await world.sync()
  expect(stopped).toMatchObject({ status: 'stopped', deleted: 0 })
  expect(await world.theCase()).toMatchObject({ kind: 'mass deletion', cause: 'limits.deletions' })
  expect((await world.theCase()).sentence).toMatch(/5 customers are missing/)
  expect(await world.crm.written()).toBe(0)
  expect(await world.sync()).toMatchObject({ status: 'stopped', deleted: 0 })
  await world.answer('approve')
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 5, open_cases: 0 })
  expect(await world.crm.value('select count(*)::int from accounts')).toBe(15)
  await world.rest()
})

test('limits.deletions: a list that is suddenly empty stops the flow, and it goes on when the list is back', async () => {
  const world = await many(20, { deletions: '10%' })
  await world.erp.sql('alter table customers rename to hidden; create table customers (like hidden including all)')
  expect(await world.sync()).toMatchObject({ status: 'stopped', deleted: 0 })
  expect(await world.crm.value('select count(*)::int from accounts')).toBe(20)
  await world.erp.sql('drop table customers; alter table hidden rename to customers')
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 0, updated: 0, open_cases: 0 })
  await world.rest()
})

test('limits.deletions: up to the limit nobody is asked', async () => {
  const world = await many(20, { deletions: '3 records' })
  await world.erp.sql('delete from customers where id <= 3')
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 3 })
  await world.rest()
})

/** The flow as a service keeps it ready for hints. */
const keptHot = async (world: World): Promise<HotFlow> => {
  const control = new AbortController()
  let hot: HotFlow | undefined
  const onReady = (flows: ReadonlyMap<string, HotFlow>): void => void (hot = flows.get('customers'))
  await (await world.app()).follow({ signal: control.signal, onReady })
  return hot!
}
const leftInCrm = async (world: World) => Number(await world.crm.value('select count(*) from accounts'))

test.each(['changes', 'deletions'])(
  'L20 limits.%s: what hints lead to while a run is under way counts together with what the run does',
  async (limit) => {
    const world = await many(20, { [limit]: '2 records' })
    const hot = await keptHot(world)
    await world.erp.sql(limit === 'changes' ? 'select 1' : 'delete from customers where id <= 4')
    if (limit === 'changes') await raised(world, 4)
    const run = hot.run()
    const hints = hot.take('erp', ['1', '2'])
    expect(await run).toMatchObject({ status: 'stopped' })
    expect(await hints).toMatchObject({ wrote: true, stopped: null })
    await hot.close()
    expect(await (limit === 'changes' ? inCrm(world) : leftInCrm(world))).toBe(limit === 'changes' ? 2 : 18)
    expect((await world.cases()).map(({ cause }) => cause)).toEqual([`limits.${limit}`])
  },
)

test('L20 limits.deletions: what a run has let through counts when hints come while it writes', async () => {
  const world = await many(700, { deletions: '600 records' })
  const hot = await keptHot(world)
  await world.erp.sql('delete from customers where id <= 600')
  // A deletion takes a while, and its hint comes when the first of them have landed.
  await world.crm.sql(
    `create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return null; end $$;
     create trigger slowly after delete on accounts for each statement execute function slowly()`,
  )
  const run = hot.run()
  await expect.poll(() => leftInCrm(world), { interval: 5, timeout: 20_000 }).toBeLessThan(700)
  await world.erp.sql('delete from customers where id = 601')
  expect(await hot.take('erp', ['601'])).toMatchObject({
    stopped: expect.stringMatching(/More records are gone/) as string,
  })
  expect(await run).toMatchObject({ status: 'waiting' })
  await hot.close()
  expect(await leftInCrm(world)).toBe(100)
})
