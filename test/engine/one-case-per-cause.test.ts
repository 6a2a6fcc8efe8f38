import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** Two pairs of customers that look alike, and an order of one of them. */
async function pairs(): Promise<World> {
  const world = await openWorld({
    customers: { match: [['vat'], { similar: ['name'], at_least: 0.8, then: 'ask' }] },
    orders: {},
  })
  await world.erp.sql(
    `insert into customers (legal_name, vat) values ('Talleres Otero Hermanos', null), ('Gamma Unida Madrid', null)`,
  )
  await world.crm.sql(
    `insert into accounts (account_name, tax_id) values ('Talleres Otero Hermano', null), ('Gama Unida Madrid', null)`,
  )
  await world.erp.sql(`insert into orders (number, customer_id, total) values ('O-1', 1, 10), ('O-2', 1, 20)`)
  return world
}

const decisions = async (world: World) => (await world.app()).cases({ under: 'none' })

test('L33 a pair that looks alike is one case, and its answer settles both', async () => {
  const world = await pairs()
  const { customers, orders } = await world.run()
  const asked = await decisions(world)
  expect(asked.map((one) => [one.kind, one.decides])).toEqual([
    ['ambiguous match', 3],
    ['ambiguous match', 1],
  ])
  expect([customers!.open_cases, orders!.open_cases]).toEqual([2, 0])
  const rows = await (await world.app()).status()
  expect(rows.map((row) => [row.flow, row.open_cases, row.status])).toEqual([
    ['customers', 2, 'Needs you'],
    ['orders', 0, 'On time'],
  ])
  const [first, second] = asked
  for (const one of [first!, second!])
    await (await world.app()).resolve(one.case, { choice: one.choices[0]!.choice, by: 'ana' })
  await world.run()
  expect(await world.cases()).toEqual([])
  expect(await world.crm.value('select count(*) from deals')).toBe('2')
  await world.rest()
})

test('L33 an order waits for its customer by name, and links the case that decides', async () => {
  const world = await pairs()
  const { orders } = await world.run()
  const [case_] = await decisions(world)
  const waiting = (await world.cases()).filter((one) => one.flow === 'orders')
  expect(waiting.map((one) => [one.title, one.decided_by])).toEqual([
    ['O-1', case_!.case],
    ['O-2', case_!.case],
  ])
  expect(waiting[0]!.sentence).toBe(
    `“O-1” waits for its customer “Talleres Otero Hermanos”, which is not in CRM yet. Case ${case_!.case} decides about that record; answer that case first.`,
  )
  expect(orders!.agreement).toMatchObject({ waiting: 2, needs_decision: 0 })
  expect(orders!.waits_on).toEqual([{ system: 'crm', on: 'customers', count: 2, case: case_!.case }])
  const detail = await (await world.app()).screens.caseInDetail(case_!.case, 'en')
  expect(detail.candidates.map((one) => [one.links[0]!.system, one.values['name']])).toEqual([
    ['erp', 'Talleres Otero Hermanos'],
    ['crm', 'Talleres Otero Hermano'],
  ])
})

test('L33 what waits for a decision is not late', async () => {
  const world = await pairs()
  await world.run()
  await world.later(40 * 60_000)
  await world.run()
  const rows = await (await world.app()).status()
  expect(rows.map((row) => [row.flow, row.status])).toEqual([
    ['customers', 'Needs you'],
    ['orders', 'On time'],
  ])
})

test('a case that follows another one is asked about by itself once that one was answered otherwise', async () => {
  const world = await pairs()
  await world.run()
  const [first] = await decisions(world)
  await (await world.app()).resolve(first!.case, { choice: 'ignore', by: 'ana' })
  await world.run()
  const asked = await decisions(world)
  expect(asked.filter((one) => one.flow === 'customers')).toHaveLength(2)
  expect(asked.find((one) => one.title === 'O-1')).toMatchObject({ decided_by: null })
})
