/** The whole of it: real systems, the application, and a mail server; the ERP's database is stopped and started again. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { stringify } from 'yaml'
import type { App } from '../../src/app.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { CRM_SCHEMA, ERP_SCHEMA } from '../engine/schemas.ts'
import { contractOf } from '../engine/template.ts'
import { freshDatabase } from '../harness/database.ts'
import { mailSink } from './mail-sink.ts'
import { openSigned } from '../harness/sign.ts'

const MINUTE = 60_000

/** A moment at which "every 5 minutes" is due, so that the stories begin alike at whatever time they are told. */
const onTheDot = (): number => Math.ceil(Date.now() / (5 * MINUTE)) * 5 * MINUTE

async function sql(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(text)
  await client.end()
}

test('L27 the ERP stops: its owners are told that it cannot be reached, then that customers is late, each once; and once that it is over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'concordat-late-'))
  const home = { CONCORDAT_HOME: join(folder, 'erp') }
  const start = async () => {
    const server = await startEmbedded({ env: home, durable: false })
    onTestFinished(() => server.stop())
    return server
  }
  let erp = await start()
  await erp.createDatabase('erp')
  const [crm, store, mail] = await Promise.all([freshDatabase('crm'), freshDatabase('store'), mailSink()])
  await sql(erp.url('erp'), `${ERP_SCHEMA}; insert into customers (legal_name, vat) values ('Zoë Private', 'A1')`)
  await sql(crm.url, CRM_SCHEMA)
  const contract = join(folder, 'concordat.yaml')
  const channels = { mail: { kind: 'email', url: '${env:SMTP_URL}', from: 'concordat@acme.example' } }
  await writeFile(contract, stringify({ ...contractOf({}, {}), channels }))
  const open = (): Promise<App> =>
    openSigned({
      contract,
      env: { ERP_URL: erp.url('erp'), CRM_URL: crm.url, SMTP_URL: mail.url },
      databaseUrl: store.url,
      clock: () => Date.now(),
    })
  let app = await open()
  onTestFinished(async () => {
    vi.useRealTimers()
    await app.close()
    await rm(folder, { recursive: true, force: true })
  })

  const begin = onTheDot()
  const status = async () => (await app.status())[0]!
  /** At a minute of the story: a run, as a scheduler would start it, and a look. */
  const at = async (minute: number): Promise<void> => {
    vi.useFakeTimers({ now: begin + minute * MINUTE, toFake: ['Date'] })
    await app.run()
    await app.alerts.watch.tick()
  }
  const subjects = () => mail.mails.map((one) => `${one.to.join()} ${one.subject.replace('[Concordat] ', '')}`)

  await at(0)
  expect(await status()).toMatchObject({ status: 'On time' })
  expect(subjects()).toEqual([])

  await sql(erp.url('erp'), `update customers set credit_limit = 7`)
  await erp.stop()
  for (const minute of [5, 10, 15, 20, 25, 30, 34]) await at(minute)
  expect(await status()).toMatchObject({ status: 'Failing' })
  expect(subjects()).toEqual(['tomas@acme.example ERP cannot be reached'])
  for (const minute of [36, 41, 46]) await at(minute)
  expect(subjects()).toEqual(['tomas@acme.example ERP cannot be reached', 'tomas@acme.example Customers is late'])
  // The business owner an hour after each began.
  for (const minute of [64, 66, 70]) await at(minute)
  expect(subjects().slice(2)).toEqual(['ana@acme.example Still: ERP cannot be reached'])

  erp = await start()
  await app.close()
  app = await open()
  await at(75)
  expect(await status()).toMatchObject({ status: 'On time' })
  await at(80)
  expect(subjects().slice(3).toSorted()).toEqual([
    'tomas@acme.example Over: Customers is late',
    'tomas@acme.example,ana@acme.example Over: ERP cannot be reached',
  ])
  // Law L28: neither a password nor a name in any mail's subject, nor a password in its text.
  const password = new URL(erp.url('erp')).password
  for (const { subject, text } of mail.mails) {
    expect(subject).not.toMatch(/Zoë|@/)
    expect(text).not.toContain(password)
  }
})

test('L27 a change that cannot land is told by the name of its record, in the body only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'concordat-late-'))
  const [erp, crm, store, mail] = await Promise.all([
    freshDatabase('erp'),
    freshDatabase('crm'),
    freshDatabase('store'),
    mailSink(),
  ])
  await sql(
    erp.url,
    `${ERP_SCHEMA}; insert into customers (legal_name, vat) values ('Zoë Private', 'A1'), ('Beta', 'B1')`,
  )
  await sql(crm.url, CRM_SCHEMA)
  const contract = join(folder, 'concordat.yaml')
  const channels = { mail: { kind: 'email', url: '${env:SMTP_URL}', from: 'concordat@acme.example' } }
  await writeFile(contract, stringify({ ...contractOf({}, {}), channels }))
  const app = await openSigned({
    contract,
    env: { ERP_URL: erp.url, CRM_URL: crm.url, SMTP_URL: mail.url },
    databaseUrl: store.url,
    clock: () => Date.now(),
  })
  onTestFinished(async () => {
    vi.useRealTimers()
    await app.close()
    await rm(folder, { recursive: true, force: true })
  })
  const begin = onTheDot()
  const at = async (minute: number): Promise<void> => {
    vi.useFakeTimers({ now: begin + minute * MINUTE, toFake: ['Date'] })
    await app.run()
    await app.alerts.watch.tick()
  }
  await at(0)
  // Somebody holds the record for hours.
  await sql(
    crm.url,
    `create function locked() returns trigger language plpgsql as $$ begin raise exception 'locked' using errcode = '55P03'; end $$;
     create trigger locked before update on accounts for each row when (new.tax_id = 'A1') execute function locked()`,
  )
  await sql(erp.url, `update customers set credit_limit = 7`)
  for (const minute of [5, 20, 34]) await at(minute)
  const subjects = () => mail.mails.map((one) => one.subject.replace('[Concordat] ', ''))
  expect(subjects()).toEqual(['CRM does not answer in time'])
  for (const minute of [36, 40]) await at(minute)
  expect(subjects()).toEqual(['CRM does not answer in time', 'Customers is late'])
  expect(mail.mails[1]!.text).toMatch(/Which records\n- Zoë Private \(record \d+\)\n/)
  expect(mail.mails[1]!.text).toContain('A change of a customer has been waiting for CRM since')
  expect((await app.status())[0]).toMatchObject({ status: 'Failing' })

  await sql(crm.url, 'drop trigger locked on accounts')
  await at(45)
  expect(subjects().slice(2).toSorted()).toEqual(['Over: CRM does not answer in time', 'Over: Customers is late'])
})
