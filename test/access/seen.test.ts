/** What is shown of alerts, rules, channels and the service to who sees one flow alone; and what nobody keeps of it. */
import { request } from 'node:http'
import { expect, test } from 'vitest'

import type { AlertPage } from '../../src/api/v1/schemas/alerts.ts'
import type { Home } from '../../src/api/v1/schemas/home.ts'
import type { Rules } from '../../src/api/v1/schemas/rules.ts'
import { openStand } from '../api/stand.ts'
import { addPerson, addSecret, PASSWORD } from '../harness/account.ts'
import { browserAt } from './browser.ts'

test('who sees one flow sees nothing of the others, and of their people', async () => {
  const orders = { owners: { business: 'olga', technical: 'otto' } }
  const people = {
    olga: { name: 'Olga Mar', email: 'olga@acme.example' },
    otto: { name: 'Otto Sol', email: 'otto@acme.example' },
  }
  const channels = { chat: { kind: 'slack', url: '${env:CHAT_URL}' } }
  const stand = await openStand({ orders, people, channels }, { admin: false })
  const viewer = await addPerson(stand.database, 'vic@acme.example', [{ flow: 'customers', role: 'viewer' }])
  const authorization = `Bearer ${await addSecret(stand.database, viewer, ['view'])}`
  const get = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${stand.url}/api/v1${path}`, { headers: { authorization } })).json()) as T
  const alert = (key: string, flows: string[], happened: string) =>
    stand.store.sql(
      `insert into alert (key, opened_at, began_at, condition, told) values ($1, now(), now(), $2, '[]') returning id`,
      key,
      JSON.stringify({
        kind: 'system unreachable',
        key,
        flows,
        system: 'erp',
        since: Date.now(),
        headline: 'Erp cannot be reached',
        happened,
        meaning: `Changes of ${flows.join(' and ')} do not reach the other systems.`,
        todo: `See concordat log --flow ${flows.at(-1)}.`,
        count: 1,
        records: [],
        path: '/systems/erp',
      }),
    )
  await alert('both', ['customers', 'orders'], 'Erp cannot be reached, so customers and orders stand still.')
  const [other] = await alert('orders only', ['orders'], 'Orders fails for Olga Mar.')
  for (const key of ['both', 'orders only'])
    await stand.store.sql(
      `insert into alert_message (key, alert_id, event, people, route, content, created_at, next_at, state, rounds, error)
       select $1, id, 'begin', array['olga', 'ana'], array['chat'], '{}', now(), now(), 'failed', 1, 'chat: no'
       from alert where key = $1`,
      key,
    )
  const alerts = await get<AlertPage>('/alerts')
  expect(alerts.items).toMatchObject([{ flows: ['customers'], headline: 'Erp cannot be reached' }])
  expect([alerts.open, alerts.undelivered]).toEqual([1, []])
  expect((await get<Home>('/home')).alerts).toEqual({ open: 1, undelivered: 0 })
  const told = JSON.stringify([
    alerts,
    await get<Rules>('/rules'),
    await get('/channels'),
    await get('/home'),
    await get('/systems'),
    await get(`/alerts/${(other as { id: string }).id}`),
  ])
  expect(told).not.toMatch(/orders|olga|Olga|otto|Otto/)
  expect(told).toMatch(/Ana Ruiz/)
})

test('nobody keeps what is about people, and a browser that is left forgets it', async () => {
  const stand = await openStand()
  await addPerson(stand.database, 'ana@acme.example', [{ role: 'admin' }])
  const ana = browserAt(stand.url)
  const kept = (answer: Response) => answer.headers.get('cache-control')
  expect(kept(await ana.signIn('ana@acme.example', PASSWORD))).toBe('no-store')
  for (const path of ['/session', '/home', '/people', '/audit', '/tokens', '/sessions', '/log/export?format=csv'])
    expect([path, kept(await ana.ask('GET', path))]).toEqual([path, 'no-store'])
  const left = await ana.ask('POST', '/sign-out')
  expect([kept(left), left.headers.get('clear-site-data')]).toEqual(['no-store', '"cache"'])
})

test.each([
  [{}, /^\/setup\?token=/],
  [{ CONCORDAT_PUBLIC_URL: 'http://concordat.acme.example/' }, /^http:\/\/concordat\.acme\.example\/setup\?token=/],
] as const)('links lead to the configured address, and to none that a request names: %j', async (env, expected) => {
  const stand = await openStand({}, { env })
  const id = await addPerson(stand.database, 'ana@acme.example')
  await addPerson(stand.database, 'boss@acme.example', [{ role: 'admin' }])
  const boss = browserAt(stand.url)
  await boss.signIn('boss@acme.example', PASSWORD)
  const { csrf } = await boss.session()
  const headers = {
    host: 'evil.example',
    cookie: [...boss.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    'x-csrf-token': csrf!,
    'content-type': 'application/json',
  }
  const link = await new Promise<string>((resolve, reject) => {
    request(`${stand.url}/api/v1/people/${id}/reset`, { method: 'POST', headers }, (answer) => {
      let text = ''
      answer.on('data', (data: Buffer) => (text += data.toString()))
      answer.once('end', () => resolve((JSON.parse(text) as { link: string }).link))
    })
      .once('error', reject)
      .end('{}')
  })
  expect(link).toMatch(expected)
})

test('the health is bad while the store cannot be written', { timeout: 30_000 }, async () => {
  const stand = await openStand()
  const health = async () => {
    const answer = await fetch(`${stand.url}/health`)
    return [answer.status, ((await answer.json()) as { store?: { writable: boolean } }).store?.writable]
  }
  await expect.poll(health).toEqual([200, true])
  await stand.store.sql(
    `alter database ${new URL(stand.store.url).pathname.slice(1)} set default_transaction_read_only = on`,
  )
  await stand.store.sql(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await expect.poll(health, { timeout: 15_000 }).toEqual([503, false])
})
