import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'

import { describeMariaDb } from './mariadb.ts'

describeMariaDb('the private MariaDB', (server) => {
  test('gives an empty database over TCP', async () => {
    const database = await server().freshDatabase('self test')
    const client = await mysql.createConnection(database.url)
    await client.query('create table t (name varchar(20))')
    await client.query('insert into t values (?)', ['Zoë 😀'])
    const [rows] = await client.query('select name from t')
    await client.end()
    expect(rows).toEqual([{ name: 'Zoë 😀' }])
    expect(server().version).toMatch(/MariaDB/)
    await database.drop()
  })
})
