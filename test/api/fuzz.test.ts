/**
 * Asks every route for what nobody should: NUL, halves of characters, odd dates, huge numbers, cursors of somebody's own making,
 * wrong types, deep JSON. Whatever is asked, the service answers; it never fails.
 */
import { expect, test } from 'vitest'

import { hashOf, csrfOf, newSecret } from '../../src/api/access/secret-token.ts'
import { openSession } from '../../src/store/access/browser-sessions.ts'
import { addPerson } from '../harness/account.ts'
import { openStand } from './stand.ts'

const cursor = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** As they stand in an address. */
const ODD_IN_ADDRESS = [
  '%00',
  'a%00b',
  '%ED%A0%80',
  '%zz',
  '%',
  '..%2f..%2fetc%2fpasswd',
  'x'.repeat(3000),
  '%F0%9F%92%A5',
  encodeURIComponent(`'; drop table account; --`),
  '__proto__',
  'constructor',
  '-1',
  '0',
  '1.5',
  '1e400',
  'NaN',
  '99999999999999999999999999',
  '999999999999999999',
  '9007199254740993',
  '[]',
  'true',
  '2026-13-45T99:99:99Z',
  '0000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '%2B275760-09-13T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-30T00:00:00Z',
  cursor(['99999999999999999999999999']),
  cursor(['\0']),
  cursor([1e308, 1e308]),
  cursor([-1, -1]),
  cursor([0.5, 0.5]),
  cursor(['x', 'x']),
  cursor(['2026-99-99', '1']),
  cursor(['1', '1', '1']),
  cursor(['1', '1', '1', '1']),
  cursor([1, '1']),
  cursor(['1', 1]),
  cursor([null]),
  cursor({}),
  '!!!',
] as const

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

const ODD_VALUES: readonly string[] = [
  '"\\u0000"',
  '"\\ud800"',
  '""',
  JSON.stringify('x'.repeat(5000)),
  '-1',
  '1e400',
  '0.5',
  '99999999999999999999',
  'null',
  'true',
  '[]',
  '{}',
  '{"__proto__":{"x":1}}',
  '[null]',
  '["\\u0000"]',
  '"9999-99-99T00:00:00Z"',
  '"+275760-09-13T00:00:00.000Z"',
  '"0000-01-01T00:00:00Z"',
  deep(200),
]

const ODD_BODIES: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '1',
  deep(20_000),
  '{"a":'.repeat(5_000),
  '\0',
  '{"__proto__":1}',
]

interface Schema {
  readonly properties?: Readonly<Record<string, object>>
  readonly anyOf?: readonly Schema[]
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
}

/** Values that a route takes, so that the odd one among them is reached. */
const GOOD: Readonly<Record<string, unknown>> = {
  flow: 'customers',
  flows: ['customers'],
  system: 'erp',
  name: 'x',
  email: 'x@acme.example',
  password: 'four words of a stranger',
  current: 'x',
  token: 'x',
  roles: [],
  rights: ['view'],
  as: 'business',
  fingerprint: 'x',
  comment: 'x',
  until: null,
  file: false,
  setting: 'x',
  answer: 'x',
  up_to: '1',
  code: '000000',
}

test('no request leads to an error of the server, whatever it holds', { timeout: 400_000 }, async () => {
  const stand = await openStand({ orders: {} }, { admin: false })
  const callers: Record<string, string>[] = []
  // Several, or the limit on what one may ask would answer for the rest.
  for (const name of ['ana', 'tomas', ...Array.from({ length: 14 }, (_, i) => `p${i}`)]) {
    const account = await addPerson(stand.database, `${name}@acme.example`, [{ role: 'admin' }])
    const secret = newSecret()
    const session = { account, method: 'password', address: '127.0.0.1', agent: 'fuzz', password: null }
    const now = new Date()
    await openSession(stand.database, { ...session, now, provedAt: now, tokenHash: hashOf(secret) })
    callers.push({ cookie: `concordat_session=${secret}`, 'x-csrf-token': csrfOf(secret) })
  }
  const document = (await (await fetch(`${stand.url}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  const asked: { method: string; path: string; body?: string; headers?: Record<string, string> }[] = []
  const goodPath = (url: string): string =>
    url
      .replaceAll(/:flow\b/g, 'customers')
      .replaceAll(/:system\b/g, 'erp')
      .replaceAll(/:\w+/g, '1234567')
  for (const { method, url } of stand.routes) {
    if (method === 'HEAD' || url.endsWith('/sign-out')) continue
    const operation = document.paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()] ?? {}
    const ask = (path: string, body?: string) => asked.push({ method, path, ...(body !== undefined && { body }) })
    const changes = method !== 'GET' && method !== 'DELETE'
    const good = JSON.stringify(GOOD)
    for (const [, name] of url.matchAll(/:(\w+)/g))
      for (const odd of ODD_IN_ADDRESS)
        ask(goodPath(url.replace(`:${name}`, '\u0001')).replace('\u0001', odd), changes ? good : undefined)
    for (const { name } of (operation.parameters ?? []).filter((one) => one.in === 'query'))
      for (const odd of ODD_IN_ADDRESS) ask(`${goodPath(url)}?${name}=${odd}`)
    if (operation.parameters?.some(({ name }) => name === 'limit'))
      ask(`${goodPath(url)}?limit=1&limit=2&flow[]=x&flow[a]=b`)
    if (!changes) continue
    for (const body of ODD_BODIES) ask(goodPath(url), body)
    const { schema } = operation.requestBody?.content?.['application/json'] ?? {}
    const properties = [schema, ...(schema?.anyOf ?? [])].flatMap((one) => Object.keys(one?.properties ?? {}))
    for (const name of properties)
      for (const odd of ODD_VALUES) {
        const rest = properties.filter((one) => one !== name && one in GOOD)
        const inside = rest.map((one) => `${JSON.stringify(one)}:${JSON.stringify(GOOD[one])}`)
        ask(goodPath(url), `{${[...inside, `${JSON.stringify(name)}:${odd}`].join(',')}}`)
      }
  }
  for (const path of [
    '/health',
    '/ready',
    '/metrics',
    '/setup',
    '/x%00',
    '/%zz',
    '/api/docs',
    '/api/%00',
    '/hooks/%00',
    '/hooks/erp',
  ])
    for (const method of ['GET', 'POST', 'PUT', 'OPTIONS', 'TRACE'].filter((one) => one !== 'TRACE'))
      asked.push({ method, path, ...(method !== 'GET' && method !== 'OPTIONS' && { body: '\0' }) })
  for (const [name, value] of [
    ['authorization', 'Bearer '],
    ['authorization', `Bearer ${'x'.repeat(6000)}`],
    ['authorization', 'Basic eDp5'],
    ['authorization', 'Bearer %00'],
    ['cookie', 'concordat_session=%00; concordat_browser=%00.%zz'],
    ['cookie', '='.repeat(500)],
    ['accept-language', `${'es,'.repeat(1000)}*;q=x`],
    ['if-none-match', 'W/"'.repeat(500)],
    ['x-forwarded-for', '\u00ff, , ,::::,'],
    ['origin', 'not an origin'],
    ['sec-fetch-site', 'x'],
    ['content-type', 'application/json; charset=utf-16'],
    ['content-type', 'multipart/form-data'],
  ] as const)
    for (const [method, path] of [
      ['GET', '/api/v1/session'],
      ['GET', '/api/v1/home'],
      ['POST', '/api/v1/sign-in'],
    ] as const)
      asked.push({ method, path, headers: { [name]: value }, ...(method === 'POST' && { body: '{}' }) })

  const failed: string[] = []
  const seen = new Map<number, number>()
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < asked.length; at = next++) {
      const { method, path, body, headers } = asked[at]!
      const abort = new AbortController()
      const owner = /rules\/(sign|refuse)/.test(path) ? at % 2 : at % callers.length
      try {
        const answer = await fetch(`${stand.url}${path}`, {
          method,
          redirect: 'manual',
          signal: abort.signal,
          headers: {
            ...callers[owner],
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body !== undefined && { body }),
        })
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
        if (answer.status === 500) failed.push(`${method} ${path.slice(0, 120)} ${(body ?? '').slice(0, 80)}`)
      } catch (error) {
        if ((error as Error).name !== 'AbortError') failed.push(`${method} ${path.slice(0, 120)}: ${String(error)}`)
      }
      abort.abort()
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  expect(asked.length).toBeGreaterThan(1_500)
  // Most are refused as what they are, few because there were too many.
  expect(seen.get(422) ?? 0).toBeGreaterThan(asked.length / 4)
  expect(seen.get(429) ?? 0).toBeLessThan(asked.length / 10)
  expect([...new Set(failed)]).toEqual([])
})
