import { expect, test } from 'vitest'

import type { RecordPage, RecordView } from '../../src/api/v1/schemas/records.ts'
import { openStand, type Stand } from './stand.ts'

const customers = (stand: Stand, count: number) =>
  stand.erp.sql(
    `insert into customers (legal_name, vat, email) select 'Customer ' || i, 'V' || i, 'c' || i || '@acme.example' from generate_series(1, ${count}) i`,
  )

test('records are found page by page, by text, and by the id that a system gave them', async () => {
  const stand = await openStand()
  await customers(stand, 7)
  await stand.sync()
  const all: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: RecordPage = await stand.get(`/records?limit=3${cursor && `&cursor=${cursor}`}`)
    expect(page.items.length).toBeLessThanOrEqual(3)
    all.push(...page.items.map((one) => one.title))
    cursor = page.next_cursor
  }
  expect(all.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7].map((i) => `Customer ${i}`))
  expect((await stand.get<RecordPage>('/records?q=c4@acme')).items).toMatchObject([
    { title: 'Customer 4', flow: 'customers', state: 'live', version: 1, open_cases: 0 },
  ])
  // A wildcard of SQL is only a letter to those who search.
  expect((await stand.get<RecordPage>('/records?q=C%25r')).items).toEqual([])
  const crmId = String(await stand.crm.value(`select id from accounts where tax_id = 'V6'`))
  const byId = await stand.get<RecordPage>(`/records?q=crm:${crmId}`)
  expect(byId.items).toMatchObject([{ title: 'Customer 6' }])
  expect(byId.items[0]!.links).toContainEqual({ system: 'crm', id: crmId, state: 'live' })
  expect((await stand.get<RecordPage>('/records?flow=other')).items).toEqual([])
  expect((await stand.get<RecordPage>('/records?state=deleted')).items).toEqual([])
})

test('a record tells of each field who owns it, what each system holds, and why it has its value', async () => {
  const stand = await openStand()
  await customers(stand, 1)
  await stand.sync()
  await stand.crm.sql(`update accounts set phone = '+34600111222'`)
  await stand.sync()
  const { record } = (await stand.get<RecordPage>('/records')).items[0]!
  const view = await stand.get<RecordView>(`/flows/customers/records/${record}`)
  expect(view).toMatchObject({ record, title: 'Customer 1', state: 'live', version: 2, cases: [], waiting: [] })
  const phone = view.fields.find((one) => one.field === 'phone')
  expect(phone).toMatchObject({
    type: 'phone',
    owner: 'crm',
    golden: '+34600111222',
    systems: { erp: '+34600111222', crm: '+34600111222' },
    agrees: true,
    changed: { system: 'crm', from: null, version: 2 },
  })
  expect(phone!.why).toContain('CRM')
  const name = view.fields.find((one) => one.field === 'name')
  expect(name).toMatchObject({ owner: 'erp', changed: null })
  expect(name!.why).not.toBe('')
  expect(view.raw.map((one) => one.system).toSorted()).toEqual(['crm', 'erp'])
  expect(view.raw.find((one) => one.system === 'crm')!.columns).toContainEqual({
    column: 'account_name',
    value: 'Customer 1',
  })
  expect(view.timeline.length).toBeGreaterThan(1)
})

test('a value that lost and a question stand with their record', async () => {
  const stand = await openStand({ customers: { edge_cases: { edited_outside_master: 'ask' } } })
  await customers(stand, 1)
  await stand.sync()
  await stand.erp.sql(`update customers set email = 'old@acme.example', updated_at = now() - interval '1 hour'`)
  await stand.crm.sql(`update accounts set email = 'new@acme.example', account_name = 'Customer One'`)
  await stand.sync()
  const found = (await stand.get<RecordPage>('/records')).items[0]!
  expect(found.open_cases).toBe(1)
  const view = await stand.get<RecordView>(`/flows/customers/records/${found.record}`)
  expect(view.cases).toMatchObject([{ field: 'name', state: 'open' }])
  expect(view.fields.find((one) => one.field === 'email')).toMatchObject({
    golden: 'new@acme.example',
    changed: { system: 'crm', lost: { erp: 'old@acme.example' } },
  })
  expect(view.fields.find((one) => one.field === 'name')).toMatchObject({
    golden: 'Customer 1',
    systems: { crm: 'Customer One' },
    agrees: false,
  })
})

test('what is no record is said so', async () => {
  const stand = await openStand()
  expect(await stand.ask('GET', '/flows/customers/records/999')).toMatchObject({
    status: 404,
    body: { code: 'engine.unknown-record' },
  })
  expect((await stand.ask('GET', '/flows/customers/records/x')).status).toBe(422)
  expect((await stand.ask('GET', '/flows/nothing/records/1')).status).toBe(404)
})
