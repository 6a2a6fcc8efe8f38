import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ExactJsonNumber,
  type Json,
  type JsonObject,
  jsonAt,
  parseExactJson,
  writeExactJson,
} from '../../src/connector-kit/http/exact-json.ts'
import { compareCells } from '../../src/connectors/memory/cell.ts'
import type { MemoryDatabase, MemoryTable } from '../../src/connectors/memory/database.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import type { Raw } from '../../src/model/value.ts'

/*
 * A JSON REST server as vendors have them, over tables in memory, that can be made to misbehave:
 *
 *   GET    /api/<object>         { data: […], meta: { total } }; limit, offset, page, after (by id), sort, id=1,2,
 *                                updated_since, <column>=<value>, where (conditions in JSON)
 *   GET    /api/<object>/<id>    { data: {…} }; POST, PATCH, PUT { data: {…} }; DELETE; If-Match with `_version`
 *   GET    /api/me               who is signed in; POST /api/login, POST /oauth/token
 *
 * Numbers are JSON numbers with all their digits. Child tables stand inside their records.
 */

export interface Asked {
  readonly method: string
  /** Without `/api/`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** The how-manieth request it is, from 1. */
  readonly count: number
}

/** What happens instead of the right answer. */
export interface Fault {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly type?: string
  readonly delayMs?: number
  /** The connection is broken off: before the request has an effect, or after. */
  readonly drop?: 'before' | 'after'
  /** The answer is this, but the request has its effect. */
  readonly afterEffect?: boolean
  /** A body without end. */
  readonly endless?: boolean
}

/** An answer before it goes out; headers may be added. */
export interface Shown {
  readonly status: number
  readonly body: Json
  readonly headers: Record<string, string>
}

export interface RestServerOptions {
  readonly database: MemoryDatabase
  /** Child tables by the name under which they stand in the records of an object. */
  readonly lines?: Readonly<
    Record<string, Readonly<Record<string, { readonly table: string; readonly parent: string }>>>
  >
  /** Columns of numbers that are written as text. */
  readonly asText?: readonly string[]
}

type Row = ReadonlyMap<string, Raw>

class Refused extends Error {
  readonly status: number
  readonly body: JsonObject
  constructor(status: number, code: string, message: string, field?: string) {
    super(message)
    this.status = status
    this.body = { error: { code, message, ...(field !== undefined && { field }) } }
  }
}

export class RestServer {
  /** Whose data it shows, as `me` says. */
  tenant = 'test-company'
  readonly asked: Asked[] = []
  /** Tokens that are taken; a request with none of them is answered with 401. */
  readonly tokens = new Set(['the-token-1'])
  /** Passwords that were tried. */
  readonly signIns: string[] = []
  fault: (asked: Asked) => Fault | null = () => null
  largestPage = 50
  /** What is taken of a record that was sent, as JSON. */
  take: (asked: Asked, data: JsonObject) => JsonObject = (_, data) => data
  /** What of a record its version is made of. */
  versioned: (record: JsonObject) => JsonObject = (record) => record
  /** What is answered in the end. */
  show: (asked: Asked, answer: Shown) => Shown = (_, answer) => answer
  private readonly options: RestServerOptions
  private readonly server: Server

  private constructor(options: RestServerOptions) {
    this.options = options
    this.server = createServer((request, response) => void this.answer(request, response))
  }

  static async start(options: RestServerOptions): Promise<RestServer> {
    const made = new RestServer(options)
    await new Promise<void>((done) => made.server.listen(0, '127.0.0.1', done))
    return made
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  get url(): string {
    return `${this.origin}/api`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise<void>((done) => this.server.close(() => done()))
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin)
    const path = url.pathname.replace(/^\/(api\/)?/, '')
    const { method = 'GET', headers } = request
    const asked: Asked = { method, path, query: url.searchParams, headers, count: this.asked.length + 1 }
    this.asked.push(asked)
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const text = Buffer.concat(parts).toString('utf8')
    const fault = this.fault(asked)
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs)
    if (fault?.drop === 'before') return void request.socket.destroy()
    if (fault && fault.drop === undefined && !fault.afterEffect && (fault.status !== undefined || fault.endless))
      return this.misbehave(fault, response)
    let status = 200
    let body: Json = null
    const more: Record<string, string> = {}
    try {
      const found = this.serve(asked, text)
      ;({ status, body } = found)
      if (found.link !== undefined) more['link'] = found.link
    } catch (error) {
      const refused = error instanceof Refused ? error : asRefused(error)
      status = refused.status
      body = refused.body
    }
    ;({ status, body } = this.show(asked, { status, body, headers: more }))
    if (fault?.drop === 'after') return void request.socket.destroy()
    if (fault?.afterEffect) return this.misbehave(fault, response)
    const sent = body === null && status === 204 ? '' : writeExactJson(body)
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...more })
    response.end(sent)
  }

  private misbehave(fault: Fault, response: ServerResponse): void {
    response.writeHead(fault.status ?? 200, { 'content-type': fault.type ?? 'application/json', ...fault.headers })
    if (!fault.endless) return void response.end(fault.body ?? '')
    const write = (): void => {
      if (response.destroyed) return
      if (response.write(`"${'x'.repeat(65_536)}",`)) setImmediate(write)
      else response.once('drain', write)
    }
    response.write('[')
    write()
  }

  private serve(asked: Asked, text: string): { status: number; body: Json; link?: string } {
    const { method, path, headers, query } = asked
    if (path === 'login' || path === 'oauth/token') return this.signIn(path, text)
    const token = (headers.authorization ?? '').replace(/^Bearer /, '')
    if (!this.tokens.has(token) && !this.tokens.has((headers.cookie ?? '').replace(/^session=/, '')))
      throw new Refused(401, 'unauthorized', 'Who are you?')
    if (path === 'me') return { status: 200, body: { user: 'concordat', company: { id: this.tenant } } }
    const [name = '', encoded] = path.split('/').map((step) => decodeURIComponent(step))
    const table = this.options.database.tables.get(name)
    if (!table || path.split('/').length > 2) throw new Refused(404, 'no_such_path', 'There is nothing here.')
    const sent = text === '' ? {} : ((jsonAt(parseExactJson(text), ['data']) ?? {}) as JsonObject)
    const data = text === '' ? sent : this.take(asked, sent)
    if (encoded === undefined) {
      if (method === 'GET') return this.list(table, query)
      if (method === 'POST') return { status: 201, body: { data: this.create(table, data) } }
      throw new Refused(405, 'method', 'Not here.')
    }
    const key = table.definition.primaryKey[0]!
    const row = table.where(new Map([[key, encoded]]))[0]
    if (method === 'PUT' && !row)
      return { status: 201, body: { data: this.create(table, { ...data, [key]: encoded }) } }
    if (!row) throw new Refused(404, 'not_found', 'There is no such record.')
    const version = this.json(table, row)['_version'] as string
    const match = headers['if-match']
    if (method !== 'GET' && match !== undefined && match !== `"${version}"`)
      throw new Refused(412, 'stale', 'Somebody was faster.')
    switch (method) {
      case 'GET':
        return { status: 200, body: { data: this.json(table, row) } }
      case 'PUT':
      case 'PATCH':
        return { status: 200, body: { data: this.update(table, row, data) } }
      case 'DELETE':
        this.delete(table, row)
        return { status: 204, body: null }
      default:
        throw new Refused(405, 'method', 'Not here.')
    }
  }

  private signIn(path: string, text: string): { status: number; body: Json } {
    const form = path === 'login' ? null : new URLSearchParams(text)
    const password = form ? form.get('client_secret') : jsonAt(parseExactJson(text), ['password'])
    this.signIns.push(typeof password === 'string' ? password : '')
    if (password !== 'the-password-1') throw new Refused(401, 'wrong_password', 'No.')
    const token = `token-${this.signIns.length}`
    this.tokens.add(token)
    return {
      status: 200,
      body: form
        ? { access_token: token, token_type: 'bearer', expires_in: new ExactJsonNumber('3600') }
        : { session: { token } },
    }
  }

  private list(table: MemoryTable, query: URLSearchParams): { status: number; body: Json; link?: string } {
    const key = table.definition.primaryKey[0]!
    const kind = table.columns.get(key)!.kind
    const sort = query.get('sort') ?? key
    const column = sort.replace(/^-/, '')
    const order = sort.startsWith('-') ? -1 : 1
    const sortKind = table.columns.get(column)?.kind ?? 'text'
    let rows = [...table.rows.values()].toSorted(
      (a, b) =>
        order *
        (compareCells(sortKind, a.get(column) ?? '', b.get(column) ?? '') ||
          compareCells(kind, a.get(key)!, b.get(key)!)),
    )
    for (const [name, wanted] of query) {
      if (name === 'id') {
        const ids = new Set(wanted.split(','))
        rows = rows.filter((row) => ids.has(row.get(key)!))
      } else if (name === 'after') rows = rows.filter((row) => compareCells(kind, row.get(key)!, wanted) > 0)
      else if (name === 'where') rows = rows.filter((row) => fulfils(row, JSON.parse(wanted) as Where))
      else if (name === 'updated_since') rows = rows.filter((row) => row.get('updated_at')! >= wanted)
      else if (table.columns.has(name)) rows = rows.filter((row) => row.get(name) === wanted)
    }
    const limit = Math.min(Number(query.get('limit') ?? 20), this.largestPage)
    const from = Number(query.get('offset') ?? (Number(query.get('page') ?? 1) - 1) * limit)
    const shown = rows.slice(from, from + limit)
    const next = from + limit < rows.length ? String(from + limit) : null
    const link = new URLSearchParams(query)
    link.set('offset', next ?? '')
    return {
      status: 200,
      body: {
        data: shown.map((row) => this.json(table, row)),
        meta: { total: new ExactJsonNumber(String(rows.length)), next },
      },
      ...(next !== null && { link: `</api/${table.definition.name}?${link.toString()}>; rel="next"` }),
    }
  }

  /** A row as JSON, with its lines and a version. */
  private json(table: MemoryTable, row: Row): JsonObject {
    const json: JsonObject = Object.fromEntries(
      [...table.columns.keys()].map((name) => [name, this.cell(table, name, row.get(name)!)]),
    )
    const lines = Object.entries(this.options.lines?.[table.definition.name] ?? {}).map(
      ([name, child]): [string, Json] => {
        const other = this.options.database.table(child.table)
        const rows = other.where(new Map([[child.parent, row.get(table.definition.primaryKey[0]!)!]]))
        const names = [...other.columns.keys()].filter((column) => column !== child.parent)
        return [
          name,
          rows.map((line) =>
            Object.fromEntries(names.map((column) => [column, this.cell(other, column, line.get(column)!)])),
          ),
        ]
      },
    )
    const whole = { ...json, ...Object.fromEntries(lines) }
    const versioned = this.versioned(whole)
    return { ...whole, _version: createHash('sha256').update(writeExactJson(versioned)).digest('hex').slice(0, 16) }
  }

  private cell(table: MemoryTable, name: string, value: Raw): Json {
    if (value === null) return null
    const { kind } = table.columns.get(name)!
    if (kind === 'boolean') return value === 't'
    const isNumber = (kind === 'integer' || kind === 'decimal') && !this.options.asText?.includes(name)
    return isNumber ? new ExactJsonNumber(value) : value
  }

  private create(table: MemoryTable, data: JsonObject): JsonObject {
    const { database } = this.options
    return database.atomically(() => {
      const row = database.insertRow(table, database.newRow(table, this.columns(table, data)))
      this.replaceLines(table, row, data)
      return this.json(table, row)
    })
  }

  private update(table: MemoryTable, old: Row, data: JsonObject): JsonObject {
    const { database } = this.options
    return database.atomically(() => {
      const set = this.columns(table, data)
      const row = set.size === 0 ? old : database.updateRow(table, old, set)
      this.replaceLines(table, row, data)
      return this.json(table, row)
    })
  }

  private delete(table: MemoryTable, row: Row): void {
    const { database } = this.options
    database.atomically(() => {
      for (const child of Object.values(this.options.lines?.[table.definition.name] ?? {})) {
        const other = database.table(child.table)
        for (const line of other.where(new Map([[child.parent, row.get(table.definition.primaryKey[0]!)!]])))
          database.deleteRow(other, line)
      }
      database.deleteRow(table, row)
    })
  }

  /** Lines that are sent are all that there are to be. */
  private replaceLines(table: MemoryTable, row: Row, data: JsonObject): void {
    const { database } = this.options
    const parent = row.get(table.definition.primaryKey[0]!)!
    for (const [name, child] of Object.entries(this.options.lines?.[table.definition.name] ?? {})) {
      const sent = data[name]
      if (!Array.isArray(sent)) continue
      const other = database.table(child.table)
      const keys = other.definition.primaryKey.filter((column) => column !== child.parent)
      const old = new Map(other.where(new Map([[child.parent, parent]])).map((line) => [line.get(keys[0]!)!, line]))
      for (const line of sent as readonly JsonObject[]) {
        const set = this.columns(other, line)
        set.set(child.parent, parent)
        const id = set.get(keys[0]!) ?? null
        const known = id === null ? undefined : old.get(id)
        if (known) {
          old.delete(id!)
          database.updateRow(other, known, set)
        } else database.insertRow(other, database.newRow(other, set))
      }
      for (const line of old.values()) database.deleteRow(other, line)
    }
  }

  /** Unknown names are left alone, as many systems do. */
  private columns(table: MemoryTable, data: JsonObject): Map<string, Raw> {
    return new Map(
      Object.entries(data).flatMap(([name, value]): [string, Raw][] => {
        if (!table.columns.has(name)) return []
        if (value === null || typeof value === 'string') return [[name, value]]
        if (value instanceof ExactJsonNumber) return [[name, value.text]]
        return [[name, value === true ? 't' : 'f']]
      }),
    )
  }
}

/** Conditions in JSON, as some systems have them. */
type Where = Readonly<
  Record<string, string | { readonly $in?: readonly (string | number)[]; readonly $gte?: { readonly iso: string } }>
>

function fulfils(row: Row, where: Where): boolean {
  return Object.entries(where).every(([name, wanted]) => {
    const value = row.get(name) ?? ''
    if (typeof wanted === 'string') return value === wanted
    return wanted.$in ? wanted.$in.map(String).includes(value) : value >= (wanted.$gte?.iso ?? '')
  })
}

/** The database's refusal as an API words it. */
function asRefused(error: unknown): Refused {
  if (error instanceof SyntaxError) return new Refused(400, 'malformed', 'This is no JSON.')
  if (!(error instanceof ConcordatError)) throw error
  const field = /column ([^ ]+)/i.exec(error.message)?.[1] ?? /\(([^)]+)\)/.exec(error.message)?.[1]
  switch (error.code) {
    case 'connector.duplicate-key':
      return new Refused(409, 'duplicate', error.message, field)
    case 'connector.broken-reference':
      return new Refused(422, 'unknown_reference', error.message, field)
    default:
      return new Refused(422, 'invalid', error.message, field)
  }
}
