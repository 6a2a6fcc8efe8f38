import { expect, test } from 'vitest'
import { openPair } from './pair.ts'

test('a number keeps the letters that it has, and the name of a tax makes no second company of one', async () => {
  const table = (name: string, column: string) =>
    `create table ${name} (id serial primary key, name text not null, ${column} text, country text, updated_at timestamptz not null default clock_timestamp());`
  const pair = await openPair(
    {
      sql: `${table('customers', 'vat')} insert into customers (name, vat, country) values ('Ellada', 'EL094019245', 'GR'),
        ('Belfast Mills', 'XI123456782', 'GB'), ('Alpen AG', 'CHE-116.281.710 MWST', 'CH'), ('Lac SA', 'CHE107787577', 'CH'),
        ('Monaco SAM', 'FR53000000000', 'MC'), ('Oslo AS', 'NO 995 525 828 MVA', 'NO')`,
    },
    {
      sql: `${table('accounts', 'tax')} insert into accounts (name, tax, country) values ('Ellada A.E.', 'GR 094 019 245', 'GR'),
        ('Alpen', 'CHE-116.281.710 TVA', 'CH'), ('Lac', 'CHE-107.787.577 IVA', 'CH')`,
    },
    {
      records: {
        erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
        crm: { table: 'accounts', id: 'id', changed_at: 'updated_at' },
      },
      match: [['vat']],
      fields: {
        name: { type: 'text', required: true, erp: 'name', crm: 'name' },
        vat: {
          type: 'vat',
          erp: { field: 'vat', country_from: 'country' },
          crm: { field: 'tax', country_from: 'country' },
        },
        country: { type: 'country', erp: 'country', crm: 'country' },
      },
    },
  )
  expect(await pair.run()).toMatchObject({ status: 'waiting', linked: 3, created: 2, held: 1 })
  expect(await pair.crm.sql('select name, tax from accounts order by name')).toEqual([
    { name: 'Alpen AG', tax: 'CHE-116.281.710 TVA' },
    { name: 'Belfast Mills', tax: 'XI123456782' },
    { name: 'Ellada', tax: 'GR 094 019 245' },
    { name: 'Lac SA', tax: 'CHE-107.787.577 IVA' },
    { name: 'Oslo AS', tax: 'NO995525828MVA' },
  ])
  expect((await pair.cases()).map((one) => one.title)).toEqual(['Monaco SAM'])
  await pair.rest()
})
