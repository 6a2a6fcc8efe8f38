import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'

import { openApp } from '../../src/app.ts'
import type { SigningItem, SigningList } from '../../src/api/v1/schemas/signatures.ts'
import { openStand } from '../api/stand.ts'
import { openWorld } from '../engine/world.ts'
import { addPerson, PASSWORD } from '../harness/account.ts'
import { signAll } from '../harness/sign.ts'
import { openCompany } from '../service/stage.ts'
import { browserAt, codeOf } from './browser.ts'

/** An application whose rules nobody has signed yet. */
async function unsigned() {
  const world = await openWorld()
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  const open = () => openApp({ contract: world.contract, env: world.env, databaseUrl: world.store.url })
  const app = await open()
  const say = (as: 'business' | 'technical', by: string, more: { verdict?: 'refused'; comment?: string } = {}) =>
    app.giveWord({
      flow: 'customers',
      as,
      by,
      verdict: 'signed',
      way: 'command line',
      actor: { kind: 'command line', account: null, who: by, address: 'root@server' },
      ...more,
    })
  return { ...world, signed: app, open, say }
}

test('rules run once both owners have signed them, and not before', async () => {
  const { signed: app, say, crm, store } = await unsigned()
  expect(await app.status()).toMatchObject([
    { status: 'Needs you', why: expect.stringMatching(/^Ana Ruiz .* and Tomás Vidal .* must sign/) as string },
  ])
  await expect(app.run()).rejects.toMatchObject({
    code: 'contract.unsigned',
    cure: expect.stringContaining('concordat approve customers --as business --by ana') as string,
  })
  expect((await app.plan()).flows).toMatchObject([{ created: 1 }])
  expect(await say('business', 'ana', { comment: 'as agreed in May' })).toMatchObject({
    signed: false,
    why: 'Tomás Vidal (technical owner) must sign the rules before they take effect.',
  })
  await expect(app.run()).rejects.toMatchObject({ code: 'contract.unsigned' })
  expect(await crm.sql('select * from accounts')).toEqual([])
  expect(await say('technical', 'Tomas@acme.example')).toMatchObject({ signed: true, why: null })
  expect(await app.run()).toMatchObject([{ status: 'done', created: 1 }])
  expect(await app.status()).toMatchObject([{ status: 'On time' }])
  expect(
    await store.sql('select kind, who, act, subject, address, details->>$$comment$$ as said from audit order by id'),
  ).toEqual([
    {
      kind: 'command line',
      who: 'Ana Ruiz <ana@acme.example>',
      act: 'rules signed',
      subject: 'customers',
      address: 'root@server',
      said: 'as agreed in May',
    },
    {
      kind: 'command line',
      who: 'Tomás Vidal <tomas@acme.example>',
      act: 'rules signed',
      subject: 'customers',
      address: 'root@server',
      said: null,
    },
  ])
  await app.close()
})

test('owners hear that rules wait for them, and not that the flow is late; it ends with the signatures', async () => {
  const { signed: app } = await unsigned()
  await app.alerts.watch.tick()
  expect(await app.alerts.list({ open: true })).toMatchObject([
    {
      kind: 'needs you',
      flows: ['customers'],
      headline: expect.stringMatching(/its rules are not signed$/i) as string,
      todo: expect.stringContaining('concordat approve customers --as business --by ana') as string,
    },
  ])
  await signAll(app)
  await app.alerts.watch.tick()
  expect(await app.alerts.list({ open: true })).toEqual([])
  await app.close()
})

test('only the owner signs; a refusal says why, shows in the status, and stops the flow', async () => {
  const { signed: app, say } = await unsigned()
  await expect(say('business', 'tomas')).rejects.toMatchObject({ code: 'contract.not-the-owner' })
  await expect(say('business', 'ana', { verdict: 'refused' })).rejects.toMatchObject({ code: 'contract.no-reason' })
  await signAll(app)
  await app.run()
  await say('business', 'ana', { verdict: 'refused', comment: 'phones are ours' })
  await expect(app.run()).rejects.toMatchObject({ code: 'contract.unsigned' })
  expect(await app.status()).toMatchObject([
    { status: 'Needs you', why: 'Ana Ruiz (business owner) refused these rules: phones are ours' },
  ])
  await say('business', 'ana')
  expect(await app.run()).toMatchObject([{ status: 'done' }])
  await app.close()
})

test('changed rules need both owners again, while who loaded the signed ones goes on with those', async () => {
  const { signed: before, say, decide, open, erp } = await unsigned()
  await signAll(before)
  await before.run()
  await decide({ customers: { edge_cases: { deleted_in_master: 'unlink' } } })
  const after = await open()
  expect(await after.status()).toMatchObject([{ status: 'Needs you' }])
  await expect(after.run()).rejects.toMatchObject({ code: 'contract.unsigned' })
  await erp.sql(`update customers set legal_name = 'Acme Instruments'`)
  expect(await before.run()).toMatchObject([{ status: 'done', updated: 1 }])
  // Who has read the new file signs it, before it is loaded.
  const fingerprint = (await after.signings())[0]!.fingerprint
  for (const [as, by] of [['business', 'ana'] as const, ['technical', 'tomas'] as const])
    await before.giveWord({
      flow: 'customers',
      as,
      by,
      fingerprint,
      verdict: 'signed',
      way: 'browser',
      actor: { kind: 'person', account: null, who: by, address: '' },
    })
  expect(await after.run()).toMatchObject([{ status: 'done' }])
  // Back to the rules of before: they are signed already.
  expect(await before.run()).toMatchObject([{ status: 'done' }])
  await expect(say('business', 'ana')).resolves.toMatchObject({ signed: true })
  await before.close()
  await after.close()
})

test('a comment, a schedule or a channel is no change of the rules; a new owner has to sign', async () => {
  const { signed: before, decide, open } = await unsigned()
  await signAll(before)
  await decide({ customers: { schedule: { erp: 'hourly', crm: 'hourly' } } })
  const rescheduled = await open()
  expect(await rescheduled.run()).toMatchObject([{ status: 'done' }])
  await decide({ customers: { owners: { business: 'tomas', technical: 'tomas' } } })
  const owned = await open()
  expect(await owned.signings()).toMatchObject([{ signed: false, business: { person: 'tomas', said: null } }])
  for (const app of [before, rescheduled, owned]) await app.close()
})

test('in the browser an owner signs what they have read, and nobody else does', async () => {
  const stand = await openStand()
  const people: Record<string, ReturnType<typeof browserAt>> = {}
  for (const [name, roles] of [
    ['ana', []],
    ['tomas', []],
    ['boss', [{ role: 'admin' }]],
  ] as const) {
    await addPerson(stand.database, `${name}@acme.example`, roles)
    people[name] = browserAt(stand.url)
    await people[name].signIn(`${name}@acme.example`, PASSWORD)
  }
  await stand.store.sql('delete from signature')
  const [{ flow, fingerprint }] = (await people['ana']!.must<{ items: SigningItem[] }>('GET', '/rules/signatures'))
    .items as [SigningItem]
  const sign = async (who: string, as: string, print = fingerprint) => {
    const answer = await people[who]!.ask('POST', '/rules/sign', { flow, fingerprint: print, as })
    return answer.status === 200 ? ((await answer.json()) as SigningItem).signed : codeOf(answer)
  }
  expect(await sign('boss', 'business')).toBe('access.forbidden')
  expect(await sign('tomas', 'business')).toBe('contract.not-the-owner')
  expect(await sign('ana', 'business', 'f00d')).toBe('contract.changed')
  expect(await sign('ana', 'business')).toBe(false)
  expect((await people['tomas']!.ask('POST', '/rules/refuse', { flow, fingerprint, as: 'technical' })).status).toBe(422)
  await people['tomas']!.must('POST', '/rules/refuse', { flow, fingerprint, as: 'technical', comment: 'not yet' })
  expect(await sign('tomas', 'technical')).toBe(true)
  const [{ history }] = (await people['boss']!.must<{ items: SigningItem[] }>('GET', '/rules/signatures')).items as [
    SigningItem,
  ]
  expect(history.map(({ name, verdict, comment, way }) => [name, verdict, comment, way])).toEqual([
    ['Tomás Vidal', 'signed', null, 'browser'],
    ['Tomás Vidal', 'refused', 'not yet', 'browser'],
    ['Ana Ruiz', 'signed', null, 'browser'],
  ])
})

test('the service leaves a flow alone until it is signed, and then begins by itself', { timeout: 60_000 }, async () => {
  const company = await openCompany(
    { customers: { schedule: { erp: 'real-time', crm: 'real-time' } } },
    { sign: false },
  )
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  const serve = await company.start('serve', '--port', '0')
  await expect
    .poll(serve.output)
    .toMatch(/first one here, within a day: http:\/\/127.0.0.1:\d+\/setup\?token=[\w-]{43}/)
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  expect(await company.crm.value('select count(*)::int from accounts')).toBe(0)
  expect(await company.store.value('select count(*)::int from run')).toBe(0)
  const app = await company.app()
  expect(await app.status()).toMatchObject([{ status: 'Needs you' }])
  await signAll(app)
  await expect.poll(() => company.crm.value('select account_name from accounts'), { timeout: 30_000 }).toBe('Acme')
})

test('who becomes an owner by rules that do not run yet sees their flow and signs them, and may do nothing else', async () => {
  const stand = await openStand()
  await addPerson(stand.database, 'lena@acme.example')
  const lena = browserAt(stand.url)
  await lena.signIn('lena@acme.example', PASSWORD)
  expect((await lena.session()).who!.rights).toMatchObject({ view: [], sign: [] })
  const text = await readFile(stand.contract, 'utf8')
  const tree = parse(text) as { people: object; flows: { customers: { owners: { business: string } } } }
  Object.assign(tree.people, { lena: { name: 'Lena Ortiz', email: 'lena@acme.example' } })
  tree.flows.customers.owners.business = 'lena'
  await writeFile(stand.contract, stringify(tree))
  expect((await lena.session()).who!.rights).toMatchObject({
    view: ['customers'],
    sign: ['customers'],
    decide: [],
    operate: [],
  })
  const { items, file } = await lena.must<SigningList>('GET', '/rules/signatures')
  expect(items).toMatchObject([{ business: { person: 'ana' } }])
  expect(file).toMatchObject([{ signed: false, business: { person: 'lena', said: null } }])
  const { flow, fingerprint } = file[0]!
  expect(await lena.must('POST', '/rules/sign', { flow, fingerprint, as: 'business' })).toMatchObject({ signed: true })
  await writeFile(stand.contract, text)
  expect((await lena.session()).who!.rights).toMatchObject({ view: [], sign: [] })
})
