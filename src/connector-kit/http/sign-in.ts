import { ConcordatError } from '../../model/errors.ts'
import type { SignIn } from '../../model/rest-description.ts'
import { fillTemplate } from '../../model/template.ts'
import { jsonAt, type Json, writeExactJson } from './exact-json.ts'
import type { HttpAnswer, HttpRequest } from './http-client.ts'

/*
 * Proof of who we are, for all workers of a process at once: a token that has ended is renewed once, however many notice
 * it. A credential that was refused is never sent again, since many systems lock the user after a few wrong ones.
 */

/** Headers of one request, and which sign-in they are of. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>
  readonly number: number
}

export interface SignInParts {
  readonly how: SignIn
  /** Settings of the system, with their secrets. */
  readonly settings: Readonly<Record<string, string>>
  readonly host: string
  /** Sends a request that carries no proof; `url`: where tokens are handed out, which may be another server. */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>
  readonly now: () => number
}

/** Renewed so long before a token ends. */
const EARLY_MS = 30_000

export class SignInDesk {
  private readonly parts: SignInParts
  private current: (Proof & { readonly endsAt: number }) | null = null
  private renewing: Promise<Proof> | null = null
  private number = 0
  private refused: ConcordatError | null = null
  private refreshToken: string | null = null
  /** Number of a sign-in that was made because the one before was refused, until it has worked. */
  private untried: number | null = null

  constructor(parts: SignInParts) {
    this.parts = parts
  }

  /** What a request carries. Throws once a credential was refused. */
  async proof(): Promise<Proof> {
    if (this.refused) throw this.refused
    const { current } = this
    if (current && this.parts.now() < current.endsAt) return current
    return this.renew()
  }

  /** The system refused this proof: makes another one, or throws when it would be refused, too. */
  async renewAfter(proof: Proof): Promise<void> {
    if (this.refused) throw this.refused
    const { kind } = this.parts.how
    // What others renewed meanwhile is tried.
    if (proof.number !== this.number) return
    if ((kind !== 'oauth2' && kind !== 'login') || proof.number === this.untried) this.refuse()
    this.current = null
    await this.renew()
    this.untried = this.number
  }

  /** The system took this proof. */
  worked(proof: Proof): void {
    if (proof.number === this.untried) this.untried = null
  }

  private refuse(): never {
    this.refused = new ConcordatError(
      'connector.refused-credentials',
      `${this.parts.host} refused the credentials. They are not tried again, so that nobody is locked out.`,
      { cure: 'Correct the secret of the system, and start again.' },
    )
    throw this.refused
  }

  private renew(): Promise<Proof> {
    return (this.renewing ??= this.sign().finally(() => (this.renewing = null)))
  }

  private async sign(): Promise<Proof> {
    const { headers, lastsMs } = await this.make()
    const endsAt = lastsMs === null ? Infinity : this.parts.now() + Math.max(lastsMs - EARLY_MS, lastsMs / 2)
    const proof = { headers, number: ++this.number, endsAt }
    this.current = proof
    return proof
  }

  private async make(): Promise<{ headers: Record<string, string>; lastsMs: number | null }> {
    const { how, settings } = this.parts
    const filled = (template: string): string => fillTemplate(template, settings)
    const fixed = (headers: Record<string, string>) => ({ headers, lastsMs: null })
    switch (how.kind) {
      case 'none':
        return fixed({})
      case 'header':
        return fixed(
          Object.fromEntries(Object.entries(how.headers).map(([name, text]) => [name.toLowerCase(), filled(text)])),
        )
      case 'basic':
        return fixed({ authorization: basic(filled(how.user), filled(how.password)) })
      case 'bearer':
        return fixed({ authorization: `Bearer ${filled(how.token)}` })
      case 'oauth2':
        return this.askForToken(how, filled)
      case 'login':
        return this.login(how, filled)
    }
  }

  private async askForToken(
    how: Extract<SignIn, { kind: 'oauth2' }>,
    filled: (template: string) => string,
  ): Promise<{ headers: Record<string, string>; lastsMs: number | null }> {
    const [id, secret] = [filled(how.clientId), filled(how.clientSecret)]
    const refresh = how.refreshToken === undefined ? null : (this.refreshToken ?? filled(how.refreshToken))
    const form = new URLSearchParams({
      grant_type: refresh === null ? 'client_credentials' : 'refresh_token',
      ...(refresh !== null && { refresh_token: refresh }),
      ...(how.scope !== undefined && { scope: filled(how.scope) }),
      ...(how.credentialsIn === 'body' && { client_id: id, client_secret: secret }),
    })
    const answer = await this.parts.send({
      method: 'POST',
      target: filled(how.tokenUrl),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(how.credentialsIn === 'header' && {
          authorization: basic(encodeURIComponent(id), encodeURIComponent(secret)),
        }),
      },
      body: form.toString(),
      writes: false,
    })
    this.demandAnswer(answer)
    const token = textAt(answer.body, ['access_token'])
    if (token === null) throw noToken(this.parts.host)
    this.refreshToken = textAt(answer.body, ['refresh_token']) ?? this.refreshToken
    const lasts = Number(textAt(answer.body, ['expires_in']) ?? Number.NaN)
    return { headers: { authorization: `Bearer ${token}` }, lastsMs: Number.isFinite(lasts) ? lasts * 1000 : null }
  }

  private async login(
    how: Extract<SignIn, { kind: 'login' }>,
    filled: (template: string) => string,
  ): Promise<{ headers: Record<string, string>; lastsMs: number | null }> {
    const body = Object.fromEntries(Object.entries(how.body).map(([name, text]) => [name, filled(text)]))
    const answer = await this.parts.send({
      method: 'POST',
      target: how.post,
      headers: { 'content-type': 'application/json' },
      body: writeExactJson(body),
      writes: false,
    })
    this.demandAnswer(answer)
    const lastsMs = how.lastsMs ?? null
    const cookies = (answer.headers['set-cookie'] ?? '').split('\n').flatMap((line) => line.split(';')[0]!.trim() || [])
    if (how.token === undefined) {
      if (cookies.length === 0) throw noToken(this.parts.host)
      return { headers: { cookie: cookies.join('; ') }, lastsMs }
    }
    const token = textAt(answer.body, how.token.split('.'))
    if (token === null) throw noToken(this.parts.host)
    const values = { ...this.parts.settings, token }
    const headers = Object.fromEntries(
      Object.entries(how.send).map(([name, text]) => [name.toLowerCase(), fillTemplate(text, values)]),
    )
    return { headers, lastsMs }
  }

  private demandAnswer({ status }: HttpAnswer): void {
    if (status < 300) return
    if (status === 429 || status >= 500)
      throw new ConcordatError(
        'connector.unreachable',
        `${this.parts.host} does not sign anybody in now (${status}).`,
        {
          retry: 'later',
          cure: 'It is tried again.',
        },
      )
    this.refuse()
  }
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`

function textAt(body: Json, path: readonly string[]): string | null {
  const found = jsonAt(body, path)
  if (typeof found === 'string' && found !== '') return found
  return typeof found === 'object' && found !== null && 'text' in found && typeof found.text === 'string'
    ? found.text
    : null
}

const noToken = (host: string) =>
  new ConcordatError(
    'connector.failed',
    `${host} signed us in and handed out no token where the description says it is.`,
    {
      cure: 'Correct `token` of the sign-in in the description.',
    },
  )
