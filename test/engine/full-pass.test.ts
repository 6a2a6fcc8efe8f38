import { expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

const settled = async (): Promise<World> => {
  const world = await openWorld({})
  await world.erp.sql(
    `insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 100), ('Beta', 'B1', 200)`,
  )
  await world.sync()
  await world.erp.sql(`update customers set credit_limit = 101 where vat = 'A1'`)
  await world.sync()
  return world
}
const limits = (world: World) => world.crm.sql(`select tax_id, credit_limit from accounts order by 1`)

test('L1 a full pass finds what looks at changes cannot see, and counts it', async () => {
  const world = await settled()
  await world.erp.sql('alter table customers disable trigger all')
  await world.erp.sql(`update customers set credit_limit = 250, updated_at = '2020-01-01' where vat = 'B1'`)
  await world.erp.sql(
    `insert into customers (legal_name, vat, credit_limit, updated_at) values ('Gamma', 'C1', 300, '2020-01-01')`,
  )
  await world.erp.sql('alter table customers enable trigger all')
  expect(await world.sync()).toMatchObject({ updated: 0, created: 0, repaired: 0 })
  expect(await world.sync({ full: true })).toMatchObject({ updated: 1, created: 1, repaired: 2 })
  expect(await limits(world)).toMatchObject([
    { credit_limit: '101.00' },
    { credit_limit: '250.00' },
    { credit_limit: '300.00' },
  ])
  expect(await world.sync({ full: true })).toMatchObject({ updated: 0, repaired: 0 })
})

test('what a look at changes would have found as well is no repair', async () => {
  const world = await settled()
  await world.erp.sql(`update customers set credit_limit = 250 where vat = 'B1'`)
  await world.erp.sql(`alter table customers add column colour text default 'red'`)
  expect(await world.sync({ full: true })).toMatchObject({ updated: 1, repaired: 0 })
})
