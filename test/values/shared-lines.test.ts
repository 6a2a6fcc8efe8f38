import { expect, test } from 'vitest'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair } from './pair.ts'

/* One table of lines for all kinds of documents, whose rows are marked as deleted: `where` says which of them are lines. */

const flowWith = (crm: object) => ({
  records: {
    erp: { table: 'orders', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'orders', id: 'id', changed_at: 'updated_at' },
  },
  match: [['order_no']],
  fields: {
    order_no: { type: 'text', required: true, erp: 'order_no', crm: 'order_no' },
    lines: {
      type: 'lines',
      key: ['sku'],
      erp: { table: 'order_lines', parent: 'order_id' },
      crm: { table: 'product_lines', parent: 'parent_id', where: "parent_type = 'Order' and deleted = false", ...crm },
      fields: {
        sku: { type: 'text', required: true, erp: 'sku', crm: 'sku' },
        qty: { type: 'integer', erp: 'qty', crm: 'qty' },
      },
    },
  },
})
const ERP = `create table orders (id serial primary key, order_no text not null unique, updated_at timestamptz not null default clock_timestamp());
  create table order_lines (id serial primary key, order_id int not null references orders on delete cascade, sku text not null, qty int not null);
  insert into orders (order_no) values ('O-1'), ('O-2');
  insert into order_lines (order_id, sku, qty) values (1, 'A', 1), (2, 'B', 2)`
const ROWS = `insert into orders (order_no) values ('O-1');
  insert into product_lines (parent_id, parent_type, sku, qty, deleted) values (1, 'Order', 'A', 1, false), (1, 'Order', 'OLD', 9, true), (1, 'Quote', 'Z', 7, false), (2, 'Quote', 'B', 5, false);`
const PG = `create table orders (id serial primary key, order_no text not null unique, updated_at timestamptz not null default clock_timestamp());
  create table product_lines (id serial primary key, parent_id int not null, parent_type text not null default 'Quote', sku text not null, qty int not null, deleted boolean not null default true);
  ${ROWS}`
const MARIA = `create table orders (id int auto_increment primary key, order_no varchar(20) not null unique, updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6));
  create table product_lines (id int auto_increment primary key, parent_id int not null, parent_type varchar(9) not null default 'Quote', sku varchar(9) not null, qty int not null, deleted boolean not null default true);
  ${ROWS}`
const OTHERS = [
  { parent_id: 1, parent_type: 'Order', sku: 'OLD', qty: 9 },
  { parent_id: 1, parent_type: 'Quote', sku: 'Z', qty: 7 },
  { parent_id: 2, parent_type: 'Quote', sku: 'B', qty: 5 },
]

function suite(where: string, made: () => { sql: string; on?: MariaDb }, crm: object = {}): void {
  test(`${where}: other rows of the table are neither lines nor touched`, async () => {
    const pair = await openPair({ sql: ERP }, made(), flowWith(crm))
    const rows = (condition: string) =>
      pair.crm.sql(
        `select parent_id, parent_type, sku, qty from product_lines where ${condition} order by parent_id, parent_type, sku`,
      )
    const lines = () => rows(`parent_type = 'Order' and not deleted`)
    const others = () => rows(`not (parent_type = 'Order' and not deleted)`)
    const touch = `update orders set updated_at = clock_timestamp()`

    expect(await pair.run()).toMatchObject({ status: 'done', linked: 1, updated: 0, created: 1 })
    expect(await lines()).toEqual([
      { parent_id: 1, parent_type: 'Order', sku: 'A', qty: 1 },
      { parent_id: 2, parent_type: 'Order', sku: 'B', qty: 2 },
    ])
    expect(await others()).toEqual(OTHERS)
    await pair.rest()

    await pair.erp.sql(
      `update order_lines set qty = 3 where sku = 'B'; delete from order_lines where sku = 'A'; insert into order_lines (order_id, sku, qty) values (1, 'OLD', 4); ${touch}`,
    )
    expect(await pair.run()).toMatchObject({ status: 'done', updated: 2 })
    expect(await lines()).toEqual([
      { parent_id: 1, parent_type: 'Order', sku: 'OLD', qty: 4 },
      { parent_id: 2, parent_type: 'Order', sku: 'B', qty: 3 },
    ])
    expect(await others()).toEqual(OTHERS)
    await pair.rest()

    // A line that is marked as deleted here is gone for the flow; the master has it still.
    await pair.crm.sql(`update product_lines set deleted = true where parent_id = 2 and parent_type = 'Order'`)
    await pair.crm.sql(`update orders set updated_at = current_timestamp where id = 2`)
    await pair.run({ full: true })
    expect(await lines()).toEqual([
      { parent_id: 1, parent_type: 'Order', sku: 'OLD', qty: 4 },
      { parent_id: 2, parent_type: 'Order', sku: 'B', qty: 3 },
    ])
    const marked = { parent_id: 2, parent_type: 'Order', sku: 'B', qty: 3 }
    expect(await others()).toEqual([...OTHERS.slice(0, 2), marked, OTHERS[2]])
    await pair.rest()

    // A record that is restored has its lines again, and a deleted one takes no others with it.
    await pair.crm.sql(`delete from product_lines where parent_id = 1 and parent_type = 'Order' and not deleted`)
    await pair.crm.sql('delete from orders where id = 1')
    expect(await pair.run({ full: true })).toMatchObject({ status: 'done', created: 1 })
    expect((await lines()).map((line) => line['sku'])).toEqual(['OLD', 'B'])
    await pair.erp.sql('delete from orders')
    expect(await pair.run({ full: true })).toMatchObject({ status: 'done', deleted: 2 })
    expect(await lines()).toEqual([])
    expect(await others()).toEqual([...OTHERS.slice(0, 2), marked, OTHERS[2]])
  })
}

suite('PostgreSQL', () => ({ sql: PG }))
suite('PostgreSQL, with an index', () => ({ sql: `${PG} create index on product_lines (parent_id)` }))
suite('PostgreSQL, rows known by a column that others share', () => ({ sql: PG }), { id: ['sku', 'deleted'] })
describeMariaDb('MariaDB', (server) => {
  suite('MariaDB', () => ({ sql: MARIA, on: server() }))
  suite('MariaDB, rows known by a column that others share', () => ({ sql: MARIA, on: server() }), {
    id: ['sku', 'deleted'],
  })
})
