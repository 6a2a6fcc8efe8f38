import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'

import { openCompany } from './stage.ts'

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`
const nightly = { schedule: { erp: 'nightly at 02:00', crm: 'nightly at 02:00' } }

/** Tells the service, as the ERP's webhook would, that a record has changed. */
async function post(url: string, object: string, id: number): Promise<void> {
  const body = JSON.stringify({ object, id })
  const message = randomUUID()
  const answer = await fetch(`${url}/hooks/erp`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': message,
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign(message, new Date(), body),
    },
  })
  expect(answer.status).toBe(202)
}

const HOOKS = { systems: { erp: { webhook_secret: '${env:ERP_HOOK}' } }, env: { ERP_HOOK: SECRET } }

test('L31 two records swap a unique value, and the service hears of one after the other', async () => {
  const company = await openCompany({ customers: nightly, ...HOOKS })
  await company.crm.sql('create unique index on accounts (account_name)')
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B1')`)
  await (await company.app()).run()
  const serve = await company.start('serve', '--port', '0')
  await company.erp.sql(`update customers set legal_name = case vat when 'A1' then 'Bolt' else 'Acme' end`)
  await post(serve.url, 'customers', 1)
  await expect
    .poll(() => company.store.sql('select state, waits_for is not null as waits from dirty'), { timeout: 30_000 })
    .toEqual([{ state: 'waiting', waits: true }])
  await post(serve.url, 'customers', 2)
  await expect
    .poll(() => company.crm.sql('select account_name, tax_id from accounts order by tax_id'), { timeout: 30_000 })
    .toEqual([
      { account_name: 'Bolt', tax_id: 'A1' },
      { account_name: 'Acme', tax_id: 'B1' },
    ])
  await expect.poll(() => company.store.sql('select * from dirty'), { timeout: 30_000 }).toEqual([])
  expect(await (await company.app()).cases()).toEqual([])
})

test('L31 a customer whose deletion waits for its order goes as soon as that has gone, under serve', async () => {
  const company = await openCompany({
    customers: { ...nightly, edge_cases: { deleted_in_master: 'delete' } },
    orders: { ...nightly, edge_cases: { deleted_in_master: 'delete' } },
    ...HOOKS,
  })
  await company.erp.sql(
    `insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B1'); insert into orders (number, customer_id, total) values ('O-1', 1, 10)`,
  )
  await (await company.app()).run()
  const serve = await company.start('serve', '--port', '0')
  const accounts = () => company.crm.sql('select account_name from accounts order by 1')
  await company.erp.sql('delete from orders; delete from customers where id = 1')
  await post(serve.url, 'customers', 1)
  await expect
    .poll(() => company.store.sql('select action, state from dirty'), { timeout: 30_000 })
    .toEqual([{ action: 'delete', state: 'parked' }])
  expect(await accounts()).toHaveLength(2)
  await post(serve.url, 'orders', 1)
  await expect.poll(accounts, { timeout: 30_000 }).toEqual([{ account_name: 'Bolt' }])
  await expect
    .poll(() => company.store.value('select count(*) from inbox where done_at is null'), { timeout: 30_000 })
    .toBe('0')
  expect(await company.store.sql('select * from dirty')).toEqual([])
  expect(await (await company.app()).cases()).toEqual([])
})
