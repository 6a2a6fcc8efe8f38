import { HttpClient, type HttpAnswer, type HttpRequest } from '../../connector-kit/http/http-client.ts'
import { type Classified, HttpSession } from '../../connector-kit/http/http-session.ts'
import { type Json, jsonAt, writeExactJson } from '../../connector-kit/http/exact-json.ts'
import { SignInDesk } from '../../connector-kit/http/sign-in.ts'
import { type AnswerFacts, compileCondition } from '../../model/answer-condition.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { AnswerClass, AnswerRule, RestCall, RestDescription } from '../../model/rest-description.ts'
import { isSecretSetting } from '../../model/secret-setting.ts'
import { fillTemplate, templateNames } from '../../model/template.ts'
import { plainJson } from './plain-json.ts'

/*
 * The API of one system: calls of the description with their places filled in, and what the answers mean.
 */

/** What is done to an object; conditions of a description can tell them apart. */
export type Op = 'list' | 'read' | 'create' | 'update' | 'delete' | 'verify'

/** What to fill in, add and send. */
export interface CallDetails {
  readonly places?: Readonly<Record<string, string>>
  /** Parameters beside, or instead of, those of the call. */
  readonly params?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Json
  /** Whole address to be called instead, of the next page. */
  readonly address?: string
}

/** A call whose answer is looked at for its own sake. */
export interface ProbeDetails extends CallDetails {
  /** Without saying who we are. */
  readonly unsigned?: boolean
  /** A body as it is, JSON or not. */
  readonly text?: string
}

export interface Probed {
  readonly is: AnswerClass
  readonly answer: HttpAnswer
}

export interface Answered extends Classified {
  /** The rule of the description that said what the answer means. */
  readonly rule: AnswerRule | null
}

export class RestApi {
  readonly description: RestDescription
  readonly session: HttpSession
  /** Where the API is, as the contract says. */
  readonly address: string
  /** When a write of ours was last left without an answer. */
  lostAt = 0
  private readonly settings: Readonly<Record<string, string>>
  private readonly rules: readonly { readonly rule: AnswerRule; readonly holds: (facts: AnswerFacts) => boolean }[]
  private readonly tokens: HttpClient | null

  constructor(description: RestDescription, settings: Readonly<Record<string, string>>) {
    this.description = description
    this.settings = settings
    const url = addressOf(settings['url'])
    this.address = url.href
    const options = {
      allowPrivate: settings['private'] === 'allowed',
      connectMs: description.deadlines.connectMs,
      answerMs: description.deadlines.answerMs,
      mostBytes: description.mostBytes,
      budget: description.rate,
    }
    const client = new HttpClient({ url, ...options })
    const how = description.signIn
    const elsewhere = how.kind === 'oauth2' ? new URL(fillTemplate(how.tokenUrl, settings), baseOf(url)) : url
    this.tokens =
      elsewhere.origin === url.origin
        ? null
        : new HttpClient({ url: elsewhere, ...options, budget: { perMs: 60_000, atOnce: 1 } })
    const desk = new SignInDesk({
      how,
      settings,
      host: client.host,
      send: (request) => (this.tokens ?? client).send(request),
      now: () => Date.now(),
    })
    this.session = new HttpSession(client, desk)
    this.rules = description.errors.map((rule) => ({ rule, holds: compileCondition(rule.when) }))
  }

  /** Carries a call of the description out. Answers that mean trouble of the system are thrown. */
  async call(op: Op, call: RestCall, details: CallDetails = {}): Promise<Answered> {
    let rule: AnswerRule | null = null
    try {
      const answered = await this.session.call(this.request(op, call, details), (answer) => {
        rule = this.ruleFor(op, answer)
        return rule?.is ?? classOf(answer, isWrite(op))
      })
      return { ...answered, rule }
    } catch (error) {
      if (error instanceof ConcordatError && error.code === 'connector.lost-response') this.lostAt = Date.now()
      throw error
    }
  }

  /** Makes a call once and answers what it means, trouble of the system as well; throws only where there is no answer. */
  async probe(op: Op, call: RestCall, details: ProbeDetails = {}): Promise<Probed> {
    const request = this.request(op, call, details)
    const sent =
      details.text === undefined
        ? request
        : { ...request, body: details.text, headers: { ...request.headers, 'content-type': 'application/json' } }
    const classify = (answer: HttpAnswer): AnswerClass => this.ruleFor(op, answer)?.is ?? classOf(answer, isWrite(op))
    return this.session.once(sent, classify, details.unsigned !== true)
  }

  private request(op: Op, call: RestCall, details: CallDetails): HttpRequest {
    const places = { ...this.settings, ...details.places }
    const path = fillTemplate(call.path, places, encodeURIComponent)
    const query = new URLSearchParams()
    for (const [name, text] of Object.entries({ ...call.params, ...details.params }))
      query.set(name, fillTemplate(text, places))
    const search = query.size === 0 ? '' : `${path.includes('?') ? '&' : '?'}${query.toString()}`
    const headers: Record<string, string> = {}
    for (const [name, text] of Object.entries(this.description.headers))
      headers[name.toLowerCase()] = fillTemplate(text, this.settings)
    return {
      method: call.method,
      target: details.address ?? `${path}${search}`,
      headers: {
        ...headers,
        ...(details.body !== undefined && { 'content-type': 'application/json' }),
        ...details.headers,
      },
      ...(details.body !== undefined && { body: writeExactJson(details.body) }),
      writes: isWrite(op),
    }
  }

  /** Settings that its paths and headers name, such as a tenant; those that prove who we are do not tell where we are. */
  get named(): Readonly<Record<string, string>> {
    const { headers, objects, verify } = this.description
    const paths = [verify?.path ?? '', ...objects.map(({ list }) => list.path)]
    const names = [...Object.values(headers), ...paths].flatMap(templateNames)
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = this.settings[name]
        return value === undefined || isSecretSetting(name) ? [] : [[name, value]]
      }),
    )
  }

  /** Whether a path may be filled with this id: it must stay one step of it. */
  readonly isUsableId = (id: string): boolean =>
    id !== '' && id !== '.' && id !== '..' && !id.includes('\0') && id.isWellFormed()

  /** Where in the answer the system names the field at fault, and what it says. */
  saidIn({ answer, rule }: Answered): { readonly field: string | null; readonly message: string | null } {
    const at = (path: string | undefined): string | null => {
      const found = path === undefined ? undefined : jsonAt(answer.body, path.split('.'))
      return typeof found === 'string' && found !== '' ? found : null
    }
    return { field: at(rule?.field), message: at(rule?.message) }
  }

  async close(): Promise<void> {
    await this.session.close()
    await this.tokens?.close()
  }

  private ruleFor(op: Op, answer: HttpAnswer): AnswerRule | null {
    if (this.rules.length === 0) return null
    const facts: AnswerFacts = {
      op,
      status: BigInt(answer.status),
      headers: answer.headers,
      body: plainJson(answer.body),
    }
    return this.rules.find(({ holds }) => holds(facts))?.rule ?? null
  }
}

const isWrite = (op: Op): boolean => op === 'create' || op === 'update' || op === 'delete'

/** What a status means where the description says nothing about it. */
function classOf({ status, headers }: HttpAnswer, writes: boolean): AnswerClass {
  if (status < 300) return 'ok'
  switch (status) {
    case 401:
      return 'credentials'
    case 403:
      return 'not allowed'
    case 404:
    case 410:
      return 'gone'
    case 412:
      return 'conflict'
    case 429:
      return 'wait'
    case 503:
      // Without a time to come back it may be a proxy that lost its patience with what still goes on behind it.
      return writes && headers['retry-after'] === undefined ? 'unsure' : 'wait'
    case 408:
      return writes ? 'unsure' : 'again'
    default:
      return status < 500 ? 'refused' : 'unsure'
  }
}

function addressOf(text: string | undefined): URL {
  if (text !== undefined && URL.canParse(text)) {
    const url = new URL(text)
    if (url.username === '' && url.password === '' && url.search === '' && url.hash === '') return url
  }
  throw new ConcordatError('config.bad-address', 'The `url` of the system is not the plain address of an API.', {
    cure: 'Write for example https://crm.example/api/v1, and users, passwords and keys into settings of their own.',
  })
}

const baseOf = (url: URL): string => url.href.replace(/\/?$/, '/')
