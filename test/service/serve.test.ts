import { once } from 'node:events'
import { connect } from 'node:net'

import { expect, onTestFinished, test } from 'vitest'

import { openCompany } from './stage.ts'

const REAL_TIME = { customers: { schedule: { erp: 'real-time', crm: 'real-time' } } }

test('what is edited in one system lands in the other by the schedule, and the service stops in order', async () => {
  const company = await openCompany(REAL_TIME)
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B2')`)
  const serve = await company.start('serve', '--port', '0')
  const health = async () => {
    const answer = await fetch(`${serve.url}/health`)
    return [answer.status, await answer.json()] as unknown
  }
  await expect.poll(health, { timeout: 30_000 }).toMatchObject([200, { status: 'ok', members: [{ role: 'serve' }] }])
  expect(await (await fetch(`${serve.url}/ready`)).json()).toEqual({ ready: true })
  await expect
    .poll(() => company.crm.sql('select account_name from accounts order by 1'), { timeout: 30_000 })
    .toEqual([{ account_name: 'Acme' }, { account_name: 'Bolt' }])
  await company.erp.sql(`update customers set legal_name = 'Acme Instruments' where vat = 'A1'`)
  await expect
    .poll(() => company.crm.value(`select account_name from accounts where tax_id = 'A1'`), { timeout: 30_000 })
    .toBe('Acme Instruments')
  // As browsers have them in advance.
  const unused = connect(Number(new URL(serve.url).port), '127.0.0.1')
  onTestFinished(() => void unused.destroy())
  await once(unused, 'connect')
  const began = Date.now()
  serve.signal('SIGTERM')
  expect(await serve.ended, serve.output()).toBe(0)
  expect(Date.now() - began).toBeLessThan(10_000)
})
