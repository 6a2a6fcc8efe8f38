import { readFile, writeFile } from 'node:fs/promises'

import { expect, onTestFinished, test } from 'vitest'

import { openApp } from '../../src/app.ts'
import type { HotFlow } from '../../src/engine/hot-flow.ts'
import { freshDatabase } from '../harness/database.ts'
import { openSigned } from '../harness/sign.ts'
import { CRM_SCHEMA, ERP_SCHEMA } from './schemas.ts'
import { connectSystem, type System } from './systems.ts'
import { openWorld, type World } from './world.ts'

const ANA = { by: 'ana', actor: { kind: 'command line', account: null, who: 'ana', address: 'test' } } as const

/** Twenty customers of a test installation, in agreement. */
async function agreed(): Promise<World> {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat, email)
    select 'Test ' || n, 'T' || n, 'test' || n || '@test.example' from generate_series(1, 20) n`)
  await world.sync()
  for (const system of [world.erp, world.crm]) await system.written()
  return world
}

async function anotherDatabase(schema: string): Promise<System> {
  const system = connectSystem((await freshDatabase('another')).url)
  onTestFinished(() => system.end())
  await system.sql(schema)
  return system
}

/** Real customers, under the ids that the test ones have in the test systems. */
async function production(): Promise<{ erp: System; crm: System }> {
  const [erp, crm] = [await anotherDatabase(ERP_SCHEMA), await anotherDatabase(CRM_SCHEMA)]
  await erp.sql(`insert into customers (legal_name, vat, email)
    select 'Real ' || n, 'R' || n, 'real' || n || '@real.example' from generate_series(1, 30) n`)
  await crm.sql(`insert into accounts (account_name, tax_id, email)
    select 'Actual ' || n, 'A' || n, 'actual' || n || '@real.example' from generate_series(1, 30) n`)
  for (const system of [erp, crm]) await system.written()
  return { erp, crm }
}

/** The URLs lead elsewhere from now on, and nothing else has changed. */
async function pointAt(world: World, systems: { erp?: System; crm?: System }): Promise<void> {
  if (systems.erp) world.env['ERP_URL'] = systems.erp.url
  if (systems.crm) world.env['CRM_URL'] = systems.crm.url
  await world.decide({})
}

const runOnce = async (world: World, full = false) => (await (await world.app()).run({ full }))[0]!

const standing = async (world: World) => {
  const [{ status, why } = { status: '', why: '' }] = await (await world.app()).status()
  return { status, why }
}

test('L30 a contract that is pointed from test to production does nothing but ask', async () => {
  const world = await agreed()
  const real = await production()
  await world.erp.sql(`update customers set legal_name = 'Not carried over yet' where id = 1`)
  await pointAt(world, real)
  for (const full of [false, true]) {
    const run = await runOnce(world, full)
    expect(run).toMatchObject({
      status: 'stopped',
      read: 0,
      failure: { code: 'connector.another-system', system: 'erp' },
    })
    expect(run.message).toMatch(
      /^ERP is a different database from the one that these records were agreed with: .*CRM is a different database.*concordat systems confirm erp.*concordat systems start-over erp crm/,
    )
  }
  const app = await world.app()
  const plan = await app.plan()
  expect(plan).toMatchObject({ flows: [{ status: 'stopped' }], operations: [], cases: [] })
  expect(plan.flows[0]!.message).toMatch(/different database/)
  expect(await standing(world)).toMatchObject({
    status: 'Needs you',
    why: expect.stringMatching(/different database/) as string,
  })
  const alerts = await app.alerts.watch.tick({ triesPerChannel: 1 })
  expect(alerts.conditions.map(({ kind, headline }) => `${kind}: ${headline}`)).toEqual([
    'needs you: CRM is a different database than before',
    'needs you: ERP is a different database than before',
  ])
  for (const system of [real.erp, real.crm, world.erp, world.crm]) expect(await system.written()).toBe(0)
})

test('L30 hints and decided cases write to no other database either', async () => {
  const world = await openWorld({ customers: { fields: { name: { master: 'shared', on_conflict: 'ask' } } } })
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'Test ' || n, 'T' || n from generate_series(1, 20) n`,
  )
  await world.sync()
  await world.erp.sql(`update customers set legal_name = 'By ERP' where id = 1`)
  await world.crm.sql(`update accounts set account_name = 'By CRM' where tax_id = 'T1'`)
  await world.sync()
  await world.answer('erp')
  const real = await production()
  await pointAt(world, { crm: real.crm })
  const app = await world.app()
  let taken: Promise<unknown> = Promise.resolve()
  const onReady = (flows: ReadonlyMap<string, HotFlow>): void => {
    taken = flows.get('customers')!.take('erp', ['1', '2'])
    taken.catch(() => {})
  }
  await app.follow({ signal: new AbortController().signal, onReady })
  await expect(taken).rejects.toMatchObject({ code: 'connector.another-system', system: 'crm' })
  expect(await runOnce(world)).toMatchObject({ status: 'stopped' })
  expect(await real.crm.written()).toBe(0)
})

test('L30 what was pointed elsewhere by mistake and back goes on where it was', async () => {
  const world = await agreed()
  const { erp, crm } = world
  await pointAt(world, await production())
  expect(await runOnce(world)).toMatchObject({ status: 'stopped' })
  await pointAt(world, { erp, crm })
  await erp.sql(`update customers set legal_name = 'Edited' where id = 3`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  expect(await standing(world)).toMatchObject({ status: 'On time' })
  await world.rest()
})

test('L30 another company is not believed to be the same system, moved', async () => {
  const world = await agreed()
  const real = await production()
  await pointAt(world, real)
  const app = await world.app()
  await expect(app.systems.confirm('erp', false, ANA)).rejects.toMatchObject({
    code: 'engine.does-not-fit',
    message: expect.stringMatching(
      /of 20 linked customers .* 0 are as they were, 0 have changed, 20 are something else/,
    ) as string,
  })
  expect(await runOnce(world)).toMatchObject({ status: 'stopped' })
})

test('L30 other databases begin with a first sync, as a new installation does; the log keeps what was', async () => {
  const world = await agreed()
  const before = await (await world.app()).log({ flow: 'customers', limit: 500 })
  const real = await production()
  await real.crm.sql(
    `insert into accounts (account_name, tax_id, email) values ('Real one', 'R1', 'real1@real.example')`,
  )
  await real.crm.written()
  await pointAt(world, real)
  const app = await world.app()
  await runOnce(world)
  expect(await app.systems.preview(['erp', 'crm'])).toEqual({
    systems: ['erp', 'crm'],
    flows: [{ flow: 'customers', records: 20 }],
  })
  await app.systems.startOver(['erp', 'crm'], ANA)
  expect(await standing(world)).toMatchObject({ status: 'Never run' })
  const run = await world.sync()
  // R1 is found in both; the other 29 of the ERP and 30 of the CRM are made in the other, as the contract says.
  expect(run).toMatchObject({ kind: 'full', created: 59, updated: 1 })
  expect(await real.erp.value(`select legal_name from customers where vat = 'R1'`)).toBe('Real 1')
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  expect(await standing(world)).toMatchObject({ status: 'On time' })
  const after = await (await world.app()).log({ flow: 'customers', limit: 500 })
  for (const entry of before)
    expect(after.map(({ at, title }) => `${at} ${title}`)).toContain(`${entry.at} ${entry.title}`)
  const acts = await world.store.sql(`select act, subject, who from audit order by id`)
  expect(acts.slice(-2)).toMatchObject([{ act: 'system started over', subject: 'erp', who: 'ana' }, { subject: 'crm' }])
})

test('L30 the same records at another place are the same system once somebody says so', async () => {
  const world = await agreed()
  const moved = await anotherDatabase(ERP_SCHEMA)
  const rows = await world.erp.sql('select id, legal_name, vat, email, updated_at from customers')
  for (const row of rows)
    await moved.sql(
      `insert into customers (id, legal_name, vat, email, updated_at) overriding system value values ($1, $2, $3, $4, $5)`,
      ...Object.values(row),
    )
  await moved.sql(`update customers set email = 'moved@test.example' where id = 5`)
  await pointAt(world, { erp: moved })
  expect(await runOnce(world)).toMatchObject({ status: 'stopped' })
  const app = await world.app()
  expect(await app.systems.confirm('erp', false, ANA)).toMatchObject({
    compared: [{ flow: 'customers', looked: 20, same: 19, changed: 1, other: 0, gone: 0 }],
  })
  const [erp] = await app.systems.list()
  expect(erp).toMatchObject({ system: 'erp', state: 'agreed', accepted: [{ by: null }, { by: 'ana' }] })
  expect(await world.sync()).toMatchObject({ updated: 1, created: 0, deleted: 0 })
  expect(await world.crm.value(`select email from accounts where tax_id = 'T5'`)).toBe('moved@test.example')
  // The first one is still taken for it as well: replicas of one system.
  await pointAt(world, { erp: world.erp })
  expect((await (await world.app()).systems.list())[0]).toMatchObject({ state: 'agreed' })
})

test('L30 a store from before identities were noted takes what fits, and asks about what does not', async () => {
  const world = await agreed()
  await world.store.sql('delete from system_identity')
  const real = await production()
  await pointAt(world, { erp: real.erp })
  const run = await runOnce(world)
  expect(run).toMatchObject({ status: 'stopped' })
  expect(run.message).toMatch(/It was never noted which database ERP is.*20 are something else/)
  await pointAt(world, { erp: world.erp })
  await world.erp.sql(`update customers set legal_name = 'Edited' where id = 3`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  await pointAt(world, { erp: real.erp })
  expect((await runOnce(world)).message).toMatch(/is a different database/)
})

test('L30 rules that were planned on test databases ask before a first sync of others', async () => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Test', 'T1')`)
  await (await world.app()).plan()
  const real = await production()
  await pointAt(world, real)
  expect(await runOnce(world)).toMatchObject({ status: 'stopped' })
  for (const system of [real.erp, real.crm]) expect(await system.written()).toBe(0)
  await (await world.app()).systems.startOver(['erp', 'crm'], ANA)
  expect(await runOnce(world)).toMatchObject({ created: 60 })
})

test('L30 a second contract on the same store is refused, and an edited one is not', async () => {
  const world = await agreed()
  const text = await readFile(world.contract, 'utf8')
  const opening = async (edited: string): Promise<string> => {
    await writeFile(world.contract, edited)
    try {
      const app = await openSigned({ contract: world.contract, env: world.env, databaseUrl: world.store.url })
      await app.close()
      return 'opened'
    } catch (error) {
      expect(error).toMatchObject({ code: 'store.another-contract' })
      return (error as Error).message
    }
  }
  const bolt = text.replace('Acme Instruments', 'Bolt Ltd')
  expect(await opening(bolt)).toMatch(/belongs to a contract of Acme Instruments, and this one is of Bolt Ltd/)
  expect(await opening(text.replace('  customers:', '  people:'))).toMatch(/none of these flows/)
  expect(await opening(text.replace('Ana Ruiz', 'Ana María Ruiz'))).toBe('opened')
  // The company was renamed.
  await writeFile(world.contract, bolt)
  const parts = { contract: world.contract, env: world.env, databaseUrl: world.store.url }
  const app = await openApp({ ...parts, anyContract: true })
  await app.confirmContract()
  await app.close()
  expect(await opening(bolt)).toBe('opened')
  expect(await opening(text)).toMatch(/belongs to a contract of Bolt Ltd/)
})

/** Production is a schema beside the test's, with the same customers under the same ids. */
async function agreedBesideProduction(): Promise<World> {
  const world = await openWorld({ customers: { edge_cases: { existing_records: 'ask' } } })
  for (const [system, schema] of [
    [world.erp, ERP_SCHEMA],
    [world.crm, CRM_SCHEMA],
  ] as const)
    await system.sql(
      `drop schema if exists live cascade; create schema live; set search_path = live; ${schema}; set search_path = default`,
    )
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'Test ' || n, 'T' || n from generate_series(1, 8) n`,
  )
  await world.erp.sql(
    `insert into live.customers (legal_name, vat) select 'Real ' || n, 'T' || n from generate_series(1, 8) n`,
  )
  await world.sync()
  await world.crm.sql(`insert into live.accounts (id, account_name, tax_id, email)
    select id, 'Boss ' || tax_id, tax_id, 'boss@real.example' from public.accounts`)
  return world
}

const bosses = (world: World) =>
  world.crm.value(`select count(*)::int from live.accounts where email = 'boss@real.example'`)

test('L30 a URL that leads to another schema of the same database does nothing but ask', async () => {
  const world = await agreedBesideProduction()
  const [erp, crm] = [world.env['ERP_URL']!, world.env['CRM_URL']!]
  world.env['ERP_URL'] = `${erp}?options=-csearch_path%3Dlive`
  world.env['CRM_URL'] = `${crm}?options=-csearch_path%3Dlive`
  await world.decide({})
  const run = await runOnce(world)
  expect(run).toMatchObject({ status: 'stopped', failure: { code: 'connector.another-system' } })
  expect(run.message).toMatch(/schemas was public, now live/)
  expect(await bosses(world)).toBe(8)
})

test('L30 a contract that names the tables of another schema does nothing but ask', async () => {
  const world = await agreedBesideProduction()
  await world.decide({ customers: { records: { erp: { table: 'live.customers' }, crm: { table: 'live.accounts' } } } })
  for (const full of [false, true])
    expect(await runOnce(world, full)).toMatchObject({
      status: 'stopped',
      read: 0,
      failure: { code: 'connector.another-system', system: 'erp' },
    })
  const app = await world.app()
  const [run] = await app.run({})
  expect(run!.message).toMatch(
    /The contract leads to other customers in ERP than those that were agreed: table was customers, now live.customers\..*in CRM.*start-over erp crm --flow customers/,
  )
  expect((await app.plan()).operations).toEqual([])
  expect(await standing(world)).toMatchObject({
    status: 'Needs you',
    why: expect.stringMatching(/leads to other customers/) as string,
  })
  const alerts = await app.alerts.watch.tick({ triesPerChannel: 1 })
  expect(alerts.conditions.map(({ kind, headline }) => `${kind}: ${headline}`)).toEqual([
    'needs you: The contract names other customers in CRM than before',
    'needs you: The contract names other customers in ERP than before',
  ])
  expect((await app.systems.list()).map(({ state, elsewhere }) => [state, elsewhere.length])).toEqual([
    ['agreed', 1],
    ['agreed', 1],
  ])
  expect(await bosses(world)).toBe(8)
  // Put right again, it goes on.
  await world.decide({ customers: { records: { erp: { table: 'customers' }, crm: { table: 'public.accounts' } } } })
  await world.erp.sql(`update customers set legal_name = 'Edited' where id = 3`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
  expect(await standing(world)).toMatchObject({ status: 'On time' })
  expect((await (await world.app()).alerts.watch.tick({ triesPerChannel: 1 })).conditions).toEqual([])
})

test('L30 other tables begin with a first sync, and ask about the records that they hold', async () => {
  const world = await agreedBesideProduction()
  await world.decide({ customers: { records: { erp: { table: 'live.customers' }, crm: { table: 'live.accounts' } } } })
  await runOnce(world)
  const app = await world.app()
  expect(await app.systems.preview(['erp', 'crm'], ['customers'])).toMatchObject({
    flows: [{ flow: 'customers', records: 8 }],
  })
  await expect(app.systems.preview(['erp'], ['nothing'])).rejects.toMatchObject({ code: 'engine.unknown-flow' })
  await app.systems.startOver(['erp', 'crm'], ANA, ['customers'])
  const run = await runOnce(world)
  expect(run).toMatchObject({ kind: 'full', updated: 0 })
  expect(await bosses(world)).toBe(8)
  expect((await app.cases()).length).toBeGreaterThan(0)
})

test('L30 a table that was renamed holds the same records once somebody says so', async () => {
  const world = await agreed()
  await world.erp.sql('alter table customers rename to clients')
  await world.decide({ customers: { records: { erp: { table: 'clients' } } } })
  expect(await runOnce(world)).toMatchObject({ status: 'stopped' })
  expect(await (await world.app()).systems.confirm('erp', false, ANA)).toMatchObject({
    compared: [{ flow: 'customers', looked: 20, same: 20 }],
  })
  await world.erp.sql(`update clients set email = 'renamed@test.example' where id = 5`)
  const [run] = await (await world.app()).run({})
  expect(run).toMatchObject({ status: 'done', updated: 1, created: 0, deleted: 0 })
})

test('L30 records that are known by another column are other records until somebody says what they are', async () => {
  const world = await agreed()
  await world.erp.sql('alter table customers add column number bigint; update customers set number = 21 - id')
  await world.erp.sql('alter table customers add unique (number); alter table customers alter number set not null')
  await world.decide({ customers: { records: { erp: { id: 'number' } } } })
  const [run] = await (await world.app()).run({})
  expect(run).toMatchObject({
    status: 'stopped',
    message: expect.stringMatching(/id column was id, now number/) as string,
  })
  await expect((await world.app()).systems.confirm('erp', false, ANA)).rejects.toMatchObject({
    code: 'engine.does-not-fit',
  })
})

test('L30 before anything is linked a contract may name other tables without a question', async () => {
  const world = await openWorld()
  await world.sync()
  await world.erp.sql(`create table clients (like customers including all)`)
  await world.erp.sql(`insert into clients (id, legal_name, vat) overriding system value values (1, 'First', 'T1')`)
  await world.decide({ customers: { records: { erp: { table: 'clients' } } } })
  const [run] = await (await world.app()).run({})
  expect(run).toMatchObject({ status: 'done', created: 1 })
})
