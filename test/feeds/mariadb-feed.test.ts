import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'

import { openSigned } from '../harness/sign.ts'
import { mysqlKind } from '../../src/connectors/sql/mysql/mysql.ts'
import { freshSystems } from '../engine/systems.ts'
import { contractOf } from '../engine/template.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import { eventually } from './live.ts'

const ACCOUNTS = `create table accounts (
  id int auto_increment primary key, account_name varchar(60), tax_id varchar(20), email varchar(80), phone varchar(40),
  credit_limit decimal(12, 2), is_active boolean not null default true,
  modified_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6))`

describeMariaDb('the feed of MariaDB', (server) => {
  test('edits, deletions and new records land in both directions', async () => {
    const database = await server().freshDatabase('feed')
    const crm = await mysql.createConnection({ uri: database.url })
    await crm.query(ACCOUNTS)
    const { erp, store, end } = await freshSystems(false)
    const folder = await mkdtemp(join(tmpdir(), 'concordat-feed-'))
    const contract = join(folder, 'concordat.yaml')
    const decided = contractOf({}, {}) as { systems: Record<string, unknown> }
    decided.systems = { ...decided.systems, crm: { connector: 'mysql', url: '${env:CRM_URL}' } }
    await writeFile(contract, stringify(decided))
    const app = await openSigned({ contract, env: { ERP_URL: erp.url, CRM_URL: database.url }, databaseUrl: store.url })
    const control = new AbortController()
    try {
      await erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Alfa', 'A1', 1), ('Beta', 'B1', 2)`)
      expect(await app.run()).toMatchObject([{ status: 'done', created: 2 }])
      for (const system of ['erp', 'crm']) expect(await app.installFeed(system)).toMatchObject({ state: 'installed' })
      const trouble: string[] = []
      const following = app.follow({ signal: control.signal, onTrouble: (error) => trouble.push(error.message) })
      await erp.sql(`update customers set credit_limit = 77 where vat = 'A1'`)
      await crm.query(`update accounts set phone = '600 333 444' where tax_id = 'B1'`)
      await crm.query(`insert into accounts (account_name, tax_id) values ('Gamma', 'G1')`)
      const limits = async () => (await crm.query('select tax_id, credit_limit from accounts order by 1'))[0]
      await eventually(async () => {
        expect(await limits()).toMatchObject([{ tax_id: 'A1', credit_limit: '77.00' }, {}, {}])
        expect(await erp.sql('select vat, phone from customers order by 1')).toMatchObject([
          { vat: 'A1' },
          { vat: 'B1', phone: '+34600333444' },
          { vat: 'G1' },
        ])
      })
      await erp.sql(`delete from customers where vat = 'A1'`)
      await eventually(async () => expect(await limits()).toMatchObject([{ tax_id: 'B1' }, { tax_id: 'G1' }]))
      control.abort()
      await following
      expect(trouble).toEqual([])
      expect(await app.run({ full: true })).toMatchObject([{ created: 0, updated: 0, deleted: 0 }])
      expect(await app.removeFeed('crm')).toMatchObject({ state: 'absent' })
    } finally {
      control.abort()
      await app.close()
      await crm.end()
      await end()
      await rm(folder, { recursive: true, force: true })
      await database.drop()
    }
  })

  test('a table of changes that is gone makes nobody fail, and is told', async () => {
    const database = await server().freshDatabase('feed')
    const client = await mysql.createConnection({ uri: database.url })
    const connector = mysqlKind.connect({ url: database.url })
    await client.query('create table things (id int primary key, name varchar(20))')
    const feed = await connector.feed!([{ object: 'things', id: 'id' }], 'feedtest')
    await feed.install()
    await client.query('drop table concordat_change_feedtest')
    await client.query(`insert into things values (1, 'one')`)
    await client.query(`update things set id = 2`)
    await client.query('delete from things')
    expect(await feed.inspect()).toMatchObject({ state: 'partial', waiting: null })
    await feed.install()
    expect(await feed.inspect()).toMatchObject({ state: 'installed' })
    expect((await connector.introspect()).objects.map((object) => object.name)).toEqual(['things'])
    await connector.close()
    await client.end()
    await database.drop()
  })
})
