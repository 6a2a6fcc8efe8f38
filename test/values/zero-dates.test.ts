import { expect, test } from 'vitest'
import { describeMariaDb } from '../harness/mariadb.ts'
import { openPair } from './pair.ts'

/* MySQL's zero date is no value: what cannot be null and has it for its default takes it for "none", and gets it back. */

const FLOW = {
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'accounts', id: 'id', changed_at: 'updated_at' },
  },
  match: [['name']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    born: { type: 'date', erp: 'born', crm: 'born' },
    seen: { type: 'instant', erp: 'seen', crm: 'seen' },
    left: { type: 'instant', erp: 'left_at', crm: 'left_at' },
  },
}
const ERP = `create table customers (id serial primary key, name text not null, born date, seen timestamptz, left_at timestamptz, updated_at timestamptz not null default clock_timestamp());
  insert into customers (name, born, seen, left_at) values ('Alba', '1980-05-06', '2026-01-01 10:00+00', '2026-01-02 10:00+00'), ('Bruno', null, null, null)`
const CRM = `set sql_mode = ''; create table accounts (id int auto_increment primary key, name varchar(40) not null, born date not null default '0000-00-00',
  seen datetime not null default '0000-00-00 00:00:00', left_at timestamp(3) not null default '0000-00-00 00:00:00', other timestamp not null default '0000-00-00 00:00:00', 
  updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6))`
const NONE = {
  born: '0000-00-00',
  seen: '0000-00-00 00:00:00',
  left_at: '0000-00-00 00:00:00.000',
  other: '0000-00-00 00:00:00',
}

describeMariaDb('zero dates', (server) => {
  test('what is emptied becomes the zero date where the column has no null', async () => {
    const pair = await openPair({ sql: ERP }, { sql: CRM, on: server() }, FLOW)
    const held = (name: string) =>
      pair.crm.sql(`select born, seen, left_at, other from accounts where name = '${name}'`)
    expect(await pair.run()).toMatchObject({ status: 'done', created: 2 })
    expect(await held('Bruno')).toEqual([NONE])
    expect((await held('Alba'))[0]).toMatchObject({ born: '1980-05-06', seen: '2026-01-01 11:00:00' })
    await pair.rest()
    await pair.erp.sql(`update customers set born = null, seen = null, left_at = null, updated_at = clock_timestamp()`)
    const report = await pair.run()
    expect((await pair.cases()).map((one) => one.sentence)).toEqual([])
    expect(report).toMatchObject({ status: 'done', updated: 1 })
    expect(await held('Alba')).toEqual([NONE])
    await pair.rest()
  })

  test('L14 a record that is restored has its zero dates back', async () => {
    const pair = await openPair({ sql: ERP }, { sql: CRM, on: server() }, FLOW)
    await pair.run()
    await pair.crm.sql(`delete from accounts where name = 'Bruno'`)
    expect(await pair.run()).toMatchObject({ status: 'done', created: 1 })
    expect(await pair.crm.sql(`select born, seen, left_at, other from accounts where name = 'Bruno'`)).toEqual([NONE])
    await pair.rest()
  })
})
