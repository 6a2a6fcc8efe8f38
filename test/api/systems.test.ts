import { expect, test } from 'vitest'

import type { SystemItem, SystemTest, SystemView } from '../../src/api/v1/schemas/systems.ts'
import { storeHints } from '../../src/store/service/inbox.ts'
import { closeSystem, noteSystemFailure } from '../../src/store/systems/system-health.ts'
import { addPerson, addSecret } from '../harness/account.ts'
import { openStand } from './stand.ts'

test('each system tells how it answers, what waits for it and what was written to it', async () => {
  const stand = await openStand()
  const systems = async () => (await stand.get<{ items: SystemItem[] }>('/systems')).items
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B2')`)
  await stand.sync()
  expect(await systems()).toMatchObject([
    { system: 'erp', connector: 'postgres', status: 'ok', trouble: null, last_day: { written: 0, refused: 0 } },
    {
      system: 'crm',
      status: 'ok',
      webhook: null,
      last_day: { written: 2, refused: 0 },
      flows: [{ flow: 'customers', table: 'accounts', backlog: 0, quarantined: 0, held: 0 }],
    },
  ])
  await noteSystemFailure(stand.database, 'crm', { code: 'connector.timeout', message: 'no answer', now: Date.now() })
  await closeSystem(stand.database, 'crm', Date.now() + 60_000, true)
  await storeHints(stand.database, [{ flow: 'customers', system: 'crm', remoteId: '7', message: 'm1' }], new Date())
  const crm = await stand.get<SystemView>('/systems/crm')
  expect(crm).toMatchObject({
    status: 'trouble',
    trouble: { failures: 1, asked_wait: true, code: 'connector.timeout', message: 'no answer' },
    hints: [{ flow: 'customers', remote_id: '7', message: 'm1' }],
  })
  expect(await stand.get<SystemView>('/systems/crm', { 'accept-language': 'es' })).toMatchObject({
    trouble: { message: 'No llegó a tiempo la respuesta de CRM. Detalle técnico: no answer' },
  })
  expect((await stand.ask('GET', '/systems/shop')).status).toBe(404)
})

test('a test calls the system now, and tells what of its tables is not as the contract names it', async () => {
  const stand = await openStand()
  expect(await stand.post<SystemTest>('/systems/crm/test')).toMatchObject({
    reachable: true,
    answer: expect.stringMatching(/^PostgreSQL \d/) as string,
    cure: null,
    feed: { state: 'absent' },
    drift: [],
  })
  await stand.crm.sql('alter table accounts rename column tax_id to vat_number')
  expect((await stand.post<SystemTest>('/systems/crm/test')).drift).toMatchObject([
    { flow: 'customers', table: 'accounts', message: expect.stringContaining('tax_id') as string },
  ])
  const { items } = await stand.get<{ items: { act: string; subject: string }[] }>('/audit')
  expect(items[0]).toMatchObject({ act: 'system tested', subject: 'crm' })
})

test('a system that cannot be reached says why, and what to do', async () => {
  const stand = await openStand()
  const name = new URL(stand.crm.url).pathname.slice(1)
  await stand.store.sql(`alter database "${name}" allow_connections false`)
  await stand.store.sql('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', name)
  const tested = await stand.post<SystemTest>('/systems/crm/test')
  const { body: spanish } = await stand.ask<SystemTest>('POST', '/systems/crm/test', {}, { 'accept-language': 'es' })
  await stand.store.sql(`alter database "${name}" allow_connections true`)
  expect(tested).toMatchObject({ reachable: false, feed: null, drift: [], cure: expect.any(String) as string })
  expect(tested.answer).not.toBe('')
  expect(spanish.answer).toBe(`No se puede llegar a CRM. Detalle técnico: ${tested.answer}`)
  expect(spanish.cure).toBe('Compruebe que funciona y que se puede llegar desde aquí.')
})

test('who sees one flow sees the systems of that flow, and tries none out', async () => {
  const stand = await openStand({ shop: true, orders: {} })
  const account = await addPerson(stand.database, 'o@acme.example', [{ flow: 'orders', role: 'viewer' }])
  const authorization = `Bearer ${await addSecret(stand.database, account, ['view', 'operate'])}`
  const ask = (path: string, method = 'GET') =>
    fetch(`${stand.url}/api/v1${path}`, { method, headers: { authorization } })
  const { items } = (await (await ask('/systems')).json()) as { items: SystemItem[] }
  expect(items.map(({ system, flows }) => [system, flows.map(({ flow }) => flow)])).toEqual([
    ['erp', ['orders']],
    ['crm', ['orders']],
  ])
  expect((await ask('/systems/shop')).status).toBe(403)
  expect((await ask('/systems/erp/test', 'POST')).status).toBe(403)
})
