import { expect, test } from 'vitest'

import { openCompany, type Company, type Process } from './stage.ts'

const REAL_TIME = { customers: { schedule: { erp: 'real-time', crm: 'real-time' } } }
const RECORDS = 12_000

/** The worker that has the flow now. */
async function holder(company: Company, processes: readonly Process[]): Promise<Process | undefined> {
  const [lease] = await company.store.sql<{ holder: string }>('select holder from lease where expires_at > now()')
  return processes.find((one) => lease?.holder.startsWith(`process ${one.pid} `))
}

test('one of three workers is killed under load: another takes over within 30 seconds, nothing is lost or doubled', async () => {
  const company = await openCompany(REAL_TIME)
  await company.erp.sql(
    `insert into customers (legal_name, vat, email) select 'Customer ' || i, 'V' || i, 'c' || i || '@acme.example' from generate_series(1, ${RECORDS}) i`,
  )
  const workers = [
    await company.start('serve', '--port', '0'),
    await company.start('worker'),
    await company.start('worker', '--port', '0'),
  ]
  const landed = async (): Promise<number> => Number(await company.crm.value('select count(*) from accounts'))
  await expect.poll(landed, { timeout: 60_000, interval: 20 }).toBeGreaterThan(RECORDS / 10)
  const victim = (await holder(company, workers))!
  expect(victim).toBeDefined()
  victim.signal('SIGKILL')
  const killed = Date.now()
  await victim.ended
  const survivors = workers.filter((one) => one !== victim)
  const before = await landed()
  expect(before).toBeLessThan(RECORDS)
  // Fresh edits go on while the work changes hands.
  await company.erp.sql(`update customers set legal_name = legal_name || ' Ltd' where id % 100 = 0`)
  await expect.poll(() => holder(company, survivors), { timeout: 30_000, interval: 50 }).toBeDefined()
  await expect.poll(landed, { timeout: 30_000, interval: 50 }).toBeGreaterThan(before)
  expect(Date.now() - killed).toBeLessThan(30_000)

  await expect.poll(landed, { timeout: 90_000 }).toBe(RECORDS)
  const differing = `select count(*) from (select vat, legal_name from customers) a`
  const inErp = await company.erp.sql(`${differing.replace('count(*)', 'vat, legal_name')} order by vat collate "C"`)
  await expect
    .poll(
      async () =>
        JSON.stringify(
          await company.crm.sql(
            'select tax_id as vat, account_name as legal_name from accounts order by tax_id collate "C"',
          ),
        ) === JSON.stringify(inErp),
      { timeout: 60_000 },
    )
    .toBe(true)
  expect(await company.store.value('select count(*) from batch where settled_at is null')).toBe('0')
})

test('SIGTERM under load drains within 10 seconds, and a second process goes on without repeating anything', async () => {
  const company = await openCompany(REAL_TIME)
  await company.erp.sql(
    `insert into customers (legal_name, vat) select 'Customer ' || i, 'V' || i from generate_series(1, ${RECORDS}) i`,
  )
  const first = await company.start('serve', '--port', '0')
  const landed = async (): Promise<number> => Number(await company.crm.value('select count(*) from accounts'))
  await expect.poll(landed, { timeout: 60_000, interval: 20 }).toBeGreaterThan(RECORDS / 10)
  const began = Date.now()
  first.signal('SIGTERM')
  expect(await first.ended, first.output()).toBe(0)
  expect(Date.now() - began).toBeLessThan(10_000)
  const before = await landed()
  await company.start('serve', '--port', '0')
  await expect.poll(landed, { timeout: 90_000 }).toBe(RECORDS)
  expect(await company.crm.value('select count(distinct tax_id) from accounts')).toBe(String(RECORDS))
  // Each account was written once, by the system's own count.
  expect(await company.crm.value(`select count(*) from written where what = 'INSERT'`)).toBe(String(RECORDS))
  expect(before).toBeLessThanOrEqual(RECORDS)
})
