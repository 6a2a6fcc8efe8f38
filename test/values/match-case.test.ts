import { expect, test } from 'vitest'
import { openPair } from './pair.ts'

const table = (name: string) =>
  `create table ${name} (id serial primary key, code text, mail text, updated_at timestamptz not null default clock_timestamp());`
const FLOW = {
  records: {
    erp: { table: 'parts', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'items', id: 'id', changed_at: 'updated_at' },
  },
  fields: {
    code: { type: 'text', required: true, erp: 'code', crm: 'code' },
    mail: { type: 'text', erp: 'mail', crm: 'mail' },
  },
}
const ERP = `${table('parts')} insert into parts (code) values ('AB1'), ('ab1'), ('X')`
const CRM = `${table('items')} insert into items (code) values ('ab1'), ('x')`

test('capitals tell records apart where the rule says so', async () => {
  const pair = await openPair({ sql: ERP }, { sql: CRM }, { ...FLOW, match: [{ exact: ['code'], case: 'respected' }] })
  expect(await pair.run()).toMatchObject({ status: 'done', linked: 1, created: 3 })
  const codes = ['AB1', 'X', 'ab1', 'x']
  expect(await pair.crm.column('select code from items order by code collate "C"')).toEqual(codes)
  expect(await pair.erp.column('select code from parts order by code collate "C"')).toEqual(codes)
  await pair.rest()
})

test('and make no difference otherwise', async () => {
  const pair = await openPair({ sql: ERP }, { sql: CRM }, { ...FLOW, match: [{ exact: ['code'] }] })
  expect(await pair.run()).toMatchObject({ linked: 1, status: 'waiting' })
  expect(await pair.crm.column('select code from items order by id')).toEqual(['ab1', 'X'])
})

test('a rule that is changed later finds what was agreed before', async () => {
  const parts = `${table('parts')} insert into parts (code, mail) values ('A', 'a@x'), ('B', 'B@x')`
  const pair = await openPair({ sql: parts }, { sql: table('items') }, { ...FLOW, match: [['code']] })
  await pair.run()
  await pair.decide({ flow: { match: [{ exact: ['mail'], case: 'respected' }] } })
  await pair.run()
  await pair.crm.sql(`insert into items (code, mail) values ('C', 'B@x'), ('D', 'b@x')`)
  expect(await pair.run()).toMatchObject({ status: 'waiting', created: 1 })
  expect(await pair.erp.column('select code from parts order by code')).toEqual(['A', 'B', 'D'])
  expect((await pair.cases()).map((one) => one.title)).toEqual(['C'])
})
