import mysql from 'mysql2/promise'
import pg from 'pg'
import { expect, test } from 'vitest'

import { mysqlKind } from '../../src/connectors/sql/mysql/mysql.ts'
import { postgresKind } from '../../src/connectors/sql/postgres/postgres.ts'
import { freshDatabase } from '../harness/database.ts'
import { describeMariaDb } from '../harness/mariadb.ts'

test('only the schemas of the search path are looked at; without any table there, the whole database', async () => {
  const { url, drop } = await freshDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create schema sales; create schema old; create schema nothing;
    create table customers (id int primary key); create table sales.orders (id int primary key);
    create table old.customers (id int primary key)`)
  const names = async (path: string): Promise<string[]> => {
    const connector = postgresKind.connect({ url: `${url}?options=${encodeURIComponent(`-c search_path=${path}`)}` })
    const catalogue = await connector.introspect({ named: true })
    await connector.close()
    expect(catalogue.named).toBe(true)
    return catalogue.objects.map((object) => object.name)
  }
  expect(await names('public')).toEqual(['customers'])
  expect(await names('public,sales')).toEqual(['customers', 'sales.orders'])
  await client.end()
  await drop()
})

describeMariaDb('MariaDB', (server) => {
  test('only the database of the connection is looked at', async () => {
    const here = await server().freshDatabase('here')
    const there = await server().freshDatabase('there')
    for (const { url } of [here, there]) {
      const client = await mysql.createConnection({ uri: url })
      await client.query('create table customers (id int primary key)')
      await client.end()
    }
    const connector = mysqlKind.connect({ url: here.url })
    const all = await connector.introspect()
    const { objects, named } = await connector.introspect({ named: true })
    await connector.close()
    expect(named).toBe(true)
    expect(objects.map((object) => object.name)).toEqual(['customers'])
    expect(all.objects.length).toBeGreaterThanOrEqual(objects.length)
    await there.drop()
    await here.drop()
  })
})
