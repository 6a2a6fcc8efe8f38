import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { expect, onTestFinished, test } from 'vitest'

import { Beginning } from '../../src/api/begin/beginning.ts'
import { startBeginningApi } from '../../src/api/server.ts'
import type { BeginningView, SampleList } from '../../src/api/v1/schemas/begin.ts'
import { introspectSystem, sampleSystem } from '../../src/app.ts'
import { readContract } from '../../src/contract/reading/read-contract.ts'
import { jsonTelling } from '../../src/service/json-telling.ts'
import { openBeginning } from '../../src/service/open-beginning.ts'
import { bindContract } from '../../src/store/agreements/contract-binding.ts'
import { connectSystem } from '../engine/systems.ts'
import { adminSecret } from '../harness/account.ts'
import { freshDatabase } from '../harness/database.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import { openStand } from './stand.ts'

const ERP = `
  create table customers (id serial primary key, legal_name text not null, vat text, email text, credit_limit numeric(12, 2),
    api_key text, updated_at timestamptz not null default now());
  create table orders (id serial primary key, customer_id integer references customers, placed date);
  create table audit_log (id serial primary key, line text);
  insert into customers (legal_name, vat, email, credit_limit, api_key)
    select 'Company ' || i, 'ESB' || (10000000 + i), 'c' || i || '@x.example', i * 10, 'top-secret' from generate_series(1, 20) i;
  analyze;`
const CRM = [
  `create table accounts (id integer primary key, account_name varchar(80) not null, tax_id varchar(20), email varchar(80),
     credit_limit decimal(12, 2), ort varchar(40))`,
  `insert into accounts values ${Array.from({ length: 18 }, (_, i) => `(${i + 1}, 'Company ${i + 1}', 'ESB${10000001 + i}', 'c${i + 1}@x.example', ${i === 4 ? 1 : (i + 1) * 10}, null)`).join(', ')}`,
]

/** The API of a beginning, with an admin who asks it. */
async function beginning(env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'concordat-begin-'))
  const [store, erp] = await Promise.all([freshDatabase('begin_store'), freshDatabase('begin_erp')])
  const system = connectSystem(erp.url)
  await system.sql(ERP)
  const opened = await openBeginning({ DATABASE_URL: store.url })
  const lines: string[] = []
  let urls: Readonly<Record<string, string>> | null = null
  const desk = new Beginning({
    env: { DATABASE_URL: store.url, ...env },
    contract: join(folder, 'concordat.yaml'),
    envFile: join(folder, '.env'),
    introspect: introspectSystem,
    sample: sampleSystem,
    onWritten: (written) => (urls = written),
  })
  const telling = jsonTelling((line) => lines.push(line))
  const api = await startBeginningApi(
    { database: opened.database, beginning: desk, telling, env: {} },
    { host: '127.0.0.1', port: 0 },
  )
  const authorization = `Bearer ${await adminSecret(opened.database)}`
  onTestFinished(async () => {
    await api.close()
    await opened.close()
    await system.end()
    await Promise.all([store.drop(), erp.drop()])
    rmSync(folder, { recursive: true, force: true })
  })
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${api.url}/api/v1${path}`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as BeginningView & { detail: string; code: string } }
  }
  return { folder, store, erp, api, ask, opened, urls: () => urls, lines }
}

const OWNER = { name: 'Ana', email: 'ana@x.example' }
const DECISIONS = {
  company: 'Acme',
  currency: 'EUR',
  owners: { business: OWNER, technical: OWNER },
  leads: 'erp',
  start: 'people-decide',
  answers: {},
  match: {},
} as const

async function crmDatabase(sql: readonly string[]): Promise<string> {
  const crm = await freshDatabase('begin_crm')
  const system = connectSystem(crm.url)
  onTestFinished(async () => {
    await system.end()
    await crm.drop()
  })
  for (const one of sql) await system.sql(one)
  return crm.url
}

async function wholeWay(crm: string): Promise<void> {
  const begun = await beginning()
  const { ask } = begun
  expect((await ask('PUT', '/begin/systems/first', { name: '', url: begun.erp.url })).body.systems[0]).toMatchObject({
    name: begun.erp.name,
  })
  expect((await ask('PUT', '/begin/systems/first', { name: 'erp', url: begun.erp.url })).status).toBe(200)
  const connected = await ask('PUT', '/begin/systems/second', { name: 'crm', url: crm })
  expect(connected.body.found).toMatchObject({ flows: [{ flow: 'customers', tables: ['customers', 'accounts'] }] })
  const chosen = await ask('PUT', '/begin/tables', {
    pairs: [{ flow: 'customers', tables: ['customers', 'accounts'] }],
    rows: true,
  })
  const [flow] = chosen.body.flows!
  expect(flow!.fields.find(({ field }) => field === 'credit_limit')).toMatchObject({ equal: 17, of: 18 })
  const samples = { body: (await ask('GET', '/begin/flows/customers/samples')).body as unknown as SampleList }
  expect(samples.body.pairs[0]!.fields.find(({ field }) => field === 'credit_limit')).toMatchObject({
    values: ['50.00', '1.00'],
    equal: false,
  })
  // Neither what is looked at nor what could be added holds a column that keeps secrets.
  expect(JSON.stringify([chosen.body, samples.body])).not.toMatch(/api_key|top-secret|password/)
  const decided = await ask('PUT', '/begin/decisions', DECISIONS)
  expect(decided.body.decisions).toMatchObject({ open: 0 })
  expect(decided.body.decisions!.questions.map(({ setting }) => setting).slice(0, 3)).toEqual([
    'edge_cases.deleted_in_master',
    'edge_cases.existing_unmatched',
    'edge_cases.existing_records',
  ])
  expect(decided.body.decisions!.questions[1]!.evidence).toEqual([
    'customers, among the first 20 rows of ERP and 18 of CRM: 2 of ERP and 0 of CRM have no counterpart.',
  ])
  expect(await ask('POST', '/begin/write')).toMatchObject({ status: 200, body: { over: true } })
  const path = join(begun.folder, 'concordat.yaml')
  expect(readContract(path)).toMatchObject({ problems: [], questions: [] })
  expect(begun.urls()).toEqual({ ERP_URL: begun.erp.url, CRM_URL: crm })
  expect(statSync(join(begun.folder, '.env')).mode & 0o777).toBe(0o600)
  expect(readFileSync(path, 'utf8')).not.toContain('://')
  expect(await ask('POST', '/begin/write')).toMatchObject({ status: 409, body: { code: 'contract.begun' } })
  expect(begun.lines.join('\n')).not.toContain('://postgres')
}

test('from two PostgreSQL databases to a contract', async () => wholeWay(await crmDatabase(CRM)))

describeMariaDb('a beginning with MariaDB', (server) => {
  test('from PostgreSQL and MariaDB to a contract', async () => {
    const { url, drop } = await server().freshDatabase('crm')
    onTestFinished(drop)
    const client = await mysql.createConnection(url)
    for (const sql of CRM) await client.query(sql)
    await client.end()
    await wholeWay(url)
  })
})

test('only addresses of databases are called, and what is refused names no password', async () => {
  const { ask, store } = await beginning({ SHOP_URL: 'https://shop.example' })
  const connect = (url: string, name = 'erp') => ask('PUT', '/begin/systems/first', { name, url })
  for (const url of ['http://169.254.169.254/', 'file:///etc/passwd', 'gopher://x', 'postgres', 'javascript:alert(1)'])
    expect(await connect(url)).toMatchObject({ status: 422, body: { code: 'contract.bad-answer' } })
  expect((await connect('', 'shop')).body.detail).toContain('not the URL of a database')
  expect((await connect('', 'erp')).body).toMatchObject({ cure: expect.stringContaining('ERP_URL') as string })
  expect((await connect(store.url)).body.detail).toContain('its own state')
  expect((await connect(`${store.url}?application_name=x`)).body.detail).toContain('its own state')
  const away = await connect('postgres://ann:hidden-word@127.0.0.1:1/erp')
  expect(away.status).toBe(502)
  expect(JSON.stringify(away.body)).not.toContain('hidden-word')
  expect((await ask('GET', '/begin')).body.systems).toEqual([null, null])
})

test('what is out of turn, not offered, or no answer is refused, and what was there stays', async () => {
  const begun = await beginning()
  const { ask } = begun
  const refused = { status: 422, body: { code: 'contract.bad-answer' } }
  expect(await ask('PUT', '/begin/tables', { pairs: [{ tables: ['a', 'b'] }], rows: true })).toMatchObject(refused)
  expect(await ask('PUT', '/begin/decisions', DECISIONS)).toMatchObject(refused)
  expect(await ask('POST', '/begin/write')).toMatchObject(refused)
  await ask('PUT', '/begin/systems/first', { name: 'erp', url: begun.erp.url })
  const crm = await crmDatabase(CRM)
  expect(await ask('PUT', '/begin/systems/second', { name: 'erp', url: crm })).toMatchObject(refused)
  expect(await ask('PUT', '/begin/systems/second', { name: 'shared', url: crm })).toMatchObject(refused)
  await ask('PUT', '/begin/systems/second', { name: 'crm', url: crm })
  const choose = (...pairs: object[]) => ask('PUT', '/begin/tables', { pairs, rows: false })
  expect(await choose({ tables: ['customers', 'nothing'] })).toMatchObject(refused)
  expect(await choose({ tables: ['customers', 'accounts'] }, { tables: ['customers', 'accounts'] })).toMatchObject(
    refused,
  )
  expect(await choose({ flow: 'a: b', tables: ['customers', 'accounts'] })).toMatchObject({ status: 422 })
  expect((await choose({ flow: 'customers', tables: ['customers', 'accounts'] })).status).toBe(200)
  const fields = (body: object) => ask('PUT', '/begin/flows/customers', { keep: [], add: [], match: [], ...body })
  expect(await fields({ add: [['api_key', 'ort']] })).toMatchObject(refused)
  expect(await fields({ add: [['id', 'id']] })).toMatchObject(refused)
  expect(await fields({ match: ['nothing'] })).toMatchObject(refused)
  const decide = (other: object) => ask('PUT', '/begin/decisions', { ...DECISIONS, ...other })
  expect((await decide({})).status).toBe(200)
  expect(await decide({ leads: 'nobody' })).toMatchObject(refused)
  expect(await decide({ start: 'equals' })).toMatchObject(refused)
  expect(await decide({ answers: { 'limits.changes': 'perhaps' } })).toMatchObject(refused)
  expect(await decide({ answers: { history: '400 days\n  master: crm' } })).toMatchObject({ status: 422 })
  expect(await decide({ answers: { 'owners.business': 'somebody' } })).toMatchObject({ status: 422 })
  expect(await decide({ company: 'Acme\nflows:' })).toMatchObject({ status: 422 })
  // A file that is not decided yet is not written: the service could not go on by it.
  expect((await decide({ answers: { history: null } })).body.decisions).toMatchObject({ open: 1 })
  expect(await ask('POST', '/begin/write')).toMatchObject({ status: 409, body: { code: 'contract.undecided' } })
  expect(existsSync(join(begun.folder, 'concordat.yaml'))).toBe(false)
  await decide({})
  writeFileSync(join(begun.folder, '.env'), 'ERP_URL=postgres://elsewhere/erp\n')
  expect(await ask('POST', '/begin/write')).toMatchObject({ status: 409, body: { code: 'contract.unwritable' } })
  expect(existsSync(join(begun.folder, 'concordat.yaml'))).toBe(false)
})

test('where there is a contract nothing is begun, and a store that belongs to one is not opened for another', async () => {
  const { ask } = await openStand()
  expect(await ask('GET', '/begin')).toMatchObject({ status: 200, body: { over: true } })
  expect(await ask('POST', '/begin/write')).toMatchObject({ status: 409, body: { code: 'contract.begun' } })
  const { opened, store } = await beginning()
  await bindContract(opened.database, { company: 'Acme', flows: {} })
  await expect(openBeginning({ DATABASE_URL: store.url })).rejects.toMatchObject({ code: 'contract.unreadable' })
})
