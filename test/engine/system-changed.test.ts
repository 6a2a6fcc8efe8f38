import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** 300 customers in agreement. */
const agreed = async (): Promise<World> => {
  const world = await openWorld({ customers: { edge_cases: { empty_in_master: 'erase' } } })
  await world.erp.sql(`insert into customers (legal_name, vat, credit_limit)
    select 'Company ' || n, 'V' || n, n from generate_series(1, 300) n`)
  await world.sync()
  for (const system of [world.erp, world.crm]) await system.written()
  return world
}
/** A run that fails, as it reports it. */
const failing = async (world: World, options: { full?: boolean } = {}) => {
  const [run] = await (await world.app()).run({ flows: ['customers'], ...options })
  expect(run).toMatchObject({ status: 'failed', created: 0, updated: 0, deleted: 0, held: 0, open_cases: 0 })
  for (const system of [world.erp, world.crm]) expect(await system.written()).toBe(0)
  return run!.message
}

test.each(['erp', 'crm'] as const)('a mapped column that is gone stops the flow and is named (%s)', async (where) => {
  const world = await agreed()
  const [table, column] = where === 'erp' ? ['customers', 'credit_limit'] : ['accounts', 'credit_limit']
  await world[where].sql(`alter table ${table} rename column ${column} to something_else`)
  for (const full of [false, true]) expect(await failing(world, { full })).toMatch(/no column "credit_limit"/)
  await world[where].sql(`alter table ${table} rename column something_else to ${column}`)
  await world.rest()
})

test.each(['erp', 'crm'] as const)(
  'a column whose values cannot be read any more stops the flow (%s)',
  async (where) => {
    const world = await agreed()
    const table = where === 'erp' ? 'customers' : 'accounts'
    await world[where].sql(`alter table ${table} alter credit_limit type text using credit_limit || ' units'`)
    expect(await failing(world, { full: true })).toMatch(
      new RegExp(
        `^credit_limit in ${where} could be read before and now cannot, in 300 records.*${table}.credit_limit`,
      ),
    )
    // Somebody saves each of them: the changes since the last run say so as well.
    await world[where].sql(`update ${table} set email = email`)
    expect(await failing(world)).toMatch(/^credit_limit in/)
    await world[where].sql(
      `alter table ${table} alter credit_limit type numeric(12,2) using replace(credit_limit, ' units', '')::numeric`,
    )
    await world.rest()
  },
)

test('L19 a few values that cannot be read hold only their own records', async () => {
  const world = await agreed()
  await world.erp.sql(`alter table customers alter credit_limit type text`)
  await world.erp.sql(`update customers set credit_limit = 'much' where id <= 25`)
  await world.erp.sql(`update customers set legal_name = 'Renamed' where id = 100`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', held: 25, updated: 1 })
  expect(await world.crm.value('select count(*)::int from accounts where credit_limit is null')).toBe(0)
})
