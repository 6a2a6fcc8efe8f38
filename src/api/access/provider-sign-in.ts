import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  type Configuration,
} from 'openid-client'
import { ConcordatError } from '../../model/errors.ts'
import { addAccount, countAccounts, lockAccounts } from '../../store/access/accounts.ts'
import {
  accountOfIdentity,
  accountWithEmail,
  addAttempt,
  addIdentity,
  takeAttemptOf,
} from '../../store/access/provider-sign-in.ts'
import type { Provider } from './providers.ts'
import { heldRoles, plainEmail } from './roles.ts'
import { hashOf, newSecret, sameText } from './secret-token.ts'
import type { Site } from './site.ts'

/*
 * Signing in with a provider: the authorization code flow of OpenID Connect with PKCE, state and nonce. The state is in a
 * cookie as well, so that only the browser that began can come to the end.
 */

const LASTS_MS = 10 * 60_000

export interface Begun {
  /** Where the browser goes. */
  readonly url: URL
  /** What its cookie holds until it is back. */
  readonly state: string
  readonly lastsMs: number
}

/** Who signed in, and where they wanted to go. */
export interface Arrived {
  readonly account: string
  readonly returnTo: string
}

/** Signs people in with the providers that there are. */
export class ProviderSignIn {
  readonly #site: Site
  readonly #providers: readonly Provider[]
  readonly #known = new Map<string, Configuration>()

  constructor(site: Site, providers: readonly Provider[]) {
    this.#site = site
    this.#providers = providers
  }

  /** For the page where one signs in. */
  get names(): { name: string; label: string }[] {
    return this.#providers.map(({ name, label }) => ({ name, label }))
  }

  /** Begins; `callback`: where the provider sends the browser back; `again`: it is to ask the person even if it knows them. */
  async begin(name: string, callback: URL, returnTo: string, again = false): Promise<Begun> {
    const config = await this.#configuration(name)
    const [state, nonce, verifier] = [newSecret(), randomNonce(), randomPKCECodeVerifier()]
    const now = Date.now()
    await addAttempt(this.#site.database, {
      provider: name,
      stateHash: hashOf(state),
      nonce,
      verifier,
      returnTo,
      now: new Date(now),
      expires: new Date(now + LASTS_MS),
    })
    const url = buildAuthorizationUrl(config, {
      redirect_uri: callback.href,
      scope: 'openid email profile',
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(again && { prompt: 'login' }),
    })
    return { url, state, lastsMs: LASTS_MS }
  }

  /** The browser is back at `came`, with the state of its cookie. Throws `access.provider-refused` when anything does not fit. */
  async finish(name: string, came: URL, cookie: string | undefined): Promise<Arrived> {
    const provider = this.#provider(name)
    const state = came.searchParams.get('state') ?? ''
    const ours = cookie !== undefined && sameText(cookie, state)
    const attempt = ours ? await takeAttemptOf(this.#site.database, hashOf(state), new Date()) : null
    if (attempt?.provider !== name)
      throw new ConcordatError('access.provider-refused', 'This sign-in was not begun here, or took too long.', {
        cure: 'Sign in once more.',
      })
    const config = await this.#configuration(name)
    const claims = await claimsOf(config, came, { state, nonce: attempt.nonce, verifier: attempt.verifier }, provider)
    return { account: await this.#accountOf(provider, config, claims), returnTo: attempt.returnTo }
  }

  #provider(name: string): Provider {
    const found = this.#providers.find((one) => one.name === name)
    if (found) return found
    throw new ConcordatError('access.unknown', `Nobody signs in with ${name} here.`, {
      cure: 'See the sign-in page for what there is.',
    })
  }

  async #configuration(name: string): Promise<Configuration> {
    const { issuer, clientId, clientSecret, label } = this.#provider(name)
    const known = this.#known.get(name)
    if (known) return known
    // Only on this machine itself nobody listens in.
    const local = issuer.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(issuer.hostname)
    try {
      const config = await discovery(issuer, clientId, clientSecret, undefined, {
        timeout: 10,
        ...(local && { execute: [allowInsecureRequests] }),
      })
      this.#known.set(name, config)
      return config
    } catch (cause) {
      throw new ConcordatError('access.provider-unreachable', `${label} cannot be reached to sign in.`, {
        cause,
        cure: `Try again later; an admin checks CONCORDAT_OIDC_${name.toUpperCase()}_ISSUER.`,
      })
    }
  }

  /** The account that a person of the provider has, by what it calls them for good, else by a verified e-mail. */
  #accountOf({ label, trustsEmail }: Provider, config: Configuration, claims: Claims): Promise<string> {
    const { database } = this.#site
    const { issuer } = config.serverMetadata()
    return database.transaction(async (session) => {
      await lockAccounts(session)
      const known = await accountOfIdentity(session, issuer, claims.subject)
      if (known !== null) return known
      if (claims.email === null || !(claims.verified || trustsEmail))
        throw refused(`${label} does not vouch for an e-mail address of yours.`)
      const email = plainEmail(claims.email)
      const invited = await accountWithEmail(session, email)
      // Owners of the contract need no invitation; but the first account is the one of the printed link.
      const owner = heldRoles([], email, this.#site).length > 0 && (await countAccounts(session)) > 0
      if (invited === null && !owner) throw refused(`Nobody has invited ${email}.`)
      const account =
        invited ?? (await addAccount(session, { email, name: claims.name ?? email, password: null, now: new Date() }))!
      await addIdentity(session, issuer, claims.subject, account)
      return account
    })
  }
}

interface Claims {
  readonly subject: string
  readonly email: string | null
  readonly verified: boolean
  readonly name: string | null
}

async function claimsOf(
  config: Configuration,
  came: URL,
  expected: { readonly state: string; readonly nonce: string; readonly verifier: string },
  { label }: Provider,
): Promise<Claims> {
  try {
    const tokens = await authorizationCodeGrant(config, came, {
      pkceCodeVerifier: expected.verifier,
      expectedState: expected.state,
      expectedNonce: expected.nonce,
      idTokenExpected: true,
    })
    const told: Readonly<Record<string, unknown>> = tokens.claims()!
    const subject = told['sub'] as string
    const more =
      told['email'] === undefined && config.serverMetadata().userinfo_endpoint !== undefined
        ? await fetchUserInfo(config, tokens.access_token, subject)
        : told
    const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
    return {
      subject,
      email: text(more['email']),
      verified: more['email_verified'] === true,
      name: text(more['name']) ?? text(told['name']),
    }
  } catch (cause) {
    throw new ConcordatError('access.provider-refused', `${label} did not sign you in.`, {
      cause,
      cure: 'Sign in once more; if it stays so, an admin compares client and addresses with those at the provider.',
    })
  }
}

const refused = (message: string): ConcordatError =>
  new ConcordatError('access.provider-refused', message, {
    cure: 'Ask an admin to invite the address that you use there.',
  })

/** Where a sign-in leads back to: a path of our own pages, and nowhere else. */
export function ownPath(path = '/'): string {
  // What browsers take for the name of another host: two slashes, a backslash, a tab between.
  return /^\/(?!\/)[\x20-\x5b\x5d-\x7e]*$/.test(path) ? path : '/'
}
