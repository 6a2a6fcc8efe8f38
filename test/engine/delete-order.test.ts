import { describe, expect, test } from 'vitest'

import type { App } from '../../src/app.ts'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { flow, openLanding, table, type Landing } from './landing.ts'

const STAMP = {
  postgres: 'updated_at timestamptz not null default clock_timestamp()',
  mariadb: 'updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6)',
}
type Dialect = keyof typeof STAMP

const key = (dialect: Dialect): string =>
  dialect === 'postgres' ? 'serial primary key' : 'int auto_increment primary key'

/** An update in the ERP, which notes when it was made. */
const set = (tableName: string, change: string, where: string): string =>
  `update ${tableName} set ${change}, updated_at = clock_timestamp() where ${where};`

describe('PostgreSQL', () => {
  suite('postgres', () => undefined)
})
describeMariaDb('MariaDB', (server) => {
  suite('mariadb', server)
})

function suite(dialect: Dialect, server: () => MariaDb | undefined): void {
  /** Customers and their orders; `cascade`: what the CRM does with deals when their account is deleted. */
  const trade = async (cascade = '', edge: Record<string, unknown> = {}): Promise<Landing> => {
    const stamp = STAMP[dialect]
    const landing = await openLanding({
      erp: `create table customers (id serial primary key, name text not null, tax_no text unique, ${STAMP.postgres});
        create table orders (id serial primary key, order_no text not null unique, customer_id int not null references customers, ${STAMP.postgres});
        insert into customers (name, tax_no) values ('Alba','T-1'),('Bruno','T-2'),('Celia','T-3');
        insert into orders (order_no, customer_id) values ('O-1',1),('O-2',2),('O-3',3);`,
      crm: `create table accounts (id ${key(dialect)}, name varchar(80) not null, tax_no varchar(40) unique, ${stamp});
        create table deals (id ${key(dialect)}, order_no varchar(40) not null unique, account_id int not null, sales_note varchar(200), ${stamp},
          foreign key (account_id) references accounts (id) ${cascade});`,
      mariadb: server(),
      flows: {
        customers: flow(
          { erp: table('customers'), crm: table('accounts') },
          [['tax_no']],
          {
            name: { type: 'text', required: true, erp: 'name', crm: 'name' },
            tax_no: { type: 'text', erp: 'tax_no', crm: 'tax_no' },
          },
          edge,
        ),
        orders: flow(
          { erp: table('orders'), crm: table('deals') },
          [['order_no']],
          {
            order_no: { type: 'text', required: true, erp: 'order_no', crm: 'order_no' },
            customer: { type: 'reference(customers)', erp: 'customer_id', crm: 'account_id' },
          },
          { missing_reference: 'wait 1 day, then ask', ...edge },
        ),
      },
    })
    await landing.run()
    await landing.crm(`update deals set sales_note = 'promised delivery on Friday' where order_no = 'O-2'`)
    await landing.run()
    return landing
  }
  const deals = (landing: Landing) =>
    landing.crm(
      'select d.order_no, a.name, d.sales_note from deals d join accounts a on a.id = d.account_id order by d.order_no',
    )
  const accounts = async (landing: Landing) =>
    (await landing.crm('select name from accounts order by name')).map((row) => row['name'])
  const O1 = { order_no: 'O-1', name: 'Alba', sales_note: null }
  const O3 = { order_no: 'O-3', name: 'Celia', sales_note: null }

  for (const cascade of ['', 'on delete cascade', 'on delete restrict']) {
    test(`L31 a customer is deleted together with its orders ${cascade}`, async () => {
      const landing = await trade(cascade)
      await landing.erp('delete from orders where id = 2; delete from customers where id = 2;')
      expect(await landing.run()).toMatchObject({
        customers: { status: 'done', deleted: 1, quarantined: 0 },
        orders: { status: 'done', deleted: 1 },
      })
      expect(await deals(landing)).toEqual([O1, O3])
      expect(await accounts(landing)).toEqual(['Alba', 'Celia'])
      expect(await landing.erp('select id from orders order by id')).toEqual([{ id: 1 }, { id: 3 }])
      await landing.rest()
    })

    test(`L31 an order moves to another customer, and the one that it had is deleted ${cascade}`, async () => {
      const landing = await trade(cascade)
      await landing.erp(`${set('orders', 'customer_id = 1', 'customer_id = 2')} delete from customers where id = 2;`)
      expect(await landing.run()).toMatchObject({ customers: { deleted: 1 }, orders: { updated: 1, created: 0 } })
      expect(await deals(landing)).toEqual([
        O1,
        { order_no: 'O-2', name: 'Alba', sales_note: 'promised delivery on Friday' },
        O3,
      ])
      expect(await accounts(landing)).toEqual(['Alba', 'Celia'])
      await landing.rest()
    })
  }

  test('L31 what the CRM deletes by cascade of itself and is still wanted comes back with the agreed reference', async () => {
    const landing = await trade('on delete cascade')
    await landing.erp(`${set('orders', 'customer_id = 1', 'customer_id = 2')} delete from customers where id = 2;`)
    // A user of the CRM was faster.
    await landing.crm(`delete from accounts where name = 'Bruno'`)
    await landing.run()
    expect(await deals(landing)).toEqual([
      O1,
      { order_no: 'O-2', name: 'Alba', sales_note: 'promised delivery on Friday' },
      O3,
    ])
    expect(await accounts(landing)).toEqual(['Alba', 'Celia'])
    const log = await (await landing.app()).log({ flow: 'orders', limit: 20 })
    const restored = log.find((entry) => entry.what === 'restored')
    expect(restored?.why).toMatch(/was deleted in CRM/)
    await landing.rest()
  })

  test('L31 a user of the CRM deletes a customer with its orders: both come back, the customer first', async () => {
    const landing = await trade('on delete cascade')
    await landing.crm(`delete from accounts where name = 'Bruno'`)
    await landing.run()
    expect(await deals(landing)).toEqual([
      O1,
      { order_no: 'O-2', name: 'Bruno', sales_note: 'promised delivery on Friday' },
      O3,
    ])
    const why = (await (await landing.app()).log({ flow: 'customers', limit: 20 })).find(
      (one) => one.what === 'restored',
    )
    expect(why?.why).toMatch(/was deleted in CRM, but ERP is master/)
    await landing.rest()
  })

  test('L31 a customer stays while the CRM has orders of it that nobody knows elsewhere; the case names one', async () => {
    const landing = await trade('on delete cascade', { created_outside_master: 'leave alone' })
    await landing.crm(
      `insert into deals (order_no, account_id) select 'CRM only', id from accounts where name = 'Bruno'`,
    )
    await landing.run()
    await landing.erp('delete from orders where id = 2; delete from customers where id = 2;')
    await landing.run()
    expect(await accounts(landing)).toEqual(['Alba', 'Bruno', 'Celia'])
    const sentences = (await landing.cases()).map((one) => one.sentence)
    expect(sentences).toEqual([
      expect.stringMatching(/“Bruno” cannot be deleted in crm: “CRM only” \(orders, crm \d+\)/),
    ])
    await landing.run()
    expect(await landing.cases()).toHaveLength(1)
    await landing.crm(`delete from deals where order_no = 'CRM only'`)
    await landing.run()
    expect(await accounts(landing)).toEqual(['Alba', 'Celia'])
    await landing.rest()
  })

  const wanted = async (): Promise<{ landing: Landing; app: App }> => {
    const landing = await trade('', { deleted_in_master: 'ask' })
    const app = await landing.app()
    await landing.erp('delete from orders where id = 2; delete from customers where id = 2;')
    await landing.run()
    return { landing, app }
  }
  const KEPT = String.raw`^“Bruno” cannot be deleted in crm: “O-2” \(orders, crm \d+\) still refers to it\.`

  test('L31 a person wants an order back and its customer gone: one case decides, and names the other way out', async () => {
    const { landing, app } = await wanted()
    for (const one of await landing.cases())
      await app.resolve(one.case, { choice: one.flow === 'orders' ? 'restore' : 'delete', by: 'ana' })
    await landing.run()
    const cases = await landing.cases()
    const order = cases.find((one) => one.flow === 'orders')!
    expect(cases.map((one) => one.sentence).toSorted()).toEqual([
      expect.stringMatching(`${KEPT} Case ${order.case} decides about that record; answer that case first\\.$`),
      '“O-2” cannot come back to erp: it refers to customer “Bruno”, which was deleted.',
    ])
    expect(order.choices).toEqual([
      { choice: 'retry', means: 'Retry in the next run.' },
      { choice: 'delete', means: 'Delete it in crm too.' },
      { choice: 'ignore', means: 'Leave it as it is, in every system.' },
    ])
    await landing.run()
    expect(new Set((await landing.cases()).map((one) => one.case))).toEqual(new Set(cases.map((one) => one.case)))
    expect(await accounts(landing)).toEqual(['Alba', 'Bruno', 'Celia'])
    const preview = await app.previewDecision(order.case, { choice: 'delete' }, 'en')
    expect(preview).toMatchObject({
      writes: { crm: 1 },
      effects: [{ title: 'O-2', system: 'crm', what: 'delete' }],
    })
    expect(await deals(landing)).toHaveLength(3)
    await app.resolve(order.case, { choice: 'delete', by: 'ana' })
    await landing.run()
    expect(await deals(landing)).toEqual([O1, O3])
    expect(await accounts(landing)).toEqual(['Alba', 'Celia'])
    expect(await landing.erp('select order_no from orders order by 1')).toHaveLength(2)
    await landing.rest()
    await landing.run(true)
    await landing.rest()
  })

  test('L31 a customer is to be deleted while a case asks about its order: the case names that one, which decides', async () => {
    const { landing, app } = await wanted()
    const [order, customer] = ['orders', 'customers'].map(
      (name) => async () => (await landing.cases()).find((one) => one.flow === name),
    )
    await app.resolve((await customer!())!.case, { choice: 'delete', by: 'ana' })
    await landing.run()
    const { case: asked } = (await order!())!
    expect((await customer!())!.sentence).toMatch(new RegExp(`${KEPT} Case ${asked} decides about that record`))
    await app.resolve(asked, { choice: 'delete', by: 'ana' })
    await landing.run()
    expect(await accounts(landing)).toEqual(['Alba', 'Celia'])
    await landing.rest()
  })

  test('L31 an order that is wanted back is deleted by a user after all, or its customer comes back', async () => {
    for (const back of [false, true]) {
      const { landing, app } = await wanted()
      for (const one of await landing.cases())
        await app.resolve(one.case, { choice: one.flow === 'orders' ? 'restore' : 'delete', by: 'ana' })
      await landing.run()
      if (back) await landing.erp(`insert into customers (id, name, tax_no) values (2, 'Bruno', 'T-2')`)
      else await landing.crm(`delete from deals where order_no = 'O-2'`)
      await landing.run()
      await landing.run()
      expect(await accounts(landing)).toEqual(back ? ['Alba', 'Bruno', 'Celia'] : ['Alba', 'Celia'])
      expect(await landing.erp('select order_no from orders order by 1')).toHaveLength(back ? 3 : 2)
      await landing.rest()
    }
  })

  test('L31 a table that refers to itself: a whole tree is deleted, and rings, and a part of one', async () => {
    const stamp = STAMP[dialect]
    const landing = await openLanding({
      erp: `create table groups (id serial primary key, name text not null unique, parent_id int references groups on delete cascade, ${STAMP.postgres});
        insert into groups (name, parent_id) values ('top', null), ('a', 1), ('b', 1), ('a1', 2), ('a2', 2), ('a11', 4), ('b1', 3), ('ring 1', null), ('ring 2', 8), ('stays', null), ('moves', 3);
        update groups set parent_id = 9 where id = 8;`,
      crm: `create table teams (id ${key(dialect)}, name varchar(80) not null unique, parent_id int, ${stamp}, foreign key (parent_id) references teams (id));`,
      mariadb: server(),
      flows: {
        groups: flow(
          { erp: table('groups'), crm: table('teams') },
          [['name']],
          {
            name: { type: 'text', required: true, erp: 'name', crm: 'name' },
            parent: { type: 'reference(groups)', erp: 'parent_id', crm: 'parent_id' },
          },
          { missing_reference: 'wait 1 day, then ask' },
        ),
      },
    })
    await landing.run()
    expect(await landing.crm('select count(*) as n from teams where parent_id is not null')).toEqual([
      { n: dialect === 'postgres' ? '9' : 9 },
    ])
    await landing.erp(
      `${set('groups', 'parent_id = 10', `name = 'moves'`)} delete from groups where name in ('top', 'ring 1');`,
    )
    expect((await landing.run())['groups']).toMatchObject({ status: 'done', deleted: 9, updated: 1, quarantined: 0 })
    expect(
      await landing.crm(
        'select t.name, p.name as parent from teams t left join teams p on p.id = t.parent_id order by 1',
      ),
    ).toEqual([
      { name: 'moves', parent: 'stays' },
      { name: 'stays', parent: null },
    ])
    await landing.rest()
  })

  /** As `trade`, in three systems, of which only the third knows foreign keys. */
  const three = async (edge: Record<string, unknown> = {}): Promise<Landing> => {
    const landing = await openLanding({
      erp: `create table customers (id serial primary key, name text not null, tax_no text unique, ${STAMP.postgres});
        create table orders (id serial primary key, order_no text not null unique, customer_id int, ${STAMP.postgres});
        insert into customers (name, tax_no) values ('Alba','T-1'),('Bruno','T-2');
        insert into orders (order_no, customer_id) values ('O-1',1),('O-2',2);`,
      crm: `create table accounts (id ${key(dialect)}, name varchar(80) not null, tax_no varchar(40), ${STAMP[dialect]});
        create table deals (id ${key(dialect)}, order_no varchar(40) not null, account_id int, ${STAMP[dialect]});`,
      shop: `create table buyers (id serial primary key, name text not null, tax_no text, ${STAMP.postgres});
        create table baskets (id serial primary key, order_no text not null, buyer_id int not null references buyers, ${STAMP.postgres});`,
      mariadb: server(),
      flows: {
        orders: flow(
          { erp: table('orders'), crm: table('deals'), shop: table('baskets') },
          [['order_no']],
          {
            order_no: { type: 'text', required: true, erp: 'order_no', crm: 'order_no', shop: 'order_no' },
            customer: { type: 'reference(customers)', erp: 'customer_id', crm: 'account_id', shop: 'buyer_id' },
          },
          { missing_reference: 'wait 1 day, then ask', ...edge },
        ),
        customers: flow(
          { erp: table('customers'), crm: table('accounts'), shop: table('buyers') },
          [['tax_no']],
          {
            name: { type: 'text', required: true, erp: 'name', crm: 'name', shop: 'name' },
            tax_no: { type: 'text', erp: 'tax_no', crm: 'tax_no', shop: 'tax_no' },
          },
          edge,
        ),
      },
    })
    await landing.run()
    return landing
  }
  const everywhere = async (landing: Landing) => ({
    crm: await landing.crm(
      'select d.order_no, a.name from deals d left join accounts a on a.id = d.account_id order by 1',
    ),
    shop: await landing.shop(
      'select b.order_no, c.name from baskets b left join buyers c on c.id = b.buyer_id order by 1',
    ),
    customers: [
      await landing.erp('select count(*)::int as n from customers'),
      await landing.crm('select count(*) as n from accounts'),
      await landing.shop('select count(*)::int as n from buyers'),
    ].map(([row]) => Number(row!['n'])),
  })
  const ALONE = [{ order_no: 'O-1', name: 'Alba' }]

  test('L13 a reference whose record was deleted is no edit: parent and child go together, in three systems', async () => {
    const landing = await three()
    await landing.erp('delete from customers where id = 2; delete from orders where id = 2;')
    await landing.run()
    expect(await everywhere(landing)).toEqual({ crm: ALONE, shop: ALONE, customers: [1, 1, 1] })
    expect(await landing.erp('select order_no from orders')).toEqual([{ order_no: 'O-1' }])
    await landing.rest()
    await landing.run(true)
    await landing.rest()
  })

  test('L13 the same when the orders are looked at first, and when the customer is looked at much later', async () => {
    const landing = await three()
    const app = await landing.app()
    await landing.erp('delete from customers where id = 2; delete from orders where id = 2;')
    await app.run({ flows: ['customers'] })
    await app.run({ flows: ['customers'] })
    await app.run({ flows: ['orders'] })
    await landing.run()
    expect(await everywhere(landing)).toEqual({ crm: ALONE, shop: ALONE, customers: [1, 1, 1] })
    await landing.rest()
  })

  test('L13 only the customer is deleted in its master: nothing is changed about the order, and the case names it', async () => {
    const landing = await three()
    await landing.erp('delete from customers where id = 2;')
    await landing.run()
    const both = [...ALONE, { order_no: 'O-2', name: 'Bruno' }]
    expect(await everywhere(landing)).toEqual({ crm: both, shop: both, customers: [1, 2, 2] })
    expect((await landing.cases()).map((one) => one.sentence)).toEqual([
      expect.stringMatching(/^“Bruno” cannot be deleted in crm: “O-2” \(orders, crm \d+\) still refers to it\.$/),
      expect.stringMatching(/^“Bruno” cannot be deleted in shop: “O-2” \(orders, shop \d+\) still refers to it\.$/),
    ])
    await landing.run(true)
    expect(await everywhere(landing)).toEqual({ crm: both, shop: both, customers: [1, 2, 2] })
    expect(await landing.cases()).toHaveLength(2)
    await landing.erp(set('orders', 'customer_id = 1', 'id = 2'))
    await landing.run()
    const moved = [...ALONE, { order_no: 'O-2', name: 'Alba' }]
    expect(await everywhere(landing)).toEqual({ crm: moved, shop: moved, customers: [1, 1, 1] })
    await landing.rest()
  })

  test('L13 an edit of the order elsewhere still beats its deletion, and both come back', async () => {
    const landing = await three({ deleted_in_master: 'delete', edited_outside_master: 'accept' })
    await landing.erp('delete from orders where id = 2;')
    await landing.crm(`update deals set order_no = 'O-2b' where order_no = 'O-2'`)
    await landing.run()
    expect(await landing.erp('select order_no, customer_id from orders order by 1')).toEqual([
      { order_no: 'O-1', customer_id: 1 },
      { order_no: 'O-2b', customer_id: 2 },
    ])
    await landing.rest()
  })
}
