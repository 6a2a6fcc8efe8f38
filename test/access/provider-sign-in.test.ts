import { expect, test } from 'vitest'

import { openStand } from '../api/stand.ts'
import { addPerson, PASSWORD } from '../harness/account.ts'
import { browserAt, sentBack, type Browser } from './browser.ts'
import { startProvider, type Person } from './provider.ts'

const ANA: Person = { sub: 'u-1', email: 'Ana@acme.example', email_verified: true, name: 'Ana Ruiz' }

async function stage(more: Readonly<Record<string, string>> = {}) {
  const provider = await startProvider()
  const stand = await openStand({}, { env: { ...provider.env, ...more } })
  provider.serve(stand.url)
  /** Goes as a browser goes, up to the address that the provider sends it back to. */
  const dance = async (browser: Browser, from = '/oidc/acme/start'): Promise<string> => {
    const abroad = browserAt(provider.issuer)
    let next = (await browser.ask('GET', from)).headers.get('location')!
    for (let hops = 0; hops < 10 && !next.startsWith(stand.url); hops++) {
      const answer = await abroad.ask('GET', next, undefined, { 'sec-fetch-site': 'cross-site' })
      expect([302, 303], await answer.clone().text()).toContain(answer.status)
      next = new URL(answer.headers.get('location')!, next).href
    }
    return next
  }
  const come = (browser: Browser, back: string) =>
    browser.ask('GET', back, undefined, { 'sec-fetch-site': 'cross-site' })
  const signIn = async (person: Person, browser = browserAt(stand.url)) => {
    provider.person = person
    const answer = await come(browser, await dance(browser))
    return { answer, browser }
  }
  return { provider, stand, dance, come, signIn }
}

test('an owner of the contract signs in with the provider, and is known again by it under another address', async () => {
  const { stand, signIn, dance, come, provider } = await stage()
  expect((await browserAt(stand.url).session()).sign_in.oidc).toEqual([{ name: 'acme', label: 'Acme' }])
  const { answer, browser } = await signIn(ANA)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
  expect((await browser.session()).who).toMatchObject({
    name: 'Ana Ruiz',
    email: 'ana@acme.example',
    roles: [{ flow: 'customers', role: 'business owner', by_contract: true }],
  })
  const again = await signIn({ ...ANA, email: 'ana.ruiz@acme.example' })
  expect((await again.browser.session()).who).toMatchObject({ email: 'ana@acme.example' })
  expect((await again.browser.must<{ items: { method: string }[] }>('GET', '/sessions')).items).toMatchObject([
    { method: 'acme' },
    { method: 'acme' },
  ])
  provider.person = ANA
  for (const [asked, led] of [
    ['/cases?flow=customers', '/cases?flow=customers'],
    ['//evil.example', '/'],
    ['https://evil.example', '/'],
    ['/\\evil.example', '/'],
  ] as const) {
    const third = browserAt(stand.url)
    const back = await dance(third, `/oidc/acme/start?return_to=${encodeURIComponent(asked)}`)
    expect((await come(third, back)).headers.get('location')).toBe(led)
  }
})

test('an invited person is found by the e-mail that the provider verified; nobody else gets in', async () => {
  const { stand, signIn } = await stage()
  const invited = await addPerson(stand.database, 'ines@acme.example', [{ role: 'viewer' }])
  const ines = { sub: 'u-2', email: 'ines@acme.example' }
  expect(sentBack((await signIn(ines)).answer)).toBe('access.provider-refused')
  expect(sentBack((await signIn({ ...ines, email_verified: false })).answer)).toBe('access.provider-refused')
  expect(sentBack((await signIn({ sub: 'u-3' })).answer)).toBe('access.provider-refused')
  const eve = { sub: 'u-4', email: 'eve@acme.example', email_verified: true }
  const refused = await signIn(eve)
  expect(sentBack(refused.answer)).toBe('access.provider-refused')
  expect((await refused.browser.session()).signed_in).toBe(false)
  const { browser } = await signIn({ ...ines, email_verified: true })
  expect((await browser.session()).who).toMatchObject({ email: 'ines@acme.example', rights: { view: 'all' } })

  await stand.store.sql('update account set disabled_at = now() where id = $1', invited)
  expect(sentBack((await signIn(ines)).answer)).toBe('access.provider-refused')
  const { items } = await stand.get<{ items: { act: string; who: string; details: object }[] }>('/audit')
  expect(items.slice(0, 2)).toMatchObject([
    { act: 'sign-in refused', details: { why: 'This account is disabled.' } },
    { act: 'signed in', who: expect.stringContaining('ines@acme.example') as string, details: { method: 'acme' } },
  ])
})

test('a provider whose addresses are trusted need not say that they were verified', async () => {
  const { signIn } = await stage({ CONCORDAT_OIDC_ACME_TRUST_EMAIL: 'true' })
  const { browser } = await signIn({ sub: 'u-1', email: 'ana@acme.example' })
  expect((await browser.session()).signed_in).toBe(true)
})

test('an answer that does not fit what was begun signs nobody in', async () => {
  const { stand, provider, dance, come } = await stage()
  provider.person = ANA
  const refused = async (browser: Browser, back: string) => {
    expect(sentBack(await come(browser, back))).toBe('access.provider-refused')
    expect((await browser.session()).signed_in).toBe(false)
  }
  const changed = (back: string, name: string, value: string): string => {
    const url = new URL(back)
    url.searchParams.set(name, value)
    return url.href
  }
  // Another state than the one of this browser.
  let browser = browserAt(stand.url)
  await refused(browser, changed(await dance(browser), 'state', 'x'.repeat(43)))
  // The answer to what somebody else began, put before another browser.
  await refused(browserAt(stand.url), await dance(browserAt(stand.url)))
  // A token that was made for another sign-in.
  browser = browserAt(stand.url)
  let back = await dance(browser)
  await stand.store.sql(`update provider_attempt set nonce = 'another'`)
  await refused(browser, back)
  // A code that somebody else's verifier belongs to.
  browser = browserAt(stand.url)
  back = await dance(browser)
  await stand.store.sql(`update provider_attempt set verifier = repeat('v', 43)`)
  await refused(browser, back)
  // A code that the provider never gave.
  browser = browserAt(stand.url)
  await refused(browser, changed(await dance(browser), 'code', 'made-up'))
  // Another issuer than the one that was asked.
  browser = browserAt(stand.url)
  await refused(browser, changed(await dance(browser), 'iss', 'https://evil.example'))
  // Too late.
  browser = browserAt(stand.url)
  back = await dance(browser)
  await stand.store.sql(`update provider_attempt set expires_at = now() - interval '1 second'`)
  await refused(browser, back)
  // Twice.
  browser = browserAt(stand.url)
  back = await dance(browser)
  expect((await come(browser, back)).status).toBe(303)
  expect(sentBack(await come(browser, back))).toBe('access.provider-refused')
})

test('before there is an account, and while the provider is away, nobody is let in by it', async () => {
  const { stand, signIn } = await stage()
  await stand.store.sql('delete from account')
  expect(sentBack((await signIn(ANA)).answer)).toBe('access.provider-refused')
  const away = await openStand(
    {},
    {
      env: {
        CONCORDAT_OIDC_ACME_ISSUER: 'http://127.0.0.1:9',
        CONCORDAT_OIDC_ACME_CLIENT_ID: 'c',
        CONCORDAT_OIDC_ACME_CLIENT_SECRET: 's',
      },
    },
  )
  const browser = browserAt(away.url)
  expect(sentBack(await browser.ask('GET', '/oidc/acme/start'))).toBe('access.provider-unreachable')
  expect((await browser.ask('GET', '/oidc/other/start')).status).toBe(404)
})

test('where there is https, no neighbour under the same domain can set a cookie of ours', async () => {
  const { stand } = await stage({ CONCORDAT_PUBLIC_URL: 'https://concordat.acme.example' })
  await addPerson(stand.database, 'bea@acme.example')
  const browser = browserAt(stand.url)
  const begun = await browser.ask('GET', '/oidc/acme/start')
  const refused = await browser.ask('GET', '/oidc/acme/callback?state=x&code=y')
  const signedIn = await browser.ask('POST', '/sign-in', { email: 'bea@acme.example', password: PASSWORD })
  const cookies = [begun, refused, signedIn].flatMap(({ headers }) => headers.getSetCookie())
  expect(cookies.length).toBeGreaterThanOrEqual(5)
  for (const cookie of cookies) {
    expect(cookie).toMatch(/^__Host-concordat_[a-z_]+=/)
    expect(cookie).toMatch(/; Path=\/(;|$)/)
    expect(cookie).toMatch(/; Secure/)
    expect(cookie).toMatch(/; SameSite=Lax/)
  }
})
