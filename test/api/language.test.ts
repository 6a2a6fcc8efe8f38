import { expect, test } from 'vitest'

import type { CasePage } from '../../src/api/v1/schemas/cases.ts'
import type { LogDetail, LogPage } from '../../src/api/v1/schemas/log.ts'
import type { Problem } from '../../src/api/v1/schemas/problem.ts'
import type { RecordPage, RecordView } from '../../src/api/v1/schemas/records.ts'
import type { RunEntry, RunInDetail } from '../../src/engine/run-screens.ts'
import { openStand } from './stand.ts'

test('an answer says in which language it speaks: the first of ours that the request prefers', async () => {
  const stand = await openStand()
  const spoken = async (preferred?: string) => {
    const headers = preferred === undefined ? {} : { 'accept-language': preferred }
    const answer = await stand.ask('GET', '/home', undefined, headers)
    expect(answer.headers.get('vary')).toContain('accept-language')
    return answer.headers.get('content-language')
  }
  expect(await spoken()).toBe('en')
  expect(await spoken('es')).toBe('es')
  expect(await spoken('es-MX,es;q=0.9,en;q=0.8')).toBe('es')
  expect(await spoken('de, en;q=0.2, es;q=0.8')).toBe('es')
  expect(await spoken('de')).toBe('en')
})

test('a download can name its language in the address, since a browser sends its own header with it', async () => {
  const stand = await openStand()
  expect((await stand.fetch('/log/export?language=es')).headers.get('content-language')).toBe('es')
  expect((await stand.fetch('/log/export?language=de')).status).toBe(422)
})

test('the log, records and runs tell what happened in the language of the reader', async () => {
  const stand = await openStand({ customers: { edge_cases: { edited_outside_master: 'ask' } } })
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B2')`)
  await stand.sync()
  await stand.crm.sql(`update accounts set phone = '+34600111222' where tax_id = 'A1'`)
  await stand.crm.sql(`update accounts set account_name = 'Bolt Ltd' where tax_id = 'B2'`)
  await stand.sync()
  const es = { 'accept-language': 'es' }
  const { items } = await stand.get<LogPage>('/log?limit=50', es)
  const english = new Map(
    (await stand.get<LogPage>('/log?limit=50')).items.map((one) => [`${one.kind} ${one.id}`, one.why]),
  )
  expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(['operation', 'revision', 'case']))
  for (const { kind, id, why } of items) {
    expect(why, why).not.toBe(english.get(`${kind} ${id}`))
    expect(why, why).not.toMatch(LEFT_OVER)
  }
  const acme = items.find((one) => one.kind === 'revision')!
  const record = await stand.get<RecordView>(`/flows/customers/records/${acme.record!}`, es)
  for (const why of [...record.fields, ...record.timeline].map((one) => one.why)) expect(why).not.toMatch(LEFT_OVER)
  expect((await stand.get<LogDetail>(`/log/revision/${acme.id}`, es)).why).toBe(acme.why)
  const table = await (await stand.fetch('/log/export?language=es')).text()
  expect(table).toContain(acme.why)

  const [wrote] = (await stand.get<{ items: RunEntry[] }>('/runs?limit=1', es)).items
  const { stages } = await stand.get<RunInDetail>(`/runs/${wrote!.run}`, es)
  expect(stages.map(({ stage }) => stage)).toEqual(['escritura en erp'])

  await stand.erp.sql('alter table customers rename to hidden')
  await expect(stand.sync()).rejects.toThrow(/customers/)
  const [run] = (await stand.get<{ items: RunEntry[] }>('/runs?limit=1', es)).items
  expect(run!.message).toMatch(/^Falta en ERP una tabla .* Detalle técnico: /)
})

/** English words that no Spanish sentence has. */
const LEFT_OVER = /\b(the|is|was|of|and|so|its|held|not|came|from|found|created|changed)\b/i

test('records without a name, and references that are not linked, are called so in the language of the reader', async () => {
  const stand = await openStand({
    customers: { fields: { name: { required: false } } },
    orders: { fields: { customer: { required: false } }, edge_cases: { missing_reference: 'skip field' } },
  })
  const es = { 'accept-language': 'es' }
  await stand.erp.sql(`insert into customers (vat) values (null)`)
  await stand.erp.sql(`insert into orders (number, customer_id) values ('O-1', 4711)`)
  await stand.run()
  const [customer] = (await stand.get<RecordPage>('/records?flow=customers', es)).items
  expect(customer!.title).toBe('(sin nombre)')
  expect((await stand.get<RecordPage>('/records?flow=customers')).items[0]!.title).toBe('(without a name)')
  const view = await stand.get<RecordView>(`/flows/customers/records/${customer!.record}`, es)
  const log = await stand.get<LogPage>('/log?flow=customers', es)
  expect(new Set([view, ...view.timeline, ...log.items].map(({ title }) => title))).toEqual(new Set(['(sin nombre)']))
  const [order] = (await stand.get<RecordPage>('/records?flow=orders', es)).items
  const { fields } = await stand.get<RecordView>(`/flows/orders/records/${order!.record}`, es)
  expect(fields.find(({ field }) => field === 'customer')!.systems['erp']).toBe('(customers 4711, sin vincular)')
})

test('what somebody answered to a case is told in the words of the choice', async () => {
  const stand = await openStand({ customers: { edge_cases: { edited_outside_master: 'ask' } } })
  const es = { 'accept-language': 'es' }
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B2'), ('Core', 'C3')`)
  await stand.sync()
  await stand.crm.sql(`update accounts set account_name = account_name || ' SA'`)
  await stand.sync()
  const { items } = await stand.get<CasePage>('/cases')
  const answers = [{ choice: 'crm' }, { choice: 'value', value: 'Bolt Ltd' }, { choice: 'value', value: '' }]
  for (const [i, answer] of answers.entries()) await stand.post(`/cases/${items[i]!.case}/resolve`, answer)
  const log = await stand.get<LogPage>('/log?kind=case', es)
  const told = log.items.toSorted((a, b) => a.id - b.id).map(({ why }) => /decidió: (.*)$/.exec(why)?.[1])
  expect(told).toEqual([
    'usar el valor de crm en todas partes.',
    'usar «Bolt Ltd» en todas partes.',
    'quitar el valor en todas partes.',
  ])
})

test('what a write waits for is told in the language of the reader', async () => {
  const stand = await openStand({ orders: { edge_cases: { missing_reference: 'wait 1 day, then ask' } } })
  await stand.crm.sql(`alter table accounts add constraint no_late check (account_name <> 'Late')`)
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Late', 'L1')`)
  await stand.erp.sql(`insert into orders (number, customer_id) values ('O-1', 1)`)
  await stand.run()
  const [customer] = (await stand.get<RecordPage>('/records?flow=customers')).items
  const [order] = (await stand.get<RecordPage>('/records?flow=orders')).items
  const waiting = async (language: string) => {
    const path = `/flows/orders/records/${order!.record}`
    return (await stand.get<RecordView>(path, { 'accept-language': language })).waiting.map(({ error }) => error)
  }
  expect(await waiting('en')).toEqual([`waits for customers ${customer!.record}`])
  expect(await waiting('es')).toEqual([`espera a customers ${customer!.record}`])
})

test('why a value is invalid is told in the language of the reader', async () => {
  const stand = await openStand({ customers: { fields: { email: { on_conflict: 'ask' } } } })
  const es = { 'accept-language': 'es' }
  await stand.erp.sql(`insert into customers (legal_name, vat, email) values ('Acme', 'A1', 'a@acme.example')`)
  await stand.sync()
  await stand.erp.sql(`insert into customers (legal_name, vat, email) values ('Bolt', 'B2', 'write me')`)
  await stand.erp.sql(`update customers set email = 'b@acme.example' where vat = 'A1'`)
  await stand.crm.sql(`update accounts set email = 'c@acme.example'`)
  await stand.sync()
  const { items } = await stand.get<CasePage>('/cases', es)
  const [held, conflict] = ['held record', 'conflict'].map((kind) => items.find((one) => one.kind === kind)!)
  expect(held!.sentence).toContain('email: "write me" no es una dirección de correo.')
  const refused = await stand.ask<Problem>(
    'POST',
    `/cases/${conflict!.case}/resolve`,
    { choice: 'value', value: 'call me' },
    es,
  )
  expect(refused.body).toMatchObject({
    code: 'engine.bad-choice',
    detail: 'El valor no vale para el campo email: "call me" no es una dirección de correo.',
  })
})

test('problems are told in the language of the reader', async () => {
  const stand = await openStand()
  const es = { 'accept-language': 'es' }
  const problem = async (method: string, path: string, body?: object) =>
    (await stand.ask<Problem>(method, path, body, es)).body
  expect(
    await problem('POST', '/sign-in', { email: 'nobody@here.example', password: 'not the right one' }),
  ).toMatchObject({
    code: 'access.wrong-password',
    title: 'Entre primero',
    detail: 'El correo y la contraseña no van juntos.',
  })
  expect(await problem('GET', '/cases/12345')).toMatchObject({ code: 'engine.unknown-case', title: 'No existe' })
  expect(await problem('GET', '/runs?limit=no')).toMatchObject({ code: 'api.bad-request', cure: 'Véase /api/docs.' })
})
