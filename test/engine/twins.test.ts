import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

const TWINS = `insert into customers (legal_name, vat, email, updated_at) values
  ('One', 'T1', null, now() - interval '1 second'), ('Two', 'T1', 't@two.example', now() - interval '2 seconds'), ('Lone', 'L1', null, now())`
const TWINS_IN_CRM = `insert into accounts (account_name, tax_id, email, modified_at) values
  ('One', 'T1', null, now() - interval '1 second'), ('Two', 'T1', 't@two.example', now() - interval '2 seconds'), ('Lone', 'L1', null, now())`
const inErp = (world: World) => world.erp.sql('select legal_name as name from customers order by id')
const inCrm = (world: World) => world.crm.sql('select account_name as name from accounts order by id')
const titles = async (world: World) => (await world.cases()).map((one) => one.title).toSorted()

for (const side of ['erp', 'crm'] as const) {
  for (const when of ['at the first sync', 'later']) {
    test(`L3 twins that match nothing else are all held: ${side}, ${when}`, async () => {
      const world = await openWorld()
      if (when === 'later') {
        await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
        await world.sync()
      }
      await (side === 'erp' ? world.erp.sql(TWINS) : world.crm.sql(TWINS_IN_CRM))
      expect(await world.sync()).toMatchObject({ status: 'waiting', created: 1, held: 2 })
      const other = side === 'erp' ? await inCrm(world) : await inErp(world)
      expect(other.map((row) => row['name'])).toEqual([...(when === 'later' ? ['Alfa'] : []), 'Lone'])
      expect(await titles(world)).toEqual(['One', 'Two'])
      await world.rest()
    })
  }
}

test('L3 twins that come in different pages, and one that looks the same by another rule', async () => {
  const world = await openWorld()
  await world.erp.sql(
    `insert into customers (legal_name, vat, email) values ('One', 'T1', null), ('By mail', 'X1', 'm@m.example')`,
  )
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'N' || n, 'N' || n from generate_series(1, 4100) n`,
  )
  await world.erp.sql(
    `insert into customers (legal_name, vat, email) values ('Two', 'T1', null), ('Mail', 'X2', 'M@m.example')`,
  )
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 4100, held: 4 })
  expect(await titles(world)).toEqual(['By mail', 'Mail', 'One', 'Two'])
  // Later, in pages again.
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Tre', 'T2')`)
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'M' || n, 'M' || n from generate_series(1, 2100) n`,
  )
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Four', 'T2')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 2100, held: 2 })
  expect(await titles(world)).toEqual(['By mail', 'Four', 'Mail', 'One', 'Tre', 'Two'])
  await world.rest()
})

test('L3 twins with a counterpart that is new as well: neither is linked', async () => {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.sync()
  await world.erp.sql(TWINS)
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Either', 'T1')`)
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 1, linked: 0, updated: 0, held: 3 })
  expect((await inCrm(world)).map((row) => row['name'])).toEqual(['Alfa', 'Either', 'Lone'])
  expect(await titles(world)).toEqual(['Either', 'One', 'Two'])
  await world.rest()
})

for (const [duplicates, taken] of [
  ['oldest', 'Two'],
  ['most complete', 'Two'],
] as const) {
  for (const side of ['erp', 'crm'] as const) {
    test(`duplicates: ${duplicates} – of twins that match nothing else, that one is created: ${side}`, async () => {
      for (const later of [false, true]) {
        const world = await openWorld({ customers: { edge_cases: { duplicates } } })
        if (later) await world.sync()
        await (side === 'erp' ? world.erp.sql(TWINS) : world.crm.sql(TWINS_IN_CRM))
        expect(await world.sync()).toMatchObject({ status: 'done', created: 2, held: 0 })
        const other = side === 'erp' ? await inCrm(world) : await inErp(world)
        expect(new Set(other.map((row) => row['name']))).toEqual(new Set(['Lone', taken]))
        await world.rest()
      }
    })
  }
}

test('L3 of twins that are held, one can be made a record of its own; the other goes on waiting', async () => {
  const world = await openWorld()
  await world.erp.sql(TWINS)
  await world.sync()
  const app = await world.app()
  const [one] = await world.cases()
  await app.resolve(one!.case, { choice: 'separate', by: 'ana' })
  expect(await world.sync()).toMatchObject({ status: 'waiting', created: 1, open_cases: 1 })
  await world.rest()
})

test('L3 of twins that are held, the one that is left when the other is deleted goes on by itself', async () => {
  const world = await openWorld()
  await world.erp.sql(TWINS)
  await world.sync()
  await world.erp.sql(`delete from customers where legal_name = 'Two'`)
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1, open_cases: 0 })
  expect((await inCrm(world)).map((row) => row['name'])).toEqual(['Lone', 'One'])
  await world.rest()
})
