import { expect, test } from 'vitest'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair } from './pair.ts'

/*
 * Yes and no as each column can hold them: words in a boolean or a text, 1 and 0 in a number or a bit. Which letters an
 * application takes for them, only the contract can say.
 */

const FLOW = {
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'accounts', id: 'id', changed_at: 'updated_at' },
  },
  match: [['name']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    blocked: { type: 'boolean', edited_outside_master: 'accept', erp: 'blocked', crm: 'blocked' },
  },
}
const ERP = `create table customers (id serial primary key, name text not null, blocked boolean, updated_at timestamptz not null default clock_timestamp());
  insert into customers (name, blocked) values ('Alba', true), ('Bruno', false), ('Carla', null), ('Dora', true)`
const pg = (type: string) =>
  `create table accounts (id serial primary key, name text not null, blocked ${type}, updated_at timestamptz not null default clock_timestamp());`
const maria = (type: string) =>
  `create table accounts (id int auto_increment primary key, name varchar(40) not null, blocked ${type} null, updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6));`

interface Made {
  readonly sql: string
  readonly on?: MariaDb
}

/** `shown`: SQL for what the column holds, as a text. */
function suite(where: string, types: readonly string[], make: (type: string) => Made, shown: string): void {
  test.each(types)(`${where}: 1 and 0 in a column of type %s`, async (type) => {
    const crm = make(type)
    // Dora holds it already: what means the same is not written.
    const dora = `insert into accounts (name, blocked) values ('Dora', ${type === 'bit(1)' ? `b'1'` : '1'})`
    const pair = await openPair({ sql: ERP }, { ...crm, sql: `${crm.sql} ${dora}` }, FLOW)
    expect(await pair.run()).toMatchObject({ status: 'done', created: 3, linked: 1, updated: 0 })
    const held = async (): Promise<string[]> =>
      (await pair.crm.column(`select ${shown} from accounts order by name`)).map((value) =>
        value === null ? 'null' : String(Number(value)),
      )
    expect(await held()).toEqual(['1', '0', 'null', '1'])
    await pair.rest()
    await pair.erp.sql(`update customers set blocked = name <> 'Alba', updated_at = clock_timestamp()`)
    expect(await pair.run()).toMatchObject({ status: 'done', updated: 3 })
    expect(await held()).toEqual(['0', '1', '1', '1'])
    await pair.crm.sql(
      `update accounts set blocked = ${type === 'bit(1)' ? `b'0'` : '0'}, updated_at = current_timestamp where name = 'Bruno'`,
    )
    expect(await pair.run({ full: true })).toMatchObject({ status: 'done', updated: 1 })
    expect(await pair.erp.column(`select blocked from customers where name = 'Bruno'`)).toEqual([false])
    await pair.rest()
  })

  test(`${where}: a letter is refused before anything is written, until the contract says which one`, async () => {
    const pair = await openPair({ sql: ERP }, make('char(1)'), FLOW)
    const [report] = await (await pair.app()).run()
    expect(report).toMatchObject({ status: 'failed', writes: { erp: 0, crm: 0 } })
    expect(report!.message).toMatch(/`blocked` is yes or no, and `blocked` of .*accounts in CRM is char.*\(1\)/)
    await pair.decide({
      flow: {
        fields: {
          ...FLOW.fields,
          blocked: { ...FLOW.fields.blocked, crm: { field: 'blocked', values: { Y: true, N: false } } },
        },
      },
    })
    expect(await pair.run()).toMatchObject({ status: 'done', created: 4 })
    expect(await pair.crm.column('select blocked from accounts order by name')).toEqual(['Y', 'N', null, 'Y'])
    await pair.rest()
  })
}

suite('PostgreSQL', ['smallint', 'numeric(1)', 'real', 'bit(1)'], (type) => ({ sql: pg(type) }), 'blocked::text')
describeMariaDb('MariaDB', (server) => {
  suite(
    'MariaDB',
    ['tinyint', 'smallint unsigned', 'decimal(1)', 'bit(1)', 'tinyint(1)'],
    (type) => ({ sql: maria(type), on: server() }),
    'blocked + 0',
  )
})
