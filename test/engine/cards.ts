/*
 * Customers whose card numbers are unique in both systems, and that exchange them.
 */
import type { MariaDb } from '../harness/mariadb.ts'
import { flow, openLanding, table, type Landing } from './landing.ts'

export const STAMP = {
  postgres: 'updated_at timestamptz not null default clock_timestamp()',
  mariadb: 'updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6)',
}
export type Dialect = keyof typeof STAMP

export const key = (dialect: Dialect): string =>
  dialect === 'postgres' ? 'serial primary key' : 'int auto_increment primary key'

const NO_ANSWERS: Readonly<Record<string, unknown>> = {}

/** A landing with so many of them. */
export async function cards(
  dialect: Dialect,
  server: MariaDb | undefined,
  count: number,
  {
    card = 'card varchar(40) not null unique',
    type = 'text',
    options = '',
    value = `'C-' || i`,
    crm = '',
    edge = NO_ANSWERS,
  } = {},
): Promise<Landing> {
  const landing = await openLanding({
    erp: `create table customers (id serial primary key, name text not null, card text not null unique, ${STAMP.postgres});
      insert into customers (name, card) select 'N' || i, ${value} from generate_series(1, ${count}) i;`,
    crm: `${crm} create table accounts (id ${key(dialect)}, name varchar(80) not null, ${card}, ${STAMP[dialect]}) ${options};`,
    mariadb: server,
    flows: {
      customers: flow(
        { erp: table('customers'), crm: table('accounts') },
        [['name']],
        {
          name: { type: 'text', required: true, erp: 'name', crm: 'name' },
          card: { type, erp: 'card', crm: 'card' },
        },
        edge,
      ),
    },
  })
  await landing.run()
  return landing
}

/** Each of these customers takes the card of the next, and the last one that of the first. */
export const ring = (landing: Landing, first: number, last: number): Promise<unknown> =>
  landing.erp(`begin;
    create temp table moved as select a.id, b.card from customers a join customers b
      on b.id = case a.id when ${last} then ${first} else a.id + 1 end where a.id between ${first} and ${last};
    update customers c set card = 'tmp' || c.id from moved m where m.id = c.id;
    update customers c set card = m.card, updated_at = clock_timestamp() from moved m where m.id = c.id;
    drop table moved; commit;`)

/** Customers that hold another card in the CRM. */
export async function differences(landing: Landing): Promise<string[]> {
  const rows = async (sql: Landing['erp'], from: string): Promise<Map<unknown, unknown>> =>
    new Map((await sql(`select name, card from ${from}`)).map((row) => [row['name'], row['card']]))
  const [erp, crm] = [await rows(landing.erp, 'customers'), await rows(landing.crm, 'accounts')]
  return [...erp].flatMap(([name, card]) =>
    crm.get(name) === card ? [] : [`${String(name)}: ${String(card)} / ${String(crm.get(name))}`],
  )
}
