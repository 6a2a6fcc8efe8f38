/** Whoever sends slowly, listens often or guesses tokens takes nothing from the others. */
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'

import { openStand } from '../api/stand.ts'
import { addPerson, addSecret, PASSWORD } from '../harness/account.ts'
import { browserAt } from './browser.ts'

/** Begins a request whose body comes little by little; `answered`: the status line, once there is one, or that it was cut. */
function slowSender(url: string, path: string, bytes: number, first = 0, headers: readonly string[] = []) {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ''
  const answered = new Promise<string>((resolve) => {
    socket.on('data', (data: Buffer) => {
      text += data.toString()
      resolve(text.split('\r\n')[0]!)
    })
    socket.on('close', () => resolve('cut'))
    socket.on('error', () => resolve('cut'))
  })
  const own = [`host: ${host}`, 'content-type: application/json', `content-length: ${bytes}`]
  socket.write([`POST ${path} HTTP/1.1`, ...own, ...headers, '', ''].join('\r\n'))
  if (first > 0) socket.write('x'.repeat(first))
  onTestFinished(() => void socket.destroy())
  return { socket, answered }
}

const withHooks = () =>
  openStand(
    { systems: { erp: { webhook_secret: '${env:ERP_HOOK}' } } },
    { env: { ERP_HOOK: `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}` } },
  )
/** What a webhook says of itself; only with its body can it be told that the signature is none. */
const claims = (at = Date.now()): string[] => [
  'webhook-id: m1',
  `webhook-timestamp: ${Math.floor(at / 1_000)}`,
  `webhook-signature: v1,${Buffer.alloc(32).toString('base64')}`,
]

test('a body that does not come is not waited for', { timeout: 60_000 }, async () => {
  const stand = await withHooks()
  const senders = [
    slowSender(stand.url, '/hooks/erp', 1_000_000, 1_000, claims()),
    slowSender(stand.url, '/api/v1/sign-in', 1_000, 10),
    slowSender(stand.url, '/api/v1/flows/customers/pause', 1_000, 10),
  ]
  const began = performance.now()
  const lines = await Promise.all(senders.map(({ answered }) => answered))
  expect(lines[0]).toMatch(/408|cut/)
  expect(lines[1]).toMatch(/408|cut/)
  // Nobody's body is received where nobody may come in.
  expect(lines[2]).toMatch(/401/)
  expect(performance.now() - began).toBeLessThan(25_000)
})

test('a webhook that is refused whatever it says is refused before its body has come', async () => {
  const stand = await withHooks()
  const begun = (path: string, headers: readonly string[] = []) =>
    slowSender(stand.url, path, 1_000_000, 1_000, headers).answered
  expect(await begun('/hooks/nobody', claims())).toMatch(/ 404 /)
  expect(await begun('/hooks/crm', claims())).toMatch(/ 404 /)
  expect(await begun('/hooks/erp')).toMatch(/ 401 /)
  expect(await begun('/hooks/erp', claims(Date.now() - 3_600_000))).toMatch(/ 401 /)
})

test('bodies of strangers take little memory together, and a short one gets through', { timeout: 60_000 }, async () => {
  const stand = await withHooks()
  await addPerson(stand.database, 'ana@acme.example')
  const rest = process.memoryUsage().rss
  const senders = Array.from({ length: 120 }, () => slowSender(stand.url, '/hooks/erp', 1_000_000, 900_000, claims()))
  const answers: string[] = []
  for (const { answered } of senders) void answered.then((line) => answers.push(line))
  await expect.poll(() => answers.length, { timeout: 12_000 }).toBeGreaterThan(80)
  // Each gets to read why.
  expect([...new Set(answers)]).toEqual(['HTTP/1.1 503 Service Unavailable'])
  expect((process.memoryUsage().rss - rest) / 1e6).toBeLessThan(150)
  expect((await fetch(`${stand.url}/hooks/erp`, { method: 'POST', body: '{}' })).status).toBe(401)
  expect((await browserAt(stand.url).signIn('ana@acme.example', PASSWORD)).status).toBe(200)
  const large = await fetch(`${stand.url}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ana@acme.example', password: 'x'.repeat(20_000) }),
  })
  expect(large.status).toBe(413)
})

test('one account listens to so many streams and no more, and one that is left makes room', async () => {
  const stand = await openStand()
  const id = await addPerson(stand.database, 'ana@acme.example')
  const authorization = `Bearer ${await addSecret(stand.database, id, ['view'])}`
  const listen = async () => {
    const abort = new AbortController()
    const answer = await fetch(`${stand.url}/api/v1/events`, { headers: { authorization }, signal: abort.signal })
    return { status: answer.status, abort }
  }
  const streams = await Promise.all(Array.from({ length: 30 }, listen))
  expect(streams.filter(({ status }) => status === 200)).toHaveLength(20)
  expect(streams.filter(({ status }) => status === 429)).toHaveLength(10)
  // Another account has its own.
  const other = await stand.fetch('/events')
  expect(other.status).toBe(200)
  await other.body!.cancel()
  streams.find(({ status }) => status === 200)!.abort.abort()
  await expect.poll(async () => (await listen()).status, { timeout: 10_000 }).toBe(200)
  for (const { abort } of streams) abort.abort()
})

test('wrong tokens are refused without asking the store, and right ones from the same address are not', async () => {
  const stand = await openStand()
  const id = await addPerson(stand.database, 'ana@acme.example', [{ role: 'viewer' }])
  const right = await addSecret(stand.database, id, ['view'])
  const ask = async (secret: string) =>
    (await fetch(`${stand.url}/api/v1/home`, { headers: { authorization: `Bearer ${secret}` } })).status
  const wrong = async (count: number) => {
    const statuses = await Promise.all(Array.from({ length: count }, (_, i) => ask(`concordat_${i}_${Math.random()}`)))
    return Map.groupBy(statuses, (status) => status)
  }
  const began = performance.now()
  const first = await wrong(400)
  // So many in ten seconds; a busy machine may take longer than that.
  const lookedUp = 100 * (1 + Math.floor((performance.now() - began) / 10_000))
  expect(first.get(401)!.length).toBeLessThanOrEqual(lookedUp)
  expect(first.get(429)!.length).toBeGreaterThanOrEqual(400 - lookedUp)
  // One that this process has not met yet, one that is made meanwhile, and a session.
  expect(await ask(right)).toBe(200)
  await wrong(50)
  const made = await addSecret(stand.database, id, ['view'])
  // Made by another process, it is known within a second.
  await expect.poll(() => ask(made), { timeout: 3_000 }).toBe(200)
  const browser = browserAt(stand.url)
  expect((await browser.signIn('ana@acme.example', PASSWORD)).status).toBe(200)
  await wrong(50)
  expect((await browser.ask('GET', '/home')).status).toBe(200)
  // Whose session is over still sees the page to sign in.
  await stand.store.sql('delete from browser_session')
  await wrong(50)
  expect((await browser.session()).signed_in).toBe(false)
  await stand.store.sql('delete from api_token where account_id = $1', id)
  expect([401, 429]).toContain(await ask(right))
})
