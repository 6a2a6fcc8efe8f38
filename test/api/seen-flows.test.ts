import { expect, test } from 'vitest'

import type { CasePage } from '../../src/api/v1/schemas/cases.ts'
import type { LogPage } from '../../src/api/v1/schemas/log.ts'
import type { RecordPage } from '../../src/api/v1/schemas/records.ts'
import { addPerson, addSecret } from '../harness/account.ts'
import { openStand } from './stand.ts'

test('whoever may see one flow sees nothing of another, neither in lists nor by its number nor in an export', async () => {
  const stand = await openStand({ customers: { edge_cases: { edited_outside_master: 'ask' } }, orders: {} })
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  await stand.sync()
  await stand.crm.sql(`update accounts set account_name = 'Acme Ltd'`)
  await stand.sync()
  const [entry] = (await stand.get<LogPage>('/log?kind=operation')).items
  const [record] = (await stand.get<RecordPage>('/records')).items
  const [asked] = (await stand.get<CasePage>('/cases')).items
  const account = await addPerson(stand.database, 'sales@acme.example', [{ flow: 'orders', role: 'viewer' }])
  const authorization = `Bearer ${await addSecret(stand.database, account, ['view'])}`
  const ask = (path: string) => fetch(`${stand.url}/api/v1${path}`, { headers: { authorization } })
  for (const list of [
    '/log',
    '/log?flow=customers',
    '/log?record=Acme',
    '/records',
    '/records?q=Acme',
    '/runs?flow=customers',
    '/cases',
  ]) {
    const answer = await ask(list)
    expect(answer.status, list).toBe(200)
    expect(((await answer.json()) as { items: unknown[] }).items, list).toEqual([])
  }
  expect(await (await ask('/log/export')).text()).not.toContain('Acme')
  for (const one of [
    `/log/operation/${entry!.id}`,
    `/runs/${entry!.run}`,
    `/cases/${asked!.case}`,
    `/flows/customers/records/${record!.record}`,
  ]) {
    const answer = await ask(one)
    expect(answer.status, one).toBe(403)
    expect(await answer.text()).not.toContain('Acme')
  }
})
