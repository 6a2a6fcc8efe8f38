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
  const cards = async (card = 'loyalty_card varchar(40) not null unique', match = [['card']]): Promise<Landing> => {
    const landing = await openLanding({
      erp: `create table customers (id serial primary key, name text not null, card_no text not null unique, ${STAMP.postgres});
        insert into customers (name, card_no) values ('Alba','C-1'),('Bruno','C-2'),('Celia','C-3'),('Dario','C-4'),('Elsa','C-5'),('Fidel','C-6'),('Gema','C-7');`,
      crm: `create table accounts (id ${key(dialect)}, account_name varchar(80) not null, ${card}, ${STAMP[dialect]});`,
      mariadb: server(),
      flows: {
        customers: flow({ erp: table('customers'), crm: table('accounts') }, match, {
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

  test('L31 a key is handed from a deleted record to a new one, and to one that is there', async () => {
    const landing = await cards(undefined, [['name']])
    await landing.erp(`delete from customers where id in (1, 2);
      insert into customers (name, card_no) values ('Ines', 'C-1');
      ${set('customers', `card_no = 'C-2'`, 'id = 3')}
      insert into customers (name, card_no) values ('Jon', 'C-3');`)
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', quarantined: 0 })
    expect(await inCrm(landing)).toEqual({
      Ines: 'C-1',
      Celia: 'C-2',
      Jon: 'C-3',
      Dario: 'C-4',
      Elsa: 'C-5',
      Fidel: 'C-6',
      Gema: 'C-7',
    })
    await landing.rest()
  })

  test('L31 a key is handed from a record that changes to a new one', async () => {
    const landing = await cards(undefined, [['name']])
    await landing.erp(
      `${set('customers', `card_no = 'C-60'`, 'id = 6')} insert into customers (name, card_no) values ('Ines', 'C-6');`,
    )
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', quarantined: 0 })
    expect(await inCrm(landing)).toMatchObject({ Fidel: 'C-60', Ines: 'C-6' })
    await landing.rest()
  })

  test('L31 a whole table moves on by one, also in a ring', async () => {
    const landing = await openLanding({
      erp: `create table customers (id serial primary key, name text not null, place int not null unique, ${STAMP.postgres});
        insert into customers (name, place) select 'N' || i, i from generate_series(1, 900) i;`,
      crm: `create table accounts (id ${key(dialect)}, account_name varchar(80) not null, place int not null unique, ${STAMP[dialect]});`,
      mariadb: server(),
      flows: {
        customers: flow({ erp: table('customers'), crm: table('accounts') }, [['name']], {
          name: { type: 'text', required: true, erp: 'name', crm: 'account_name' },
          place: { type: 'integer', erp: 'place', crm: 'place' },
        }),
      },
    })
    await landing.run()
    const move = (to: string) =>
      landing.erp(
        `begin; update customers set place = -place; update customers set place = ${to}, updated_at = clock_timestamp(); commit;`,
      )
    const wrong = async () => {
      const [erp, crm] = [
        await landing.erp('select name, place from customers order by name'),
        await landing.crm('select account_name as name, place from accounts order by account_name'),
      ]
      return crm.filter((row, i) => row['name'] !== erp[i]!['name'] || row['place'] !== erp[i]!['place']).length
    }
    await move('-place + 1')
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 900, quarantined: 0 })
    expect(await wrong()).toBe(0)
    await move('case when -place = 901 then 2 else -place + 1 end')
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 900, quarantined: 0 })
    expect(await wrong()).toBe(0)
    await move('903 + place')
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', quarantined: 0 })
    expect(await wrong()).toBe(0)
    await landing.rest()
  })

  test('L31 keys of several columns are swapped', async () => {
    const landing = await openLanding({
      erp: `create table customers (id serial primary key, name text not null, branch text not null, number int not null, unique (branch, number), ${STAMP.postgres});
        insert into customers (name, branch, number) values ('Alba','N',1),('Bruno','N',2),('Celia','S',1),('Dario','S',2);`,
      crm: `create table accounts (id ${key(dialect)}, name varchar(80) not null, branch varchar(8) not null, number int not null, ${STAMP[dialect]}, unique (branch, number));`,
      mariadb: server(),
      flows: {
        customers: flow({ erp: table('customers'), crm: table('accounts') }, [['name']], {
          name: { type: 'text', required: true, erp: 'name', crm: 'name' },
          branch: { type: 'text', erp: 'branch', crm: 'branch' },
          number: { type: 'integer', erp: 'number', crm: 'number' },
        }),
      },
    })
    await landing.run()
    await landing.erp(
      `begin; update customers set number = number + 100; ${set('customers', `number = 2`, 'id = 1')} ${set('customers', `branch = 'S', number = 1`, 'id = 2')}
        ${set('customers', `branch = 'N', number = 1`, 'id = 3')} ${set('customers', `number = 2`, 'id = 4')} commit;`,
    )
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 3, quarantined: 0 })
    expect(await landing.crm('select name, branch, number from accounts order by name')).toEqual([
      { name: 'Alba', branch: 'N', number: 2 },
      { name: 'Bruno', branch: 'S', number: 1 },
      { name: 'Celia', branch: 'N', number: 1 },
      { name: 'Dario', branch: 'S', number: 2 },
    ])
    await landing.rest()
  })

  test('L31 lines change places under a unique key of their own', async () => {
    const position = 'position int not null'
    const landing = await openLanding({
      erp: `create table orders (id serial primary key, order_no text not null unique, ${STAMP.postgres});
        create table order_lines (id serial primary key, order_id int not null references orders on delete cascade, sku text not null, ${position});
        insert into orders (order_no) values ('O-1'), ('O-2');
        insert into order_lines (order_id, sku, position) select o, 'S' || p, p from generate_series(1, 2) o, generate_series(1, 4) p;`,
      crm: `create table deals (id ${key(dialect)}, order_no varchar(40) not null unique, ${STAMP[dialect]});
        create table deal_items (id ${key(dialect)}, deal_id int not null, sku varchar(40) not null, ${position}, remark varchar(40),
          unique (deal_id, position), foreign key (deal_id) references deals (id) on delete cascade);`,
      mariadb: server(),
      flows: {
        orders: flow({ erp: table('orders'), crm: table('deals') }, [['order_no']], {
          order_no: { type: 'text', required: true, erp: 'order_no', crm: 'order_no' },
          lines: {
            type: 'lines',
            key: ['sku'],
            fields: {
              sku: { type: 'text', erp: 'sku', crm: 'sku' },
              position: { type: 'integer', erp: 'position', crm: 'position' },
            },
            erp: { table: 'order_lines', parent: 'order_id', id: 'id' },
            crm: { table: 'deal_items', parent: 'deal_id', id: 'id' },
          },
        }),
      },
    })
    await landing.run()
    await landing.crm(`update deal_items set remark = concat('about ', sku)`)
    await landing.run()
    await landing.erp(`begin; update order_lines set position = -position;
      update order_lines set position = case sku when 'S1' then 2 when 'S2' then 1 when 'S3' then 4 else 3 end where order_id = 1;
      delete from order_lines where order_id = 2 and sku = 'S4';
      update order_lines set position = 5 + position where order_id = 2;
      insert into order_lines (order_id, sku, position) values (2, 'S9', 1);
      ${set('orders', 'order_no = order_no', 'true')} commit;`)
    expect((await landing.run())['orders']).toMatchObject({ status: 'done', updated: 2, quarantined: 0 })
    const [first] = await landing.crm(`select id from deals where order_no = 'O-1'`)
    const lines = await landing.crm('select deal_id, sku, position, remark from deal_items order by deal_id, position')
    expect(
      lines
        .filter((row) => row['deal_id'] === first!['id'])
        .map((row) => [row['sku'], row['remark']].map(String).join(' ')),
    ).toEqual(['S2 about S2', 'S1 about S1', 'S4 about S4', 'S3 about S3'])
    expect(
      lines
        .filter((row) => row['deal_id'] !== first!['id'])
        .map((row) => [row['position'], row['sku'], row['remark']].map(String).join(' ')),
    ).toEqual(['1 S9 null', '2 S3 about S3', '3 S2 about S2', '4 S1 about S1'])
    await landing.rest()
  })

  if (dialect === 'postgres')
    test('L31 values that an index over an expression or over a part of the rows keeps apart', async () => {
      const landing = await cards('loyalty_card text, is_active boolean not null default true')
      await landing.crm(`create unique index on accounts (lower(loyalty_card)) where is_active`)
      await move(landing, { 1: 'c-2', 2: 'c-1', 3: 'C-30', 4: 'c-3' })
      expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 4, quarantined: 0 })
      expect(await inCrm(landing)).toMatchObject({ Alba: 'c-2', Bruno: 'c-1', Celia: 'C-30', Dario: 'c-3' })
      await landing.rest()
    })

  test('L31 what another record stands in the way of lands when that has gone, and nobody has to ask', async () => {
    const landing = await cards()
    await landing.crm(`insert into accounts (account_name, loyalty_card) values ('Made by hand', 'H-1')`)
    await landing.run()
    await landing.erp(set('customers', `card_no = 'C-70'`, 'id = 7') + set('customers', `card_no = 'C-7'`, 'id = 1'))
    await landing.crm(`update accounts set loyalty_card = 'X-9' where account_name = 'Gema'`)
    await landing.run()
    expect(await inCrm(landing)).toMatchObject({ Alba: 'C-7', Gema: 'C-70' })
    await landing.rest()
  })

  test('L31 what still does not land is a case, which names the other record; it lands when that one changes', async () => {
    const landing = await cards('loyalty_card varchar(40) not null unique, check (account_name <> loyalty_card)')
    // Fidel cannot give C-6 up, since the CRM does not take what he would have instead.
    await landing.erp(set('customers', `card_no = 'Fidel'`, 'id = 6') + set('customers', `card_no = 'C-6'`, 'id = 1'))
    expect((await landing.run())['customers']).toMatchObject({ status: 'waiting', updated: 0, quarantined: 2 })
    const sentences = (await landing.cases()).map((one) => one.sentence)
    expect(sentences).toHaveLength(2)
    expect(sentences.find((one) => one.includes('“Alba”: '))).toMatch(
      /The other record is “Fidel” \(customers, crm \d+\)/,
    )
    const before = await landing.store(`select count(*)::int as n from operation`)
    await landing.run()
    expect(await landing.store(`select count(*)::int as n from operation`), 'tries without news').toEqual(before)
    await landing.erp(set('customers', `card_no = 'F-6'`, 'id = 6'))
    expect((await landing.run())['customers']).toMatchObject({ status: 'done', updated: 2, open_cases: 0 })
    expect(await inCrm(landing)).toMatchObject({ Alba: 'C-6', Fidel: 'F-6' })
    await landing.rest()
  })
}
