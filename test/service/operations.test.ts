import { expect, test } from 'vitest'

import { openDatabase } from '../../src/store/database/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { tidy } from '../../src/service/tidy.ts'
import { jsonTelling } from '../../src/service/json-telling.ts'
import { freshDatabase } from '../harness/database.ts'
import { openCompany } from './stage.ts'

const REAL_TIME = { customers: { schedule: { erp: 'real-time', crm: 'real-time' } } }
const PATIENCE = { timeout: 60_000 }

test('metrics tell how the flows stand and what was done, from whichever process is asked', async () => {
  const company = await openCompany({ ...REAL_TIME, systems: { erp: { rate_limit: '200 per second' } } })
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B2')`)
  await company.start('serve', '--port', '0')
  const worker = await company.start('worker', '--port', '0')
  await expect.poll(() => company.crm.value('select count(*) from accounts'), PATIENCE).toBe('2')
  const scrape = async (): Promise<string> => (await fetch(`${worker.url}/metrics`)).text()
  await expect.poll(scrape, PATIENCE).toMatch(/^concordat_writes_total\{flow="customers",system="crm"\} 2$/m)
  const metrics = await scrape()
  expect(metrics).toMatch(/^concordat_records_total\{flow="customers",outcome="created"\} 2$/m)
  expect(metrics).toMatch(/^concordat_flow_oldest_change_seconds\{flow="customers",system="crm"\} 0$/m)
  expect(metrics).toMatch(/^concordat_flow_open_cases\{flow="customers"\} 0$/m)
  expect(metrics).toMatch(/^concordat_system_budget_ahead_seconds\{system="erp"\} /m)
  expect(metrics).toMatch(/^concordat_processes 2$/m)
})

test('L28 no secret and nothing of a record stands in a log line, in metrics, or in an answer', async () => {
  const secret = 'hunter2-not-to-be-seen'
  const personal = ['Zenobia Quillfeather', 'ES-SECRET-77', 'zenobia@quillfeather.example', '+34611222333']
  const company = await openCompany({
    ...REAL_TIME,
    systems: { erp: { webhook_secret: '${env:HOOK}' } },
    env: { HOOK: `whsec_${Buffer.from(secret).toString('base64')}` },
  })
  await company.erp.sql(
    `insert into customers (legal_name, vat, email, phone) values ('${personal[0]}', '${personal[1]}', '${personal[2]}', '${personal[3]}')`,
  )
  // Everything that can go wrong with the record does: refused, held, conflicting, and a bug in between.
  await company.crm.sql(`alter table accounts add constraint dislike check (account_name not like '%Quill%')`)
  const serve = await company.start('serve', '--port', '0')
  await expect.poll(() => company.store.value('select count(*) from case_file'), PATIENCE).toBe('1')
  await company.erpWire.cut()
  await expect.poll(() => company.store.value('select failures from flow_service'), PATIENCE).toBe(1)
  const body = JSON.stringify({ object: 'customers', id: personal[2] })
  const answers = [
    await fetch(`${serve.url}/hooks/erp`, { method: 'POST', body }),
    await fetch(`${serve.url}/hooks/${encodeURIComponent(personal[2]!)}`, { method: 'POST', body }),
    await fetch(`${serve.url}/health`),
    await fetch(`${serve.url}/metrics`),
    await fetch(`${serve.url}/nothing`),
  ]
  const said = [serve.output(), ...(await Promise.all(answers.map((answer) => answer.text())))].join('\n')
  const passwords = [company.erpWire.url, company.storeWire.url].map((url) => new URL(url).password)
  for (const word of [
    secret,
    Buffer.from(secret).toString('base64'),
    ...passwords,
    ...personal,
    ...personal[0]!.split(' '),
  ])
    expect(said).not.toContain(word)
  expect(said).toContain('connector.unreachable')
})

test('what is past the history of the contract is dropped by the month, and dull runs after a day', async () => {
  const { url, drop } = await freshDatabase('tidy')
  const database = await openDatabase(url)
  await migrate(database)
  for (const month of ['2025_09', '2025_10', '2025_11', '2026_11']) {
    const [year, number] = month.split('_').map(Number)
    const to = new Date(Date.UTC(year!, number, 1)).toISOString()
    for (const table of ['operation', 'revision'])
      await database.execute(
        `create table ${table}_${month} partition of ${table} for values from ('${month.replace('_', '-')}-01') to ('${to}')`,
      )
  }
  await database.execute(`insert into flow (name) values ('customers')`)
  await database.execute(`insert into contract_version (fingerprint, source, published_at) values ('f', '', now())`)
  const dull = '{"read": 3, "unchanged": 3, "linked": 0, "held": 0}'
  const busy = '{"read": 3, "unchanged": 2, "linked": 0, "held": 0}'
  for (const report of [dull, busy, dull])
    await database.execute(
      `insert into run (flow_id, contract_id, kind, status, started_at, finished_at, report)
       values (1, 1, 'incremental', 'done', '2026-11-20', '2026-11-20', $1)`,
      [report],
    )
  const lines: string[] = []
  const contract = { flows: new Map([['customers', { historyMs: 400 * 86_400_000 }]]) } as never
  await tidy(
    database,
    contract,
    jsonTelling((line) => lines.push(line)),
    Date.parse('2026-11-25T00:00:00Z'),
  )
  const left = await database.query<{ name: string }>(
    `select relname as name from pg_class where relname ~ '^(operation|revision)_\\d' and relkind = 'r' order by 1`,
  )
  // 400 days before 25 November 2026 is 21 October 2025: October is still needed.
  expect(left.map(({ name }) => name)).toEqual([
    'operation_2025_10',
    'operation_2025_11',
    'operation_2026_11',
    'revision_2025_10',
    'revision_2025_11',
    'revision_2026_11',
  ])
  expect(await database.query('select id from run order by id')).toEqual([{ id: '2' }, { id: '3' }])
  expect(JSON.parse(lines[0]!)).toMatchObject({ months: ['operation_2025_09', 'revision_2025_09'], runs: 1 })
  await database.close()
  await drop()
})
