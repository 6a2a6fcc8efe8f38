import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'

import { postgresKind } from '../../src/connectors/sql/postgres/postgres.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import { openPair, type Pair } from './pair.ts'

// Rows that a policy or a view hides are not deletions.

const FLOW = {
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'accounts', id: 'id', changed_at: 'updated_at' },
  },
  match: [['name']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    region: { type: 'text', erp: 'region', crm: 'region' },
  },
}
const answered = (answer: string) => ({
  ...FLOW,
  records: { ...FLOW.records, erp: { ...FLOW.records.erp, hidden_rows: answer } },
})
const CRM = `create table accounts (id serial primary key, name text not null, region text, updated_at timestamptz not null default clock_timestamp())`
const ROWS = `create table customers (id serial primary key, name text not null, region text not null, updated_at timestamptz not null default clock_timestamp());
  insert into customers (name, region) select 'Customer ' || n, case when n % 5 = 0 then 'north' else 'south' end from generate_series(1, 20) n;`
const READER = `reader_${process.pid}`
const POLICY = `${ROWS}
  do $$ begin if not exists (select from pg_roles where rolname = '${READER}') then create role ${READER} login password 'reader'; end if; end $$;
  grant select, insert, update, delete on customers to ${READER}; grant usage on sequence customers_id_seq to ${READER};
  alter table customers enable row level security;
  create policy p on customers to ${READER} using (region in ('north','south'));`

const asReader = (url: string, system: string): string => {
  if (system !== 'erp') return url
  const reader = new URL(url)
  reader.username = READER
  reader.password = 'reader'
  return reader.href
}
const underPolicy = (flow: object): Promise<Pair> =>
  openPair({ erp: POLICY, crm: CRM, flow: { ...flow }, reach: asReader })
const accounts = async (pair: Pair) => Number((await pair.crm.sql('select count(*) as n from accounts'))[0]!['n'])

describe('row-level security', () => {
  test('without an answer the flow is not opened, and says so', async () => {
    const pair = await underPolicy(FLOW)
    const report = await pair.run()
    expect(report).toMatchObject({ status: 'failed', created: 0 })
    expect(report.message).toMatch(
      /In ERP a policy of row-level security on customers hides rows.*hidden_rows: may change/,
    )
    expect(await accounts(pair)).toBe(0)
    // A plan says the same.
    const plan = await (await pair.app()).plan()
    expect(plan.flows[0]!.message).toBe(report.message)
  })

  test('L12 may change: what becomes hidden is not deleted anywhere, and goes on when it is seen again', async () => {
    const pair = await underPolicy(answered('may change'))
    expect(await pair.done()).toMatchObject({ created: 20 })
    await pair.erp.sql(`alter policy p on customers using (region = 'south')`)
    expect(await pair.done()).toMatchObject({ deleted: 0 })
    expect(await pair.done({ full: true })).toMatchObject({ deleted: 0 })
    expect(await accounts(pair)).toBe(20)
    await pair.rest()
    // What is changed elsewhere cannot be written to what is hidden: a person is told, once.
    await pair.crm.sql(`update accounts set region = 'west', updated_at = clock_timestamp() where name = 'Customer 5'`)
    expect(await pair.run()).toMatchObject({ deleted: 0 })
    await pair.erp.sql(`alter policy p on customers using (true)`)
    await pair.erp.sql(
      `update customers set region = 'east', updated_at = clock_timestamp() where name = 'Customer 10'`,
    )
    await pair.run({ full: true })
    await pair.done({ full: true })
    expect(
      await pair.crm.sql(`select name, region from accounts where name in ('Customer 5', 'Customer 10') order by name`),
    ).toEqual([
      { name: 'Customer 10', region: 'east' },
      { name: 'Customer 5', region: 'north' },
    ])
    expect(await accounts(pair)).toBe(20)
    await pair.rest()
  })

  test('may change: an edit that cannot be written to a hidden record is one case, not a new attempt in every run', async () => {
    const flow = answered('may change')
    const pair = await underPolicy({
      ...flow,
      fields: { ...flow.fields, region: { ...FLOW.fields.region, master: 'crm' } },
    })
    await pair.done()
    await pair.erp.sql(`alter policy p on customers using (region = 'south')`)
    await pair.crm.sql(`update accounts set region = 'west', updated_at = clock_timestamp() where name = 'Customer 5'`)
    expect(await pair.run()).toMatchObject({ deleted: 0, open_cases: 1 })
    expect(await pair.cases()).toEqual([
      expect.stringMatching(/Concordat cannot see it in erp: its credentials there do not show it/i),
    ])
    expect(await pair.run({ full: true })).toMatchObject({ deleted: 0, open_cases: 1, writes: { erp: 0, crm: 0 } })
    await pair.erp.sql(`alter policy p on customers using (true)`)
    await (await pair.app()).retry('customers')
    await pair.run({ full: true })
    expect(await pair.erp.sql(`select region from customers where name = 'Customer 5'`)).toEqual([{ region: 'west' }])
    expect(await pair.cases()).toEqual([])
  })

  test('never change: what is not seen any more was deleted', async () => {
    const pair = await underPolicy(answered('never change'))
    expect(await pair.done()).toMatchObject({ created: 20 })
    await pair.erp.sql(`delete from customers where name = 'Customer 5'`)
    expect(await pair.done()).toMatchObject({ deleted: 1 })
    expect(await accounts(pair)).toBe(19)
  })

  test('L12 a policy that begins while the flow runs is found at the next opening', async () => {
    const pair = await openPair({
      erp: POLICY.replace('alter table customers enable row level security;', ''),
      crm: CRM,
      flow: FLOW,
      reach: asReader,
    })
    expect(await pair.done()).toMatchObject({ created: 20 })
    await pair.erp.sql(
      `alter policy p on customers using (region = 'south'); alter table customers enable row level security`,
    )
    expect(await pair.run({ full: true })).toMatchObject({ status: 'failed', deleted: 0 })
    expect(await accounts(pair)).toBe(20)
  })

  test('L12 one that begins while a table is open makes looking fail, instead of hiding rows', async () => {
    const pair = await openPair({
      erp: POLICY.replace('alter table customers enable row level security;', ''),
      crm: CRM,
      flow: FLOW,
      reach: asReader,
    })
    const connector = postgresKind.connect({ url: pair.env['ERP_URL']! })
    onTestFinished(() => connector.close())
    const customers = await connector.open({ object: 'customers', id: 'id', fields: ['name'] })
    expect(await customers.read(['1', '5'])).toHaveLength(2)
    await pair.erp.sql(
      `alter policy p on customers using (region = 'south'); alter table customers enable row level security`,
    )
    await expect(customers.read(['1', '5'])).rejects.toThrow(ConcordatError)
    const listing = async (): Promise<void> => {
      for await (const _ of customers.scanIds(100)) continue
    }
    await expect(listing()).rejects.toThrow(ConcordatError)
    await expect(customers.digest({ after: null, upTo: null })).rejects.toThrow(ConcordatError)
  })

  test('whoever the policy does not hold for is not asked', async () => {
    const pair = await openPair({ erp: POLICY, crm: CRM, flow: FLOW })
    expect(await pair.done()).toMatchObject({ created: 20 })
  })

  test('tables below a view count, too', async () => {
    const flow = { ...FLOW, records: { ...FLOW.records, erp: { ...FLOW.records.erp, table: 'seen' } } }
    const pair = await openPair({
      erp: `${POLICY} create view seen as select * from customers; grant select, insert, update, delete on seen to ${READER}`,
      crm: CRM,
      flow,
      reach: asReader,
    })
    expect((await pair.run()).message).toMatch(/a policy of row-level security on seen hides rows/)
  })
})

describe('a view', () => {
  const view = (definition: string, flow: object = FLOW) =>
    openPair({
      erp: `${ROWS} create view seen as ${definition}`,
      crm: CRM,
      flow: {
        ...flow,
        records: { ...(flow as typeof FLOW).records, erp: { ...(flow as typeof FLOW).records.erp, table: 'seen' } },
      },
    })

  test('with a condition is asked about; without one it is not', async () => {
    expect((await (await view(`select * from customers where region <> 'west'`)).run()).message).toMatch(
      /the condition of the view seen hides rows/,
    )
    expect(await (await view('select * from customers')).done()).toMatchObject({ created: 20 })
  })

  test('what leaves it is not deleted where it may change', async () => {
    const pair = await view(`select * from customers where region <> 'west'`, answered('may change'))
    await pair.done()
    await pair.erp.sql(`update customers set region = 'west', updated_at = clock_timestamp() where id <= 3`)
    expect(await pair.done({ full: true })).toMatchObject({ deleted: 0 })
    expect(await accounts(pair)).toBe(20)
    await pair.rest()
  })
})

describeMariaDb('a view of MariaDB', (server) => {
  const maria = (definition: string) =>
    openPair({
      maria: { erp: server() },
      erp: `create table customers (id int auto_increment primary key, name varchar(40) not null, region varchar(20), updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6));
        insert into customers (name, region) values ('A', 'north'), ('B', 'south'); create view seen as ${definition}`,
      crm: CRM,
      flow: { ...FLOW, records: { ...FLOW.records, erp: { ...FLOW.records.erp, table: 'seen' } } },
    })

  test('with a condition is asked about; without one it is not', async () => {
    expect((await (await maria(`select * from customers where region <> 'west'`)).run()).message).toMatch(
      /the condition of the view seen hides rows/,
    )
    expect(await (await maria('select * from customers')).done()).toMatchObject({ created: 2 })
  })
})

test('the role of these tests goes with its last database', () => {
  onTestFinished(async () => {
    const { inject } = await import('vitest')
    const client = new pg.Client({ connectionString: inject('serverUrl') })
    await client.connect()
    await client.query(`drop role if exists ${READER}`).catch(() => {})
    await client.end()
  })
})
