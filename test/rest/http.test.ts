/** What a server, or the way to it, can do to us: each is its own sentence, and nothing secret is in any of them. */
import { once } from 'node:events'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { everythingAbout } from '../../src/connector-kit/conformance/bench.ts'
import { isPublicAddress } from '../../src/connector-kit/http/address-guard.ts'
import { parseExactJson, writeExactJson } from '../../src/connector-kit/http/exact-json.ts'
import { retryAfterSeconds } from '../../src/connector-kit/http/retry-after.ts'
import type { Connector } from '../../src/connector-kit/port.ts'
import { restKind } from '../../src/connectors/rest/rest.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import { described } from '../connectors/rest-description.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void

const SECRET = 'the-secret-token'

async function server(handler: Handler): Promise<string> {
  let count = 0
  const made = createServer((request, response) => handler(request, response, ++count))
  made.listen(0, '127.0.0.1')
  await once(made, 'listening')
  onTestFinished(() => {
    made.closeAllConnections()
    made.close()
  })
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}/api`
}

const DESCRIPTION = (more = "sign_in: { bearer: '{{ token }}' }") => `
product: CRM
${more}
deadlines: { connect: 1 second, answer: 1 second }
most_megabytes: 1
objects:
  things:
    id: id
    fields: { id: integer, name: text }
    list: { get: things, records: data }
    one: 'things/{{ id }}'
    create: { post: things }
    update: { patch: 'things/{{ id }}' }
`

function connectTo(url: string, more?: string, settings: Readonly<Record<string, string>> = {}): Connector {
  const all = { url, token: SECRET, private: 'allowed', ...settings }
  const connector = restKind.connect(all, described(DESCRIPTION(more), Object.keys(all)))
  onTestFinished(() => connector.close())
  return connector
}

async function failureOf(work: () => Promise<unknown>): Promise<ConcordatError> {
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ConcordatError)) throw new Error(`not a ConcordatError: ${String(error)}`)
  expect(everythingAbout(error)).not.toContain(SECRET)
  expect(error.cure).toBeTruthy()
  return error
}

const json = (response: ServerResponse, body: string, status = 200, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

const ANSWERS: readonly (readonly [string, Handler, RegExp, string])[] = [
  [
    'a page',
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    /web page instead of JSON/,
    'connector.failed',
  ],
  [
    'a text',
    (_, response) => response.writeHead(200, { 'content-type': 'text/csv' }).end('a;b'),
    /text\/csv instead of JSON/,
    'connector.failed',
  ],
  ['broken JSON', (_, response) => json(response, '{"data": ['), /JSON that is broken/, 'connector.failed'],
  [
    'a redirect to another server',
    (_, response) => json(response, '', 302, { location: 'https://evil.example/x' }),
    /another server, evil\.example, and redirects are not followed/,
    'connector.failed',
  ],
  ['a redirect', (_, response) => json(response, '', 301, { location: '/else' }), /another path/, 'connector.failed'],
  [
    'no list where it should be',
    (_, response) => json(response, '{"rows": []}'),
    /no list of things where/,
    'connector.failed',
  ],
  [
    '403',
    (_, response) => json(response, '{}', 403),
    /does not let these credentials read things/,
    'connector.forbidden',
  ],
  ['404', (_, response) => json(response, '{}', 404), /nothing where things should be/, 'connector.no-such-object'],
  [
    '500 for good',
    (_, response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>'),
    /errors of its own \(500\)/,
    'connector.unreachable',
  ],
  ['nothing in time', () => {}, /did not answer in time/, 'connector.timeout'],
  [
    'half an answer',
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"data"')
      setTimeout(() => request.socket.destroy(), 50)
    },
    /broke the connection off/,
    'connector.timeout',
  ],
  [
    '429 for an hour',
    (_, response) => json(response, '{}', 429, { 'retry-after': '3600' }),
    /left alone for 3600 seconds/,
    'connector.rate-limited',
  ],
  [
    'a body without end',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('[')
      const write = (): void => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
        if (!response.destroyed) response.once('drain', write)
      }
      write()
    },
    /more than 1 MB in one answer/,
    'connector.failed',
  ],
]

test.each(ANSWERS)('%s is said so', async (_, handler, sentence, code) => {
  const connector = connectTo(await server(handler))
  const object = await connector.open({ object: 'things', id: 'id', fields: ['name'] })
  const error = await failureOf(async () => {
    for await (const page of object.scan({ after: null, upTo: null }, 10)) void page
  })
  expect(error.message).toMatch(sentence)
  expect(error.code).toBe(code)
})

test('a read is tried again, a write is not, unless it was turned away', async () => {
  const seen: string[] = []
  const url = await server((request, response, count) => {
    seen.push(request.method!)
    if (request.method === 'GET') return count < 3 ? json(response, '{}', 500) : json(response, '{"data": []}')
    if (count === 4) return json(response, '{}', 429, { 'retry-after': '0' })
    response.writeHead(500).end()
  })
  const object = await connectTo(url).open({ object: 'things', id: 'id', fields: ['name'] })
  expect((await object.search([{ name: 'x' }]))[0]).toEqual([])
  expect(seen).toEqual(['GET', 'GET', 'GET'])
  const error = await failureOf(() => object.create([{ values: { name: 'x' } }]))
  expect(error.code).toBe('connector.lost-response')
  expect(seen.slice(3)).toEqual(['POST', 'POST'])
})

test('a refused credential is sent once, by whomever', async () => {
  let asked = 0
  const url = await server((_, response) => {
    asked++
    json(response, '{}', 401)
  })
  const connector = connectTo(url)
  for (let i = 0; i < 3; i++)
    expect((await failureOf(() => connector.test())).code).toBe('connector.refused-credentials')
  expect(asked).toBe(1)
})

const LOGIN = `sign_in: { login: { post: login, body: { user: me, password: '{{ token }}' }, token: session.token } }`

test('a session that has ended is renewed once for all who notice', async () => {
  let logins = 0
  let valid = ''
  const url = await server((request, response) => {
    if (request.url === '/api/login') {
      valid = `session-${++logins}`
      return json(response, `{"session": {"token": "${valid}"}}`)
    }
    if (request.headers.authorization !== `Bearer ${valid}`) return json(response, '{}', 401)
    json(response, '{"id": 1}')
  })
  const object = await connectTo(url, LOGIN).open({ object: 'things', id: 'id', fields: ['name'] })
  expect(await object.read(['1'])).toHaveLength(1)
  valid = 'ended by the system'
  await Promise.all(Array.from({ length: 20 }, () => object.read(['1'])))
  expect(logins).toBe(2)
  valid = 'ended again'
  expect(await object.read(['1'])).toHaveLength(1)
  expect(logins).toBe(3)
})

test('a session that is refused although it is fresh, and a wrong password, end the trying', async () => {
  let logins = 0
  const never = await server((request, response) => {
    if (request.url !== '/api/login') return json(response, '{}', 401)
    logins++
    json(response, '{"session": {"token": "t"}}')
  })
  const refused = connectTo(never, LOGIN)
  for (let i = 0; i < 3; i++) expect((await failureOf(() => refused.test())).code).toBe('connector.refused-credentials')
  expect(logins).toBe(2)
  let tried = 0
  const wrong = await server((_, response) => {
    tried++
    json(response, '{}', 403)
  })
  const locked = connectTo(wrong, LOGIN)
  for (let i = 0; i < 3; i++) expect((await failureOf(() => locked.test())).code).toBe('connector.refused-credentials')
  expect(tried).toBe(1)
})

test('tokens come by client credentials and by refresh tokens, cookies are kept', async () => {
  const seen: string[] = []
  const url = await server((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      seen.push(`${request.headers.authorization ?? request.headers.cookie ?? '-'} ${body}`.trim())
      if (request.url === '/api/token')
        return json(response, '{"access_token": "a1", "expires_in": 3600, "refresh_token": "r2"}')
      if (request.url === '/api/login') return json(response, '{}', 200, { 'set-cookie': 'B1SESSION=abc; HttpOnly' })
      json(response, '{"data": []}')
    })
  })
  const oauth = 'sign_in: { oauth2: { token_url: token, client_id: me, client_secret: "{{ token }}", scope: all } }'
  await connectTo(url, oauth).test()
  expect(seen).toEqual([`- grant_type=client_credentials&scope=all&client_id=me&client_secret=${SECRET}`, 'Bearer a1'])
  seen.length = 0
  await connectTo(url, oauth.replace('scope: all', 'refresh_token: "{{ token }}", credentials_in: header')).test()
  expect(seen[0]).toContain(`grant_type=refresh_token&refresh_token=${SECRET}`)
  expect(seen[0]).toMatch(/^Basic /)
  seen.length = 0
  await connectTo(url, `sign_in: { login: { post: login, body: { password: '{{ token }}' } } }`).test()
  expect(seen).toEqual([`- {"password":"${SECRET}"}`, 'B1SESSION=abc'])
  seen.length = 0
  await connectTo(url, `sign_in: { basic: { user: me, password: '{{ token }}' } }`).test()
  await connectTo(url, `sign_in: { header: { Authorization: 'Key {{ token }}' } }`).test()
  expect(seen).toEqual([`Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`, `Key ${SECRET}`])
})

test('no more calls are made at once than the budget says, nor faster', async () => {
  let now = 0
  let most = 0
  const times: number[] = []
  const url = await server((_, response) => {
    most = Math.max(most, ++now)
    times.push(Date.now())
    setTimeout(() => {
      now--
      json(response, '{"id": 1}')
    }, 20)
  })
  const more = "sign_in: { bearer: '{{ token }}' }\nrate: { calls: 20, per: 1 second, at_once: 3 }"
  const object = await connectTo(url, more).open({ object: 'things', id: 'id', fields: ['name'] })
  await Promise.all(Array.from({ length: 12 }, () => object.read(['1'])))
  expect(most).toBeLessThanOrEqual(3)
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(450)
})

test('private addresses, and servers without TLS, are called only where the contract says so', async () => {
  const url = await server((_, response) => json(response, '{"data": []}'))
  expect(() => connectTo(url, undefined, { private: 'no' })).toThrow(/called without TLS/)
  const https = url.replace('http:', 'https:')
  expect((await failureOf(() => connectTo(https, undefined, { private: 'no' }).test())).message).toMatch(
    /private network/,
  )
  const named = https.replace('127.0.0.1', 'localhost')
  expect((await failureOf(() => connectTo(named, undefined, { private: 'no' }).test())).message).toMatch(
    /private network/,
  )
  expect(() => connectTo('https://me:secret@crm.example/')).toThrow(/not the plain address/)
  expect(() => connectTo('ftp://crm.example/')).toThrow(/not one of the web/)
  const closed = [
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '100.64.0.1',
    '0.0.0.0',
    '64:ff9b::a00:1',
    'none',
  ]
  expect(closed.map(isPublicAddress)).toEqual(closed.map(() => false))
  expect(['8.8.8.8', '2606:4700::1111'].map(isPublicAddress)).toEqual([true, true])
})

test('a certificate that does not fit is said so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'concordat-rest-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const options = [
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=crm.example',
    '-keyout',
    key,
    '-out',
    cert,
  ]
  execFileSync('openssl', ['req', '-x509', ...options], { stdio: 'pipe' })
  const made = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    json(response, '{}'),
  )
  made.listen(0, '127.0.0.1')
  await once(made, 'listening')
  onTestFinished(() => {
    made.close()
    rmSync(folder, { recursive: true })
  })
  const { port } = made.address() as AddressInfo
  const error = await failureOf(() => connectTo(`https://127.0.0.1:${port}/api`).test())
  expect(error.message).toMatch(/^The certificate of 127\.0\.0\.1:\d+ is signed by itself\.$/)
  expect((await failureOf(() => connectTo(`http://127.0.0.1:${port}/api`).test())).code).toMatch(
    /connector\.(timeout|unreachable|failed)/,
  )
})

test('the time of Retry-After is read as seconds and as a date', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  expect(
    ['7', '1.2', 'Sun, 01 Mar 2026 12:01:00 GMT', 'Sun, 01 Mar 2026 11:00:00 GMT', 'soon', '-3', undefined].map(
      (text) => retryAfterSeconds(text, now),
    ),
  ).toEqual([7, 2, 60, 0, null, null, null])
})

test('L26 no digit of a number is lost in JSON, and no key', () => {
  const text = '{"a":9007199254740993,"b":12.50,"c":[1e400,-0.0],"__proto__":{"x":1},"d":"😀","e":null}'
  expect(writeExactJson(parseExactJson(text))).toBe(text)
})
