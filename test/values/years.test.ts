import { expect, test } from 'vitest'
import { describeMariaDb } from '../harness/mariadb.ts'
import { openPair } from './pair.ts'

/* MySQL's `year` takes a text of one or two digits for a year of this century: what is 7 elsewhere would become 2007. */

const FLOW = {
  records: {
    erp: { table: 'things', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'stuff', id: 'id', changed_at: 'updated_at' },
  },
  match: [['name']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    made: { type: 'integer', erp: 'made', crm: 'made' },
  },
}
const ERP = `create table things (id serial primary key, name text not null, made integer, updated_at timestamptz not null default clock_timestamp());
  insert into things (name, made) values ('a', 1999), ('b', 0), ('c', 7), ('d', 70), ('e', null)`
const CRM = `create table stuff (id int auto_increment primary key, name varchar(40) not null, made year,
  updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6))`

describeMariaDb('years', (server) => {
  test('a number that is no year is refused, and zero stays zero', async () => {
    const pair = await openPair({ sql: ERP }, { sql: CRM, on: server() }, FLOW)
    expect(await pair.run()).toMatchObject({ created: 3, quarantined: 2 })
    expect(await pair.crm.column(`select concat(name, ' ', coalesce(made, '-')) from stuff order by name`)).toEqual([
      'a 1999',
      'b 0000',
      'e -',
    ])
    expect((await pair.cases()).map((one) => one.sentence)).toEqual([
      expect.stringContaining('out of the range of Column made'),
      expect.stringContaining('out of the range of Column made'),
    ])
    await pair.erp.sql(`update things set made = 2007, updated_at = clock_timestamp() where name = 'b'`)
    expect(await pair.run()).toMatchObject({ updated: 1 })
    expect(await pair.crm.column(`select made from stuff where name = 'b'`)).toEqual([2007])
  })
})
