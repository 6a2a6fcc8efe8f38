import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/** One order with three lines in agreement; both sides hold things about lines that are not mapped. */
const withLines = async (orders: Record<string, unknown> = {}): Promise<World> => {
  const world = await openWorld({ orders })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1');
    insert into orders (number, customer_id, total) values ('O-1', 1, 60);
    insert into order_lines (order_id, line_no, sku, quantity, price, bin) values
      (1, 1, 'pen', 1, 10, 'b1'), (1, 2, 'ink', 2, 20, 'b2'), (1, 3, 'paper', 3, 30, 'b3')`)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 1 })
  await world.crm.sql(`update deal_items set remark = 'remark ' || pos`)
  await world.run()
  return world
}
const items = (world: World) =>
  world.crm.sql('select id, pos, code, qty, price, remark from deal_items order by pos, id')
const lines = (world: World) =>
  world.erp.sql('select line_no, sku, quantity, price, bin from order_lines order by line_no')
const PEN = { id: 1, pos: 1, code: 'pen', qty: '1.000', price: '10.00', remark: 'remark 1' }
const INK = { id: 2, pos: 2, code: 'ink', qty: '2.000', price: '20.00', remark: 'remark 2' }
const PAPER = { id: 3, pos: 3, code: 'paper', qty: '3.000', price: '30.00', remark: 'remark 3' }

test('lines come with their order', async () => {
  const world = await withLines()
  expect(await items(world)).toEqual([PEN, INK, PAPER])
  const [record] = await (await world.app()).show('orders', 'O-1')
  expect(record!.golden['lines']).toMatch(/paper/)
  await world.rest()
})

test('a line is added in the master', async () => {
  const world = await withLines()
  await world.erp.sql(`insert into order_lines (order_id, line_no, sku, quantity, price) values (1, 4, 'clip', 4, 40)`)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', updated: 1 })
  expect(await items(world)).toEqual([
    PEN,
    INK,
    PAPER,
    { id: 4, pos: 4, code: 'clip', qty: '4.000', price: '40.00', remark: null },
  ])
  await world.rest()
})

test('L5 a line is changed in the master: only that line is touched, and nothing of it that is not mapped', async () => {
  const world = await withLines()
  await world.crm.written()
  await world.erp.sql(`update order_lines set quantity = 5 where line_no = 2`)
  expect((await world.run())['orders']).toMatchObject({ updated: 1 })
  expect(await items(world)).toEqual([PEN, { ...INK, qty: '5.000' }, PAPER])
  expect(await world.crm.sql('select place, what from written')).toEqual([{ place: 'deal_items', what: 'UPDATE' }])
  await world.rest()
})

test('a line is removed in the master', async () => {
  const world = await withLines()
  await world.erp.sql('delete from order_lines where line_no = 2')
  expect((await world.run())['orders']).toMatchObject({ updated: 1 })
  expect(await items(world)).toEqual([PEN, PAPER])
  await world.rest()
})

test('lines and order change together, and a line gets another key', async () => {
  const world = await withLines()
  await world.erp.sql(
    `update orders set total = 99; update order_lines set line_no = 9 where line_no = 2; update order_lines set price = 11 where line_no = 1`,
  )
  expect((await world.run())['orders']).toMatchObject({ status: 'done', updated: 1 })
  expect(await world.crm.value('select amount from deals')).toBe('99.00')
  expect((await items(world)).map((row) => [row['pos'], row['code'], row['price']])).toEqual([
    [1, 'pen', '11.00'],
    [3, 'paper', '30.00'],
    [9, 'ink', '20.00'],
  ])
  await world.rest()
})

test('lines that change without their order being touched are found by a full run', async () => {
  const world = await withLines()
  await world.erp.sql(
    `alter table order_lines disable trigger touch_order; update order_lines set price = 21 where line_no = 2`,
  )
  await world.run({ full: true })
  expect(await items(world)).toEqual([PEN, { ...INK, price: '21.00' }, PAPER])
  await world.rest()
})

test('edited_outside_master: revert – an outside edit of the lines goes back, line by line', async () => {
  const world = await withLines()
  await world.crm.sql(`update deal_items set qty = 77 where pos = 1; delete from deal_items where pos = 2;
    insert into deal_items (deal_id, pos, code, qty, price) select deal_id, 8, 'extra', 1, 1 from deal_items limit 1`)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', writes: { erp: 0, crm: 1 } })
  expect((await items(world)).map((row) => [row['pos'], row['code'], row['qty'], row['remark']])).toEqual([
    [1, 'pen', '1.000', 'remark 1'],
    [2, 'ink', '2.000', null],
    [3, 'paper', '3.000', 'remark 3'],
  ])
  await world.rest()
})

test('edited_outside_master: accept – lines edited in the CRM go to the ERP', async () => {
  const world = await withLines({ direction: 'both', edge_cases: { edited_outside_master: 'accept' } })
  await world.crm.sql(`update deal_items set qty = 77 where pos = 1; delete from deal_items where pos = 2;
    insert into deal_items (deal_id, pos, code, qty, price) select deal_id, 8, 'extra', 1, 1 from deal_items limit 1`)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', writes: { erp: 1, crm: 0 } })
  expect(await lines(world)).toEqual([
    { line_no: 1, sku: 'pen', quantity: '77.000', price: '10.00', bin: 'b1' },
    { line_no: 3, sku: 'paper', quantity: '3.000', price: '30.00', bin: 'b3' },
    { line_no: 8, sku: 'extra', quantity: '1.000', price: '1.00', bin: null },
  ])
  await world.rest()
})

test('edited_outside_master: ask – about lines, too', async () => {
  const world = await withLines({ direction: 'both', edge_cases: { edited_outside_master: 'ask' } })
  await world.crm.sql(`update deal_items set qty = 77 where pos = 1`)
  expect((await world.run())['orders']).toMatchObject({ status: 'waiting' })
  expect(await world.theCase()).toMatchObject({ kind: 'outside edit', field: 'lines', flow: 'orders' })
  await world.rest()
  await world.answer('crm')
  expect((await world.run())['orders']).toMatchObject({ status: 'done', writes: { erp: 1, crm: 0 } })
  expect(await world.erp.value('select quantity from order_lines where line_no = 1')).toBe('77.000')
  await world.rest()
})

test('an order that was deleted elsewhere comes back, with its lines as they were agreed', async () => {
  const world = await withLines()
  await world.crm.sql(`update deals set mood = 'fine'`)
  await world.run()
  await world.crm.sql('delete from deals')
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 1 })
  expect(await world.crm.sql('select id, deal_no, mood from deals')).toEqual([
    { id: 9001, deal_no: 'O-1', mood: 'fine' },
  ])
  expect((await items(world)).map((row) => [row['pos'], row['code'], row['qty'], row['price']])).toEqual([
    [1, 'pen', '1.000', '10.00'],
    [2, 'ink', '2.000', '20.00'],
    [3, 'paper', '3.000', '30.00'],
  ])
  await world.rest()
})

test('empty_in_master: an order that loses its last line loses it everywhere only where that erases', async () => {
  const world = await withLines()
  await world.erp.sql('delete from order_lines')
  await world.run()
  expect(await items(world)).toEqual([PEN, INK, PAPER])
  await world.rest()
  await world.decide({ orders: { fields: { lines: { empty_in_master: 'erase' } } } })
  await world.run()
  expect(await items(world)).toEqual([])
  await world.rest()
})

test('two lines under one key are told apart', async () => {
  const world = await withLines()
  await world.crm.sql('update deal_items set pos = 2 where pos = 3')
  expect((await world.run())['orders']).toMatchObject({ status: 'done', updated: 1 })
  expect((await items(world)).map((row) => [row['pos'], row['code']])).toEqual([
    [1, 'pen'],
    [2, 'ink'],
    [3, 'paper'],
  ])
  await world.rest()
  await world.erp.sql(`insert into orders (number, customer_id) values ('O-2', 1);
    alter table order_lines drop constraint order_lines_pkey, add column n integer generated always as identity primary key;
    insert into order_lines (order_id, line_no, sku, quantity) values (2, 1, 'pen', 1), (2, 1, 'pen', 1), (2, 1, 'ink', 1)`)
  await world.decide({ orders: { fields: { lines: { erp: { id: 'n' } } } } })
  await world.run()
  const two = `select code from deal_items join deals on deals.id = deal_id where deal_no = 'O-2' order by 1`
  expect(await world.crm.sql(two)).toEqual([{ code: 'ink' }, { code: 'pen' }, { code: 'pen' }])
  await world.rest()
})

test('existing orders find each other, and the lines of the master win', async () => {
  const world = await openWorld({ orders: {} })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1');
    insert into orders (number, customer_id, total) values ('O-1', 1, 60);
    insert into order_lines (order_id, line_no, sku, quantity, price) values (1, 1, 'pen', 1, 10)`)
  await world.crm.sql(`insert into accounts (account_name, tax_id) values ('Alfa', 'A1');
    insert into deals (deal_no, account_id, amount, mood) values ('O-1', 501, 60, 'fine');
    insert into deal_items (deal_id, pos, code, qty, price, remark) values (9001, 1, 'pen', 9, 10, 'mine'), (9001, 2, 'old', 1, 1, 'gone')`)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', linked: 1, updated: 1 })
  expect(await items(world)).toEqual([{ ...PEN, remark: 'mine' }])
  expect(await world.crm.sql('select deal_no, mood from deals')).toEqual([{ deal_no: 'O-1', mood: 'fine' }])
  await world.rest()
})

test('L14 an order that is restored has its lines back as they were, with what nobody mapped', async () => {
  const world = await withLines({ edge_cases: { deleted_elsewhere: 'restore' } })
  await world.erp.sql(`update order_lines set quantity = 9 where line_no = 2; delete from order_lines where line_no = 3;
    insert into order_lines (order_id, line_no, sku, quantity, price) values (1, 4, 'clip', 4, 40)`)
  await world.crm.sql('delete from deals')
  expect((await world.run())['orders']).toMatchObject({ status: 'done', created: 1 })
  expect(await items(world)).toEqual([
    PEN,
    { ...INK, qty: '9.000' },
    { id: 4, pos: 4, code: 'clip', qty: '4.000', price: '40.00', remark: null },
  ])
  await world.rest()
  await world.erp.sql('update order_lines set quantity = 8 where line_no = 2')
  await world.run()
  expect((await items(world))[1]).toEqual({ ...INK, qty: '8.000' })
  await world.rest()
})

test('a column that is added to a child table is no edit of the lines', async () => {
  const world = await withLines({ direction: 'both', fields: { lines: { master: 'shared', on_conflict: 'ask' } } })
  await world.crm.sql(`alter table deal_items add colour text; alter table deal_items drop remark`)
  await world.erp.sql(`alter table order_lines add shelf text default 'upper'`)
  await world.erp.sql(`update order_lines set quantity = 5 where line_no = 2`)
  expect((await world.run())['orders']).toMatchObject({ status: 'done', updated: 1, conflicts: 0, open_cases: 0 })
  const left = await world.crm.sql('select qty from deal_items order by pos')
  expect(left.map((row) => row['qty'])).toEqual(['1.000', '5.000', '3.000'])
  await world.rest()
})
