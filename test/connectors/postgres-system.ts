import pg from 'pg'
import type { ConformanceSystem } from '../../src/connector-kit/conformance/system.ts'
import { postgresKind } from '../../src/connectors/sql/postgres/postgres.ts'
import { freshDatabase } from '../harness/database.ts'
import { sqlSystem } from './sql-system.ts'
import type { SqlClient } from './sql-system.ts'

const SCHEMA = `
drop table if exists customer_lines, customer_parts, customers, countries, codes, tickets, "odd ""na\`me";
create table countries (code varchar(2) primary key, name text);
create table customers (
  id serial primary key,
  name varchar(60) not null,
  vat varchar(20) unique,
  email varchar(200),
  country varchar(2) references countries,
  credit numeric(12, 2),
  exact numeric(38, 10),
  active boolean,
  born date,
  note text,
  kind varchar(20) default 'customer',
  updated_at timestamptz not null default now()
);
create table customer_lines (
  id serial primary key,
  customer_id integer not null references customers,
  sku varchar(40) not null,
  quantity integer,
  done boolean
);
create table customer_parts (
  customer_id integer references customers,
  position integer,
  sku varchar(40),
  primary key (customer_id, position)
);
create table codes (code varchar(80) collate "C" primary key, label varchar(200));
create table tickets (id bigint primary key, title varchar(200), updated_at timestamptz default now());
create table "odd ""na\`me" (id integer primary key, "se""le\`ct" varchar(200), __proto__ varchar(200));`

/** Where the connector reaches the database, and what ends that way. */
interface Way {
  readonly url: string
  stop(): Promise<void>
}

const straight = async (url: string): Promise<Way> => ({ url, stop: async () => {} })

/** A PostgreSQL for the conformance suite; `way`: what stands before it. */
export async function postgresSystem(way: (url: string) => Promise<Way> = straight): Promise<ConformanceSystem> {
  const database = await freshDatabase('conformance')
  const through = await way(database.url)
  const at = (change: (url: URL) => void) => {
    const url = new URL(database.url)
    change(url)
    return postgresKind.connect({ url: url.href })
  }
  const password = 'not-the-password-9'
  const sql = await sqlSystem({
    quote: pg.escapeIdentifier,
    connect: () => connect(database.url),
    schema: [SCHEMA],
    insertedId: async (client, insert, key, values) =>
      String((await client.run(`${insert} returning ${key}::text`, values))[0]![0]),
  })
  return {
    ...sql,
    ids: 'reserved',
    booleans: ['t', 'f'],
    connect: () => postgresKind.connect({ url: through.url }),
    wrongPassword: { connector: at((url) => (url.password = password)), password },
    unreachable: at((url) => (url.port = '1')),
    async close() {
      await sql.close()
      await through.stop()
      await database.drop()
    },
  }
}

async function connect(url: string): Promise<SqlClient> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query("set timezone = 'UTC'")
  return {
    async run(sql, values = []) {
      let place = 0
      const text = sql.replaceAll('?', () => `$${++place}`)
      return (await client.query<(string | null)[]>({ text, rowMode: 'array' }, [...values])).rows
    },
    end: () => client.end(),
  }
}
