import { expect, test } from 'vitest'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair } from './pair.ts'

/*
 * A day is the day of the business, whether a system keeps it as a day or as a moment; a time that a system keeps without a
 * zone is local time of the contract, or of the zone that the contract names for that system.
 */

const RECORDS = {
  erp: { table: 'deals', id: 'id', changed_at: 'updated_at' },
  crm: { table: 'opportunities', id: 'id', changed_at: 'updated_at' },
}
const FLOW = {
  records: RECORDS,
  match: [['ref']],
  fields: {
    ref: { type: 'text', required: true, erp: 'ref', crm: 'ref' },
    close_on: { type: 'date', erp: 'close_on', crm: 'close_date' },
  },
}
const DAYS = `create table deals (id serial primary key, ref text not null, close_on date, updated_at timestamptz not null default clock_timestamp());`
const DEALS = `${DAYS} insert into deals (ref, close_on) values ('D-1', '2026-04-01'), ('D-2', '2026-12-24'), ('D-3', null), ('D-5', '2026-03-29'), ('D-6', '2026-10-25')`
const pgMoments = (type: string) =>
  `create table opportunities (id serial primary key, ref text not null, close_date ${type}, updated_at timestamptz not null default clock_timestamp());`
const mariaMoments = (type: string) =>
  `create table opportunities (id int auto_increment primary key, ref varchar(40) not null, close_date ${type} null, updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6));`
const touch = (table: string) => `update ${table} set updated_at = clock_timestamp()`

/** `utc`: what a text says behind a moment of UTC that the system takes. */
function suite(where: string, made: (type: 'zoned' | 'local') => { sql: string; on?: MariaDb }, utc: string): void {
  test(`${where}: midnight in Madrid is that day, and a day is written as midnight in Madrid`, async () => {
    const crm = made('zoned')
    const pair = await openPair(
      { sql: DEALS },
      {
        ...crm,
        sql: `${crm.sql} insert into opportunities (ref, close_date) values ('D-1', '2026-03-31 22:00:00${utc}'), ('D-4', '2026-07-14 22:00:00${utc}'), ('D-7', '2026-07-15 08:30:00${utc}')`,
      },
      FLOW,
    )
    expect(await pair.run()).toMatchObject({ status: 'done', linked: 1, updated: 0, created: 6 })
    expect(await pair.erp.sql(`select ref, close_on::text from deals order by ref`)).toEqual([
      { ref: 'D-1', close_on: '2026-04-01' },
      { ref: 'D-2', close_on: '2026-12-24' },
      { ref: 'D-3', close_on: null },
      { ref: 'D-4', close_on: '2026-07-15' },
      { ref: 'D-5', close_on: '2026-03-29' },
      { ref: 'D-6', close_on: '2026-10-25' },
      { ref: 'D-7', close_on: '2026-07-15' },
    ])
    const shown = crm.on ? 'close_date' : `to_char(close_date at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`
    const moments = (await pair.crm.column(`select ${shown} from opportunities order by ref`)).map(String)
    expect(moments.map((text) => text.slice(0, 19))).toEqual([
      '2026-03-31 22:00:00',
      '2026-12-23 23:00:00',
      'null',
      '2026-07-14 22:00:00',
      '2026-03-28 23:00:00',
      '2026-10-24 22:00:00',
      '2026-07-15 08:30:00',
    ])
    await pair.rest()
  })

  test(`${where}: west of Greenwich, too`, async () => {
    const crm = made('zoned')
    const pair = await openPair(
      { sql: DEALS },
      {
        ...crm,
        sql: `${crm.sql} insert into opportunities (ref, close_date) values ('D-4', '2026-07-15 04:00:00${utc}')`,
      },
      FLOW,
      { timezone: 'America/New_York' },
    )
    await pair.run()
    expect(await pair.erp.column(`select close_on::text from deals where ref = 'D-4'`)).toEqual(['2026-07-15'])
    const shown = crm.on ? 'close_date' : `to_char(close_date at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`
    expect(await pair.crm.column(`select ${shown} from opportunities where ref = 'D-2'`)).toEqual([
      '2026-12-24 05:00:00',
    ])
    await pair.rest()
  })

  test(`${where}: a time without a zone is local, of the contract or of the zone that its system names`, async () => {
    for (const [settings, shown, first] of [
      [{}, '2026-12-24 00:00:00', '2026-04-01 00:00:00'],
      [{ timezone: 'UTC' }, '2026-12-23 23:00:00', '2026-03-31 22:00:00'],
    ] as const) {
      const crm = made('local')
      const insert = `insert into opportunities (ref, close_date) values ('D-1', '${first}')`
      const pair = await openPair({ sql: DEALS }, { ...crm, sql: `${crm.sql} ${insert}`, settings }, FLOW)
      expect(await pair.run()).toMatchObject({ status: 'done', linked: 1, updated: 0 })
      const text = crm.on ? 'close_date' : 'close_date::text'
      expect(await pair.crm.column(`select ${text} from opportunities where ref = 'D-2'`)).toEqual([shown])
      await pair.rest()
    }
  })

  test(`${where}: a field's own zone says what a day is`, async () => {
    const crm = made('zoned')
    const pair = await openPair(
      { sql: DEALS },
      {
        ...crm,
        sql: `${crm.sql} insert into opportunities (ref, close_date) values ('D-1', '2026-04-01 00:00:00${utc}')`,
      },
      { ...FLOW, fields: { ...FLOW.fields, close_on: { ...FLOW.fields.close_on, timezone: 'UTC' } } },
      { timezone: 'America/New_York' },
    )
    expect(await pair.run()).toMatchObject({ status: 'done', linked: 1, updated: 0 })
    await pair.rest()
  })
}

suite('PostgreSQL', (type) => ({ sql: pgMoments(type === 'zoned' ? 'timestamptz' : 'timestamp') }), '+00')

// The application sets the times of `customers`; its columns have no default.
const CUSTOMERS = {
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at', on_create: { updated_at: 'now()' } },
    crm: { table: 'accounts', id: 'id', changed_at: 'updated_at' },
  },
  match: [['name']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    email: { type: 'email', master: 'shared', on_conflict: 'newest', erp: 'email', crm: 'email' },
  },
}
const ZONED = `create table accounts (id serial primary key, name text not null, email text, updated_at timestamptz not null default clock_timestamp());
  insert into accounts (name, email, updated_at) values ('Alba', 'old@alba.example', '2026-11-20 09:00:00+01')`
const LOCAL = (id: string, time: string) =>
  `create table customers (id ${id} primary key, name varchar(40) not null, email varchar(80), updated_at ${time} not null);
  insert into customers (name, email, updated_at) values ('Alba', 'old@alba.example', '2026-11-20 09:00:00')`

function newest(where: string, made: () => { sql: string; on?: MariaDb }): void {
  test(`${where}: the newest change wins where one system writes local time`, async () => {
    const pair = await openPair(made(), { sql: ZONED }, CUSTOMERS)
    await pair.run()
    await pair.erp.sql(`update customers set email = 'erp@alba.example', updated_at = '2026-11-25 12:00:00'`)
    await pair.crm.sql(`update accounts set email = 'crm@alba.example', updated_at = '2026-11-25 12:30:00+01'`)
    await pair.run()
    expect(await pair.erp.column('select email from customers')).toEqual(['crm@alba.example'])
    await pair.erp.sql(`update customers set email = 'erp2@alba.example', updated_at = '2026-11-26 12:31:00'`)
    await pair.crm.sql(`update accounts set email = 'crm2@alba.example', updated_at = '2026-11-26 12:30:00+01'`)
    await pair.run()
    expect(await pair.crm.column('select email from accounts')).toEqual(['erp2@alba.example'])
  })

  test(`${where}: … or UTC, where the contract says so`, async () => {
    const pair = await openPair({ ...made(), settings: { timezone: 'UTC' } }, { sql: ZONED }, CUSTOMERS)
    await pair.run()
    await pair.erp.sql(`update customers set email = 'erp@alba.example', updated_at = '2026-11-25 12:00:00'`)
    await pair.crm.sql(`update accounts set email = 'crm@alba.example', updated_at = '2026-11-25 12:30:00+01'`)
    await pair.run()
    expect(await pair.crm.column('select email from accounts')).toEqual(['erp@alba.example'])
  })
  test(`${where}: … and the records of one table may have a zone of their own`, async () => {
    const pair = await openPair(
      { ...made(), settings: { timezone: 'Asia/Tokyo' } },
      { sql: ZONED },
      {
        ...CUSTOMERS,
        records: { ...CUSTOMERS.records, erp: { ...CUSTOMERS.records.erp, timezone: 'UTC' } },
      },
    )
    await pair.run()
    await pair.erp.sql(`update customers set email = 'erp@alba.example', updated_at = '2026-11-25 12:00:00'`)
    await pair.crm.sql(`update accounts set email = 'crm@alba.example', updated_at = '2026-11-25 12:30:00+01'`)
    await pair.run()
    expect(await pair.crm.column('select email from accounts')).toEqual(['erp@alba.example'])
  })

  test(`${where}: a record that is created where times are local gets the time there, and is no newer change`, async () => {
    for (const timezone of [undefined, 'UTC', 'Asia/Tokyo']) {
      const pair = await openPair({ ...made(), ...(timezone && { settings: { timezone } }) }, { sql: ZONED }, CUSTOMERS)
      await pair.run()
      await pair.crm.sql(`insert into accounts (name, email) values ('Bruno', 'bruno@acme.example')`)
      expect(await pair.run()).toMatchObject({ status: 'done', created: 1 })
      const minute = (at: number) =>
        new Date(at).toLocaleString('sv-SE', { timeZone: timezone ?? 'Europe/Madrid' }).slice(0, 16)
      const text = where === 'MariaDB' ? 'cast(updated_at as char)' : 'updated_at::text'
      const [at] = await pair.erp.column(`select ${text} from customers where name = 'Bruno'`)
      expect([minute(Date.now()), minute(Date.now() - 60_000)]).toContain(String(at).slice(0, 16))
      await pair.rest()
    }
  })

  test(`${where}: L35 where a clock goes back an hour and edits get times of the past, no system looks restored`, async () => {
    const pair = await openPair(made(), { sql: ZONED }, CUSTOMERS)
    const rows = Array.from({ length: 12 }, (_, i) => `('C${i}', 'c${i}@acme.example', '2026-11-20 12:${10 + i}:00')`)
    await pair.erp.sql(`insert into customers (name, email, updated_at) values ${rows.join()}`)
    await pair.run()
    await pair.erp.sql(
      `update customers set email = concat('new', id, '@acme.example'), updated_at = '2026-11-20 11:30:00'`,
    )
    await pair.erp.sql(`delete from customers where name in ('C10', 'C11')`)
    expect(await pair.run()).toMatchObject({ status: 'done', updated: 11, deleted: 2 })
    await pair.rest()
  })

  test(`${where}: L25 the hour that comes twice in autumn loses nothing, nor does the one that is skipped in spring`, async () => {
    const pair = await openPair(made(), { sql: ZONED }, CUSTOMERS)
    const change = async (name: string, at: string): Promise<void> => {
      await pair.erp.sql(`insert into customers (name, email, updated_at) values ('${name}', null, '${at}')`)
      expect(await pair.run(), `${name} at ${at}`).toMatchObject({ status: 'done', created: 1 })
    }
    await pair.erp.sql(`update customers set updated_at = '2026-03-29 01:59:50'`)
    await pair.run()
    for (const [i, at] of [
      '2026-03-29 03:00:20', // twenty seconds later
      '2026-03-29 01:59:40', // committed late
      '2026-10-25 02:59:50', // summer time
      '2026-10-25 02:00:05', // fifteen seconds later, winter time
      '2026-10-25 02:40:00',
      '2026-10-25 03:00:10',
      '2026-10-25 02:59:30', // committed late
    ].entries())
      await change(`C${i}`, at)
  })
}

newest('PostgreSQL', () => ({ sql: LOCAL('serial', 'timestamp') }))
describeMariaDb('MariaDB', (server) => {
  suite('MariaDB', (type) => ({ sql: mariaMoments(type === 'zoned' ? 'timestamp' : 'datetime'), on: server() }), '')
  newest('MariaDB', () => ({ sql: LOCAL('int auto_increment', 'datetime'), on: server() }))
})

test('days in lines', async () => {
  const head = (table: string) =>
    `create table ${table} (id serial primary key, ref text not null, updated_at timestamptz not null default clock_timestamp());`
  const erp = `${head('deals')} create table steps (id serial primary key, deal_id int not null, no int not null, due date);
    insert into deals (ref) values ('D-1'); insert into steps (deal_id, no, due) values (1, 1, '2026-04-01'), (1, 2, null)`
  const crm = `${head('opportunities')} create table tasks (id serial primary key, opportunity_id int not null, no int not null, due timestamptz)`
  const pair = await openPair(
    { sql: erp },
    { sql: crm },
    {
      records: RECORDS,
      match: [['ref']],
      fields: {
        ref: FLOW.fields.ref,
        steps: {
          type: 'lines',
          key: ['no'],
          erp: { table: 'steps', parent: 'deal_id' },
          crm: { table: 'tasks', parent: 'opportunity_id' },
          fields: {
            no: { type: 'integer', required: true, erp: 'no', crm: 'no' },
            due: { type: 'date', erp: 'due', crm: 'due' },
          },
        },
      },
    },
  )
  await pair.run()
  const utc = `to_char(due at time zone 'UTC', 'YYYY-MM-DD HH24:MI')`
  expect(await pair.crm.column(`select ${utc} from tasks order by no`)).toEqual(['2026-03-31 22:00', null])
  await pair.crm.sql(`update tasks set due = '2026-05-01 09:00:00+02' where no = 2; ${touch('opportunities')}`)
  await pair.run()
  await pair.rest()
})
