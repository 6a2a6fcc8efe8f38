/** Which company's data an API shows: whoever changes the address, or the token, is asked before anything is written. */
import { writeFile } from 'node:fs/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openSigned } from '../harness/sign.ts'
import { contractText, DESCRIPTION, type Company, restCompany } from './company.ts'

vi.setConfig({ testTimeout: 240_000 })

const ANA = { by: 'ana', actor: { kind: 'command line', account: null, who: 'ana', address: 'test' } } as const

async function opened(company: Company) {
  const app = await openSigned(company.options)
  onTestFinished(() => app.close())
  return app
}

/** Twelve customers in agreement. */
async function agreed(contract?: string): Promise<Company> {
  const company = await restCompany(contract)
  await company.erp.query(
    `insert into customers (name, vat) select 'Customer ' || i, 'ES' || i from generate_series(1, 12) i`,
  )
  const [run] = await (await opened(company)).run({ flows: ['customers'] })
  expect(run).toMatchObject({ status: 'done', created: 12 })
  company.server.asked.length = 0
  return company
}

async function expectNothingButAsked(company: Company, why: RegExp): Promise<void> {
  await company.erp.query(`update customers set name = 'Edited' where id = 3`)
  const app = await opened(company)
  const [run] = await app.run({ flows: ['customers'] })
  expect(run).toMatchObject({ status: 'stopped', failure: { code: 'connector.another-system', system: 'crm' } })
  expect(run!.message).toMatch(why)
  expect((await app.plan({ flows: ['customers'] })).operations).toEqual([])
  expect(company.server.asked.filter(({ method }) => method !== 'GET')).toEqual([])
}

test('L30 a token that shows the data of another company does nothing but ask', async () => {
  const company = await agreed()
  company.server.tenant = 'real-company'
  await expectNothingButAsked(company, /tenant was test-company, now real-company/)
  company.server.tenant = 'test-company'
  const app = await opened(company)
  expect((await app.run({ flows: ['customers'] }))[0]).toMatchObject({ status: 'done', updated: 1 })
})

test('L30 another address of an API asks, and is believed when it holds the records', async () => {
  const company = await agreed(contractText(DESCRIPTION.replace('      tenant: company.id\n', '')))
  company.env['CRM_URL'] = company.server.url.replace('127.0.0.1', 'localhost')
  await expectNothingButAsked(company, /API was http:.*127.*, now http:.*localhost/)
  const app = await opened(company)
  const [, crm] = await app.systems.list()
  expect(crm).toMatchObject({ state: 'another', notes: [expect.stringMatching(/`tenant`/)] })
  expect(await app.systems.confirm('crm', false, ANA)).toMatchObject({
    compared: [{ flow: 'customers', looked: 12, same: 12 }],
  })
  expect((await app.run({ flows: ['customers'] }))[0]).toMatchObject({ status: 'done', updated: 1 })
})

test('L30 a description that lists the records elsewhere asks', async () => {
  const company = await agreed()
  const elsewhere = DESCRIPTION.replace('list: { get: accounts,', "list: { get: 'accounts?live=1',")
  await writeFile(company.options.contract!, contractText(elsewhere))
  await expectNothingButAsked(company, /path was accounts, now accounts\?live=1/)
})

test('an answer that does not say whose data it shows is an error that names the setting', async () => {
  const company = await restCompany(contractText(DESCRIPTION.replace('tenant: company.id', 'tenant: firm.id')))
  const [run] = await (await opened(company)).run({ flows: ['customers'] })
  expect(run!.status).toBe('failed')
  expect(run!.message).toMatch(/does not say at firm\.id whose data/)
})
