/**
 * The HTTP API as it runs: the real server on the real application, store and systems of a `World`, spoken to over a
 * socket. Every answer is checked against the document that the server gives of itself.
 */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'

import { startApi, type Api } from '../../src/api/server.ts'
import { jsonTelling } from '../../src/service/json-telling.ts'
import type { Database } from '../../src/store/database/database.ts'
import { openWorld, type World } from '../engine/world.ts'
import { adminSecret } from '../harness/account.ts'
import type { Overrides } from '../engine/template.ts'

export interface Answer<T> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

export interface Stand extends World {
  readonly url: string
  readonly routes: Api['routes']
  readonly database: Database
  /** The one-time link to make the first account. */
  setupLink(): Promise<string | null>
  /** Ends the HTTP server in order. */
  stop(): Promise<void>
  /** Lines of the log. */
  readonly said: readonly string[]
  /** Asks below `/api/v1` as an admin, and sees that what comes is what the document of the API says of it. */
  ask<T>(method: string, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Answer<T>>
  /** The answer to a GET as it comes; for what is no JSON. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** The body of a GET that succeeds. */
  get<T>(path: string, headers?: Readonly<Record<string, string>>): Promise<T>
  /** The body of a POST that succeeds. */
  post<T>(path: string, body?: object): Promise<T>
}

/** Without an `admin` nobody has an account yet. */
export async function openStand(
  overrides: Overrides = {},
  { admin = true, env = {} }: { admin?: boolean; env?: Readonly<Record<string, string>> } = {},
): Promise<Stand> {
  const world = await openWorld(overrides)
  const app = await world.app()
  const said: string[] = []
  const telling = jsonTelling((line) => said.push(line))
  const service = await app.startService({ role: 'serve', telling })
  const stopping = new AbortController()
  const parts = { app, service, telling, env: { ...world.env, ...env }, stopping: () => stopping.signal.aborted }
  const api = await startApi(parts, { host: '127.0.0.1', port: 0 })
  let stopped: Promise<void> | null = null
  const stop = (): Promise<void> => {
    stopping.abort()
    return (stopped ??= api.close())
  }
  onTestFinished(async () => {
    await stop()
    await service.stop(5_000)
  })
  const check = await checker(api.url)
  const authorization = admin ? `Bearer ${await adminSecret(app.database)}` : undefined
  const ask = async <T>(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<T>> => {
    const answer = await fetch(`${api.url}/api/v1${path}`, {
      method,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const content = text === '' ? null : (JSON.parse(text) as unknown)
    check(method, path, answer, content)
    return { status: answer.status, headers: answer.headers, body: content as T }
  }
  const succeed = async <T>(method: string, path: string, body?: object, headers = {}): Promise<T> => {
    const answer = await ask<T>(method, path, body, headers)
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
    return answer.body
  }
  // The service works by the schedule besides; it is as good as a run of ours, but one of them has to wait.
  const sync: World['sync'] = async (options) => {
    for (;;) {
      try {
        return await world.sync(options)
      } catch (error) {
        if ((error as { code?: string }).code !== 'engine.busy') throw error
        await sleep(50)
      }
    }
  }
  return {
    ...world,
    sync,
    url: api.url,
    routes: api.routes,
    database: app.database,
    stop,
    setupLink: () => api.setupLink(),
    said,
    ask,
    fetch: (path, init = {}) =>
      fetch(`${api.url}/api/v1${path}`, { ...init, headers: authorization === undefined ? {} : { authorization } }),
    get: (path, headers) => succeed('GET', path, undefined, headers),
    post: (path, body = {}) => succeed('POST', path, body),
  }
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>>
    >
  >
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

/** Compares answers with the document, and objects to what it does not name. */
async function checker(url: string) {
  const document = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as Document
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'api', components: document.components })
  const templates = Object.keys(document.paths).toSorted((a, b) => wild(a) - wild(b))
  return (method: string, path: string, answer: Response, body: unknown): void => {
    const bare = `/api/v1${path.split('?')[0]}`
    const template = templates.find((one) => new RegExp(`^${one.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(bare))
    if (template === undefined) return expect(answer.status, `${path} is not in the document`).toBe(404)
    const { responses } = document.paths[template]![method.toLowerCase()]!
    const described = responses[String(answer.status)] ?? responses['default']!
    const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
    const schema = described.content?.[type]?.schema
    expect(schema, `${method} ${path} answers ${answer.status} ${type}: ${JSON.stringify(body)}`).toBeDefined()
    const valid = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object)
    expect(valid(body), `${method} ${path}: ${JSON.stringify(valid.errors)}`).toBe(true)
  }
}

const wild = (path: string): number => path.split('{').length
