import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'

import type { App } from '../../src/app.ts'
import { signAll } from '../harness/sign.ts'
import { openCompany } from './stage.ts'

const REAL_TIME = { customers: { schedule: { erp: 'real-time', crm: 'real-time' } } }

/** A service that runs by signed rules, by which the ERP's names win. */
async function running() {
  const company = await openCompany(REAL_TIME, { sign: false })
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  await signAll(await company.app())
  const serve = await company.start('serve', '--port', '0')
  const names = async () => [
    await company.erp.value('select legal_name from customers'),
    await company.crm.value('select account_name from accounts'),
  ]
  await expect.poll(names, { timeout: 30_000 }).toEqual(['Acme', 'Acme'])
  const edit = async (from: string, to: string) => {
    const text = await readFile(company.contract, 'utf8')
    expect(text).toContain(from)
    await writeFile(company.contract, text.replace(from, to))
  }
  const renamed = (name: string) => company.crm.sql('update accounts set account_name = $1', name)
  const takenUp = () => serve.log.filter(({ msg }) => msg === 'rules taken up').length
  return { ...company, serve, names, edit, renamed, takenUp }
}

const say = (app: App, as: 'business' | 'technical', verdict: 'signed' | 'refused') =>
  app.giveWord({
    flow: 'customers',
    as,
    by: as === 'business' ? 'ana' : 'tomas',
    verdict,
    comment: verdict === 'refused' ? 'not this month' : undefined,
    way: 'command line',
    actor: { kind: 'command line', account: null, who: as, address: 'test' },
  })

test('new rules are taken up without a restart once both owners have signed them, and not before', async () => {
  const { app, serve, names, edit, renamed, takenUp } = await running()
  await edit('edited_outside_master: revert', 'edited_outside_master: accept')
  const now = await app()
  await say(now, 'business', 'signed')
  await say(now, 'technical', 'refused')
  await sleep(5_000)
  await renamed('By the old rules')
  await expect.poll(names, { timeout: 30_000 }).toEqual(['Acme', 'Acme'])
  expect(takenUp()).toBe(0)

  await say(now, 'technical', 'signed')
  await expect.poll(takenUp, { timeout: 30_000 }).toBe(1)
  expect((await fetch(`${serve.url}/ready`)).status).toBe(200)
  await renamed('By the new rules')
  await expect.poll(names, { timeout: 30_000 }).toEqual(['By the new rules', 'By the new rules'])

  // Rules that go back to what they were are still signed.
  await edit('edited_outside_master: accept', 'edited_outside_master: revert')
  await expect.poll(takenUp, { timeout: 30_000 }).toBe(2)
  await renamed('By the first rules')
  await expect.poll(names, { timeout: 30_000 }).toEqual(['By the new rules', 'By the new rules'])
  await expect
    .poll(async () => ((await (await fetch(`${serve.url}/health`)).json()) as { members: unknown[] }).members.length)
    .toBe(1)
  serve.signal('SIGTERM')
  expect(await serve.ended, serve.output()).toBe(0)
}, 180_000)

test('a file with a problem, or a question about a flow that runs, changes nothing', async () => {
  const { names, edit, renamed, takenUp } = await running()
  await edit('edited_outside_master: revert', 'edited_outside_master: perhaps')
  await sleep(5_000)
  await renamed('Meanwhile')
  await expect.poll(names, { timeout: 30_000 }).toEqual(['Acme', 'Acme'])
  await edit('    edited_outside_master: perhaps\n', '')
  await sleep(5_000)
  await renamed('Meanwhile')
  await expect.poll(names, { timeout: 30_000 }).toEqual(['Acme', 'Acme'])
  expect(takenUp()).toBe(0)
}, 120_000)
