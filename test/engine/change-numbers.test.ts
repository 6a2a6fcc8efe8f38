import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'

import { describeMariaDb } from '../harness/mariadb.ts'
import { openWorld, type World } from './world.ts'

/** Both systems count the writes of a record, in columns of their own kind. */
const counted = async (kinds: { erp: string; crm: string }, more: Record<string, unknown> = {}): Promise<World> => {
  const world = await openWorld({
    customers: {
      records: {
        ...(kinds.erp && { erp: { changed_at: 'rev' } }),
        ...(kinds.crm && { crm: { changed_at: 'rev' } }),
      },
      ...more,
    },
  })
  if (kinds.erp) await world.erp.sql(`alter table customers add column rev ${kinds.erp} not null default 1`)
  if (kinds.crm) await world.crm.sql(`alter table accounts add column rev ${kinds.crm} not null default 1`)
  return world
}
const mails = async (world: World) => [
  await world.erp.value('select email from customers'),
  await world.crm.value('select email from accounts'),
]

for (const [erp, crm, winner] of [
  ['9', '10', 'crm'],
  ['10', '9', 'erp'],
  ['1000000000000000001', '1000000000000000002', 'crm'],
] as const) {
  test(`L11 changed_at is a number that grows: ${erp} against ${crm}`, async () => {
    const world = await counted({ erp: 'bigint', crm: 'numeric(20, 0)' })
    await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'old@alfa.example')`)
    await world.sync()
    await world.erp.sql(`update customers set email = 'erp@alfa.example', rev = ${erp}`)
    await world.crm.sql(`update accounts set email = 'crm@alfa.example', rev = ${crm}`)
    expect(await world.sync()).toMatchObject({ status: 'done', conflicts: 0 })
    expect(await mails(world)).toEqual([`${winner}@alfa.example`, `${winner}@alfa.example`])
    await world.rest()
  })
}

test('L11 changed_at is a number: the oldest of several duplicates has the smallest, and nothing is too old', async () => {
  const world = await counted(
    { erp: 'bigint', crm: 'bigint' },
    { edge_cases: { duplicates: 'oldest', older_than: { years: 7, then: 'leave alone' } } },
  )
  await world.erp.sql(
    `insert into customers (legal_name, vat, rev) values ('New', 'A1', 10), ('Old', 'A1', 9), ('Lone', 'L1', 1990)`,
  )
  await world.crm.sql(`insert into accounts (account_name, tax_id, rev) values ('Alfa', 'A1', 1)`)
  expect(await world.sync()).toMatchObject({ status: 'done', linked: 1, created: 1 })
  expect(await world.crm.sql('select account_name from accounts order by id')).toEqual([
    { account_name: 'Old' },
    { account_name: 'Lone' },
  ])
})

test('L11 a number against a time: the newest cannot win, and nothing is written before the contract says who does', async () => {
  const world = await counted({ erp: 'bigint', crm: '' })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
  const app = await world.app()
  const said = 'The newest change of `email` cannot win: `changed_at` is a number in ERP and a time in CRM.'
  const [report] = await app.run()
  expect(report).toMatchObject({ status: 'failed', failure: { code: 'contract.invalid' } })
  expect(report!.message).toContain(said)
  expect((await app.plan()).flows[0]!.message).toContain(said)
  expect(await world.crm.value('select count(*) from accounts')).toBe('0')
  await world.decide({ customers: { fields: { email: { on_conflict: 'erp' } } } })
  expect(await world.sync()).toMatchObject({ status: 'done', created: 1 })
})

describeMariaDb('numbers of MariaDB', (server) => {
  test.each([
    ['bigint unsigned', '9', 'erp'],
    ['decimal(20, 0)', '11', 'crm'],
  ])('L11 changed_at is %s there: %s against 10', async (kind, rev, winner) => {
    const database = await server().freshDatabase('counted')
    const crm = await mysql.createConnection({ uri: database.url })
    await crm.query(`create table accounts (id int auto_increment primary key, account_name varchar(60), tax_id varchar(20),
      email varchar(80), phone varchar(40), credit_limit decimal(12, 2), is_active boolean not null default true,
      rev ${kind} not null default 1)`)
    const world = await openWorld({
      customers: { records: { erp: { changed_at: 'rev' }, crm: { changed_at: 'rev' } } },
      systems: { crm: { connector: 'mysql', url: '${env:MARIADB_URL}' } },
    })
    world.env['MARIADB_URL'] = database.url
    await world.erp.sql('alter table customers add column rev bigint not null default 1')
    await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'old@alfa.example')`)
    await world.sync()
    await world.erp.sql(`update customers set email = 'erp@alfa.example', rev = 10`)
    await crm.query(`update accounts set email = 'crm@alfa.example', rev = ${rev}`)
    expect(await world.sync()).toMatchObject({ status: 'done', conflicts: 0 })
    expect(await world.erp.value('select email from customers')).toBe(`${winner}@alfa.example`)
    const [rows] = await crm.query('select email from accounts')
    expect(rows).toEqual([{ email: `${winner}@alfa.example` }])
    await crm.end()
  })
})
