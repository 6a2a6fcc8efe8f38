import mysql from 'mysql2/promise'
import type { ResultSetHeader, RowDataPacket } from 'mysql2'
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { connectorConformance } from '../../src/connector-kit/conformance/conformance.ts'
import { mysqlKind } from '../../src/connectors/sql/mysql/mysql.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import { sqlSystem } from './sql-system.ts'
import type { SqlClient } from './sql-system.ts'

const quote = (name: string) => `\`${name.replaceAll('`', '``')}\``

const SCHEMA = [
  `drop table if exists customer_lines, customer_parts, customers, countries, codes, tickets, ${quote('odd "na`me')}`,
  'create table countries (code varchar(2) primary key, name varchar(80))',
  `create table customers (
    id int auto_increment primary key,
    name varchar(60) not null,
    vat varchar(20) unique,
    email varchar(200),
    country varchar(2),
    credit decimal(12, 2),
    exact decimal(38, 10),
    active boolean,
    born date,
    note longtext,
    kind varchar(20) default 'customer',
    updated_at timestamp(6) not null default current_timestamp(6),
    foreign key (country) references countries (code)
  )`,
  `create table customer_lines (
    id int auto_increment primary key,
    customer_id int not null,
    sku varchar(40) not null,
    quantity int,
    done boolean,
    foreign key (customer_id) references customers (id)
  )`,
  `create table customer_parts (
    customer_id int,
    position int,
    sku varchar(40),
    primary key (customer_id, position),
    foreign key (customer_id) references customers (id)
  )`,
  'create table codes (code varchar(80) collate utf8mb4_bin primary key, label varchar(200))',
  'create table tickets (id bigint primary key, title varchar(200), updated_at timestamp(6) default current_timestamp(6))',
  `create table ${quote('odd "na`me')} (id int primary key, ${quote('se"le`ct')} varchar(200), __proto__ varchar(200))`,
]

describeMariaDb('mysql connector on MariaDB', (server) => {
  connectorConformance('mysql', { afterAll, beforeAll, beforeEach, describe, test }, async () => {
    const database = await server().freshDatabase('conformance')
    const at = (change: (url: URL) => void) => {
      const url = new URL(database.url)
      change(url)
      return mysqlKind.connect({ url: url.href })
    }
    const password = 'not-the-password-9'
    const sql = await sqlSystem({
      quote,
      connect: () => connect(database.url),
      schema: SCHEMA,
      async insertedId(client, insert, key, values) {
        await client.run(insert, values)
        // An id that was given is the first value; else the server counted it.
        const named = insert.slice(insert.indexOf('(') + 1).startsWith(`${key},`)
        return named ? values[0]! : String((await client.run('select last_insert_id()'))[0]![0])
      },
    })
    return {
      ...sql,
      ids: 'assigned',
      booleans: ['1', '0'],
      connect: () => mysqlKind.connect({ url: database.url }),
      wrongPassword: { connector: at((url) => (url.password = password)), password },
      unreachable: at((url) => (url.port = '1')),
      async close() {
        await sql.close()
        await database.drop()
      },
    }
  })
})

async function connect(url: string): Promise<SqlClient> {
  const client = await mysql.createConnection({ uri: url, charset: 'utf8mb4' })
  await client.query("set time_zone = '+00:00'")
  return {
    async run(text, values = []) {
      const [rows] = await client.query<RowDataPacket[][] | ResultSetHeader>({ sql: text, rowsAsArray: true }, [
        ...values,
      ])
      return Array.isArray(rows) ? (rows as unknown as (string | number | null)[][]) : []
    },
    end: () => client.end(),
  }
}
