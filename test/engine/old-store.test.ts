import pg from 'pg'
import { expect, test } from 'vitest'

import type { HotFlow } from '../../src/engine/hot-flow.ts'
import { freshDatabase, urlOf } from '../harness/database.ts'
import { openWorld, type World } from './world.ts'

const agreed = async (): Promise<World> => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat, phone)
    select 'Company ' || n, 'V' || n, '+3460000000' || (n % 10) from generate_series(1, 30) n`)
  await world.sync()
  return world
}

/** Copies the store as it is now; what is returned puts it back, as a restore from that backup. */
async function backUp(world: World): Promise<() => Promise<void>> {
  const name = new URL(world.store.url).pathname.slice(1)
  const { name: copy } = await freshDatabase('backup')
  const on = async (...statements: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: urlOf('postgres') })
    await client.connect()
    try {
      for (const text of statements) await client.query(text)
    } finally {
      await client.end()
    }
  }
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`
  await world.decide({})
  await on(`drop database ${copy}`, end, `create database ${copy} template ${name}`)
  return async () => {
    await world.decide({})
    await on(`drop database ${name} with (force)`, `create database ${name} template ${copy}`)
  }
}

const names = async (world: World) => ({
  erp: await world.erp.value('select count(*)::int from customers'),
  crm: await world.crm.value('select count(*)::int from accounts'),
})

/** Twenty customers without any key, made since; half of them by each system's users. */
async function keyless(world: World): Promise<void> {
  await world.erp.sql(`insert into customers (legal_name, vat, phone)
    select 'Later ' || n, 'L' || n, '+34600111222' from generate_series(1, 50) n`)
  await world.erp.sql(
    `insert into customers (legal_name, phone) select 'No key ' || n, '+34600111' || (100 + n) from generate_series(1, 20) n`,
  )
  await world.crm.sql(
    `insert into accounts (account_name, phone) select 'CRM key ' || n, '+34600222' || (100 + n) from generate_series(1, 5) n`,
  )
  await world.sync()
  await world.sync()
  expect(await names(world)).toEqual({ erp: 105, crm: 105 })
}

test('L35 a store restored from an older backup doubles nothing, with match keys or without', async () => {
  const world = await agreed()
  const restore = await backUp(world)
  await keyless(world)
  await restore()
  for (const system of [world.erp, world.crm]) await system.written()
  const run = await world.sync()
  expect(run).toMatchObject({ created: 0, updated: 0, deleted: 0, linked: 75 })
  expect(await names(world)).toEqual({ erp: 105, crm: 105 })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  await world.rest()
  await world.crm.sql(`update accounts set phone = '+34600999999' where account_name = 'No key 3'`)
  expect(await world.sync()).toMatchObject({ updated: 1 })
  expect(await world.erp.value(`select phone from customers where legal_name = 'No key 3'`)).toBe('+34600999999')
})

test('L35 hints about what a restored store has forgotten double nothing', async () => {
  const world = await agreed()
  const restore = await backUp(world)
  await keyless(world)
  await restore()
  for (const system of [world.erp, world.crm]) await system.written()
  const ids = async (system: 'erp' | 'crm', names: string) =>
    (
      await world[system].sql<{ id: string }>(
        system === 'erp'
          ? `select id::text as id from customers where legal_name = any('${names}')`
          : `select id::text as id from accounts where account_name = any('${names}')`,
      )
    ).map(({ id }) => id)
  // One hint came for two of them, the others are found while it is looked whether somebody has them.
  const [one, two] = [await ids('erp', '{No key 1}'), await ids('crm', '{No key 1,No key 2}')]
  let taken: Promise<unknown> = Promise.resolve()
  const onReady = (flows: ReadonlyMap<string, HotFlow>): void => {
    const flow = flows.get('customers')!
    taken = Promise.all([flow.take('erp', one), flow.take('crm', two)])
    taken.catch(() => {})
  }
  await (await world.app()).follow({ signal: new AbortController().signal, onReady })
  await taken
  expect(await names(world)).toEqual({ erp: 105, crm: 105 })
  await world.sync()
  expect(await names(world)).toEqual({ erp: 105, crm: 105 })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  await world.rest()
})

test('L35 a lost store doubles nothing at the first sync of a new one', async () => {
  const world = await agreed()
  await keyless(world)
  await world.decide({})
  const name = new URL(world.store.url).pathname.slice(1)
  const client = new pg.Client({ connectionString: urlOf('postgres') })
  await client.connect()
  await client.query(`drop database ${name} with (force)`)
  await client.query(`create database ${name}`)
  await client.end()
  for (const system of [world.erp, world.crm]) await system.written()
  expect(await world.sync()).toMatchObject({ created: 0, updated: 0, linked: 105 })
  expect(await names(world)).toEqual({ erp: 105, crm: 105 })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  await world.rest()
})

test('L35 equal twins within one system stay as many as they are', async () => {
  const world = await openWorld()
  await world.erp.sql(
    `insert into customers (legal_name, phone) select 'Walk-in', '+34600111222' from generate_series(1, 3)`,
  )
  await world.crm.sql(
    `insert into accounts (account_name, phone) select 'Walk-in', '+34600111222' from generate_series(1, 2)`,
  )
  expect(await world.sync()).toMatchObject({ linked: 2, created: 1 })
  expect(await names(world)).toEqual({ erp: 3, crm: 3 })
  await world.rest()
})

test('L35 one value alone is nobody’s twin', async () => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name) values ('Walk-in')`)
  await world.crm.sql(`insert into accounts (account_name) values ('Walk-in')`)
  expect(await world.sync()).toMatchObject({ linked: 0, created: 2 })
})
