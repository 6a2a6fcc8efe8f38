/** Nobody becomes somebody else: by a token, by a link that they made themselves, by a session that they found. */
import { expect, test } from 'vitest'

import type { SessionInfo } from '../../src/api/v1/schemas/access.ts'
import type { SigningItem } from '../../src/api/v1/schemas/signatures.ts'
import { openStand, type Stand } from '../api/stand.ts'
import { addPerson, addSecret, PASSWORD } from '../harness/account.ts'
import { browserAt, codeOf, type Browser } from './browser.ts'
import { codeOfFactor } from './factor.ts'

const OTHER = 'tractor violet seldom harbour'

async function signedIn(stand: Stand, email: string, password = PASSWORD): Promise<Browser> {
  const browser = browserAt(stand.url)
  expect((await browser.signIn(email, password)).status).toBe(200)
  return browser
}

const tokenIn = (link: string): string => new URL(link, 'http://x').searchParams.get('token')!

/** Ana and Tomás own the customers; the boss administers. Nobody has signed. */
async function stage() {
  const stand = await openStand({}, { admin: false })
  const ids: Record<string, string> = {}
  for (const name of ['ana', 'tomas']) ids[name] = await addPerson(stand.database, `${name}@acme.example`)
  ids['boss'] = await addPerson(stand.database, 'boss@acme.example', [{ role: 'admin' }])
  await stand.store.sql('delete from signature')
  await stand.store.sql('delete from account_notice')
  const boss = await signedIn(stand, 'boss@acme.example')
  const reset = async (by: Browser, id: string, body: object = {}) =>
    (await by.must<{ link: string }>('POST', `/people/${id}/reset`, body)).link
  const follow = async (link: string, more: object = {}) => {
    const browser = browserAt(stand.url)
    const answer = await browser.ask('POST', '/setup', { token: tokenIn(link), password: OTHER, ...more })
    if (answer.status === 200) await browser.session()
    return { browser, answer }
  }
  const signing = async (by: Browser) => (await by.must<{ items: SigningItem[] }>('GET', '/rules/signatures')).items[0]!
  const sign = async (by: Browser, as: 'business' | 'technical') => {
    const { flow, fingerprint } = await signing(by)
    const answer = await by.ask('POST', '/rules/sign', { flow, fingerprint, as })
    return answer.status === 200 ? 'signed' : codeOf(answer)
  }
  return { stand, ids, boss, reset, follow, sign, signing }
}

test('a token that administers makes no link, no account, no roles and no signature', async () => {
  const { stand, ids } = await stage()
  const secret = await addSecret(stand.database, ids['boss']!, ['view', 'decide', 'operate', 'administer'])
  const by = async (method: string, path: string, body?: object) =>
    (
      await fetch(`${stand.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${secret}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
    ).status
  expect(await by('GET', '/people')).toBe(200)
  expect(await by('POST', `/people/${ids['ana']}/reset`, {})).toBe(403)
  expect(
    await by('POST', '/people', { email: 'eve@acme.example', name: 'Eve', roles: [{ flow: null, role: 'admin' }] }),
  ).toBe(403)
  expect(await by('PATCH', `/people/${ids['ana']}`, { roles: [{ flow: null, role: 'admin' }] })).toBe(403)
  expect(await by('PATCH', `/people/${ids['ana']}`, { disabled: true })).toBe(403)
  expect(await by('POST', `/people/${ids['ana']}/confirm`)).toBe(403)
  expect(await by('POST', '/tokens', { name: 'x', rights: ['view'] })).toBe(403)
  expect(await by('POST', '/second-factor')).toBe(403)
  expect(await stand.store.sql('select * from one_time_link')).toEqual([])
})

test('an admin who resets an owner cannot sign as her: the other owner confirms it first, and she hears of it', async () => {
  const { stand, ids, boss, reset, follow, sign, signing } = await stage()
  const ana = await follow(await reset(boss, ids['ana']!))
  expect(ana.answer.status).toBe(200)
  expect(await sign(ana.browser, 'business')).toBe('access.unconfirmed')
  const { notices } = await ana.browser.must<SessionInfo>('GET', '/session')
  expect(notices).toMatchObject([
    { kind: 'password reset', by: 'boss@acme.example' },
    { kind: 'reset link made', by: 'boss <boss@acme.example>' },
  ])
  // Neither she nor the admin confirms it, nor an admin who takes over the other owner in the same way.
  expect((await boss.ask('POST', `/people/${ids['ana']}/confirm`)).status).toBe(403)
  const { since } = (await signing(ana.browser)).holds[0]!
  const answer = await ana.browser.ask('POST', `/people/${ids['ana']}/confirm`, { since })
  expect(await codeOf(answer)).toBe('access.unknown')
  const tomas = await signedIn(stand, 'tomas@acme.example')
  const holds = (await signing(tomas)).holds
  expect(holds).toMatchObject([{ as: 'business', name: 'ana', by: 'boss@acme.example', until: null, confirm: true }])
  expect((await signing(ana.browser)).holds).toMatchObject([{ confirm: false }])
  await tomas.must('POST', `/people/${ids['ana']}/confirm`, { since })
  expect(await sign(ana.browser, 'business')).toBe('signed')
  const acts = await stand.store.sql(`select who, act, subject from audit where act = 'reset confirmed'`)
  expect(acts).toEqual([{ who: 'tomas <tomas@acme.example>', act: 'reset confirmed', subject: 'ana@acme.example' }])
  // Once seen, the notices are gone.
  const now = await ana.browser.must<SessionInfo>('GET', '/session')
  await ana.browser.must('POST', '/notices/seen', { up_to: now.notices[0]!.id })
  expect((await ana.browser.session()).notices).toEqual([])
})

test('who confirms a new password confirms the one that they saw, and no later one', async () => {
  const { ids, stand, boss, reset, follow, sign, signing } = await stage()
  const ana = await follow(await reset(boss, ids['ana']!))
  expect(ana.answer.status).toBe(200)
  const tomas = await signedIn(stand, 'tomas@acme.example')
  const { since } = (await signing(tomas)).holds[0]!
  // While Tomás asks Ana whether it was her, the admin uses another link.
  const thief = await follow(await reset(boss, ids['ana']!), { password: 'walnut ferry obscure lantern' })
  expect((await tomas.ask('POST', `/people/${ids['ana']}/confirm`, { since })).status).toBe(404)
  expect(await sign(thief.browser, 'business')).toBe('access.unconfirmed')
})

test('where the admin is the other owner, or resets both, the new password signs after 24 hours', async () => {
  const { stand, ids, boss, reset, follow, sign, signing } = await stage()
  await stand.store.sql(`insert into account_role (account_id, flow, role) values (${ids['tomas']}, '*', 'admin')`)
  const tomas = await signedIn(stand, 'tomas@acme.example')
  const ana = await follow(await reset(tomas, ids['ana']!))
  expect(await sign(ana.browser, 'business')).toBe('access.unconfirmed')
  const [hold] = (await signing(tomas)).holds
  expect(hold).toMatchObject({ confirm: false })
  expect(Date.parse(hold!.until!) - Date.now()).toBeGreaterThan(23.9 * 3_600_000)
  const confirming = { since: hold!.since }
  expect((await tomas.ask('POST', `/people/${ids['ana']}/confirm`, confirming)).status).toBe(404)
  await stand.store.sql(`update account set reset_at = reset_at - interval '23 hours 59 minutes'`)
  expect(await sign(ana.browser, 'business')).toBe('access.unconfirmed')
  await stand.store.sql(`update account set reset_at = reset_at - interval '1 minute'`)
  expect(await sign(ana.browser, 'business')).toBe('signed')

  // Both by one admin: neither of them confirms the other.
  await stand.store.sql('delete from signature')
  const both = [await follow(await reset(boss, ids['ana']!)), await follow(await reset(boss, ids['tomas']!))]
  const { since } = (await signing(boss)).holds.find(({ as }) => as === 'business')!
  expect((await both[1]!.browser.ask('POST', `/people/${ids['ana']}/confirm`, { since })).status).toBe(404)
  expect(await sign(both[0]!.browser, 'business')).toBe('access.unconfirmed')
  expect(await sign(both[1]!.browser, 'technical')).toBe('access.unconfirmed')
})

test('whom an admin invites under the e-mail of an owner does not sign at once either', async () => {
  const { stand, ids, boss, follow, sign, signing } = await stage()
  await stand.store.sql(`delete from account where email = 'ana@acme.example'`)
  const invitation = { email: 'ana@acme.example', name: 'Ana', roles: [{ flow: null, role: 'admin' }] }
  const { link } = await boss.must<{ link: string }>('POST', '/people', invitation)
  const ana = await follow(link)
  expect(await sign(ana.browser, 'business')).toBe('access.unconfirmed')
  expect((await ana.browser.session()).notices).toMatchObject([{ kind: 'invited', by: 'boss <boss@acme.example>' }])
  const tomas = await signedIn(stand, 'tomas@acme.example')
  const id = (await ana.browser.session()).who!.id
  expect(id).not.toBe(ids['ana'])
  const { since } = (await signing(tomas)).holds[0]!
  await tomas.must('POST', `/people/${id}/confirm`, { since })
  expect(await sign(ana.browser, 'business')).toBe('signed')
})

test('a second factor from before the reset is asked for, and is the confirmation; one from after it is not', async () => {
  const { stand, ids, boss, reset, follow, sign } = await stage()
  const ana = await signedIn(stand, 'ana@acme.example')
  const { secret } = await ana.must<{ secret: string }>('POST', '/second-factor')
  await ana.must('POST', '/second-factor/begin', { code: codeOfFactor(secret) })
  await stand.store.sql(`update account set totp_since = totp_since - interval '1 second'`)
  const link = await reset(boss, ids['ana']!)
  expect(await boss.must('POST', '/link', { token: tokenIn(link) })).toMatchObject({ code_needed: true })
  expect(await codeOf((await follow(link)).answer)).toBe('access.code-needed')
  expect(await codeOf((await follow(link, { code: '000000' })).answer)).toBe('access.wrong-code')
  const again = await follow(link, { code: codeOfFactor(secret, 1) })
  expect(again.answer.status).toBe(200)
  expect(await sign(again.browser, 'business')).toBe('signed')

  // The device is lost: the link takes the factor away, and one that is added then proves nothing, whatever follows.
  await stand.store.sql('delete from signature')
  const lost = await follow(await reset(boss, ids['ana']!, { second_factor: true }))
  expect(lost.answer.status).toBe(200)
  expect(await sign(lost.browser, 'business')).toBe('access.unconfirmed')
  const mine = await lost.browser.must<{ secret: string }>('POST', '/second-factor')
  await lost.browser.must('POST', '/second-factor/begin', { code: codeOfFactor(mine.secret) })
  const twice = await follow(await reset(boss, ids['ana']!), { code: codeOfFactor(mine.secret, 1) })
  expect(twice.answer.status).toBe(200)
  expect(await sign(twice.browser, 'business')).toBe('access.unconfirmed')
})

test('tokens end with a changed password, a reset and the end of the account, and do not come back', async () => {
  const { stand, ids, boss, reset, follow } = await stage()
  const vic = await addPerson(stand.database, 'vic@acme.example', [{ role: 'viewer' }])
  const works = async (secret: string) =>
    (await fetch(`${stand.url}/api/v1/home`, { headers: { authorization: `Bearer ${secret}` } })).status === 200
  const token = () => addSecret(stand.database, vic, ['view'])

  const changed = await token()
  expect(await works(changed)).toBe(true)
  await (await signedIn(stand, 'vic@acme.example')).must('POST', '/password', { current: PASSWORD, password: OTHER })
  expect(await works(changed)).toBe(false)

  const wasReset = await token()
  await follow(await reset(boss, vic))
  expect(await works(wasReset)).toBe(false)

  const disabled = await token()
  const link = await reset(boss, vic)
  await boss.must('PATCH', `/people/${vic}`, { disabled: true })
  expect(await works(disabled)).toBe(false)
  await boss.must('PATCH', `/people/${vic}`, { disabled: false })
  expect(await works(disabled)).toBe(false)
  expect((await follow(link)).answer.status).toBe(410)
  expect((await boss.session()).who!.id).toBe(ids['boss'])
})

test('links, roles and tokens need a proof of who one is that is not old', async () => {
  const { stand, ids, boss } = await stage()
  await stand.store.sql(`update browser_session set proved_at = now() - interval '16 minutes'`)
  for (const [method, path, body] of [
    ['POST', '/tokens', { name: 'x', rights: ['view'] }],
    ['POST', '/people', { email: 'eve@acme.example', name: 'Eve', roles: [] }],
    ['PATCH', `/people/${ids['ana']}`, { name: 'Ana' }],
    ['POST', `/people/${ids['ana']}/reset`, {}],
    ['POST', '/second-factor', undefined],
  ] as const)
    expect([path, await codeOf(await boss.ask(method, path, body))]).toEqual([path, 'access.not-fresh'])
  expect((await boss.session()).signed_in).toBe(true)
  expect(await codeOf(await boss.ask('POST', '/prove', { password: 'wrong' }))).toBe('access.wrong-password')
  await boss.must('POST', '/prove', { password: PASSWORD })
  await boss.must('POST', '/tokens', { name: 'x', rights: ['view'] })
})

test('the second factor is asked for at sign-in, a code works once, and recovery codes work when the device is lost', async () => {
  const { stand, ids } = await stage()
  const ana = await signedIn(stand, 'ana@acme.example')
  const { secret, uri } = await ana.must<{ secret: string; uri: string }>('POST', '/second-factor')
  expect(uri).toMatch(/^otpauth:\/\/totp\/.*secret=[A-Z2-7]{32}/)
  expect(await codeOf(await ana.ask('POST', '/second-factor/begin', { code: '123456' }))).toBe('access.wrong-code')
  const { codes } = await ana.must<{ codes: string[] }>('POST', '/second-factor/begin', { code: codeOfFactor(secret) })
  expect(codes).toHaveLength(10)
  const enter = async (code?: string, password = PASSWORD) => {
    const answer = await browserAt(stand.url).ask('POST', '/sign-in', { email: 'ana@acme.example', password, code })
    return answer.status === 200 ? 'in' : codeOf(answer)
  }
  expect(await enter()).toBe('access.code-needed')
  expect(await enter(undefined, 'wrong')).toBe('access.wrong-password')
  // The code that began it was used.
  expect(await enter(codeOfFactor(secret))).toBe('access.wrong-code')
  expect(await enter(codeOfFactor(secret, 1))).toBe('in')
  expect(await enter(codeOfFactor(secret, 1))).toBe('access.wrong-code')
  expect(await enter(codes[3]!.toUpperCase().replaceAll('-', ' '))).toBe('in')
  expect(await enter(codes[3])).toBe('access.wrong-code')
  const stored = JSON.stringify(await stand.store.sql('select code_hash::text from recovery_code'))
  for (const code of codes) {
    expect(stored).not.toContain(code)
    // At least 112 bits, as a plain hash asks for.
    expect(code.replaceAll('-', '')).toMatch(/^[a-z2-7]{24}$/)
  }
  expect(
    await stand.store.sql(`select details->>'second_factor' as said from audit where act = 'sign-in refused' limit 3`),
  ).toContainEqual({ said: 'wrong' })
  await stand.store.sql(`delete from throttle`)
  for (let guess = 0; guess < 10; guess++) expect(await enter(`00000${guess % 10}`)).toBe('access.wrong-code')
  expect(await enter(codes[4])).toBe('access.throttled')
  expect((await ana.session()).who).toMatchObject({ id: ids['ana'], second_factor: true })
  await ana.must('DELETE', '/second-factor')
  expect(await enter()).toBe('in')
})

test('an owner in whose name somebody signs on the command line is told at the next sign-in', async () => {
  const { stand } = await stage()
  await stand.store.sql('delete from account_notice')
  const { items } = await (
    await signedIn(stand, 'boss@acme.example')
  ).must<{ items: SigningItem[] }>('GET', '/rules/signatures')
  const app = await stand.app()
  await app.giveWord({
    flow: items[0]!.flow,
    as: 'business',
    by: 'ana',
    verdict: 'signed',
    way: 'command line',
    actor: { kind: 'command line', account: null, who: 'ana', address: 'root@server' },
  })
  const ana = await signedIn(stand, 'ana@acme.example')
  expect((await ana.session()).notices).toMatchObject([
    { kind: 'signed on the command line', by: 'root@server', subject: 'customers' },
  ])
})

test('an owner is told by their channel, too, as soon as somebody makes a link to their account', async () => {
  const channels = {
    chat: { kind: 'webhook', url: 'https://chat.acme.example/in', signing_secret: '${env:CHAT_SECRET}' },
  }
  const stand = await openStand({ channels }, { admin: false })
  const ana = await addPerson(stand.database, 'ana@acme.example')
  await addPerson(stand.database, 'boss@acme.example', [{ role: 'admin' }])
  const boss = await signedIn(stand, 'boss@acme.example')
  await boss.must('POST', `/people/${ana}/reset`)
  expect(await stand.store.sql('select people, route, content->>$$happened$$ as said from alert_message')).toEqual([
    {
      people: ['ana'],
      route: ['chat'],
      said: 'boss <boss@acme.example> created a link to reset the password of your account.',
    },
  ])
  // From then on in the language that she reads Concordat in, whatever the admin reads; without one in the admin's.
  const spanish = { 'accept-language': 'es' }
  const signIn = { email: 'ana@acme.example', password: PASSWORD }
  expect((await browserAt(stand.url).ask('POST', '/sign-in', signIn, spanish)).status).toBe(200)
  const lastSaid = () =>
    stand.store.sql(
      `select content->>'subject' as subject, content->>'happened' as said, content->>'language' as language
       from alert_message order by id desc limit 1`,
    )
  await boss.must('POST', `/people/${ana}/reset`)
  const inSpanish = {
    subject: '[Concordat] Se ha creado un enlace para elegir una contraseña nueva para usted',
    said: 'boss <boss@acme.example> ha creado un enlace para elegir una contraseña nueva de su cuenta.',
    language: 'es',
  }
  expect(await lastSaid()).toEqual([inSpanish])
  await stand.store.sql('update account set language = null')
  await boss.ask('POST', `/people/${ana}/reset`, {}, spanish)
  expect(await lastSaid()).toEqual([inSpanish])
})
