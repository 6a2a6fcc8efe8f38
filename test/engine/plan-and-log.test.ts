import { expect, test } from 'vitest'

import type { FlowRun } from '../../src/model/report.ts'
import { openWorld, type World } from './world.ts'

/** A little of everything: creations both ways, edits, a conflict, a deletion, something invalid, orders with lines. */
const busy = async (): Promise<World> => {
  const world = await openWorld({ customers: { fields: { email: { on_conflict: 'ask' } } }, orders: {} })
  await world.erp.sql(`insert into customers (legal_name, vat, email)
    select 'Name ' || n, 'V' || n, 'm' || n || '@acme.example' from generate_series(1, 8) n;
    insert into orders (number, customer_id, total) values ('O-1', 1, 10), ('O-2', 2, 20);
    insert into order_lines (order_id, line_no, sku) values (1, 1, 'pen'), (1, 2, 'ink'), (2, 1, 'pen')`)
  return world
}
const disturb = async (world: World): Promise<void> => {
  await world.erp.sql(`update customers set legal_name = 'New name' where id = 1;
    update customers set email = 'erp@acme.example' where id = 2;
    delete from customers where id = 8;
    insert into customers (legal_name, vat) values ('Nine', 'V9');
    delete from order_lines where line_no = 2;
    insert into orders (number, customer_id) values ('O-3', 9), ('O-4', 77)`)
  await world.crm.sql(`update accounts set email = 'crm@acme.example' where tax_id = 'V2';
    update accounts set phone = '600 111 222' where tax_id = 'V3';
    update accounts set phone = 'call me' where tax_id = 'V4';
    update accounts set account_name = 'reverted' where tax_id = 'V5';
    delete from accounts where tax_id = 'V6';
    insert into accounts (account_name, tax_id) values ('Ten', 'V10')`)
}
const PAST = { create: 'created', update: 'updated', delete: 'deleted', archive: 'archived', restore: 'restored' }
/** A plan says nothing of how far the records agree. */
const figures = ({ agreement: _agreement, waits_on: _waitsOn, ...report }: FlowRun) => ({
  ...report,
  run: 0,
  seconds: 0,
})

test('plan tells what run does, and does nothing itself', async () => {
  const world = await busy()
  const app = await world.app()
  for (const step of ['first sync', 'later run']) {
    if (step === 'later run') await disturb(world)
    const planned = await app.plan({ limit: 100 })
    expect([await world.erp.written(), await world.crm.written()]).toEqual([0, 0])
    const runs = await app.run()
    expect(planned.flows.map(figures), step).toEqual(runs.map(figures))
    const logs = await Promise.all(runs.map(({ run }) => app.log({ run, outcome: 'done', limit: 100 })))
    const done = logs.flat().map(({ system, what, title }) => `${system}: ${what} ${title}`)
    const told = planned.operations.map(({ system, kind, title }) => `${system}: ${PAST[kind]} ${title}`)
    expect(told.toSorted()).toEqual(done.toSorted())
    expect(planned.cases.map((one) => one.sentence).toSorted()).toEqual(
      (await world.cases()).map((one) => one.sentence).toSorted(),
    )
    await world.erp.written()
    await world.crm.written()
  }
  await world.rest()
})

test('L23 the log has one operation for each record that a system received, and says why', async () => {
  const world = await busy()
  for (const step of [async () => {}, () => disturb(world)]) {
    await step()
    const { customers } = await world.run({ flows: ['customers'] })
    const log = await (await world.app()).log({ flow: 'customers', run: customers!.run, outcome: 'done', limit: 500 })
    const of = (system: string) => log.filter((entry) => entry.kind === 'operation' && entry.system === system)
    expect(of('erp')).toHaveLength(await world.erp.written())
    expect(of('crm')).toHaveLength(await world.crm.written())
    expect(log.filter((entry) => entry.why === '' || entry.title === '')).toEqual([])
  }
})

test('L5 fields that are not mapped are never touched', async () => {
  const world = await busy()
  await world.run()
  await world.erp.sql(`update customers set internal_note = 'note ' || id, street = 'street ' || id`)
  await world.crm.sql(`update accounts set owner_remark = 'remark ' || tax_id, billing_address = 'address ' || tax_id`)
  await world.run()
  await disturb(world)
  await world.run()
  expect(
    await world.erp.value(
      `select count(*)::int from customers where id < 8 and internal_note is distinct from 'note ' || id`,
    ),
  ).toBe(0)
  expect(
    await world.crm.value(
      `select count(*)::int from accounts where tax_id < 'V8' and tax_id <> 'V10' and owner_remark is distinct from 'remark ' || tax_id`,
    ),
  ).toBe(0)
  await world.rest()
})
