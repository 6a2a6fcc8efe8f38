import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'
import type { Connector } from '../../src/connector-kit/port.ts'
import { mysqlKind } from '../../src/connectors/sql/mysql/mysql.ts'
import { postgresKind } from '../../src/connectors/sql/postgres/postgres.ts'
import { connectSystem } from '../engine/systems.ts'
import { freshDatabase } from '../harness/database.ts'
import { describeMariaDb } from '../harness/mariadb.ts'

/** A table in a schema, and one that is itself called like it; the connector takes the second only when it is asked for. */
async function judge(connector: Connector, sql: (text: string) => Promise<unknown>, schema: string, quote: string) {
  const q = (name: string) => `${quote}${name}${quote}`
  const name = `${schema}.customers`
  const columns = async (object: string) =>
    (await connector.open({ object, id: 'id', fields: [] })).layout.columns.filter((column) => column !== 'id')
  const make = (table: string, mark: string) => sql(`create table ${table} (id int primary key, ${mark} int)`)

  await make(q(name), 'literal')
  await expect(columns(name)).rejects.toThrow(`"${name}"`)
  expect(await columns(`"${name}"`)).toEqual(['literal'])
  await make(`${q(schema)}.${q('customers')}`, 'in_schema')
  await expect(columns(name)).rejects.toThrow(`"${schema}"."customers" or `)
  expect(await columns(`"${schema}"."customers"`)).toEqual(['in_schema'])
  expect(await columns(`"${name}"`)).toEqual(['literal'])
  const labels = (await connector.introspect()).objects.map((object) => object.name)
  expect(labels).toContain(`"${name}"`)
  await sql(`drop table ${q(name)}`)
  expect(await columns(name)).toEqual(['in_schema'])
  expect((await connector.introspect()).objects.map((object) => object.name)).toContain(name)
}

test('PostgreSQL: sales.customers is the table of the schema, never one of that literal name', async () => {
  const { url } = await freshDatabase('names')
  const system = connectSystem(url)
  const connector = postgresKind.connect({ url })
  try {
    await system.sql(
      'create schema sales; create schema archive; create table archive."sales.customers" (id int primary key)',
    )
    await judge(connector, (text) => system.sql(text), 'sales', '"')
  } finally {
    await connector.close()
    await system.end()
  }
})

describeMariaDb('MariaDB', (server) => {
  test('sales.customers is the table of the database, never one of that literal name', async () => {
    const [here, other] = [await server().freshDatabase('names'), await server().freshDatabase('other')]
    const client = await mysql.createConnection({ uri: here.url, multipleStatements: true })
    const connector = mysqlKind.connect({ url: here.url })
    try {
      await judge(connector, (text) => client.query(text), other.name, '`')
    } finally {
      await connector.close()
      await client.end()
    }
  })
})
