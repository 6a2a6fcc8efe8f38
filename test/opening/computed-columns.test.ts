import { describe, expect, test } from 'vitest'

import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair, type Pair } from './pair.ts'

// What a system computes by itself is read and never written; the rest of the record lands.

const FLOW = {
  records: {
    erp: { table: 'lines', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'items', id: 'id', changed_at: 'updated_at' },
  },
  match: [['code']],
  fields: {
    code: { type: 'text', required: true, erp: 'code', crm: 'code' },
    qty: { type: 'integer', erp: 'qty', crm: 'qty' },
    price: { type: 'money', currency: 'EUR', erp: 'price', crm: 'price' },
    total: { type: 'money', currency: 'EUR', erp: 'total', crm: 'total' },
  },
}
const PG_ERP = `create table lines (id serial primary key, code text not null, qty int, price numeric(10,2), total numeric(12,2), updated_at timestamptz not null default clock_timestamp());
  insert into lines (code, qty, price, total) values ('L-1',2,3.50,7.00),('L-2',3,1.10,3.31);`
const COMPUTED = {
  'PostgreSQL, stored': `create table items (id serial primary key, code text not null, qty int, price numeric(10,2), total numeric(12,2) generated always as (qty * price) stored, updated_at timestamptz not null default clock_timestamp())`,
  'PostgreSQL, a number that only the database counts': `create table items (id serial primary key, code text not null, qty int, price numeric(10,2), total bigint generated always as identity, updated_at timestamptz not null default clock_timestamp())`,
}
const MARIA = {
  'MariaDB, stored': `create table items (id int auto_increment primary key, code varchar(20) not null, qty int, price decimal(10,2), total decimal(12,2) as (qty * price) stored, updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6))`,
  'MariaDB, virtual': `create table items (id int auto_increment primary key, code varchar(20) not null, qty int, price decimal(10,2), total decimal(12,2) as (qty * price) virtual, updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6))`,
}

const items = (pair: Pair) => pair.crm.sql('select code, qty, total from items order by code')

const lands = async (crm: string, server?: MariaDb): Promise<void> => {
  const pair = await openPair({ erp: PG_ERP, crm, flow: FLOW, ...(server && { maria: { crm: server } }) })
  await pair.done()
  await pair.rest()
  await pair.erp.sql(`update lines set qty = 4, total = 14.00, updated_at = clock_timestamp() where code = 'L-1'`)
  expect(await pair.done()).toMatchObject({ updated: 1 })
  expect((await items(pair))[0]).toMatchObject({ code: 'L-1', qty: 4 })
  await pair.rest()
  // Only what the system computes is different: nothing can be written, and nothing is tried for ever.
  await pair.erp.sql(`update lines set total = 99, updated_at = clock_timestamp() where code = 'L-2'`)
  expect(await pair.done()).toMatchObject({ updated: 0 })
  await pair.rest()
  // An edit there is taken back; the total follows by itself.
  await pair.crm.sql(
    server
      ? `update items set qty = 9 where code = 'L-1'`
      : `update items set qty = 9, updated_at = clock_timestamp() where code = 'L-1'`,
  )
  expect(await pair.done()).toMatchObject({ updated: 1 })
  expect((await items(pair))[0]).toMatchObject({ code: 'L-1', qty: 4 })
  expect(await pair.erp.sql('select qty, total::text from lines order by code')).toEqual([
    { qty: 4, total: '14.00' },
    { qty: 3, total: '99.00' },
  ])
  await pair.rest()
}

describe('a computed column that is mapped', () => {
  test.each(Object.entries(COMPUTED))('%s', (_, crm) => lands(crm))

  test('existing records that differ in it are joined, and the rest is written', async () => {
    const pair = await openPair({
      erp: PG_ERP,
      crm: `${COMPUTED['PostgreSQL, stored']}; insert into items (code, qty, price) values ('L-1', 1, 3.50), ('L-2', 3, 1.10)`,
      flow: FLOW,
    })
    await pair.done()
    expect(await items(pair)).toMatchObject([
      { code: 'L-1', qty: 2, total: '7.00' },
      { code: 'L-2', qty: 3, total: '3.30' },
    ])
    await pair.rest()
  })
})

describeMariaDb('a computed column that is mapped', (server) => {
  test.each(Object.entries(MARIA))('%s', (_, crm) => lands(crm, server()))
})
