import { Pool } from 'undici'
import { ConcordatError } from '../../model/errors.ts'
import { demandPublicHost, publicLookup } from './address-guard.ts'
import { type Json, parseExactJson } from './exact-json.ts'
import { type Attempt, exchangeFailure, unusableAnswer } from './http-failure.ts'
import { Turns, type Budget } from './turns.ts'

/*
 * One server that is spoken to in JSON: connections are kept, everything has a deadline and a largest size, answers that
 * are no JSON and redirects are said so. What an answer means is its caller's business.
 */

export interface ServerOptions {
  readonly url: URL
  /** Addresses that are not public may be called, and without TLS. */
  readonly allowPrivate: boolean
  readonly connectMs: number
  readonly answerMs: number
  readonly mostBytes: number
  readonly budget: Budget
}

export interface HttpRequest {
  readonly method: string
  /** Path and query; or a whole URL, which must be of the same server. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** It may change something in the system. */
  readonly writes: boolean
}

export interface HttpAnswer {
  readonly status: number
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  /** Null when there is none, or none in JSON. */
  readonly body: Json
}

/** Connections to one server. */
export class HttpClient {
  readonly turns: Turns
  /** How far the server's clock is ahead of ours, by the last answer. */
  clockAheadMs = 0
  private readonly options: ServerOptions
  private readonly pool: Pool

  constructor(options: ServerOptions) {
    this.options = options
    const { url, allowPrivate, connectMs, answerMs, budget } = options
    if (!/^https?:$/.test(url.protocol))
      throw new ConcordatError('config.bad-address', 'The URL of the system is not one of the web.', {
        cure: 'Begin it with https://.',
      })
    if (url.protocol === 'http:' && !allowPrivate)
      throw new ConcordatError('config.bad-address', `${url.host} would be called without TLS.`, {
        cure: 'Begin the URL with https://; for a server in your own network write `private: allowed` in the system.',
      })
    this.turns = new Turns(budget)
    this.pool = new Pool(url.origin, {
      connections: budget.atOnce,
      pipelining: 1,
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      connect: { timeout: connectMs, ...(!allowPrivate && { lookup: publicLookup }) },
    })
  }

  get host(): string {
    return this.options.url.host
  }

  /** The server's time. */
  now(): number {
    return Date.now() + this.clockAheadMs
  }

  /** One request, sent once. Throws when there is no answer that can be used. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const attempt: Attempt = { host: this.host, writes: request.writes }
    try {
      const path = this.pathOf(request.target)
      if (!this.options.allowPrivate) demandPublicHost(this.options.url.hostname)
      return await this.turns.take(() => this.exchange(request, path, attempt))
    } catch (error) {
      throw exchangeFailure(error, attempt)
    }
  }

  private async exchange(request: HttpRequest, path: string, attempt: Attempt): Promise<HttpAnswer> {
    const deadline = new AbortController()
    const timer = setTimeout(
      () => deadline.abort(Object.assign(new Error('too late'), { code: 'DEADLINE' })),
      this.options.connectMs + this.options.answerMs,
    )
    try {
      const answer = await this.pool.request({
        method: request.method,
        path,
        headers: { accept: 'application/json', 'user-agent': 'concordat', ...request.headers },
        body: request.body ?? null,
        signal: deadline.signal,
      })
      const headers = plainHeaders(answer.headers)
      const said = Date.parse(headers['date'] ?? '')
      if (!Number.isNaN(said)) this.clockAheadMs = Math.abs(said - Date.now()) < 2000 ? 0 : said - Date.now()
      if (answer.statusCode >= 300 && answer.statusCode < 400 && answer.statusCode !== 304) {
        await answer.body.dump()
        throw this.redirected(headers['location'], attempt)
      }
      const text = await this.textOf(answer.body, attempt)
      return { status: answer.statusCode, headers, body: jsonOf(text, answer.statusCode, headers, attempt) }
    } finally {
      clearTimeout(timer)
    }
  }

  close(): Promise<void> {
    return this.pool.destroy()
  }

  private async textOf(body: AsyncIterable<Buffer>, attempt: Attempt): Promise<string> {
    const parts: Buffer[] = []
    let bytes = 0
    for await (const part of body) {
      bytes += part.length
      if (bytes > this.options.mostBytes)
        throw unusableAnswer(
          attempt,
          `sent more than ${Math.round(this.options.mostBytes / 1_000_000)} MB in one answer`,
          'Ask for smaller pages, or raise `most_megabytes` in the description.',
        )
      parts.push(part)
    }
    return Buffer.concat(parts).toString('utf8')
  }

  private redirected(location: string | undefined, attempt: Attempt): ConcordatError {
    const to =
      location !== undefined && URL.canParse(location, this.options.url.href)
        ? new URL(location, this.options.url)
        : null
    const where = to === null ? 'somewhere else' : to.host === this.host ? 'another path' : `another server, ${to.host}`
    return new ConcordatError(
      'connector.failed',
      `${attempt.host} sends us on to ${where}, and redirects are not followed.`,
      {
        cure: 'Write the address that it leads to into the `url` of the system, if it is the right one.',
      },
    )
  }

  private pathOf(target: string): string {
    const { url } = this.options
    const found = new URL(target, url.href.replace(/\/?$/, '/'))
    if (found.origin !== url.origin)
      throw new ConcordatError('connector.failed', `${this.host} names a next page at another server, ${found.host}.`, {
        cure: 'Pages are only read from the server of the system.',
      })
    return `${found.pathname}${found.search}`
  }
}

function jsonOf(text: string, status: number, headers: Readonly<Record<string, string>>, attempt: Attempt): Json {
  if (text.trim() === '') return null
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  const isJson = /^(application|text)\/([a-z0-9.-]+\+)?json$/.test(type)
  // What an error is about says its status; only its reason is lost when it is a page.
  const fails = status >= 400
  if (!isJson) {
    if (fails) return null
    if (type === 'text/html')
      throw unusableAnswer(
        attempt,
        'answered with a web page instead of JSON',
        'The address may be that of the application and not of its API, or a proxy asks somebody to sign in.',
      )
    throw unusableAnswer(
      attempt,
      `answered with ${type === '' ? 'something that does not say what it is' : type} instead of JSON`,
      'See whether the path is one of the API.',
    )
  }
  try {
    return parseExactJson(text)
  } catch {
    if (fails) return null
    throw unusableAnswer(attempt, 'answered with JSON that is broken', 'The answer may have been cut off on its way.')
  }
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name.toLowerCase(), Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : value]],
    ),
  )
}
