import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'

import { openCompany } from './stage.ts'

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`
/** Nothing but hints can start a run soon. */
const NIGHTLY = { customers: { schedule: { erp: 'nightly at 02:00', crm: 'nightly at 02:00' } } }
const HOOKS = { systems: { erp: { webhook_secret: '${env:ERP_HOOK}' } }, env: { ERP_HOOK: SECRET } }

test('a webhook is answered when it is stored, and what it is about lands; a second delivery counts once', async () => {
  const company = await openCompany({ ...NIGHTLY, ...HOOKS })
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  const serve = await company.start('serve', '--port', '0')
  const post = (body: string, id: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${serve.url}/hooks/erp`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
        'webhook-signature': new Webhook(SECRET).sign(id, new Date(), body),
        ...headers,
      },
    })
  const body = JSON.stringify({ object: 'customers', id: 1 })
  expect((await post(body, 'm1', { 'webhook-signature': 'v1,AAAA' })).status).toBe(401)
  expect((await fetch(`${serve.url}/hooks/crm`, { method: 'POST', body })).status).toBe(404)
  expect(await company.store.value('select count(*) from inbox')).toBe('0')

  const answer = await post(body, 'm1')
  expect([answer.status, await answer.json()]).toEqual([202, { accepted: 1 }])
  await expect
    .poll(() => company.crm.sql('select account_name from accounts'), { timeout: 30_000 })
    .toEqual([{ account_name: 'Acme' }])
  await expect
    .poll(() => company.store.value('select count(*) from inbox where done_at is null'), { timeout: 30_000 })
    .toBe('0')
  expect((await post(body, 'm1')).status).toBe(202)
  expect(await company.store.value('select count(*) from inbox')).toBe('1')

  await company.storeWire.cut()
  const refused = await post(body, 'm2')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  await company.storeWire.mend()
  await expect.poll(async () => (await post(body, 'm2')).status, { timeout: 30_000 }).toBe(202)
  await expect
    .poll(() => company.store.value('select count(*) from inbox where done_at is null'), { timeout: 30_000 })
    .toBe('0')
})
