import pg from 'pg'
import { expect, test } from 'vitest'

import type { HotFlow } from '../../src/engine/hot-flow.ts'
import { freshDatabase, urlOf } from '../harness/database.ts'
import { openWorld, type World } from './world.ts'

const ANA = { by: 'ana', actor: { kind: 'command line', account: null, who: 'ana', address: 'test' } } as const

const TABLE = `create table concordat_mark (
  installation text, object text, number bigint not null, at timestamptz not null, primary key (installation, object))`

/** Twenty customers in agreement; both systems take a mark. */
async function agreed(): Promise<World> {
  const world = await openWorld({ systems: { erp: { mark: 'concordat_mark' }, crm: { mark: 'concordat_mark' } } })
  for (const system of [world.erp, world.crm]) await system.sql(TABLE)
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'Company ' || n, 'V' || n from generate_series(1, 20) n`,
  )
  await world.sync()
  return world
}

const markIn = (world: World, system: 'erp' | 'crm') =>
  world[system].value('select max(number)::int from concordat_mark')

async function onServer(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf('postgres') })
  await client.connect()
  try {
    for (const text of statements) await client.query(text)
  } finally {
    await client.end()
  }
}

test('L35 the mark moves with writes of records, and only then', async () => {
  const world = await agreed()
  const first = await markIn(world, 'crm')
  expect(first).toBeGreaterThan(0)
  expect(await markIn(world, 'erp')).toBeNull()
  await world.rest()
  expect(await markIn(world, 'crm')).toBe(first)
  await world.crm.sql(`update accounts set phone = '+34600111222' where tax_id = 'V1'`)
  await world.sync()
  expect(await markIn(world, 'crm')).toBe(first)
  expect(await markIn(world, 'erp')).toBeGreaterThan(first as number)
})

test('L35 with a mark one record that went back is enough to recognise a restored system', async () => {
  const world = await agreed()
  await world.crm.sql(
    'drop schema if exists backup cascade; create schema backup; create table backup.rows as table accounts; create table backup.mark as table concordat_mark',
  )
  await world.crm.sql(`update accounts set phone = '+34600111222' where tax_id = 'V1'`)
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Later', 'L1')`)
  await world.sync()
  await world.crm.sql(`truncate accounts cascade; insert into accounts overriding system value table backup.rows;
    truncate concordat_mark; insert into concordat_mark table backup.mark`)
  for (const system of [world.erp, world.crm]) await system.written()
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  const one = await world.theCase()
  expect(one).toMatchObject({ kind: 'restored system' })
  expect(one.sentence).toMatch(/^CRM looks as if it was restored from an older backup: 1 customer/)
  await world.answer('write back')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, updated: 1 })
  expect(await world.crm.value(`select phone from accounts where tax_id = 'V1'`)).toBe('+34600111222')
  expect(await world.crm.value(`select count(*)::int from accounts`)).toBe(21)
  expect(await world.erp.written()).toBe(0)
  await world.rest()
})

test('L35 a restored system in which nothing differs is no question', async () => {
  const world = await agreed()
  await world.crm.sql('update concordat_mark set number = number - 1')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 0 })
  await world.rest()
})

test('L35 with a mark a store that was restored is recognised, and goes on when a person says so', async () => {
  const world = await agreed()
  const name = new URL(world.store.url).pathname.slice(1)
  const { name: copy } = await freshDatabase('backup')
  await world.decide({})
  await onServer(
    `drop database ${copy}`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    `create database ${copy} template ${name}`,
  )
  await world.erp.sql(`update customers set legal_name = 'Renamed' where id = 1`)
  await world.erp.sql(`insert into customers (legal_name, phone) values ('No key', '+34600111222')`)
  await world.sync()
  await world.decide({})
  await onServer(`drop database ${name} with (force)`, `create database ${name} template ${copy}`)
  for (const system of [world.erp, world.crm]) await system.written()
  const app = await world.app()
  const [run] = await app.run()
  expect(run).toMatchObject({ status: 'stopped', failure: { code: 'connector.another-system', system: 'crm' } })
  expect(run!.message).toMatch(/^Concordat’s store is older than what it has written to CRM/)
  expect((await app.status())[0]).toMatchObject({ status: 'Needs you' })
  expect((await app.plan()).flows[0]).toMatchObject({ status: 'stopped' })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  expect(await app.systems.confirm('crm', false, ANA)).toMatchObject({
    compared: [{ looked: 20, same: 19, changed: 1, other: 0, gone: 0 }],
  })
  expect(await world.sync()).toMatchObject({ status: 'done', created: 0, linked: 1 })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  await world.rest()
  await world.erp.sql(`update customers set legal_name = 'Renamed again' where id = 1`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
})

test('L35 where the table of the mark is missing, the run says how to make it and writes nothing', async () => {
  const world = await openWorld({ systems: { crm: { mark: 'concordat_mark' } } })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'V1')`)
  const [run] = await (await world.app()).run()
  expect(run).toMatchObject({ status: 'failed', failure: { code: 'connector.no-such-object' } })
  expect(run!.message).toMatch(/create table concordat_mark \(installation text/)
  expect(await world.crm.written()).toBe(0)
})

/** CRM back at what it held before one phone number and one customer reached it. */
async function restoredCrm(world: World): Promise<void> {
  await world.crm.sql(
    'drop schema if exists backup cascade; create schema backup; create table backup.rows as table accounts; create table backup.mark as table concordat_mark',
  )
  await world.crm.sql(`update accounts set phone = '+34600111222' where tax_id = 'V1'`)
  await world.erp.sql(`update customers set legal_name = 'Renamed' where id = 2`)
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Later', 'L1')`)
  await world.sync()
  await world.crm.sql(`truncate accounts cascade; insert into accounts overriding system value table backup.rows;
    truncate concordat_mark; insert into concordat_mark table backup.mark`)
  for (const system of [world.erp, world.crm]) await system.written()
}

test('L35 with a mark hints about a restored system are left to a run, which asks', async () => {
  const world = await agreed()
  await restoredCrm(world)
  const ending = new AbortController()
  let taken: Promise<unknown> = Promise.resolve()
  const onReady = (flows: ReadonlyMap<string, HotFlow>): void => {
    taken = flows.get('customers')!.take('crm', ['1', '2', '21'])
    taken.catch(() => {})
  }
  await (await world.app()).follow({ signal: ending.signal, onReady })
  expect(await taken).toMatchObject({ wantsRun: true, wrote: false })
  ending.abort()
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
})

test('L35 with a mark also when the rules change before anybody has looked', async () => {
  const world = await agreed()
  await restoredCrm(world)
  await world.decide({ customers: { edge_cases: { empty_in_master: 'erase' } } })
  expect(await world.sync()).toMatchObject({ status: 'stopped', created: 0, updated: 0 })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  expect(await world.theCase()).toMatchObject({ kind: 'restored system' })
})
