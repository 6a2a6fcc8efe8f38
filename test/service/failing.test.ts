import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'

import { openCompany, type Process } from './stage.ts'

const REAL_TIME = { customers: { schedule: { erp: 'real-time', crm: 'real-time' } } }
const PATIENCE = { timeout: 60_000 }
const health = async (process: Process): Promise<{ systems: { system: string; failures: number; code: string }[] }> =>
  (await (await fetch(`${process.url}/health`)).json()) as never

test('a system that is down is tried again, ever more slowly, and what waited lands when it is back', async () => {
  const company = await openCompany(REAL_TIME)
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  const serve = await company.start('serve', '--port', '0')
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('1')
  await company.erpWire.cut()
  await expect
    .poll(async () => (await health(serve)).systems, PATIENCE)
    .toMatchObject([{ system: 'erp', code: 'connector.unreachable' }])
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Bolt', 'B2')`)
  await expect.poll(() => company.store.value('select failures from flow_service'), PATIENCE).toBeGreaterThanOrEqual(2)
  await company.erpWire.mend()
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('2')
  await expect.poll(async () => (await health(serve)).systems, PATIENCE).toEqual([])
  await expect.poll(() => company.store.value('select failures from flow_service'), PATIENCE).toBe(0)
  expect(await company.store.value('select count(*) from case_file')).toBe('0')
})

test('a store that goes away stops the writing, and the service goes on when it is back', async () => {
  const company = await openCompany(REAL_TIME)
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  const serve = await company.start('serve', '--port', '0')
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('1')
  await company.storeWire.cut()
  expect((await fetch(`${serve.url}/health`)).status).toBe(503)
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Bolt', 'B2')`)
  await new Promise((resolve) => setTimeout(resolve, 7_000))
  expect(await company.crm.value('select count(*) from accounts')).toBe('1')
  await company.storeWire.mend()
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('2')
  await expect.poll(async () => (await fetch(`${serve.url}/health`)).status, PATIENCE).toBe(200)
})

test('L19 refused credentials pause the flow and set no record aside; resumed, it goes on', async () => {
  const role = `clerk_${randomBytes(4).toString('hex')}`
  const company = await openCompany({
    ...REAL_TIME,
    systems: { crm: { url: '${env:CLERK_URL}' } },
    urls: (urls) => ({ CLERK_URL: urls.crm.replace(/\/\/[^@]*@/, `//${role}:right@`) }),
  })
  await company.crm
    .sql(`create role ${role} login password 'right'; grant all on all tables in schema public to ${role};
    grant all on all sequences in schema public to ${role}`)
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  const serve = await company.start('serve', '--port', '0')
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('1')

  await company.crm.sql(`alter role ${role} password 'other'`)
  await company.crm.sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`)
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Bolt', 'B2')`)
  await expect.poll(() => company.store.value('select pause_reason from flow_service'), PATIENCE).toMatch(/refused/)
  const app = await company.app()
  expect(await app.status()).toMatchObject([{ status: 'Paused', next_runs: [] }])
  expect((await app.status('es'))[0]!.why).toMatch(
    /^Concordat lo puso en pausa: El acceso a CRM fue denegado.* Detalle técnico: /,
  )
  await expect(app.run({ flows: ['customers'] })).rejects.toMatchObject({ code: 'engine.paused' })
  expect(await company.store.value('select count(*) from case_file')).toBe('0')
  expect(await company.store.value(`select count(*) from dirty where state = 'quarantined'`)).toBe('0')

  await company.crm.sql(`alter role ${role} password 'right'`)
  expect(await app.resume('customers')).toBe(true)
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('2')
  expect(serve.output()).not.toMatch(/right|other/)
})

test('a paused flow rests until it is resumed', async () => {
  const company = await openCompany(REAL_TIME)
  const app = await company.app()
  expect(await app.pause('customers', { by: 'Ana', reason: 'stock-taking' })).toBe(true)
  expect(await app.pause('customers', { by: 'Tomás' })).toBe(false)
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  await company.start('serve', '--port', '0')
  await new Promise((resolve) => setTimeout(resolve, 8_000))
  expect(await company.store.value('select count(*) from run')).toBe('0')
  expect((await app.status())[0]).toMatchObject({ status: 'Paused', why: 'Paused by Ana: stock-taking' })
  await app.resume('customers')
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('1')
})

test('runs that were missed while nothing ran are caught up once', async () => {
  const company = await openCompany({ customers: { schedule: { erp: 'nightly at 02:00', crm: 'nightly at 03:00' } } })
  const app = await company.app()
  await app.run()
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  await company.store.sql(`update side set served_at = served_at - interval '5 days'`)
  const serve = await company.start('serve', '--port', '0')
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('1')
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  expect(await company.store.value('select count(*) from run')).toBe('2')
  expect(serve.log.filter((line) => line['msg'] === 'run ended')).toMatchObject([{ because: 'schedule' }])
})

test('L19 refused writes are tried again when somebody says so', async () => {
  const company = await openCompany(REAL_TIME)
  await company.crm.sql(`alter table accounts add constraint no_acme check (account_name <> 'Acme')`)
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B2')`)
  await company.start('serve', '--port', '0')
  await expect
    .poll(() => company.store.value(`select count(*) from dirty where state = 'quarantined'`), PATIENCE)
    .toBe('1')
  expect(await company.crm.value('select count(*) from accounts')).toBe('1')
  await company.crm.sql('alter table accounts drop constraint no_acme')
  const app = await company.app()
  expect(await app.retry('customers')).toBe(1)
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('2')
  await expect
    .poll(() => company.store.value(`select count(*) from case_file where state = 'open'`), PATIENCE)
    .toBe('0')
})

test('L19 with `pause flow` a write that is refused for good stops the flow until somebody decides, and nothing of the meantime is lost', async () => {
  const company = await openCompany({
    customers: {
      ...REAL_TIME.customers,
      on_failure: {
        retry: 'for 6 hours',
        then: 'pause flow',
        alert: { technical: 'at once', business: 'after 1 hour' },
      },
    },
  })
  await company.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Bolt', 'B2', 1)`)
  const app = await company.app()
  await app.run()
  for (const system of ['erp', 'crm']) await app.installFeed(system)
  await company.crm.sql(`alter table accounts add constraint no_acme check (account_name <> 'Acme')`)
  await company.start('serve', '--port', '0')
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  const open = () => company.store.value(`select count(*) from case_file where state = 'open'`)
  await expect.poll(open, PATIENCE).toBe('1')
  const runs = async () => Number(await company.store.value('select count(*) from run'))
  const before = await runs()
  await company.erp.sql(`update customers set credit_limit = 2 where vat = 'B2'`)
  await expect
    .poll(() => company.store.value('select count(*) from inbox where done_at is null'), PATIENCE)
    .not.toBe('0')
  await new Promise((resolve) => setTimeout(resolve, 8_000))
  expect((await runs()) - before).toBeLessThanOrEqual(2)
  const limits = () => company.crm.sql(`select tax_id, credit_limit from accounts order by 1`)
  expect(await limits()).toEqual([{ tax_id: 'B2', credit_limit: '1.00' }])
  expect((await app.status())[0]).toMatchObject({ status: 'Needs you' })
  // Somebody asks for it although nothing has been decided: it says why not, and the hints stay.
  await app.askForRun('customers', { full: true })
  await expect.poll(async () => (await runs()) - before, PATIENCE).toBeGreaterThan(0)
  expect(await company.store.value('select count(*) from inbox where done_at is null')).not.toBe('0')
  await company.crm.sql('alter table accounts drop constraint no_acme')
  expect(await app.retry('customers')).toBe(1)
  await expect.poll(limits, PATIENCE).toEqual([
    { tax_id: 'A1', credit_limit: null },
    { tax_id: 'B2', credit_limit: '2.00' },
  ])
  await expect.poll(open, PATIENCE).toBe('0')
  await expect.poll(() => company.store.value('select count(*) from inbox where done_at is null'), PATIENCE).toBe('0')
})
