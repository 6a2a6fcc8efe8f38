/** A stranger who only knows e-mail addresses, or not even those, keeps nobody from signing in. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'

import { openStand } from '../api/stand.ts'
import { addPerson, PASSWORD } from '../harness/account.ts'
import { browserAt } from './browser.ts'

const TRUSTED = { CONCORDAT_TRUSTED_PROXIES: '1' }

/** A visitor whom the proxy says to come from an address. */
const visitor = (url: string, address: string) => {
  const browser = browserAt(url)
  return {
    ...browser,
    signIn: async (email: string, password: string) =>
      (await browser.ask('POST', '/sign-in', { email, password }, { 'x-forwarded-for': address })).status,
  }
}

test(
  'wrong guesses at an account, and sign-ins for made-up ones, keep no right password out',
  { timeout: 60_000 },
  async () => {
    const stand = await openStand()
    for (const name of ['ana', 'bea']) await addPerson(stand.database, `${name}@acme.example`)
    const stranger = browserAt(stand.url)
    for (let guess = 0; guess < 11; guess++) await stranger.signIn('ana@acme.example', `guess ${guess}`)
    expect((await browserAt(stand.url).signIn('ana@acme.example', PASSWORD)).status).toBe(200)
    // All of them from the one address that is everybody's behind a proxy that nobody named.
    await Promise.all(Array.from({ length: 60 }, (_, i) => stranger.signIn(`made-up-${i}@x.example`, 'wrong')))
    let stop = false
    const poll = async (): Promise<void> => {
      for (let i = 0; !stop; i++) {
        await stranger.signIn(`more-${i}@x.example`, 'wrong')
        await sleep(300)
      }
    }
    const polling = poll()
    const seen: number[] = []
    for (let i = 0; i < 3; i++) seen.push((await browserAt(stand.url).signIn('bea@acme.example', PASSWORD)).status)
    stop = true
    await polling
    expect(seen).toEqual([200, 200, 200])
  },
)

test('who goes on guessing is slowed down, and counted no faster', { timeout: 60_000 }, async () => {
  const stand = await openStand()
  await addPerson(stand.database, 'ana@acme.example')
  const stranger = browserAt(stand.url)
  for (let guess = 0; guess < 10; guess++) await stranger.signIn('ana@acme.example', `guess ${guess}`)
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, guess) => (await stranger.signIn('ana@acme.example', `more ${guess}`)).status),
  )
  const tried = answers.filter((status) => status === 401).length
  const seconds = (performance.now() - began) / 1000
  expect(answers.filter((status) => status === 429).length).toBeGreaterThan(15)
  expect(tried).toBeLessThanOrEqual(Math.ceil(seconds / 2) + 1)
  const { items } = await stand.get<{ items: { act: string }[] }>('/audit?limit=200&act=sign-in%20refused')
  expect(items.length).toBeLessThanOrEqual(20)
})

test(
  'a browser that somebody has signed in from before goes first, whoever floods the sign-in',
  { timeout: 60_000 },
  async () => {
    const stand = await openStand({}, { env: TRUSTED })
    await addPerson(stand.database, 'ana@acme.example')
    const known = browserAt(stand.url)
    expect((await known.signIn('ana@acme.example', PASSWORD)).status).toBe(200)
    expect([...known.cookies.keys()]).toEqual(expect.arrayContaining(['concordat_browser']))
    await known.must('POST', '/sign-out')
    let stop = false
    const flood = Array.from({ length: 40 }, async (_, i) => {
      const bot = visitor(stand.url, `198.51.100.${i}`)
      for (let k = 0; !stop; k++) await bot.signIn(k % 2 === 0 ? 'ana@acme.example' : `n${k}@x.example`, 'wrong')
    })
    await sleep(3_000)
    const took: number[] = []
    for (let i = 0; i < 3; i++) {
      const began = performance.now()
      expect((await known.signIn('ana@acme.example', PASSWORD)).status).toBe(200)
      took.push(performance.now() - began)
      await known.must('POST', '/sign-out')
    }
    stop = true
    await Promise.all(flood)
    expect(Math.max(...took)).toBeLessThan(4_000)
    // A cookie of somebody's own making is nothing, and a real one has a limit of its own.
    const forged = browserAt(stand.url)
    forged.cookies.set('concordat_browser', `${'x'.repeat(43)}.${'y'.repeat(43)}`)
    expect((await forged.signIn('ana@acme.example', 'wrong')).status).toBe(401)
    const stored = await stand.store.sql('select token_hash::text from known_browser')
    expect(JSON.stringify(stored)).not.toContain(known.cookies.get('concordat_browser')!.split('.')[0])
  },
)

test('the audit log and the sessions say where a visitor comes from when the proxy is named, and not otherwise', async () => {
  const named = await openStand({}, { env: TRUSTED })
  await addPerson(named.database, 'ana@acme.example')
  const ana = visitor(named.url, '203.0.113.7, 198.51.100.1')
  expect(await ana.signIn('ana@acme.example', PASSWORD)).toBe(200)
  const { items } = await ana.must<{ items: { address: string }[] }>('GET', '/sessions')
  expect(items.map(({ address }) => address)).toEqual(['198.51.100.1'])
  const audit = await named.get<{ items: { address: string }[] }>('/audit?act=signed%20in')
  expect(audit.items.map(({ address }) => address)).toEqual(['198.51.100.1'])

  const byAddress = await openStand({}, { env: { CONCORDAT_TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1' } })
  await addPerson(byAddress.database, 'ana@acme.example')
  expect(await visitor(byAddress.url, '203.0.113.7, 10.1.2.3').signIn('ana@acme.example', PASSWORD)).toBe(200)
  expect(await byAddress.store.sql('select address from browser_session')).toEqual([{ address: '203.0.113.7' }])

  const unnamed = await openStand()
  await addPerson(unnamed.database, 'ana@acme.example')
  expect(await visitor(unnamed.url, '203.0.113.7').signIn('ana@acme.example', PASSWORD)).toBe(200)
  expect(await unnamed.store.sql('select address from browser_session')).toEqual([{ address: '127.0.0.1' }])
})
