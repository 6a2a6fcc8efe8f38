import { expect, test } from 'vitest'

import type { HotFlow } from '../../src/engine/hot-flow.ts'
import { openWorld, type World } from './world.ts'

/** Sixty customers in agreement, as the backup knows them; then twenty are renamed, eight are made, and all is carried over. */
async function moved(overrides: Parameters<typeof openWorld>[0] = {}): Promise<World> {
  const world = await openWorld(overrides)
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'Company ' || n, 'V' || n from generate_series(1, 60) n`,
  )
  await world.sync()
  for (const [system, table] of [
    [world.erp, 'customers'],
    [world.crm, 'accounts'],
  ] as const)
    await system.sql(
      `drop schema if exists backup cascade; create schema backup; create table backup.rows as table ${table}`,
    )
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'Later ' || n, 'L' || n from generate_series(1, 8) n`,
  )
  await world.erp.sql(`update customers set legal_name = 'Renamed ' || id where id <= 20`)
  await world.sync()
  await world.sync()
  await world.rest()
  return world
}

/** What the backup holds is in the table, and nothing else: same database, same ids, same times of change. */
async function restore(world: World, system: 'erp' | 'crm'): Promise<void> {
  const table = system === 'erp' ? 'customers' : 'accounts'
  await world[system].sql(`truncate ${table} cascade; insert into ${table} overriding system value table backup.rows`)
  await world[system].sql(`select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table}))`)
  for (const one of [world.erp, world.crm]) await one.written()
}

const pictureOf = async (world: World, system: 'erp' | 'crm') =>
  world[system].sql(
    system === 'erp'
      ? `select vat, legal_name as name from customers order by vat`
      : `select tax_id as vat, account_name as name from accounts order by tax_id`,
  )

test.each([{}, { full: true }])(
  'L35 a master that was restored from an older backup is a question (%o)',
  async (options) => {
    const world = await moved()
    const before = await pictureOf(world, 'crm')
    await restore(world, 'erp')
    const plan = await (await world.app()).plan(options)
    expect(plan.operations).toEqual([])
    expect(plan.cases.map((one) => one.kind)).toEqual(['restored system'])
    for (const _ of [1, 2]) {
      expect(await world.sync(options)).toMatchObject({ status: 'stopped', created: 0, updated: 0, deleted: 0 })
      for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
    }
    const one = await world.theCase()
    expect(one).toMatchObject({ kind: 'restored system', choices: [{ choice: 'write back' }, { choice: 'approve' }] })
    expect(one.sentence).toBe(
      'ERP looks as if it was restored from an older backup: 20 customers have older values again, and 8 customers are missing. Nothing was written.',
    )
    const preview = await (await world.app()).previewDecision(one.case, { choice: 'write back' })
    expect(new Set(preview.effects.map((effect) => effect.system))).toEqual(new Set(['erp']))
    await world.answer('write back')
    expect(await world.sync()).toMatchObject({ status: 'done', created: 8, updated: 20, deleted: 0 })
    expect(await world.crm.written()).toBe(0)
    expect(await pictureOf(world, 'crm')).toEqual(before)
    expect(await pictureOf(world, 'erp')).toEqual(before)
    await world.rest()
  },
)

test('L35 what a restored system holds counts when a person says so', async () => {
  const world = await moved()
  await restore(world, 'erp')
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  await world.answer('approve')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 20, deleted: 8 })
  expect(await pictureOf(world, 'crm')).toEqual(await pictureOf(world, 'erp'))
  await world.rest()
})

test('L35 a system that was restored in vain, and is put right, is no question any more', async () => {
  const world = await moved()
  await world.erp.sql('create table backup.right as table customers')
  await restore(world, 'erp')
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  await world.erp.sql(`truncate customers; insert into customers overriding system value table backup.right`)
  expect(await world.sync({ full: true })).toMatchObject({ status: 'done', updated: 0, deleted: 0 })
  expect(await world.cases()).toEqual([])
  expect(await world.crm.written()).toBe(0)
  await world.rest()
})

test('L35 only newcomers are missing in the restored system', async () => {
  const world = await openWorld()
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'Company ' || n, 'V' || n from generate_series(1, 60) n`,
  )
  await world.sync()
  await world.erp.sql(
    `drop schema if exists backup cascade; create schema backup; create table backup.rows as table customers`,
  )
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'Later ' || n, 'L' || n from generate_series(1, 8) n`,
  )
  await world.sync()
  await restore(world, 'erp')
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  expect((await world.theCase()).sentence).toMatch(/backup: 8 customers are missing/)
  // Whoever looks again, in whatever way, does not take them for deleted.
  for (const options of [{}, { full: true }, {}]) {
    expect(await world.sync(options)).toMatchObject({ status: 'stopped', deleted: 0 })
    expect((await world.theCase()).sentence).toMatch(/backup: 8 customers are missing/)
  }
  await world.answer('write back')
  expect(await world.sync()).toMatchObject({ created: 8, deleted: 0 })
  expect(await world.erp.value(`select count(*)::int from customers where legal_name like 'Later%'`)).toBe(8)
  expect(await world.crm.written()).toBe(0)
  await world.rest()
})

test('L35 a system that is back at what the last full pass saw is recognised', async () => {
  const world = await openWorld()
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'Company ' || n, 'V' || n from generate_series(1, 60) n`,
  )
  await world.sync()
  await world.erp.sql(
    `drop schema if exists backup cascade; create schema backup; create table backup.rows as table customers`,
  )
  await world.erp.sql(`update customers set legal_name = 'Renamed ' || id where id <= 20`)
  await world.sync()
  await restore(world, 'erp')
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  expect((await world.theCase()).sentence).toMatch(/backup: 20 customers have older values again/)
  await world.answer('write back')
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 20 })
  expect(await world.crm.written()).toBe(0)
  await world.rest()
})

test('L35 a system that is not the master is asked about as well', async () => {
  const world = await moved()
  const before = await pictureOf(world, 'erp')
  await restore(world, 'crm')
  expect(await world.sync()).toMatchObject({ status: 'stopped', created: 0, updated: 0 })
  expect((await world.theCase()).sentence).toMatch(/^CRM looks as if it was restored/)
  await world.answer('write back')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 8, updated: 20 })
  expect(await world.erp.written()).toBe(0)
  expect(await pictureOf(world, 'crm')).toEqual(before)
  await world.rest()
})

test('L35 a few edits that are taken back, deletions of old records and mass edits to something new ask nobody', async () => {
  const world = await moved()
  await world.erp.sql(`update customers set legal_name = 'Company ' || id where id <= 4`)
  await world.erp.sql(`update customers set legal_name = 'Renamed again ' || id where id between 5 and 30`)
  await world.erp.sql(`delete from customers where id between 41 and 48`)
  expect(await world.sync()).toMatchObject({ status: 'done', updated: 30, deleted: 8 })
  await world.rest()
})

test.each(['values and records', 'only records'])(
  'L35 a run that breaks off before it asks does not make the next one take a backup for edits (%s)',
  async (what) => {
    const world = await moved()
    if (what === 'only records') {
      await world.crm.sql('drop table backup.rows; create table backup.rows as table accounts')
      await world.erp.sql(
        `insert into customers (legal_name, vat) select 'Newest ' || n, 'N' || n from generate_series(1, 8) n`,
      )
      await world.sync()
      await world.sync()
    }
    const before = await pictureOf(world, 'crm')
    await restore(world, 'crm')
    const ending = new AbortController()
    const runs = await (
      await world.app()
    ).run({
      flows: ['customers'],
      signal: ending.signal,
      onProgress: ({ stage }) => {
        if (stage === 'reading erp') ending.abort()
      },
    })
    expect(runs).toMatchObject([{ status: 'stopped' }])
    expect(await world.cases()).toEqual([])
    expect(await world.sync()).toMatchObject({ status: 'stopped', created: 0, updated: 0, deleted: 0 })
    expect((await world.theCase()).sentence).toMatch(/^CRM looks as if it was restored/)
    for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
    await world.answer('write back')
    expect(await world.sync()).toMatchObject({ status: 'done', created: 8 })
    expect(await pictureOf(world, 'crm')).toEqual(before)
    expect(await world.erp.written()).toBe(0)
    await world.rest()
  },
)

test('L35 an open question about a restored system is not passed over when the rules change', async () => {
  const world = await moved()
  const before = await pictureOf(world, 'crm')
  await restore(world, 'erp')
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  await world.decide({ customers: { edge_cases: { empty_in_master: 'erase' } } })
  expect(await world.sync()).toMatchObject({ status: 'stopped', updated: 0, deleted: 0 })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  await world.answer('write back')
  expect(await world.sync()).toMatchObject({ status: 'done', created: 8, updated: 20, deleted: 0 })
  expect(await pictureOf(world, 'erp')).toEqual(before)
  expect(await world.crm.written()).toBe(0)
})

test('L35 a system is restored, and the rules change before anybody has looked', async () => {
  const world = await moved()
  await restore(world, 'erp')
  await world.decide({ customers: { edge_cases: { empty_in_master: 'erase' } } })
  expect(await world.sync()).toMatchObject({ status: 'stopped', updated: 0, deleted: 0 })
  expect(await world.theCase()).toMatchObject({ kind: 'restored system' })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
})

test('L35 users go on in a restored system, where new records take the ids of those that are missing', async () => {
  const world = await moved()
  await world.erp.sql(`update customers set phone = '+3460011122' || (id - 60) where legal_name like 'Later%'`)
  await world.sync()
  await restore(world, 'erp')
  await world.erp.sql(
    `insert into customers (legal_name, vat, phone) select 'Since ' || n, 'S' || n, '+3460033344' || n from generate_series(1, 3) n;
     update customers set email = 'since@x.example' where id = 1`,
  )
  expect(await world.sync()).toMatchObject({ status: 'stopped', created: 0, updated: 0, deleted: 0 })
  // Of three rows nobody can tell whether they are still what had their ids.
  const app = await world.app()
  const cases = await app.cases()
  expect(cases.map((one) => one.kind).toSorted()).toEqual([
    'held record',
    'held record',
    'held record',
    'restored system',
  ])
  for (const one of cases)
    await app.resolve(one.case, { choice: one.kind === 'held record' ? 'other' : 'write back', by: 'ana' })
  await world.sync()
  // Their application goes on from an id that is free.
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Next', 'X1')`)
  await world.sync()
  // What they entered since stays, beside what is brought back.
  for (const [system, sql] of [
    [world.erp, 'select legal_name as name, email from customers order by 1'],
    [world.crm, 'select account_name as name, email from accounts order by 1'],
  ] as const) {
    const rows = await system.sql(sql)
    expect(rows).toHaveLength(72)
    expect(rows.filter(({ name }) => String(name).startsWith('Later'))).toHaveLength(8)
    expect(rows.filter(({ name }) => String(name).startsWith('Since'))).toHaveLength(3)
    expect(rows.find(({ name }) => name === 'Renamed 1')).toMatchObject({ email: 'since@x.example' })
  }
  await world.rest()
})

test.each(['write back', 'approve'])('L35 what was deleted since the backup is there again (%s)', async (answer) => {
  const world = await moved()
  for (const [system, table] of [
    [world.erp, 'customers'],
    [world.crm, 'accounts'],
  ] as const)
    await system.sql(`drop table backup.rows; create table backup.rows as table ${table}`)
  await world.erp.sql(`delete from customers where id between 31 and 40`)
  await world.sync()
  await world.rest()
  await restore(world, 'erp')
  for (const _ of [1, 2])
    expect(await world.sync()).toMatchObject({ status: 'stopped', created: 0, updated: 0, deleted: 0 })
  expect((await world.theCase()).sentence).toMatch(/backup: 10 customers exist again although they were deleted/)
  expect(await world.crm.written()).toBe(0)
  await world.answer(answer)
  expect(await world.sync()).toMatchObject(
    answer === 'approve' ? { status: 'done', created: 10 } : { status: 'done', created: 0, deleted: 10 },
  )
  const left = answer === 'approve' ? 68 : 58
  expect(await pictureOf(world, 'erp')).toHaveLength(left)
  expect(await pictureOf(world, 'crm')).toEqual(await pictureOf(world, 'erp'))
  await world.rest()
})

test('L35 ids that are missing are given away after people decided, and before that is carried out', async () => {
  const world = await moved()
  await restore(world, 'erp')
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  await world.answer('write back')
  await world.erp.sql(
    `insert into customers (legal_name, vat, email) select 'Since ' || n, 'S' || n, n || '@since.example' from generate_series(1, 3) n`,
  )
  expect(await world.sync()).toMatchObject({ status: 'done', deleted: 0 })
  for (const system of ['erp', 'crm'] as const) {
    const names = (await pictureOf(world, system)).map(({ name }) => String(name))
    expect(names).toHaveLength(71)
    expect(names.filter((name) => name.startsWith('Later'))).toHaveLength(8)
    expect(names.filter((name) => name.startsWith('Since'))).toHaveLength(3)
  }
  await world.rest()
})

test.each(['newest', 'crm'])(
  'L35 what users entered in the other systems since the restore stays, too (on_conflict: %s)',
  async (conflict) => {
    const world = await moved({ customers: { fields: { email: { on_conflict: conflict } } } })
    await world.erp.sql(`update customers set email = 'agreed' || id || '@x.example' where id <= 20`)
    await world.sync()
    await restore(world, 'crm')
    await world.erp.sql(`update customers set legal_name = 'Since', email = 'since@x.example' where id = 1`)
    expect(await world.sync()).toMatchObject({ status: 'stopped', updated: 0 })
    await world.answer('write back')
    await world.sync()
    for (const [system, sql] of [
      [world.erp, 'select legal_name as name, email from customers where id in (1, 2) order by id'],
      [world.crm, `select account_name as name, email from accounts where tax_id in ('V1', 'V2') order by tax_id`],
    ] as const)
      expect(await system.sql(sql)).toEqual([
        { name: 'Since', email: 'since@x.example' },
        { name: 'Renamed 2', email: 'agreed2@x.example' },
      ])
    await world.rest()
  },
)

test('L35 hints between a decision about a restored system and the run that carries it out are left to that run', async () => {
  const world = await moved()
  const before = await pictureOf(world, 'crm')
  await restore(world, 'erp')
  expect(await world.sync()).toMatchObject({ status: 'stopped' })
  await world.answer('write back')
  let taken: Promise<unknown> = Promise.resolve()
  const onReady = (flows: ReadonlyMap<string, HotFlow>): void => {
    taken = flows.get('customers')!.take('erp', ['1', '2'])
    taken.catch(() => {})
  }
  await (await world.app()).follow({ signal: new AbortController().signal, onReady })
  expect(await taken).toMatchObject({ wantsRun: true, wrote: false })
  expect(await world.sync()).toMatchObject({ status: 'done', created: 8, updated: 20 })
  expect(await world.crm.written()).toBe(0)
  expect(await pictureOf(world, 'erp')).toEqual(before)
})

test.each(['a limit', 'the system'])(
  'L35 what hints have seen and %s kept them from carrying over is weighed by the next run',
  async (obstacle) => {
    const world = await moved({ customers: { limits: { deletions: '2 records' } } })
    const before = await pictureOf(world, 'erp')
    // Three are missing, which alone would be nothing unusual.
    await world.crm.sql(`insert into backup.rows select * from accounts where tax_id in ('L1', 'L2', 'L3', 'L4', 'L5')`)
    const known = await world.crm.sql('select id from accounts')
    await restore(world, 'crm')
    await world.crm.sql(
      `create function away() returns trigger language plpgsql as $$ begin raise exception 'away' using errcode = '57P03'; end $$`,
    )
    if (obstacle === 'the system')
      await world.crm.sql('create trigger away before update on accounts for each row execute function away()')
    const hinted = obstacle === 'the system' ? await world.crm.sql('select id from accounts') : known
    let taken: Promise<unknown> = Promise.resolve()
    const onReady = (flows: ReadonlyMap<string, HotFlow>): void => {
      taken = flows.get('customers')!.take(
        'crm',
        hinted.map(({ id }) => String(id)),
      )
      taken.catch(() => {})
    }
    await (await world.app()).follow({ signal: new AbortController().signal, onReady })
    if (obstacle === 'a limit') expect(await taken).toMatchObject({ wrote: false })
    else await expect(taken).rejects.toThrow('57P03')
    await world.crm.sql('drop function away cascade')
    expect(await world.sync()).toMatchObject({ status: 'stopped' })
    expect((await world.cases()).map(({ kind }) => kind)).toContain('restored system')
    for (const one of await world.cases())
      await (
        await world.app()
      ).resolve(one.case, {
        choice: one.kind === 'restored system' ? 'write back' : 'approve',
        by: 'ana',
      })
    expect(await world.sync()).toMatchObject({ status: 'done' })
    expect(await pictureOf(world, 'crm')).toEqual(before)
    expect(await pictureOf(world, 'erp')).toEqual(before)
  },
)
