import { expect, test } from 'vitest'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair } from './pair.ts'

/* An amount is one of the currency that its row names: no two currencies are mixed, and each has its own decimals. */

const RECORDS = {
  erp: { table: 'invoices', id: 'id', changed_at: 'updated_at' },
  crm: { table: 'bills', id: 'id', changed_at: 'updated_at' },
}
const NO = { type: 'text', required: true, erp: 'no', crm: 'no' }
const TOTAL = {
  type: 'money',
  erp: { field: 'total', currency_from: 'currency' },
  crm: { field: 'amount', currency_from: 'cur' },
}
const ERP = `create table invoices (id serial primary key, no text not null, total numeric(14,4), currency char(3), updated_at timestamptz not null default clock_timestamp());
  insert into invoices (no, total, currency) values ('I-1', 10, 'EUR'), ('I-2', 1.2345, 'KWD'), ('I-3', 1500.4, 'JPY'), ('I-4', null, 'USD'), ('I-5', 7, 'EUR')`
const columns = 'no varchar(20) not null, amount decimal(14,3), cur varchar(3)'
const PG = `create table bills (id serial primary key, ${columns}, updated_at timestamptz not null default clock_timestamp());`
const MARIA = `create table bills (id int auto_increment primary key, ${columns}, updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6));`
const OLD = `insert into bills (no, amount, cur) values ('I-1', 10.00, 'eur'), ('I-5', 7, 'USD')`

function suite(where: string, made: (rows?: string) => { sql: string; on?: MariaDb }): void {
  const bills = 'select no, amount, cur from bills order by no'

  test(`${where}: amounts have the decimals of their currency, and the same number of another currency is another amount`, async () => {
    const pair = await openPair({ sql: ERP }, made(OLD), {
      records: RECORDS,
      match: [['no']],
      fields: { no: NO, total: TOTAL },
    })
    expect(await pair.run()).toMatchObject({ status: 'done', linked: 2, updated: 1, created: 3 })
    expect(await pair.crm.sql(bills)).toEqual([
      { no: 'I-1', amount: '10.000', cur: 'eur' },
      { no: 'I-2', amount: '1.235', cur: 'KWD' },
      { no: 'I-3', amount: '1500.000', cur: 'JPY' },
      { no: 'I-4', amount: null, cur: null },
      { no: 'I-5', amount: '7.000', cur: 'EUR' },
    ])
    await pair.rest()
    await pair.erp.sql(`update invoices set currency = 'USD', updated_at = clock_timestamp() where no = 'I-1'`)
    expect(await pair.run()).toMatchObject({ status: 'done', updated: 1 })
    expect((await pair.crm.sql(bills))[0]).toEqual({ no: 'I-1', amount: '10.000', cur: 'USD' })
    await pair.rest()
  })

  test(`${where}: a currency that is a field of its own goes with its amount, or the amount is not written`, async () => {
    const currency = { type: 'text', erp: 'currency', crm: 'cur' }
    const pair = await openPair({ sql: ERP }, made(), {
      records: RECORDS,
      match: [['no']],
      fields: { no: NO, total: TOTAL, currency },
    })
    expect(await pair.run()).toMatchObject({ status: 'done', created: 5 })
    await pair.erp.sql(
      `update invoices set currency = 'USD', total = 12, updated_at = clock_timestamp() where no = 'I-1'`,
    )
    expect(await pair.run()).toMatchObject({ status: 'done', updated: 1 })
    expect((await pair.crm.sql(bills))[0]).toEqual({ no: 'I-1', amount: '12.000', cur: 'USD' })
    await pair.rest()

    await pair.decide({ flow: { fields: { no: NO, total: TOTAL, currency: { ...currency, master: 'crm' } } } })
    await pair.erp.sql(
      `update invoices set currency = 'EUR', total = 15, updated_at = clock_timestamp() where no = 'I-1'`,
    )
    await pair.run()
    expect((await pair.crm.sql(bills))[0]).toEqual({ no: 'I-1', amount: '12.000', cur: 'USD' })
  })

  test(`${where}: a system without currencies has those of one, and takes no others`, async () => {
    const total = { ...TOTAL, currency: 'EUR', crm: 'amount' }
    const pair = await openPair({ sql: ERP }, made(), { records: RECORDS, match: [['no']], fields: { no: NO, total } })
    expect(await pair.run()).toMatchObject({ status: 'waiting', created: 3 })
    expect((await pair.crm.sql(bills)).map((row) => row['no'])).toEqual(['I-1', 'I-4', 'I-5'])
    expect((await pair.cases()).map((one) => one.title).toSorted()).toEqual(['I-2', 'I-3'])
    expect((await pair.cases())[0]!.sentence).toMatch(/EUR/)
    await pair.crm.sql(`insert into bills (no, amount) values ('B-1', 5)`)
    await pair.run()
    expect(await pair.erp.sql(`select total, currency from invoices where no = 'B-1'`)).toEqual([
      { total: '5.0000', currency: 'EUR' },
    ])
    await pair.rest()
  })
}

suite('PostgreSQL', (rows = '') => ({ sql: PG + rows }))
describeMariaDb('MariaDB', (server) => suite('MariaDB', (rows = '') => ({ sql: MARIA + rows, on: server() })))
