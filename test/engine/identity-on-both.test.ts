import { describe, expect, test } from 'vitest'

import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { flow, openLanding, table, type Landing } from './landing.ts'

/* Identity over time (law L32) where keys are unique in both systems, the CRM on PostgreSQL or on MariaDB. */

const STAMP = {
  postgres: 'updated_at timestamptz not null default clock_timestamp()',
  mariadb: 'updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6)',
}
type Dialect = keyof typeof STAMP

describe('PostgreSQL', () => {
  suite('postgres', () => undefined)
})
describeMariaDb('MariaDB', (server) => {
  suite('mariadb', server)
})

function suite(dialect: Dialect, server: () => MariaDb | undefined): void {
  const key = dialect === 'postgres' ? 'serial primary key' : 'int auto_increment primary key'
  const customers = async (edge: Record<string, unknown> = {}): Promise<Landing> => {
    const landing = await openLanding({
      erp: `create table customers (id serial primary key, name text not null, card_no text not null unique, phone text,
          segment char(1), ${STAMP.postgres});
        insert into customers (name, card_no, phone, segment)
          select 'Customer ' || i, 'C-' || i, '+34' || i || '00', case when i % 2 = 0 then 'A' else 'B' end from generate_series(1, 7) i`,
      crm: `create table accounts (id ${key}, account_name varchar(80) not null, loyalty_card varchar(40) not null unique,
          phone varchar(20), tier varchar(20), remark varchar(40), ${STAMP[dialect]})`,
      mariadb: server(),
      flows: {
        customers: flow(
          { erp: table('customers'), crm: table('accounts') },
          [['card']],
          {
            name: { type: 'text', required: true, erp: 'name', crm: 'account_name' },
            card: { type: 'text', erp: 'card_no', crm: 'loyalty_card' },
            phone: { type: 'text', master: 'crm', erp: 'phone', crm: 'phone' },
            segment: {
              type: 'choice',
              erp: { field: 'segment', values: { A: 'enterprise', B: 'small' } },
              crm: 'tier',
            },
          },
          edge,
        ),
      },
    })
    await landing.run()
    await landing.crm(`update accounts set remark = concat('remark of ', loyalty_card)`)
    await landing.run()
    return landing
  }
  const inCrm = async (landing: Landing): Promise<string[]> =>
    (await landing.crm('select account_name, loyalty_card, phone, remark from accounts order by account_name')).map(
      (row) => [row['account_name'], row['loyalty_card'], row['phone'] ?? '', row['remark'] ?? ''].join('|'),
    )
  const was = (i: number): string => `Customer ${i}|C-${i}|+34${i}00|remark of C-${i}`
  const REST = [4, 5, 6, 7].map(was)
  const inErp = async (landing: Landing): Promise<string[]> =>
    (await landing.erp('select name, card_no, phone from customers order by name')).map((row) =>
      [row['name'], row['card_no'], row['phone'] ?? ''].join('|'),
    )

  test('L32 ids come again in the master: as the same, and as others', async () => {
    const landing = await customers()
    await landing.erp('create table bin as select * from customers where id = 1; delete from customers where id <= 3')
    await landing.run()
    expect(await inCrm(landing)).toEqual(REST)
    await landing.erp(`insert into customers select * from bin;
      insert into customers (id, name, card_no, phone, segment) values (2, 'Another', 'Z-2', '+99', 'B'), (3, 'One more', 'Z-3', '+98', 'B')`)
    await landing.run()
    expect(await inCrm(landing)).toEqual(['Another|Z-2|+99|', was(1), ...REST, 'One more|Z-3|+98|'])
    await landing.rest()
  })

  test('L32 ids come again in the other system: it is restored under another id, and what has its id is adopted', async () => {
    const landing = await customers()
    await landing.crm(`delete from accounts where id = 1`)
    await landing.crm(
      `insert into accounts (id, account_name, loyalty_card, phone, tier) values (1, 'Another', 'Z-1', '+99', 'small')`,
    )
    await landing.run()
    expect(await inCrm(landing)).toEqual(['Another|Z-1|+99|', ...[1, 2, 3].map(was), ...REST])
    expect((await inErp(landing))[0]).toBe('Another|Z-1|+99')
    await landing.rest()
    await landing.erp(`update customers set name = 'Customer 1 Group', updated_at = clock_timestamp() where id = 1`)
    await landing.run()
    expect(await inCrm(landing)).toContain('Customer 1 Group|C-1|+34100|remark of C-1')
    await landing.rest()
  })

  test('L32 rows change places while a unique key moves along', async () => {
    const landing = await customers()
    await landing.crm(`create table old as select * from accounts`)
    await landing.crm(`delete from accounts where id in (1, 2, 3)`)
    await landing.crm(`insert into accounts (id, account_name, loyalty_card, phone, tier, remark)
      select case id when 3 then 1 else id + 1 end, account_name, loyalty_card, phone, tier, remark from old where id in (1, 2, 3)`)
    await landing.run()
    await landing.rest()
    await landing.erp(`update customers set name = name || ' Group', updated_at = clock_timestamp() where id <= 3`)
    await landing.run()
    expect(await inCrm(landing)).toEqual([
      ...[1, 2, 3].map((i) => was(i).replace(`Customer ${i}`, `Customer ${i} Group`)),
      ...REST,
    ])
    await landing.rest()
  })

  test('L32 a row has taken the id of one that is gone, and its own id is free', async () => {
    const landing = await customers()
    await landing.crm('delete from accounts where id = 1')
    await landing.crm('update accounts set id = 1 where id = 2')
    await landing.run()
    expect(await inCrm(landing)).toEqual([...[1, 2, 3].map(was), ...REST])
    expect(await landing.crm(`select id from accounts where loyalty_card = 'C-2'`)).toEqual([{ id: 1 }])
    await landing.rest()
  })

  test('L32 what a row was is found in another part of a full look', async () => {
    const landing = await customers()
    await landing.erp(`update customers set phone = null, segment = null, updated_at = clock_timestamp()`)
    await landing.crm(`update accounts set phone = null, tier = null`)
    await landing.run(true)
    await landing.crm('update accounts set id = 9999 where id = 1')
    await landing.crm(`insert into accounts (id, account_name, loyalty_card) values (1, 'Another', 'Z-1')`)
    const { customers: report } = await landing.run(true)
    expect(report).toMatchObject({ status: 'done', created: 1, deleted: 0 })
    expect(await landing.crm(`select id, remark from accounts where loyalty_card = 'C-1'`)).toEqual([
      { id: 9999, remark: 'remark of C-1' },
    ])
    await landing.rest()
  })

  test('L32 the other system gives the id of a deleted record to the one that we create', async () => {
    const landing = await customers()
    await landing.crm('delete from accounts where id = 7')
    await landing.crm(
      dialect === 'postgres' ? `select setval('accounts_id_seq', 6)` : 'alter table accounts auto_increment = 7',
    )
    await landing.erp(`insert into customers (name, card_no) values ('Newcomer', 'N-1')`)
    await landing.run()
    await landing.run()
    expect(await inCrm(landing)).toEqual([...[1, 2, 3].map(was), ...REST, 'Newcomer|N-1||'])
    await landing.rest()
  })

  test.each(['ask', 'oldest', 'most complete'])(
    'L32 duplicates: %s – a unique key is handed to a newcomer',
    async (duplicates) => {
      const landing = await customers({ duplicates })
      await landing.erp(`update customers set card_no = 'C-60', updated_at = clock_timestamp() where id = 6;
      insert into customers (name, card_no) values ('Ines', 'C-6')`)
      await landing.run()
      expect(await landing.cases()).toEqual([])
      expect(await inCrm(landing)).toContain('Ines|C-6||')
      expect(await inCrm(landing)).toContain('Customer 6|C-60|+34600|remark of C-6')
      await landing.rest()
    },
  )
}
