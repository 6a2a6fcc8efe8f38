import { expect, test } from 'vitest'
import type { Agreement } from '../../src/model/report.ts'
import { DAY, openWorld, type World } from './world.ts'

const NOTHING = { in_agreement: 0, allowed_differences: 0, waiting: 0, needs_decision: 0, left_out: 0 }

/** What the run, the status and the lists of records say, which is one thing. */
async function agreementOf(world: World, flow = 'customers'): Promise<Agreement> {
  const run = (await world.run())[flow]!
  const app = await world.app()
  const row = (await app.status()).find((one) => one.flow === flow)!
  expect(row.agreement).toEqual(run.agreement)
  const { in_agreement, waiting, needs_decision, left_out } = row.agreement
  expect(row.records).toBe(in_agreement + waiting + needs_decision + left_out)
  expect((await app.figures()).agreement.get(flow)).toEqual(row.agreement)
  return row.agreement
}

/** Titles of the records of a standing. */
async function listed(
  world: World,
  standing: 'in agreement' | 'allowed differences' | 'waiting' | 'needs a decision' | 'left out',
) {
  const app = await world.app()
  const search = { flows: ['customers'], state: null, standing, text: '' }
  const { items } = await app.screens.recordPage(search, { after: '0', limit: 100 }, 'en')
  return items.map((one) => one.title).toSorted()
}

/** How many customers have the same number and the same name in both systems: found without the engine. */
async function alike(world: World): Promise<number> {
  const names = async (rows: Promise<readonly Record<string, unknown>[]>) =>
    (await rows).map((row) => Object.values(row).join('|'))
  const erp = await names(world.erp.sql('select vat, legal_name from customers'))
  const crm = await names(world.crm.sql('select tax_id, account_name from accounts'))
  return erp.filter((one) => crm.includes(one)).length
}

const PEOPLE = `insert into customers (legal_name, vat) values ('Alfa', 'A1'), ('Beta', 'B1'), ('Gamma', 'G1'), ('Delta', 'D1')`

async function agreed(...given: Parameters<typeof openWorld>): Promise<World> {
  const world = await openWorld(...given)
  await world.erp.sql(PEOPLE)
  await world.run()
  return world
}

test('L33 nothing has run: nothing is said to be in agreement', async () => {
  const world = await openWorld()
  const rows = await (await world.app()).status()
  expect(rows.find((row) => row.flow === 'customers')).toMatchObject({ records: 0, agreement: NOTHING })
})

test('L33 what is equal everywhere is in agreement', async () => {
  const world = await agreed()
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 4 })
  expect(await alike(world)).toBe(4)
})

test('L33 a question about one field needs a decision, and its answer agrees or allows the difference', async () => {
  const world = await agreed({ customers: { edge_cases: { edited_outside_master: 'ask' } } })
  await world.crm.sql(`update accounts set account_name = 'Beta S.A.' where tax_id = 'B1'`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 3, needs_decision: 1 })
  expect(await listed(world, 'needs a decision')).toEqual(['Beta'])
  await world.answer('erp')
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 4 })
  expect(await alike(world)).toBe(4)
})

test('L33 an edit that a rule leaves alone is an allowed difference', async () => {
  const world = await agreed({ customers: { edge_cases: { edited_outside_master: 'leave alone' } } })
  await world.crm.sql(`update accounts set account_name = 'Beta S.A.' where tax_id = 'B1'`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 4, allowed_differences: 1 })
  expect(await listed(world, 'allowed differences')).toEqual(['Beta'])
  expect(await alike(world)).toBe(3)
})

test('L33 a record that cannot be read needs a decision, linked or not, and is counted once', async () => {
  const world = await agreed()
  await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Epsilon', 'E1', 'no address')`)
  await world.erp.sql(`update customers set email = 'none' where vat = 'G1'`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 3, needs_decision: 2 })
  await world.erp.sql(`update customers set email = null`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 5 })
})

test('L33 a refused write needs a decision', async () => {
  const world = await agreed()
  await world.crm.sql(`alter table accounts add constraint short check (length(account_name) < 10)`)
  await world.erp.sql(`update customers set legal_name = 'A much longer name' where vat = 'A1'`)
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Another long name', 'Z1')`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 3, needs_decision: 2 })
  await world.crm.sql(`alter table accounts drop constraint short`)
  await (await world.app()).retry('customers')
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 5 })
})

test('L33 what waits for another record waits, until somebody is asked', async () => {
  const world = await openWorld({ orders: { edge_cases: { missing_reference: 'wait 1 day, then ask' } } })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  await world.erp.sql(`insert into orders (number, customer_id, total) values ('O-1', 1, 10), ('O-7', 77, 70)`)
  expect(await agreementOf(world, 'orders')).toEqual({ ...NOTHING, in_agreement: 1, waiting: 1 })
  await world.later(DAY + 1000)
  expect(await agreementOf(world, 'orders')).toEqual({ ...NOTHING, in_agreement: 1, needs_decision: 1 })
  await world.erp.sql(`insert into customers (id, legal_name, vat) values (77, 'Late', 'L1')`)
  expect(await agreementOf(world, 'orders')).toEqual({ ...NOTHING, in_agreement: 2 })
})

test('L33 a record whose customer is held waits with it', async () => {
  const world = await openWorld({ orders: {} })
  await world.erp.sql(`insert into customers (id, legal_name, vat, email) values (90, 'Alfa', 'A1', 'no address')`)
  await world.erp.sql(`insert into orders (number, customer_id, total) values ('O-1', 90, 10)`)
  const orders = await agreementOf(world, 'orders')
  expect(orders).toMatchObject({ in_agreement: 0, left_out: 0 })
  expect(orders.waiting + orders.needs_decision).toBe(1)
  await world.erp.sql('update customers set email = null')
  expect(await agreementOf(world, 'orders')).toEqual({ ...NOTHING, in_agreement: 1 })
})

test('L33 what a rule or a person leaves alone is left out', async () => {
  const world = await agreed({ customers: { edge_cases: { created_outside_master: 'leave alone' } } })
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Omega', 'O1')`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 4, left_out: 1 })
  expect(await listed(world, 'left out')).toEqual(['Omega'])
})

test('L33 an unlinked rest of a deletion is left out, a deleted record is not counted', async () => {
  const world = await agreed({ customers: { edge_cases: { deleted_in_master: 'unlink' } } })
  await world.erp.sql(`delete from customers where vat = 'A1'`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 3, left_out: 1 })
  await world.decide({ customers: { edge_cases: { deleted_in_master: 'delete' } } })
  await world.erp.sql(`delete from customers where vat = 'B1'`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 2, left_out: 1 })
})

test('L33 a deletion that waits for a person needs a decision', async () => {
  const world = await agreed({ customers: { edge_cases: { deleted_in_master: 'ask' } } })
  await world.erp.sql(`delete from customers where vat = 'A1'`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 3, needs_decision: 1 })
})

test('L33 what is outside the filter of every system is not counted', async () => {
  const world = await openWorld({
    customers: { records: { erp: { where: "segment = 'A'" } }, edge_cases: { left_filter: 'delete' } },
  })
  await world.erp.sql(`insert into customers (legal_name, vat, segment) values ('In', 'I1', 'A'), ('Out', 'O1', 'B')`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 1 })
  await world.erp.sql(`update customers set segment = 'B' where vat = 'I1'`)
  expect(await agreementOf(world)).toEqual(NOTHING)
})

test('L33 what left the filter of its system and stays elsewhere is left out', async () => {
  const world = await openWorld({
    customers: { records: { erp: { where: "segment = 'A'" } }, edge_cases: { left_filter: 'leave alone' } },
  })
  await world.erp.sql(`insert into customers (legal_name, vat, segment) values ('In', 'I1', 'A'), ('Stays', 'S1', 'A')`)
  await world.run()
  await world.erp.sql(`update customers set segment = 'B' where vat = 'I1'`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 1, left_out: 1 })
})

test('L33 with three systems a record is in agreement when all three have it', async () => {
  const world = await openWorld({ shop: true })
  await world.erp.sql(PEOPLE)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 4 })
  await world.shop.sql(
    `create or replace function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$`,
  )
  const [table] = await world.shop.sql(`select tablename from pg_tables where schemaname = 'public' limit 1`)
  await world.shop.sql(
    `create trigger refuse before insert on ${String(table!['tablename'])} for each row execute function refuse()`,
  )
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Epsilon', 'E1')`)
  expect(await agreementOf(world)).toEqual({ ...NOTHING, in_agreement: 4, needs_decision: 1 })
})
