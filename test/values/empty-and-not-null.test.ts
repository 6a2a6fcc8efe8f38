import { expect, test } from 'vitest'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair } from './pair.ts'

/*
 * An empty text is no value, and a column that cannot be null has no other way to say so. What is no text is never
 * emptied to a zero that nobody entered.
 */

const RECORDS = {
  erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
  crm: { table: 'accounts', id: 'id', changed_at: 'updated_at' },
}
const FLOW = {
  records: RECORDS,
  match: [['name']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    name2: { type: 'text', erp: 'name2', crm: 'name2' },
    notes: { type: 'text', erp: 'notes', crm: 'notes' },
    mail: { type: 'email', erp: 'mail', crm: 'mail' },
    tier: {
      type: 'choice',
      values: ['gold', 'silver'],
      erp: 'tier',
      crm: { field: 'tier', values: { G: 'gold', S: 'silver' } },
    },
    initials: { type: 'text', erp: 'initials', crm: { read: 'trim(initials)', write: { initials: 'value' } } },
  },
}
const ERP = `
  create table customers (id serial primary key, name text not null, name2 text, notes text, mail text, tier text, initials text,
    updated_at timestamptz not null default clock_timestamp());
  insert into customers (name, name2, notes, mail, tier, initials) values ('Alba', 'Filial', 'vip', 'a@alba.example', 'gold', 'ABC'),
    ('Bruno', null, null, null, null, null), ('Carla', '', '', '', '', '')`
const columns = (
  instant: string,
) => `name varchar(80) not null, name2 varchar(80) not null, notes varchar(80) not null default 'none',
  mail varchar(80) not null default '', tier varchar(8) not null, initials varchar(8) not null, updated_at ${instant}`
const PG = `create table accounts (id serial primary key, ${columns('timestamptz not null default clock_timestamp()')})`
const MARIA = `create table accounts (id int auto_increment primary key, ${columns('timestamp(6) not null default current_timestamp(6) on update current_timestamp(6)')})`

function suite(where: string, made: () => { sql: string; on?: MariaDb }): void {
  test(`${where}: what is empty is '' in a text column that cannot be null`, async () => {
    const pair = await openPair({ sql: ERP }, made(), FLOW)
    expect(await pair.run()).toMatchObject({ status: 'done', created: 3 })
    await pair.rest()
    await pair.erp.sql(
      `update customers set name2 = '', notes = null, mail = '', tier = null, initials = null, updated_at = clock_timestamp() where id = 1`,
    )
    expect(await pair.run()).toMatchObject({ status: 'done', updated: 1 })
    const [alba] = await pair.crm.sql(`select name2, notes, mail, tier, initials from accounts where name = 'Alba'`)
    expect(alba).toEqual({ name2: '', notes: '', mail: '', tier: '', initials: '' })
    await pair.rest()
    await pair.erp.sql(`update customers set name2 = 'Filial 2', updated_at = clock_timestamp() where id = 1`)
    expect(await pair.run()).toMatchObject({ status: 'done', updated: 1 })
    expect(await pair.crm.column(`select name2 from accounts where name = 'Alba'`)).toEqual(['Filial 2'])
  })

  test(`${where}: an empty text there and no value here are one, in both directions`, async () => {
    const pair = await openPair({ sql: ERP }, made(), FLOW)
    await pair.run()
    await pair.crm.sql(`insert into accounts (name, name2, notes, tier, initials) values ('Dora', '', '', '', '')`)
    expect(await pair.run()).toMatchObject({ status: 'done', created: 1 })
    const [dora] = await pair.erp.sql(`select name2, notes, mail, tier, initials from customers where name = 'Dora'`)
    expect(dora).toEqual({ name2: null, notes: null, mail: null, tier: null, initials: null })
    await pair.rest()
  })

  test(`${where}: where an empty text is a value of its own, a column that cannot be null refuses no value`, async () => {
    const pair = await openPair({ sql: ERP }, made(), {
      ...FLOW,
      fields: {
        name: FLOW.fields.name,
        name2: { ...FLOW.fields.name2, empty: 'distinct' },
        notes: FLOW.fields.notes,
        tier: FLOW.fields.tier,
        initials: FLOW.fields.initials,
      },
    })
    await pair.run()
    expect(await pair.crm.column(`select name2 from accounts where name = 'Carla'`)).toEqual([''])
    await pair.erp.sql(`update customers set name2 = null, updated_at = clock_timestamp() where id = 1`)
    await pair.run()
    expect(await pair.crm.column(`select name2 from accounts where name = 'Alba'`)).toEqual(['Filial'])
    const refused = (await pair.cases()).find((one) => one.title === 'Alba')
    expect(refused?.sentence).toMatch(/name2/)
  })
}

suite('PostgreSQL', () => ({ sql: PG }))
describeMariaDb('MariaDB', (server) => suite('MariaDB', () => ({ sql: MARIA, on: server() })))

test('a number, a day or a yes that cannot be null is not emptied to zero, and says so', async () => {
  const erp = `create table customers (id serial primary key, name text not null, n numeric(6,2), b boolean, updated_at timestamptz not null default clock_timestamp());
    insert into customers (name, n, b) values ('Alba', 5, true), ('Bruno', null, null)`
  const crm = `create table accounts (id serial primary key, name text not null, n numeric(6,2) not null default 0, b boolean not null default false, updated_at timestamptz not null default clock_timestamp())`
  const pair = await openPair(
    { sql: erp },
    { sql: crm },
    {
      records: RECORDS,
      match: [['name']],
      fields: {
        name: { type: 'text', required: true, erp: 'name', crm: 'name' },
        n: { type: 'decimal', scale: 2, erp: 'n', crm: 'n' },
        b: { type: 'boolean', erp: 'b', crm: 'b' },
      },
    },
  )
  await pair.run()
  await pair.rest()
  expect(await pair.erp.column('select n from customers order by id')).toEqual(['5.00', null])
  await pair.erp.sql(`update customers set n = null, updated_at = clock_timestamp() where id = 1`)
  expect(await pair.run()).toMatchObject({ status: 'waiting' })
  expect(await pair.crm.column(`select n from accounts where name = 'Alba'`)).toEqual(['5.00'])
  expect((await pair.cases())[0]?.sentence).toMatch(/Column n of table accounts .* must have a value/)
})

test('lines: an empty text of a line is what its column can hold', async () => {
  const head = (table: string) =>
    `create table ${table} (id serial primary key, no text not null, updated_at timestamptz not null default clock_timestamp());`
  const erp = `${head('orders')} create table order_lines (id serial primary key, order_id int not null, sku text not null, note text);
    insert into orders (no) values ('O-1'); insert into order_lines (order_id, sku, note) values (1, 'A', 'blue'), (1, 'B', null)`
  const crm = `${head('deals')} create table deal_lines (id serial primary key, deal_id int not null, sku text not null, note text not null)`
  const pair = await openPair(
    { sql: erp },
    { sql: crm },
    {
      records: {
        erp: { table: 'orders', id: 'id', changed_at: 'updated_at' },
        crm: { table: 'deals', id: 'id', changed_at: 'updated_at' },
      },
      match: [['no']],
      fields: {
        no: { type: 'text', required: true, erp: 'no', crm: 'no' },
        lines: {
          type: 'lines',
          key: ['sku'],
          erp: { table: 'order_lines', parent: 'order_id' },
          crm: { table: 'deal_lines', parent: 'deal_id' },
          fields: {
            sku: { type: 'text', required: true, erp: 'sku', crm: 'sku' },
            note: { type: 'text', erp: 'note', crm: 'note' },
          },
        },
      },
    },
  )
  expect(await pair.run()).toMatchObject({ status: 'done', created: 1 })
  await pair.erp.sql(`update order_lines set note = null; update orders set updated_at = clock_timestamp()`)
  expect(await pair.run()).toMatchObject({ status: 'done', updated: 1 })
  expect(await pair.crm.column('select note from deal_lines order by sku')).toEqual(['', ''])
  await pair.rest()
})
