import { expect, test } from 'vitest'

import { openStand } from '../api/stand.ts'
import { addPerson, PASSWORD } from '../harness/account.ts'
import { browserAt, codeOf } from './browser.ts'

const GOOD = 'tractor violet seldom harbour'

test('the printed link makes the first account, an admin, and works once', async () => {
  const stand = await openStand({}, { admin: false })
  const link = new URL((await stand.setupLink())!)
  const token = link.searchParams.get('token')!
  const browser = browserAt(stand.url)
  expect(await browser.session()).toMatchObject({ signed_in: false, setup_needed: true, who: null, csrf: null })
  expect(await browser.must('POST', '/link', { token })).toMatchObject({ purpose: 'setup', email: null, name: null })

  const account = { token, name: 'Rosa Gil', email: ' Rosa@Acme.example ', password: GOOD }
  const weak = await browser.ask('POST', '/setup', {
    ...account,
    email: 'rosa@acme.example',
    password: 'rosa@acme.example1',
  })
  expect([weak.status, await codeOf(weak)]).toEqual([422, 'access.bad-password'])
  await browser.must('POST', '/setup', { ...account, email: 'Rosa@Acme.example' })
  expect(await browser.session()).toMatchObject({
    signed_in: true,
    setup_needed: false,
    who: { kind: 'person', name: 'Rosa Gil', email: 'rosa@acme.example', roles: [{ flow: null, role: 'admin' }] },
  })
  const again = await browserAt(stand.url).ask('POST', '/setup', { ...account, email: 'eve@acme.example' })
  expect([again.status, await codeOf(again)]).toEqual([410, 'access.bad-link'])
  expect(await stand.setupLink()).toBeNull()
  const stored = await stand.store.sql(
    'select token_hash::text from one_time_link union all select token_hash::text from browser_session',
  )
  expect(JSON.stringify(stored)).not.toContain(token)
})

test('a wrong password and an unknown account get the same answer', async () => {
  const stand = await openStand()
  await addPerson(stand.database, 'ana@acme.example')
  const browser = browserAt(stand.url)
  const known = await browser.signIn('ana@acme.example', 'not her password')
  const unknown = await browser.signIn('nobody@acme.example', 'not her password')
  expect([known.status, unknown.status]).toEqual([401, 401])
  expect(await known.text()).toBe(await unknown.text())
})

test('a session ends when it is not used, when it is old, when it is signed out or ended elsewhere', async () => {
  const stand = await openStand()
  await addPerson(stand.database, 'ana@acme.example')
  const [one, other] = [browserAt(stand.url), browserAt(stand.url)]
  const signedIn = async () => (await one.session()).signed_in
  for (const aged of [
    `seen_at = now() - interval '12 hours 1 minute'`,
    `created_at = now() - interval '7 days 1 minute'`,
  ]) {
    await one.signIn('ana@acme.example', PASSWORD)
    expect(await signedIn()).toBe(true)
    await stand.store.sql(`update browser_session set ${aged}`)
    expect(await signedIn()).toBe(false)
  }
  await one.signIn('ana@acme.example', PASSWORD)
  await one.must('POST', '/sign-out')
  expect(await signedIn()).toBe(false)

  await one.signIn('ana@acme.example', PASSWORD)
  const stolen = new Map(one.cookies)
  await other.signIn('ana@acme.example', PASSWORD)
  const { items } = await other.must<{ items: { id: string; current: boolean }[] }>('GET', '/sessions')
  expect(items.map(({ current }) => current)).toEqual([true, false])
  await other.must('DELETE', `/sessions/${items.find(({ current }) => !current)!.id}`)
  expect(stolen.has('concordat_session')).toBe(true)
  expect(await signedIn()).toBe(false)
})

test('the cookie is kept from scripts and from other sites, and a change needs the proof of our pages', async () => {
  const stand = await openStand()
  await addPerson(stand.database, 'ana@acme.example')
  const browser = browserAt(stand.url)
  const answer = await browser.signIn('ana@acme.example', PASSWORD)
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^concordat_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/),
    expect.stringMatching(
      /^concordat_browser=[\w-]{43}\.[\w-]{43}; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Lax$/,
    ),
  ])
  const refused = async (headers: Record<string, string>, cookie = true) => {
    const { status } = await (cookie ? browser : browserAt(stand.url)).ask('POST', '/sign-out', undefined, headers)
    return status
  }
  expect(await refused({ 'x-csrf-token': 'x' })).toBe(403)
  expect(await refused({ 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await refused({ 'sec-fetch-site': 'same-site' })).toBe(403)
  expect(await refused({ origin: 'https://evil.example' })).toBe(403)
  expect(await refused({ origin: 'null' })).toBe(403)
  // Nor can another site sign a browser in as somebody else.
  const foreign = await browserAt(stand.url).ask(
    'POST',
    '/sign-in',
    { email: 'ana@acme.example', password: PASSWORD },
    { origin: 'https://evil.example' },
  )
  expect(foreign.status).toBe(403)
  const form = await fetch(`${stand.url}/api/v1/sign-in`, {
    method: 'POST',
    body: JSON.stringify({ email: 'ana@acme.example', password: PASSWORD }),
    headers: { 'content-type': 'text/plain' },
  })
  expect(form.status).toBe(422)
  expect((await browser.session()).signed_in).toBe(true)
  await browser.must('POST', '/sign-out')
})

test('every page comes with headers that tell the browser to be strict', async () => {
  const { url } = await openStand()
  for (const path of ['/api/docs', '/api/v1/session', '/health', '/nowhere']) {
    const { headers } = await fetch(`${url}${path}`)
    expect(headers.get('content-security-policy'), path).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
  }
})

test('an invitation gives roles and a link; a reset link ends all sessions; who is disabled is out', async () => {
  const stand = await openStand()
  await addPerson(stand.database, 'boss@acme.example', [{ role: 'admin' }])
  const boss = browserAt(stand.url)
  await boss.signIn('boss@acme.example', PASSWORD)
  const invite = { email: 'ines@acme.example', name: 'Inés', roles: [{ flow: 'customers', role: 'viewer' }] }
  const invited = await boss.must<{ link: string; person: { id: string } }>('POST', '/people', invite)
  expect((await boss.ask('POST', '/people', invite)).status).toBe(409)
  const ines = browserAt(stand.url)
  expect((await ines.signIn('ines@acme.example', '')).status).toBe(422)
  const accept = (link: string, password: string) =>
    ines.ask('POST', '/setup', { token: new URL(link).searchParams.get('token'), password })
  expect((await accept(invited.link, GOOD)).status).toBe(200)
  expect((await ines.session()).who).toMatchObject({
    name: 'Inés',
    rights: { view: ['customers'], decide: [], administer: false },
  })

  const { link } = await boss.must<{ link: string }>('POST', `/people/${invited.person.id}/reset`)
  expect((await ines.session()).signed_in).toBe(true)
  expect((await accept(link, `${GOOD} two`)).status).toBe(200)
  expect((await ines.session()).signed_in).toBe(true)
  expect((await browserAt(stand.url).signIn('ines@acme.example', GOOD)).status).toBe(401)

  await boss.must('PATCH', `/people/${invited.person.id}`, { disabled: true })
  expect((await ines.session()).signed_in).toBe(false)
  expect((await browserAt(stand.url).signIn('ines@acme.example', `${GOOD} two`)).status).toBe(401)
  const { items } = await boss.must<{ items: { who: string; act: string; subject: string; address: string }[] }>(
    'GET',
    '/audit?limit=200',
  )
  const acts = items.toReversed().filter(({ act }) => act !== 'rules signed')
  expect(acts.map(({ who, act, subject }) => [who, act, subject])).toEqual([
    ['boss <boss@acme.example>', 'signed in', 'boss@acme.example'],
    ['boss <boss@acme.example>', 'person invited', 'ines@acme.example'],
    ['Inés <ines@acme.example>', 'invitation accepted', 'ines@acme.example'],
    ['boss <boss@acme.example>', 'link made', 'ines@acme.example'],
    ['Inés <ines@acme.example>', 'password reset', 'ines@acme.example'],
    ['nobody', 'sign-in refused', 'ines@acme.example'],
    ['boss <boss@acme.example>', 'person changed', 'ines@acme.example'],
    ['nobody', 'sign-in refused', 'ines@acme.example'],
  ])
  expect(new Set(acts.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']))
})

test('the last admin stays one', async () => {
  const stand = await openStand({}, { admin: false })
  const id = await addPerson(stand.database, 'boss@acme.example', [{ role: 'admin' }])
  const boss = browserAt(stand.url)
  await boss.signIn('boss@acme.example', PASSWORD)
  for (const change of [{ disabled: true }, { roles: [] }]) {
    const answer = await boss.ask('PATCH', `/people/${id}`, change)
    expect([answer.status, await codeOf(answer)]).toEqual([409, 'access.last-admin'])
  }
  expect((await boss.session()).who?.rights.administer).toBe(true)
})

test('a changed password signs all other browsers out', async () => {
  const stand = await openStand()
  await addPerson(stand.database, 'ana@acme.example')
  const [one, other] = [browserAt(stand.url), browserAt(stand.url)]
  for (const browser of [one, other]) await browser.signIn('ana@acme.example', PASSWORD)
  expect((await one.ask('POST', '/password', { current: 'wrong', password: GOOD })).status).toBe(401)
  await one.must('POST', '/password', { current: PASSWORD, password: GOOD })
  expect([(await one.session()).signed_in, (await other.session()).signed_in]).toEqual([true, false])
})

test('a token does what it was given, as long as its owner may, and cannot make another', async () => {
  const stand = await openStand()
  const id = await addPerson(stand.database, 'ops@acme.example', [{ flow: 'customers', role: 'technical owner' }])
  const browser = browserAt(stand.url)
  await browser.signIn('ops@acme.example', PASSWORD)
  const beyond = await browser.ask('POST', '/tokens', { name: 'x', rights: ['administer'] })
  expect(beyond.status).toBe(403)
  const token = await browser.must<{ id: string; secret: string }>('POST', '/tokens', {
    name: 'monitor',
    rights: ['view'],
    flows: ['customers'],
  })
  const by = async (method: string, path: string, secret = token.secret) =>
    (await fetch(`${stand.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${secret}` } })).status
  expect(await by('GET', '/flows/customers')).toBe(200)
  expect(await by('GET', '/flows/customers', 'concordat_x')).toBe(401)
  expect(await by('GET', '/tokens')).toBe(403)
  expect(await by('POST', '/flows/customers/resume')).toBe(403)
  expect((await browser.must<{ items: object[] }>('GET', '/tokens')).items).toMatchObject([
    { name: 'monitor', rights: ['view'] },
  ])
  await stand.store.sql(`delete from account_role where account_id = ${id}`)
  expect(await by('GET', '/flows/customers')).toBe(403)
  await browser.must('DELETE', `/tokens/${token.id}`)
  expect(await by('GET', '/session')).toBe(401)
})
