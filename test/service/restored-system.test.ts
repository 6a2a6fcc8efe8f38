import { setTimeout as sleep } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { openCompany } from './stage.ts'

const PATIENCE = { timeout: 60_000 }

test('L35 a system that is restored under a running service is left alone, and the others too', async () => {
  const company = await openCompany({ customers: { schedule: { erp: 'real-time', crm: 'real-time' } } })
  const { erp, crm } = company
  await erp.sql(
    `insert into customers (legal_name, vat) select 'Company ' || n, 'V' || n from generate_series(1, 40) n`,
  )
  await company.start('serve', '--port', '0')
  await expect.poll(() => crm.value('select count(*)::int from accounts'), PATIENCE).toBe(40)
  await erp.sql('create schema backup; create table backup.rows as table customers')
  await erp.sql(`update customers set legal_name = 'Renamed ' || id where id <= 10`)
  await erp.sql(`insert into customers (legal_name, vat) select 'Later ' || n, 'L' || n from generate_series(1, 5) n`)
  await expect.poll(() => crm.value('select count(*)::int from accounts'), PATIENCE).toBe(45)
  const renamed = () => crm.value(`select count(*)::int from accounts where account_name like 'Renamed%'`)
  await expect.poll(renamed, PATIENCE).toBe(10)
  await crm.written()

  await erp.sql('truncate customers cascade; insert into customers overriding system value table backup.rows')
  const app = await company.app()
  await expect.poll(async () => (await app.cases()).map((one) => one.kind), PATIENCE).toEqual(['restored system'])
  await sleep(3_000)
  expect(await crm.written()).toBe(0)
  expect((await app.status())[0]).toMatchObject({ status: 'Needs you' })

  await app.resolve((await app.cases())[0]!.case, { choice: 'write back', by: 'ana' })
  await expect.poll(() => erp.value('select count(*)::int from customers'), PATIENCE).toBe(45)
  await expect
    .poll(() => erp.value(`select count(*)::int from customers where legal_name like 'Renamed%'`), PATIENCE)
    .toBe(10)
  expect(await crm.written()).toBe(0)
})
