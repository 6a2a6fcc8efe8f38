import { describe, expect, test } from 'vitest'

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
  /** Customers with a card number that is unique in both systems. */
  const cards = async (card = 'loyalty_card varchar(40) not null unique'): Promise<Landing> => {
    const landing = await openLanding({
      erp: `create table customers (id serial primary key, name text not null, card_no text not null unique, ${STAMP.postgres});
        insert into customers (name, card_no) values ('Alba','C-1'),('Bruno','C-2'),('Celia','C-3'),('Dario','C-4'),('Elsa','C-5'),('Fidel','C-6'),('Gema','C-7');`,
      crm: `create table accounts (id ${key(dialect)}, account_name varchar(80) not null, ${card}, ${STAMP[dialect]});`,
      mariadb: server(),
      flows: {
        customers: flow({ erp: table('customers'), crm: table('accounts') }, [['card']], {
          name: { type: 'text', required: true, erp: 'name', crm: 'account_name' },
          card: { type: 'text', erp: 'card_no', crm: 'loyalty_card' },
        }),
      },
    })
    await landing.run()
    return landing
  }
  const inCrm = async (landing: Landing): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      (await landing.crm('select account_name, loyalty_card from accounts')).map((row) => [
        String(row['account_name']),
        row['loyalty_card'],
      ]),
    )
  const move = (landing: Landing, cardsById: Readonly<Record<number, string>>): Promise<unknown> =>
    landing.erp(
      `begin; ${Object.keys(cardsById)
        .map((id) => set('customers', `card_no = 'tmp' || id`, `id = ${id}`))
        .join('\n')} ${Object.entries(cardsById)
        .map(([id, card]) => set('customers', `card_no = '${card}'`, `id = ${id}`))
        .join('\n')} commit;`,
    )

  test('L31 two records swap a unique value', async () => {
    const landing = await cards()
    await move(landing, { 1: 'C-2', 2: 'C-1' })
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 2, quarantined: 0 })
    expect(await inCrm(landing)).toMatchObject({ Alba: 'C-2', Bruno: 'C-1', Celia: 'C-3' })
    await landing.rest()
  })

  test('L31 a unique value that one record frees is taken by another, along a chain', async () => {
    const landing = await cards()
    await landing.erp(
      set('customers', `card_no = 'C-40'`, 'id = 4') +
        set('customers', `card_no = 'C-4'`, 'id = 3') +
        set('customers', `card_no = 'C-3'`, 'id = 2') +
        set('customers', `card_no = 'C-2'`, 'id = 1'),
    )
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 4, quarantined: 0 })
    expect(await inCrm(landing)).toMatchObject({ Alba: 'C-2', Bruno: 'C-3', Celia: 'C-4', Dario: 'C-40' })
    await landing.rest()
  })

  test('L31 rings of unique values, several at once, and values that stand in no order', async () => {
    const landing = await cards('loyalty_card varchar(40) unique')
    await move(landing, { 1: 'C-2', 2: 'C-3', 3: 'C-1', 4: 'C-5', 5: 'C-4', 7: 'C-6', 6: 'C-60' })
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 7, quarantined: 0 })
    expect(await inCrm(landing)).toEqual({
      Alba: 'C-2',
      Bruno: 'C-3',
      Celia: 'C-1',
      Dario: 'C-5',
      Elsa: 'C-4',
      Fidel: 'C-60',
      Gema: 'C-6',
    })
    await landing.rest()
  })

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
}
