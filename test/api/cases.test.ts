import { expect, test } from 'vitest'

import type { CaseDetail, CaseGroup, CasePage, Preview } from '../../src/api/v1/schemas/cases.ts'
import type { Problem } from '../../src/api/v1/schemas/problem.ts'
import { openCases, type CaseDraft } from '../../src/store/cases/cases.ts'
import { openStand, type Stand } from './stand.ts'

/** Customers whose names and e-mails were changed outside their master, or in both systems. */
async function contested(count: number): Promise<Stand> {
  const stand = await openStand({
    customers: { fields: { email: { on_conflict: 'ask' } }, edge_cases: { edited_outside_master: 'ask' } },
  })
  await stand.erp.sql(
    `insert into customers (legal_name, vat, email) select 'Customer ' || i, 'V' || i, 'c' || i || '@acme.example' from generate_series(1, ${count}) i`,
  )
  await stand.sync()
  await stand.crm.sql(`update accounts set account_name = account_name || ' SA'`)
  await stand.sync()
  return stand
}

/** Everything in the store that a rehearsal must leave alone. */
async function picture(stand: Stand): Promise<string> {
  const tables = ['case_file', 'record', 'link', 'dirty', 'run', 'operation', 'revision', 'batch', 'lease']
  const rows = await Promise.all(tables.map((table) => stand.store.sql(`select * from ${table} order by 1`)))
  return JSON.stringify(rows)
}

test('cases come page by page, filtered and counted, and in groups by cause', async () => {
  const stand = await contested(5)
  const first = await stand.get<CasePage>('/cases?limit=2&count=true')
  expect(first).toMatchObject({ total: 5, items: [{ title: 'Customer 1' }, { title: 'Customer 2' }] })
  const second = await stand.get<CasePage>(`/cases?limit=2&cursor=${first.next_cursor}`)
  const third = await stand.get<CasePage>(`/cases?limit=2&cursor=${second.next_cursor}`)
  expect(third).toMatchObject({ items: [{ title: 'Customer 5' }], next_cursor: null })
  const newest = await stand.get<CasePage>('/cases?limit=2&order=newest')
  expect(newest.items.map((one) => one.title)).toEqual(['Customer 5', 'Customer 4'])
  for (const [filter, found] of [
    ['field=name', 5],
    ['field=-', 0],
    ['flow=customers&kind=outside%20edit&cause=edited_outside_master', 5],
    ['flow=orders', 0],
    ['state=resolved', 0],
    ['q=omer%203', 1],
    ['q=%25', 0],
  ] as const)
    expect((await stand.get<CasePage>(`/cases?${filter}`)).items, filter).toHaveLength(found)
  const groups = await stand.get<{ items: CaseGroup[] }>('/cases/groups')
  expect(groups.items).toMatchObject([
    { flow: 'customers', kind: 'outside edit', field: 'name', count: 5, new: 5, back_again: 0 },
  ])
})

test('the preview of an answer shows exactly what is written once it is given, and leaves no trace', async () => {
  const stand = await contested(1)
  const one = (await stand.get<CasePage>('/cases')).items[0]!
  const detail = await stand.get<CaseDetail>(`/cases/${one.case}`)
  expect(detail).toMatchObject({
    suggestion: { choice: 'erp', why: 'ERP is master of name.' },
    record_values: { golden: { name: 'Customer 1' }, systems: { crm: { name: 'Customer 1 SA' } } },
  })
  const before = await picture(stand)
  const revert = await stand.post<Preview>(`/cases/${one.case}/preview`, { choice: 'erp' })
  expect(revert).toMatchObject({
    cases: 1,
    effects: [
      { case: one.case, system: 'crm', what: 'update', field: 'name', from: 'Customer 1 SA', to: 'Customer 1' },
    ],
    writes: { crm: 1 },
    more: 0,
  })
  const other = await stand.post<Preview>(`/cases/${one.case}/preview`, { choice: 'value', value: 'Client 1' })
  expect(other.effects.map(({ system, to }) => `${system}: ${to}`).toSorted()).toEqual([
    'crm: Client 1',
    'erp: Client 1',
  ])
  expect(await picture(stand)).toBe(before)
  const accept = await stand.post<Preview>(`/cases/${one.case}/preview`, { choice: 'crm' })
  expect(accept.effects).toMatchObject([{ system: 'erp', field: 'name', to: 'Customer 1 SA' }])
  expect(await stand.post(`/cases/${one.case}/resolve`, { choice: 'crm' })).toEqual({ cases: 1, first: [one.case] })
  await expect
    .poll(() => stand.erp.value('select legal_name from customers'), { timeout: 30_000 })
    .toBe('Customer 1 SA')
})

test('all that are alike are decided at once, unless there are more of them than somebody saw', async () => {
  const stand = await contested(4)
  const one = (await stand.get<CasePage>('/cases')).items[0]!
  const alike = { choice: 'erp', alike: true }
  expect((await stand.get<CaseDetail>(`/cases/${one.case}`)).alike).toContainEqual({ choice: 'erp', open: 4 })
  expect(await stand.post<Preview>(`/cases/${one.case}/preview`, alike)).toMatchObject({
    cases: 4,
    rehearsed: 4,
    writes: { crm: 4 },
  })
  const refused = await stand.ask<Problem>('POST', `/cases/${one.case}/resolve`, { ...alike, expected: 3 })
  expect(refused).toMatchObject({ status: 409, body: { code: 'engine.cases-changed' } })
  expect((await stand.get<CasePage>('/cases?count=true')).total).toBe(4)
  expect(await stand.post(`/cases/${one.case}/resolve`, { ...alike, expected: 4 })).toMatchObject({ cases: 4 })
  const again = await stand.ask<Problem>('POST', `/cases/${one.case}/resolve`, { choice: 'erp' })
  expect(again).toMatchObject({ status: 409, body: { code: 'engine.case-resolved' } })
  await expect
    .poll(() => stand.crm.value(`select count(*) from accounts where account_name like '% SA'`), { timeout: 30_000 })
    .toBe('0')
})

test('what cannot be an answer is refused with what can', async () => {
  const stand = await contested(1)
  const one = (await stand.get<CasePage>('/cases')).items[0]!
  for (const act of ['preview', 'resolve'])
    expect(await stand.ask('POST', `/cases/${one.case}/${act}`, { choice: 'burn' })).toMatchObject({
      status: 422,
      body: { code: 'engine.bad-choice', cure: expect.stringContaining('erp') as string },
    })
  expect((await stand.ask('GET', '/cases/999')).status).toBe(404)
  expect((await stand.ask('GET', '/cases/x')).status).toBe(422)
  expect(await stand.ask('GET', '/cases?cursor=nonsense')).toMatchObject({
    status: 422,
    body: { code: 'api.bad-cursor' },
  })
})

test('a tripped limit previews the whole run that would be let through', async () => {
  const stand = await openStand({ customers: { limits: { changes: '2 records', deletions: '100%' } } })
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B2')`)
  await stand.sync()
  await stand.erp.sql(
    `insert into customers (legal_name, vat) select 'Customer ' || i, 'V' || i from generate_series(1, 6) i`,
  )
  await stand.sync()
  const one = (await stand.get<CasePage>('/cases')).items[0]!
  expect(one.kind).toBe('breaker tripped')
  const before = await picture(stand)
  const shown = await stand.post<Preview>(`/cases/${one.case}/preview`, { choice: 'approve' })
  expect(shown.writes).toEqual({ crm: 6 })
  expect(shown.effects[0]).toMatchObject({ system: 'crm', what: 'create' })
  expect((await picture(stand)).replaceAll(/"(token|holder|expires_at)":[^,}]+/g, '')).toBe(
    before.replaceAll(/"(token|holder|expires_at)":[^,}]+/g, ''),
  )
  expect(await stand.crm.value('select count(*) from accounts')).toBe('2')
})

test('a record that was held back is looked at in its system to preview another look', async () => {
  const stand = await openStand({ customers: { fields: { email: { invalid_value: 'hold record' } } } })
  await stand.erp.sql(`insert into customers (legal_name, vat, email) values ('Acme', 'A1', 'no address')`)
  await stand.sync()
  const one = (await stand.get<CasePage>('/cases')).items[0]!
  expect((await stand.post<Preview>(`/cases/${one.case}/preview`, { choice: 'retry' })).effects).toEqual([])
  await stand.erp.sql(`update customers set email = 'info@acme.example'`)
  const mended = await stand.post<Preview>(`/cases/${one.case}/preview`, { choice: 'retry' })
  expect(mended.writes).toEqual({ crm: 1 })
  expect(mended.effects).toContainEqual(
    expect.objectContaining({ what: 'create', field: 'email', to: 'info@acme.example' }),
  )
})

test('cases speak Spanish to those who ask for it, and English where they were stored before', async () => {
  const stand = await contested(2)
  const spanish = { 'accept-language': 'es' }
  const one = (await stand.get<CasePage>('/cases', spanish)).items[0]!
  expect(one).toMatchObject({
    sentence: 'El campo name de “Customer 1” cambió fuera de su maestro.',
    choices: expect.arrayContaining([{ choice: 'erp', means: 'Usar el valor de erp en todas partes.' }]) as unknown,
  })
  const english = await stand.get<CaseDetail>(`/cases/${one.case}`)
  expect(english.sentence).toBe('name of “Customer 1” was changed outside its master.')
  const detail = await stand.get<CaseDetail>(`/cases/${one.case}`, spanish)
  expect(detail).toMatchObject({ sentence: one.sentence, suggestion: { why: 'ERP es el maestro de name.' } })
  expect((await stand.get<CasePage>('/cases?q=fuera%20de%20su', spanish)).items).toHaveLength(2)
  const sample = async () =>
    (await stand.get<{ items: CaseGroup[] }>('/cases/groups', spanish)).items[0]!.sample.sentence
  expect(await sample()).toBe('El campo name de “Customer 2” cambió fuera de su maestro.')

  await stand.store.sql(`update case_file set detail = detail - 'in'`)
  expect(await sample()).toBe('name of “Customer 2” was changed outside its master.')
  expect((await stand.get<CaseDetail>(`/cases/${one.case}`, spanish)).sentence).toBe(english.sentence)
})

test('a case that was stored in English only stays the same case, answered or not', async () => {
  const stand = await openStand({ customers: { edge_cases: { created_outside_master: 'hold for approval' } } })
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Erste', 'V0')`)
  await stand.sync()
  await stand.crm.sql(
    `insert into accounts (account_name, tax_id) select 'Account ' || i, 'V' || i from generate_series(1, 2) i`,
  )
  await stand.sync()
  const spanish = { 'accept-language': 'es' }
  const [ignored, open] = (await stand.get<CasePage>('/cases', spanish)).items
  expect(ignored!.sentence).toBe('“Account 1” se creó en crm, que no es el maestro de customers.')
  await stand.store.sql(`update case_file set detail = detail - 'in'`)
  await stand.store.sql(
    `update case_file set state = 'resolved', resolved_at = now(), resolution = 'ignore', resolved_by = 'ana', carried_out = true
     where id = ${ignored!.case}`,
  )
  const drafts = await stand.store.sql(
    `select kind, cause, subject, record_id as "recordId", side_id as "sideId", remote_id as "remoteId", field, title, detail,
       flow_id as "flowId", opened_run as "runId" from case_file order by id`,
  )
  const again = drafts.map((row) => row as unknown as CaseDraft & { flowId: number; runId: string })
  const { flowId, runId } = again[0]!
  await openCases(
    stand.database,
    again.map((draft) => ({ ...draft, detail: { ...draft.detail, in: { es: { sentence: 'Nuevo.', means: [] } } } })),
    { flowId, runId, at: new Date() },
  )
  const all = (await stand.get<CasePage>('/cases?state=all', spanish)).items
  expect(all).toMatchObject([
    { case: ignored!.case, state: 'resolved' },
    { case: open!.case, state: 'open', seen: 2, sentence: 'Nuevo.' },
  ])
  expect(all).toHaveLength(2)
})
