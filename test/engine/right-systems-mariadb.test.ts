import mysql from 'mysql2/promise'
import { expect, onTestFinished, test } from 'vitest'

import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openWorld, type World } from './world.ts'

const ACCOUNTS = `create table accounts (
  id int auto_increment primary key, account_name varchar(60), tax_id varchar(40), email varchar(80), phone varchar(40),
  credit_limit decimal(12,2), is_active boolean not null default true,
  modified_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6))`

describeMariaDb('systems in MariaDB', (server) => {
  test('L30 a URL that leads to another database of the same server does nothing but ask', async () => {
    const { world, other } = await stage(server())
    const real = await other()
    await real.query(
      `insert into accounts (id, account_name, tax_id) select id, concat('Real ', id), concat('R', id) from numbers`,
    )
    await world.erp.sql(`update customers set legal_name = 'Edited' where id <= 3`)
    const before = await rowsOf(real)
    world.env['CRM_URL'] = real.url
    await world.decide({})
    const [run] = await (await world.app()).run()
    expect(run).toMatchObject({ status: 'stopped', failure: { code: 'connector.another-system', system: 'crm' } })
    expect(await rowsOf(real)).toEqual(before)
  })

  test('L30 a dump that was loaded elsewhere is the same system once somebody says so', async () => {
    const { world, crm, other } = await stage(server())
    const copy = await other()
    await copy.query(`insert into accounts select * from ${crm.name}.accounts`)
    world.env['CRM_URL'] = copy.url
    await world.decide({})
    const app = await world.app()
    expect((await app.run())[0]).toMatchObject({ status: 'stopped' })
    const actor = { kind: 'command line', account: null, who: 'ana', address: 'test' } as const
    expect(await app.systems.confirm('crm', false, { by: 'ana', actor })).toMatchObject({
      compared: [{ looked: 20, same: 20 }],
    })
    await world.erp.sql(`update customers set legal_name = 'Edited' where id = 3`)
    expect(await world.sync()).toMatchObject({ status: 'done', updated: 1 })
    expect((await rowsOf(copy)).filter((row) => row['account_name'] === 'Edited')).toHaveLength(1)
    expect((await rowsOf(crm)).filter((row) => row['account_name'] === 'Edited')).toHaveLength(0)
  })

  test('L35 a database that was restored from an older backup is a question', async () => {
    const { world, crm } = await stage(server())
    await crm.query('create table backup as select * from accounts')
    await crm.query(`update accounts set phone = concat('+346001112', 10 + id) where id <= 10`)
    await world.erp.sql(
      `insert into customers (legal_name, vat) select 'Later ' || n, 'L' || n from generate_series(1, 5) n`,
    )
    await world.sync()
    await world.sync()
    await crm.query('delete from accounts')
    await crm.query('insert into accounts select * from backup')
    await world.erp.written()
    expect(await world.sync()).toMatchObject({ status: 'stopped' })
    expect(await world.erp.written()).toBe(0)
    expect((await world.theCase()).sentence).toMatch(/^CRM looks as if it was restored from an older backup/)
    await world.answer('write back')
    expect(await world.sync()).toMatchObject({ status: 'done', created: 5, updated: 10 })
    expect(await world.erp.written()).toBe(0)
    expect(await world.erp.value('select count(*)::int from customers where phone is not null')).toBe(10)
  })
})

interface Database {
  readonly name: string
  readonly url: string
  query(sql: string): Promise<unknown>
}

/** Twenty customers of the ERP in agreement with a CRM in MariaDB, whose other databases have the same tables. */
async function stage(server: MariaDb): Promise<{ world: World; crm: Database; other(): Promise<Database> }> {
  const other = async (): Promise<Database> => {
    const { name, url } = await server.freshDatabase('crm')
    const client = await mysql.createConnection(url)
    onTestFinished(() => client.end())
    const query = (sql: string): Promise<unknown> => client.query(sql).then(([rows]) => rows)
    await query(ACCOUNTS)
    await query(
      `create table numbers as with recursive n (id) as (select 1 union all select id + 1 from n where id < 20) select id from n`,
    )
    return { name, url, query }
  }
  const crm = await other()
  const world = await openWorld({
    systems: { crm: { connector: 'mysql' } },
    customers: { edge_cases: { empty_in_master: 'erase' } },
  })
  world.env['CRM_URL'] = crm.url
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'Company ' || n, 'V' || n from generate_series(1, 20) n`,
  )
  await world.sync()
  return { world, crm, other }
}

const rowsOf = async (database: Database): Promise<Record<string, unknown>[]> =>
  (await database.query('select * from accounts order by id')) as Record<string, unknown>[]
