import { describe, expect, test } from 'vitest'

import { ConcordatError } from '../../src/model/errors.ts'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair, type Pair } from './pair.ts'

// What the application above the tables would set itself is set with every update of ours.

const ERP = `create table customers (id serial primary key, name text not null, phone text, updated_at timestamptz not null default clock_timestamp());
  insert into customers (name) values ('Alba'), ('Bruno')`
const LINES = `create table customer_tags (customer_id int not null, tag text not null, note text, primary key (customer_id, tag));
  insert into customer_tags values (1, 'gold', 'x')`
const CRM = {
  postgres: `create table accounts (id serial primary key, name text not null, phone text, version int not null default 1, modified_by text,
      created_at timestamptz, modified_at timestamptz, modified_local timestamp, modified_day date, active boolean not null default true);
    create table account_tags (account_id int not null references accounts on delete cascade, tag text not null, note text, primary key (account_id, tag))`,
  mysql: `create table accounts (id int auto_increment primary key, name varchar(60) not null, phone varchar(40), version int not null default 1, modified_by varchar(20),
      created_at timestamp(6) null, modified_at timestamp(6) null, modified_local datetime(6), modified_day date, active tinyint(1) not null default 1);
    create table account_tags (account_id int not null, tag varchar(20) not null, note varchar(20), primary key (account_id, tag), foreign key (account_id) references accounts (id) on delete cascade)`,
}
const FLOW = {
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
    crm: {
      table: 'accounts',
      id: 'id',
      changed_at: 'modified_at',
      version: 'version',
      cascades: 'accept',
      archive: { active: false },
      on_create: { created_at: 'now()' },
      on_update: {
        modified_at: 'now()',
        modified_local: 'now()',
        modified_day: 'now()',
        version: 'version + 1',
        modified_by: 'concordat',
      },
    },
  },
  match: [['name']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    phone: { type: 'text', erp: 'phone', crm: 'phone' },
  },
}
const TAGS = {
  type: 'lines',
  key: ['tag'],
  fields: { tag: { type: 'text', erp: 'tag', crm: 'tag' }, note: { type: 'text', erp: 'note', crm: 'note' } },
  erp: { table: 'customer_tags', parent: 'customer_id' },
  crm: { table: 'account_tags', parent: 'account_id' },
}

for (const kind of ['postgres', 'mysql'] as const) {
  const suite = (server?: () => MariaDb): void => {
    const open = (flow: object = FLOW, more: Partial<Parameters<typeof openPair>[0]> = {}): Promise<Pair> =>
      openPair({
        erp: ERP,
        crm: CRM[kind],
        flow: { ...flow },
        ...(server && { maria: { crm: server() } }),
        ...more,
      })
    const seconds = (column: string): string =>
      kind === 'mysql' ? `unix_timestamp(${column})` : `extract(epoch from ${column})`
    const account = async (pair: Pair, name: string) =>
      (
        await pair.crm.sql(
          `select version, modified_by, phone, ${seconds('modified_at')} as modified, ${seconds('created_at')} as created,
             ${kind === 'mysql' ? "date_format(modified_local, '%Y-%m-%d %H')" : "to_char(modified_local, 'YYYY-MM-DD HH24')"} as local, cast(modified_day as char(10)) as day
           from accounts where name = '${name}'`,
        )
      )[0]!
    const recently = (value: unknown): void => {
      expect(Math.abs(Date.now() / 1000 - Number(value))).toBeLessThan(120)
    }
    const madrid = (): string => new Date().toLocaleString('sv-SE', { timeZone: 'Europe/Madrid' }).slice(0, 13)

    test('times, versions and names move with every update, and nothing comes back as an edit', async () => {
      const pair = await open()
      await pair.done()
      const made = await account(pair, 'Alba')
      expect(made).toMatchObject({ version: 1, modified_by: null })
      recently(made['created'])
      recently(made['modified'])
      await pair.rest()
      await pair.erp.sql(`update customers set phone = '1', updated_at = clock_timestamp() where name = 'Alba'`)
      expect(await pair.done()).toMatchObject({ updated: 1 })
      const moved = await account(pair, 'Alba')
      expect(moved).toMatchObject({ version: 2, modified_by: 'concordat', phone: '1', created: made['created'] })
      expect(Number(moved['modified'])).toBeGreaterThan(Number(made['modified']))
      expect(String(moved['local'])).toBe(madrid())
      expect(String(moved['day'])).toBe(madrid().slice(0, 10))
      expect(await account(pair, 'Bruno')).toMatchObject({ version: 1, modified_by: null })
      await pair.rest()
      // A user's own edit is one, and a stale form is refused by its version.
      await pair.crm.sql(
        `update accounts set phone = '2', version = version + 1, modified_at = ${kind === 'mysql' ? 'now(6)' : 'clock_timestamp()'} where name = 'Alba' and version = 1`,
      )
      expect(await account(pair, 'Alba')).toMatchObject({ phone: '1' })
      await pair.crm.sql(
        `update accounts set phone = '2', version = version + 1, modified_at = ${kind === 'mysql' ? 'now(6)' : 'clock_timestamp()'} where name = 'Alba' and version = 2`,
      )
      expect(await pair.done()).toMatchObject({ updated: 1 })
      expect(await account(pair, 'Alba')).toMatchObject({ phone: '1', version: 4 })
      await pair.rest()
    })

    test('archiving, lines alone, and restoring move them, too', async () => {
      const flow = {
        ...FLOW,
        fields: { ...FLOW.fields, tags: TAGS },
        edge_cases: { deleted_in_master: 'archive' },
      }
      const pair = await open(flow, { erp: `${ERP}; ${LINES}` })
      await pair.done()
      await pair.erp.sql(
        `update customer_tags set note = 'y'; update customers set updated_at = clock_timestamp() where id = 1`,
      )
      expect(await pair.done()).toMatchObject({ updated: 1 })
      expect(await account(pair, 'Alba')).toMatchObject({ version: 2, modified_by: 'concordat' })
      await pair.rest()
      await pair.crm.sql(`delete from accounts where name = 'Bruno'`)
      await pair.done({ full: true })
      const restored = await account(pair, 'Bruno')
      expect(restored).toMatchObject({ version: 2, modified_by: 'concordat' })
      recently(restored['modified'])
      await pair.rest()
      await pair.erp.sql(`delete from customer_tags; delete from customers where id = 1`)
      await pair.done({ full: true })
      expect(await account(pair, 'Alba')).toMatchObject({ version: 3 })
      expect(Number((await pair.crm.sql(`select count(*) as n from accounts where not active`))[0]!['n'])).toBe(1)
      await pair.rest()
    })

    test('L16 an update whose answer is lost is found again, and not made twice', async () => {
      let lose = false
      const pair = await open(FLOW, {
        tamper: (system) => ({
          async call(work) {
            const result = await work()
            const wrote = Array.isArray(result) && (result[0] as { kind?: string } | undefined)?.kind === 'done'
            if (system === 'crm' && lose && wrote) {
              lose = false
              throw new ConcordatError('connector.lost-response', 'The connection broke.', { retry: 'later' })
            }
            return result
          },
        }),
      })
      await pair.done()
      lose = true
      await pair.erp.sql(`update customers set phone = '7', updated_at = clock_timestamp()`)
      await pair.run()
      await pair.done()
      expect(lose).toBe(false)
      for (const name of ['Alba', 'Bruno']) expect(await account(pair, name)).toMatchObject({ phone: '7', version: 2 })
      await pair.rest()
    })

    test('a guard by the version still holds: what a user did meanwhile is not overwritten', async () => {
      let meddle: (() => Promise<unknown>) | null = null
      const pair = await open(FLOW, {
        tamper: (system) => ({
          async call(work) {
            if (system !== 'crm' || meddle === null) return work()
            const result = await work()
            // After the record was read, and before it is written.
            if (Array.isArray(result) && typeof (result[0] as { image?: unknown } | undefined)?.image === 'string') {
              const first = meddle
              meddle = null
              await first()
            }
            return result
          },
        }),
      })
      await pair.done()
      meddle = () => pair.crm.sql(`update accounts set name = 'Alba II', version = version + 1 where name = 'Alba'`)
      await pair.erp.sql(`update customers set phone = '8', updated_at = clock_timestamp() where name = 'Alba'`)
      await pair.run()
      await pair.done({ full: true })
      expect(await account(pair, 'Alba')).toMatchObject({ phone: '8' })
      await pair.rest()
    })
  }
  if (kind === 'mysql')
    describeMariaDb('on_update on MariaDB', (server) => {
      suite(server)
    })
  else
    describe('on_update on PostgreSQL', () => {
      suite()
    })
}
