import { describe, expect, test } from 'vitest'

import { ConcordatError } from '../../src/model/errors.ts'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair, type Pair } from './pair.ts'

// Ids that the application makes, and ids that are not unique.

const ERP = `create table customers (id serial primary key, name text not null, vat text, updated_at timestamptz not null default clock_timestamp());
  insert into customers (name, vat) values ('Alba','V-1'),('Bruno','V-2')`
const CRM = {
  postgres: `create table accounts (id varchar(36) not null primary key, name text, vat text, date_modified timestamptz not null default clock_timestamp(), deleted boolean default false); create sequence account_seq start 41`,
  mysql: `create table accounts (id char(36) not null primary key, name varchar(150), vat varchar(40), date_modified datetime(6) not null default current_timestamp(6) on update current_timestamp(6), deleted tinyint(1) default 0); create sequence account_seq start with 41`,
}
const flow = (newId?: unknown, more: object = {}) => ({
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
    crm: {
      table: 'accounts',
      id: 'id',
      changed_at: 'date_modified',
      where: 'deleted = false',
      ...(newId !== undefined && { new_id: newId }),
    },
  },
  match: [['vat']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    vat: { type: 'text', erp: 'vat', crm: 'vat' },
  },
  ...more,
})
const WHO: Readonly<Record<string, readonly [unknown, RegExp]>> = {
  uuid: ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  'hex 17': ['hex 17', /^[0-9a-f]{17}$/],
  'hex 24': ['hex 24', /^[0-9a-f]{24}$/],
  'prefix and sequence': [{ prefix: 'C-', sequence: 'account_seq' }, /^C-4[12]$/],
  sequence: [{ sequence: 'account_seq' }, /^4[12]$/],
  expression: [{ from: "'C:' + vat" }, /^C:V-[12]$/],
}

for (const kind of ['postgres', 'mysql'] as const) {
  const suite = (server?: () => MariaDb): void => {
    const open = (newId?: unknown, tamper?: Parameters<typeof openPair>[0]['tamper']): Promise<Pair> =>
      openPair({
        erp: ERP,
        crm: CRM[kind],
        flow: flow(newId),
        ...(server && { maria: { crm: server() } }),
        ...(tamper && { tamper }),
      })
    const accounts = (pair: Pair) => pair.crm.sql('select id, name, vat from accounts order by vat')

    test('without an answer the flow is refused once, before anything is written', async () => {
      const pair = await open()
      const report = await pair.run()
      expect(report).toMatchObject({ status: 'failed', created: 0, open_cases: 0 })
      expect(report.message).toMatch(/^CRM does not make `id` of a new row of accounts by itself.*`new_id: uuid`/)
      expect((await (await pair.app()).plan()).flows[0]!.message).toBe(report.message)
    })

    test.each(Object.entries(WHO))('%s', async (_, [newId, shape]) => {
      const pair = await open(newId)
      expect(await pair.done()).toMatchObject({ created: 2 })
      const made = await accounts(pair)
      expect(made.map(({ name }) => name)).toEqual(['Alba', 'Bruno'])
      for (const { id } of made) expect(id).toMatch(shape)
      await pair.erp.sql(`update customers set name = 'Alba SL', updated_at = clock_timestamp() where vat = 'V-1'`)
      expect(await pair.done()).toMatchObject({ updated: 1, created: 0 })
      expect((await accounts(pair)).map(({ id }) => id)).toEqual(made.map(({ id }) => id))
      await pair.rest()
    })

    test.each(Object.entries(WHO))('L16 a create whose answer is lost is not repeated: %s', async (_, [newId]) => {
      let lose = true
      const pair = await open(newId, (system) => ({
        async call(work) {
          const result = await work()
          const wrote = Array.isArray(result) && (result[0] as { kind?: string } | undefined)?.kind === 'done'
          if (system === 'crm' && lose && wrote) {
            lose = false
            throw new ConcordatError('connector.lost-response', 'The connection broke.', { retry: 'later' })
          }
          return result
        },
      }))
      await pair.run()
      await pair.done()
      expect(lose).toBe(false)
      expect((await accounts(pair)).map(({ name }) => name)).toEqual(['Alba', 'Bruno'])
      await pair.rest()
    })

    test('what the expression needs and a record lacks sets only this record aside', async () => {
      const pair = await open({ from: "'C:' + vat" })
      await pair.erp.sql(`insert into customers (name) values ('Nobody')`)
      expect(await pair.run()).toMatchObject({ status: 'waiting', created: 2, open_cases: 1 })
      expect(await pair.cases()).toEqual([expect.stringMatching(/nothing to make the id from/)])
    })
  }
  if (kind === 'mysql')
    describeMariaDb('ids that the application makes, on MariaDB', (server) => {
      suite(server)
    })
  else
    describe('ids that the application makes, on PostgreSQL', () => {
      suite()
    })
}

describe('a natural key', () => {
  const natural = (master: string) =>
    openPair({
      erp: `create table items (sku text primary key, name text, updated_at timestamptz not null default clock_timestamp()); insert into items values ('A-1', 'Anchor'), ('B-2', 'Bolt')`,
      crm: `create table products (sku varchar(40) primary key, title text, updated_at timestamptz not null default clock_timestamp()); insert into products values ('A-1', 'Anchor'), ('C-3', 'Chain')`,
      flow: {
        master,
        records: {
          erp: { table: 'items', id: 'sku', changed_at: 'updated_at', new_id: { from: 'sku' } },
          crm: { table: 'products', id: 'sku', changed_at: 'updated_at', new_id: { from: 'sku' } },
        },
        match: [['sku']],
        fields: {
          sku: { type: 'text', required: true, erp: { read: 'sku' }, crm: { read: 'sku' } },
          name: { type: 'text', erp: 'name', crm: 'title' },
        },
      },
    })

  test.each(['erp', 'crm'])('is read on both sides, and given to new records (master: %s)', async (master) => {
    const pair = await natural(master)
    expect(await pair.done()).toMatchObject({ created: 2 })
    for (const [system, table] of [
      [pair.erp, 'items'],
      [pair.crm, 'products'],
    ] as const)
      expect((await system.sql(`select sku from ${table} order by sku`)).map(({ sku }) => sku)).toEqual([
        'A-1',
        'B-2',
        'C-3',
      ])
    await pair.rest()
  })

  test('one that is changed is another record: nothing is rewritten', async () => {
    const pair = await natural('erp')
    await pair.done()
    await pair.erp.sql(`update items set sku = 'A-9', updated_at = clock_timestamp() where sku = 'A-1'`)
    await pair.run({ full: true })
    await pair.done({ full: true })
    expect((await pair.crm.sql('select sku from products order by sku')).map(({ sku }) => sku)).toEqual([
      'A-9',
      'B-2',
      'C-3',
    ])
    await pair.rest()
  })
})

describe('an id that is not unique', () => {
  const SCHEMA = `create table customer (company text not null, no text not null, name text not null, phone text, updated_at timestamptz not null default clock_timestamp(), primary key (company, no));
    insert into customer values ('ES','10001','Alba ES','600111222'),('PT','10001','Barco PT','910000001'),('ES','10002','Cima ES','600111333')`
  const numbers = (where?: string, table = 'customer') => ({
    records: {
      erp: { table, id: 'no', changed_at: 'updated_at', new_id: { from: 'no' }, ...(where && { where }) },
      crm: { table: 'accounts', id: 'id', changed_at: 'updated_at' },
    },
    match: [['no']],
    fields: {
      no: { type: 'text', required: true, erp: { read: 'no' }, crm: 'erp_no' },
      name: { type: 'text', required: true, erp: 'name', crm: 'name' },
      phone: { type: 'text', master: 'crm', erp: 'phone', crm: 'phone' },
    },
  })
  const ACCOUNTS = `create table accounts (id serial primary key, erp_no text, name text not null, phone text, updated_at timestamptz not null default clock_timestamp())`

  test.each([undefined, "company = 'ES'"])('is refused when the table is opened (where: %s)', async (where) => {
    const pair = await openPair({ erp: SCHEMA, crm: ACCOUNTS, flow: numbers(where) })
    for (let i = 0; i < 2; i++) {
      const report = await pair.run()
      expect(report).toMatchObject({ status: 'failed', created: 0 })
      expect(report.message).toMatch(/^Several rows of customer in ERP have the same `no`/)
    }
    expect(await pair.crm.sql('select 1 from accounts')).toEqual([])
  })

  test('the way out works: a view of the rows in which it is unique', async () => {
    const flow = numbers(undefined, 'customer_es')
    const pair = await openPair({
      erp: `${SCHEMA}; alter table customer alter company set default 'ES'; create view customer_es as select no, name, phone, updated_at from customer where company = 'ES'`,
      crm: ACCOUNTS,
      flow: { ...flow, records: { ...flow.records, erp: { ...flow.records.erp, hidden_rows: 'never change' } } },
    })
    await pair.done()
    await pair.crm.sql(`update accounts set phone = '699999999', updated_at = clock_timestamp() where erp_no = '10001'`)
    await pair.done()
    expect(await pair.erp.sql(`select company, phone from customer where no = '10001' order by company`)).toEqual([
      { company: 'ES', phone: '699999999' },
      { company: 'PT', phone: '910000001' },
    ])
    await pair.erp.sql(`delete from customer where company = 'ES' and no = '10001'`)
    expect(await pair.done()).toMatchObject({ deleted: 1 })
    await pair.rest()
  })

  test('one that nothing keeps unique stops the flow as soon as two rows share it', async () => {
    const pair = await openPair({
      erp: SCHEMA.replace(
        /insert.*/s,
        `alter table customer alter company set default 'ES'; insert into customer values ('ES','10001','Alba ES','600111222')`,
      ),
      crm: ACCOUNTS,
      flow: numbers(),
    })
    await pair.done()
    await pair.erp.sql(`insert into customer values ('PT','10001','Barco PT','910000001')`)
    // What this process saw last is believed for a while; the rows themselves are not.
    expect(await pair.run({ full: true })).toMatchObject({ status: 'failed', updated: 0 })
    await pair.decide({})
    expect((await pair.run()).message).toMatch(/^Several rows/)
    expect(await pair.crm.sql('select name from accounts')).toEqual([{ name: 'Alba ES' }])
  })
})

describeMariaDb('an id that is not unique on MariaDB', (server) => {
  test('is refused when the table is opened', async () => {
    const pair = await openPair({
      maria: { crm: server() },
      erp: ERP,
      crm: `create table accounts (company char(2), id varchar(10), name varchar(40), vat varchar(40), date_modified datetime(6) not null default current_timestamp(6), deleted tinyint(1) default 0, primary key (company, id));
        insert into accounts (company, id, name, vat) values ('ES', '1', 'Alba', 'V-1'), ('PT', '1', 'Barco', 'V-9')`,
      flow: flow('uuid'),
    })
    expect((await pair.run()).message).toMatch(/^Several rows of accounts in CRM have the same `id`, `where` or not/)
  })
})
