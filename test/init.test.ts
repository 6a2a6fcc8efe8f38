/**
 * The way of a newcomer: `init` on two databases that it has never seen, the questions answered in the file, then
 * check, plan, run – with the real commands, connectors and store.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { parse } from 'yaml'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkContract, introspectSystem, lookAtContract, openApp, sampleSystem } from '../src/app.ts'
import type { Backend } from '../src/cli/backend.ts'
import { type Typed, type } from './fixtures/command-line.ts'
import { freshDatabase } from './harness/database.ts'
import { describeMariaDb } from './harness/mariadb.ts'

const BACKEND: Backend = {
  check: (options) => Promise.resolve(checkContract(options)),
  look: lookAtContract,
  open: openApp,
  introspect: introspectSystem,
  sample: sampleSystem,
  measure: () => Promise.reject(new Error('init measures nothing')),
  serve: () => Promise.reject(new Error('init serves nothing')),
  serveBeginning: () => Promise.reject(new Error('nothing is begun here')),
}

/** What is looked at of the file that `init` wrote. */
interface Written {
  readonly people: Readonly<Record<string, unknown>>
  readonly defaults: { readonly owners: Readonly<Record<'business' | 'technical', string>> }
  readonly flows: Readonly<Record<string, unknown>>
}

/** A trading company's ERP: ids of its own making, prices as floats, lines without an id. */
const ERP = `
  create table customers (customer_id varchar(5) primary key, company_name varchar(40) not null, contact_name varchar(30),
    address varchar(60), city varchar(15), postal_code varchar(10), country varchar(15), phone varchar(24));
  create table products (product_id smallint primary key, product_name varchar(40) not null, quantity_per_unit varchar(20),
    unit_price real, units_in_stock smallint, discontinued integer not null);
  create table orders (order_id smallint primary key, customer_id varchar(5) references customers, order_date date,
    required_date date, freight real, ship_name varchar(40), ship_country varchar(15));
  create table order_details (order_id smallint references orders, product_id smallint references products,
    unit_price real not null, quantity smallint not null, discount real not null, primary key (order_id, product_id));
  insert into customers values
    ('NORDA', 'Nordlicht Handel GmbH', 'Antje Behrens', 'Hafenstraße 4', 'Kiel', '24103', 'Germany', '+49 431 5550100'),
    ('LUZSA', 'Luz y Mesa S.A.', 'Inés Gil', 'Calle Mayor 12', 'Madrid', '28013', 'Spain', '+34 910 555 012'),
    ('OWLTD', 'Owl & Thistle Ltd', null, '3 Mill Lane', 'York', 'YO1 7AA', 'UK', null);
  insert into products values (1, 'Oak table', '1 piece', 349.9, 12, 0), (2, 'Candle, beeswax', '6 in a box', 18.45, 240, 0),
    (3, 'Old lamp', '1 piece', 20, 0, 1);
  insert into orders values (100, 'NORDA', '2026-01-10', '2026-01-20', 32.38, 'Nordlicht Lager', 'Germany'),
    (101, 'LUZSA', '2026-02-01', null, 0, 'Luz y Mesa', 'Spain');
  insert into order_details values (100, 1, 349.9, 2, 0), (100, 2, 18.45, 10, 0.05), (101, 3, 20, 1, 0);`

const CRM = (id: string, key: string): string[] => [
  `create table accounts (id ${id}, name varchar(80) not null, primary_contact varchar(80), billing_street varchar(120),
     billing_city varchar(60), billing_zip varchar(20), billing_country varchar(60), phone_number varchar(40),
     updated_at timestamp(6) not null default current_timestamp(6))`,
  `create table items (id ${id}, item_name varchar(80) not null, pack_size varchar(40), list_price decimal(12, 2),
     stock_qty integer, discontinued boolean not null default false)`,
  `create table deals (id ${id}, account_id ${key}, placed_on date, due_date date, shipping_cost decimal(12, 2),
     shipping_name varchar(80), shipping_country varchar(60), foreign key (account_id) references accounts (id))`,
  `create table deal_lines (id ${id}, deal_id ${key} not null, item_id ${key} not null, unit_price decimal(12, 2),
     qty integer not null, discount_pct decimal(6, 4), unique (deal_id, item_id),
     foreign key (deal_id) references deals (id), foreign key (item_id) references items (id))`,
]

/** What the CRM holds of the ERP's orders, in the CRM's own words. */
const ORDERS_IN_CRM = `
  select a.name as account, d.placed_on as placed, i.item_name as item, l.qty, l.unit_price as price
  from deals d join accounts a on a.id = d.account_id join deal_lines l on l.deal_id = d.id join items i on i.id = l.item_id
  order by d.placed_on, i.item_name`

interface Side {
  readonly url: string
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  close(): Promise<void>
}

/** Takes the "# " off the first answer to each question, or off the one that `wanted` names for its setting. */
function answer(contract: string, wanted: Readonly<Record<string, string>>): string {
  let asked = false
  return contract
    .split('\n')
    .map((line) => {
      const text = line.trim()
      if (text.startsWith('#?')) asked = !text.includes('Only with')
      else if (asked && text.startsWith('# ')) {
        const [, key = '', value = ''] = /^# (\S+?): (.*)$/.exec(text) ?? []
        if (!value.startsWith(wanted[key] ?? '')) return line
        asked = false
        return line.replace('# ', '')
      }
      return line
    })
    .join('\n')
}

let folder = ''
const before = process.cwd()
const sides: Side[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concordat-newcomer-'))
  process.chdir(folder)
})
afterEach(async () => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
  for (const side of sides.splice(0)) await side.close()
})

async function postgresSide(label: string): Promise<Side> {
  const { url, drop } = await freshDatabase(label)
  const client = new pg.Client(url)
  await client.connect()
  const side: Side = {
    url,
    query: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    close: async () => {
      await client.end()
      await drop()
    },
  }
  sides.push(side)
  return side
}

/** Goes the whole way; answers the city that the CRM holds of a customer whose city the ERP changed to Lübeck. */
async function newcomersWay(crm: Side): Promise<string> {
  const erp = await postgresSide('erp')
  const store = await postgresSide('store')
  await erp.query(ERP)
  const given = (): Parameters<typeof type>[1] => ({
    backend: BACKEND,
    env: { ...(parseEnv(readFileSync('.env', 'utf8')) as Record<string, string>), DATABASE_URL: store.url },
  })
  const typed = async (...argv: string[]): Promise<Typed> => type([...argv, '--json'], given())
  const flowsOf = (run: Typed) => (run.json() as { flows: { flow: string; writes: Record<string, number> }[] }).flows

  const init = await type(['init', '--from', erp.url, '--to', crm.url, '--currency', 'EUR', '--company', 'Owl'], {
    backend: BACKEND,
  })
  expect(init.err).not.toContain('error')
  expect(init.status).toBe(0)
  expect((await typed('check')).status).toBe(2)
  expect(await typed('run')).toMatchObject({ status: 2 })

  const decided = answer(readFileSync('concordat.yaml', 'utf8'), {
    direction: 'erp to crm',
    created_outside_master: 'leave alone',
    edited_outside_master: 'revert',
    existing_records: 'master wins',
    existing_unmatched: 'create',
    older_than: 'no limit',
    deleted_in_master: 'unlink',
    deleted_elsewhere: 'restore',
  })
  writeFileSync('concordat.yaml', decided)
  expect((await typed('check')).json()).toMatchObject({ ok: true, problems: [], questions: [] })

  const plan = await typed('plan')
  expect(flowsOf(plan).map(({ flow, writes }) => [flow, writes])).toEqual([
    ['customers', { crm: 3, erp: 0 }],
    ['products', { crm: 3, erp: 0 }],
    ['orders', { crm: 2, erp: 0 }],
  ])
  expect(await crm.query('select count(*) as n from accounts')).toMatchObject([{ n: expect.anything() as unknown }])
  expect(Number((await crm.query('select count(*) as n from accounts'))[0]!['n'])).toBe(0)

  expect(await typed('run')).toMatchObject({ status: 2, out: expect.stringContaining('contract.unsigned') as string })
  const { people, defaults, flows } = parse(readFileSync('concordat.yaml', 'utf8')) as Written
  for (const flow of Object.keys(flows))
    for (const as of ['business', 'technical'] as const) {
      expect(Object.keys(people)).toContain(defaults.owners[as])
      expect((await typed('approve', flow, '--as', as, '--by', defaults.owners[as])).status).toBe(0)
    }
  const run = await typed('run')
  expect(run.status).toBe(0)
  expect(flowsOf(run).map(({ flow, writes }) => [flow, writes])).toEqual(
    flowsOf(plan).map(({ flow, writes }) => [flow, writes]),
  )
  const orders = await crm.query(ORDERS_IN_CRM)
  expect(orders.map(({ account, item, qty, price }) => [account, item, Number(qty), Number(price)])).toEqual([
    ['Nordlicht Handel GmbH', 'Candle, beeswax', 10, 18.45],
    ['Nordlicht Handel GmbH', 'Oak table', 2, 349.9],
    ['Luz y Mesa S.A.', 'Old lamp', 1, 20],
  ])

  const rest = await typed('run')
  expect(rest.status).toBe(0)
  expect(flowsOf(rest).map(({ writes }) => Object.values(writes).reduce((a, b) => a + b, 0))).toEqual([0, 0, 0])

  await erp.query(`update customers set city = 'Lübeck' where customer_id = 'NORDA'`)
  expect(flowsOf(await typed('run'))[0]!.writes).toMatchObject({ crm: 1 })
  const shown = (await typed('show', 'customers', 'Nordlicht')).json() as {
    systems: Record<string, { city: string }>
    timeline: unknown[]
  }
  expect(shown.timeline.length).toBeGreaterThan(2)
  expect(shown.systems['crm']!.city).toBe('Lübeck')
  return String((await crm.query(`select billing_city as city from accounts where name like 'Nordlicht%'`))[0]!['city'])
}

describe('from init to agreement', () => {
  test('between two PostgreSQL databases', async () => {
    const crm = await postgresSide('crm')
    for (const sql of CRM('bigserial primary key', 'bigint')) await crm.query(sql)
    expect(await newcomersWay(crm)).toBe('Lübeck')
  })
})

describeMariaDb('from init to agreement with MariaDB', (server) => {
  test('between PostgreSQL and MariaDB', async () => {
    const { url, drop } = await server().freshDatabase('crm')
    const client = await mysql.createConnection(url)
    const crm: Side = {
      url,
      query: async (sql) => (await client.query<mysql.RowDataPacket[]>(sql))[0],
      close: async () => {
        await client.end()
        await drop()
      },
    }
    sides.push(crm)
    for (const sql of CRM('bigint auto_increment primary key', 'bigint')) await crm.query(sql)
    expect(await newcomersWay(crm)).toBe('Lübeck')
  })
})
