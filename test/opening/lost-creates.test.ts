import { describe, expect, test } from 'vitest'

import { ConcordatError } from '../../src/model/errors.ts'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair, type Pair } from './pair.ts'

/* A system that gives ids itself and keeps values in its own way loses the answer to a creation of what has no key. */

const ERP = `create table customers (id serial primary key, name text not null, vat text, phone text, email text, credit numeric(12, 2),
    updated_at timestamptz not null default clock_timestamp());
  create function touch() returns trigger language plpgsql as $$ begin new.updated_at := clock_timestamp(); return new; end $$;
  create trigger touch before update on customers for each row execute function touch()`
const CRM = {
  postgres: `create table accounts (id text primary key, name text, vat text, phone text, email text, credit numeric(12, 1),
      date_modified timestamptz not null default clock_timestamp());
    create sequence account_number;
    create function number() returns trigger language plpgsql as $$ begin
      if tg_op = 'INSERT' then new.id := 'A' || nextval('account_number'); end if;
      new.email := upper(new.email); new.date_modified := clock_timestamp(); return new;
    end $$;
    create trigger numbered before insert or update on accounts for each row execute function number()`,
  mysql: `create table accounts (id integer auto_increment primary key, name varchar(150), vat varchar(40), phone varchar(40),
      email varchar(80) collate utf8mb4_bin, credit decimal(12, 1),
      date_modified datetime(6) not null default current_timestamp(6) on update current_timestamp(6));
    create trigger upper_new before insert on accounts for each row set new.email = upper(new.email);
    create trigger upper_old before update on accounts for each row set new.email = upper(new.email)`,
}
const FIELDS = ['vat', 'phone', 'email'] as const
const FLOW = {
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'accounts', id: 'id', changed_at: 'date_modified' },
  },
  match: [['vat']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    ...Object.fromEntries(
      FIELDS.map((name) => [name, { type: name === 'email' ? 'email' : 'text', erp: name, crm: name }]),
    ),
    credit: { type: 'decimal', erp: 'credit', crm: 'credit' },
  },
}
const NEW = `insert into customers (name, phone, email, credit) values ('New', '600111222', 'new@x.example', 12.34)`

for (const kind of ['postgres', 'mysql'] as const) {
  const suite = (server?: () => MariaDb): void => {
    /** The answer to the first creation is lost; `then`: what happens before anybody looks what became of it. */
    const open = async (then: (pair: Pair) => Promise<unknown> = async () => {}): Promise<Pair> => {
      let lose = false
      const pair = await openPair({
        erp: ERP,
        crm: CRM[kind],
        flow: FLOW,
        ...(server && { maria: { crm: server() } }),
        tamper: (system) => ({
          async call(work) {
            const result = await work()
            const wrote = Array.isArray(result) && (result[0] as { kind?: string } | undefined)?.kind === 'done'
            if (system === 'crm' && lose && wrote) {
              lose = false
              await then(pair)
              throw new ConcordatError('connector.lost-response', 'The connection broke.', { retry: 'later' })
            }
            return result
          },
        }),
      })
      await pair.erp.sql(`insert into customers (name, vat, phone, email) values ('Old', 'V1', '1', 'old@x.example')`)
      await pair.done()
      lose = true
      await pair.erp.sql(NEW)
      await pair.run()
      expect(lose).toBe(false)
      return pair
    }
    const accounts = (pair: Pair) => pair.crm.sql(`select name, vat, phone, email from accounts order by name, vat`)
    const old = { name: 'Old', vat: 'V1' }

    test('L3 L16 a creation without a key whose answer is lost is not repeated', async () => {
      const pair = await open()
      await pair.done()
      expect(await accounts(pair)).toMatchObject([{ name: 'New', email: 'NEW@X.EXAMPLE' }, old])
      await pair.rest()
      expect(await pair.erp.sql('select email from customers order by name')).toMatchObject([
        { email: 'new@x.example' },
        { email: 'old@x.example' },
      ])
    })

    test('L3 L16 a creation without a key whose answer is lost, and that somebody edits before it is found', async () => {
      const pair = await open((one) => one.crm.sql(`update accounts set phone = '699', vat = 'V9' where name = 'New'`))
      await pair.done()
      expect(await accounts(pair)).toMatchObject([{ name: 'New' }, old])
      await pair.rest()
    })

    test('L32 what has another key is not taken for a creation whose answer is lost', async () => {
      const pair = await open((one) =>
        one.crm.sql(
          `delete from accounts where name = 'New';
           insert into accounts (name, vat, phone, email) values ('Third', 'V3', '777', 'new@x.example')`,
        ),
      )
      await pair.done()
      expect((await accounts(pair)).map(({ name }) => name)).toEqual(['New', 'Old', 'Third'])
      await pair.rest()
    })
  }
  if (kind === 'postgres')
    describe(kind, () => {
      suite()
    })
  else describeMariaDb(kind, suite)
}
