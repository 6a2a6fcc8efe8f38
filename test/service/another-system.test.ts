import { setTimeout as sleep } from 'node:timers/promises'

import pg from 'pg'
import { expect, test } from 'vitest'

import { CRM_SCHEMA } from '../engine/schemas.ts'
import { connectSystem } from '../engine/systems.ts'
import { freshDatabase, urlOf } from '../harness/database.ts'
import { openCompany } from './stage.ts'

const PATIENCE = { timeout: 60_000 }
const ANA = { by: 'ana', actor: { kind: 'command line', account: null, who: 'ana', address: 'test' } } as const

test('L30 a system that becomes another one under a running service is left alone until somebody decides', async () => {
  const company = await openCompany({ customers: { schedule: { erp: 'real-time', crm: 'real-time' } } })
  await company.erp.sql(
    `insert into customers (legal_name, vat) select 'Company ' || n, 'V' || n from generate_series(1, 20) n`,
  )
  const serve = await company.start('serve', '--port', '0')
  await expect.poll(() => company.crm.value('select count(*)::int from accounts'), PATIENCE).toBe(20)

  // Somebody puts another database in the CRM's place: same server, same name, same URL.
  const other = await freshDatabase('other_crm')
  const system = connectSystem(other.url)
  await system.sql(CRM_SCHEMA)
  await system.sql(
    `insert into accounts (account_name, tax_id) select 'Stranger ' || n, 'S' || n from generate_series(1, 20) n`,
  )
  await system.end()
  const name = new URL(company.crm.url).pathname.slice(1)
  const client = new pg.Client({ connectionString: urlOf('postgres') })
  await client.connect()
  await client.query(`drop database ${name} with (force)`)
  await client.query(`alter database ${other.name} rename to ${name}`)
  await client.end()

  await company.erp.sql(`update customers set legal_name = 'Renamed ' || id where id <= 5`)
  await company.erp.sql(`delete from customers where id = 6`)
  const app = await company.app()
  const standing = async () => (await app.status()).map(({ status, why }) => `${status}: ${why}`).join()
  await expect.poll(standing, PATIENCE).toMatch(/^Needs you: CRM is a different database/)
  await company.erp.sql(`update customers set legal_name = 'Renamed again' where id <= 5`)
  await sleep(3_000)
  expect(await company.crm.written()).toBe(0)
  expect(await company.crm.value(`select count(*)::int from accounts where account_name like 'Stranger%'`)).toBe(20)
  // It asks ever less often, not all the time.
  expect(serve.log.filter((entry) => entry['code'] === 'connector.another-system').length).toBeLessThan(8)

  await app.systems.startOver(['crm'], ANA)
  await expect.poll(() => company.crm.value('select count(*)::int from accounts'), PATIENCE).toBe(39)
  await expect.poll(() => company.erp.value('select count(*)::int from customers'), PATIENCE).toBe(39)
  await expect.poll(standing, PATIENCE).toMatch(/^On time/)
})
