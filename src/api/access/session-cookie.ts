import type { FastifyReply, FastifyRequest } from 'fastify'
import { ConcordatError } from '../../model/errors.ts'
import { keepLanguage } from '../../store/access/accounts.ts'
import { endSession, findSession, openSession, touchSession, type Expiry } from '../../store/access/browser-sessions.ts'
import type { OpenSession } from '../../store/access/browser-sessions.ts'
import { keepBrowser } from './known-browser.ts'
import { hashOf, newSecret } from './secret-token.ts'
import { isSecure, type Site, type SiteIn } from './site.ts'

/*
 * A session is a random secret in a cookie that no script can read; the store has its hash. It ends 12 hours after its last
 * use, and 7 days after its begin.
 */

const IDLE_MS = 12 * 3_600_000
const LONGEST_MS = 7 * 24 * 3_600_000
/** How exactly it is known when a session was last used. */
const TOUCH_MS = 60_000

/** Sessions older than this are over. */
export const expiryAt = (now: number): Expiry => ({
  begunAfter: new Date(now - LONGEST_MS),
  seenAfter: new Date(now - IDLE_MS),
})

/** The name that browsers only take from the site itself, where there is https. */
const cookieName = (secure: boolean): string => (secure ? '__Host-concordat_session' : 'concordat_session')

/** The secret that the browser sends. */
export const sessionSecret = (request: FastifyRequest, site: Pick<Site, 'publicUrl'>): string | null =>
  request.cookies[cookieName(isSecure(site, request))] ?? null

/** How somebody has proved who they are. */
export interface Proof {
  readonly method: string
  /** The stored form of the password that was given; null: it was not by one. */
  readonly password: string | null
  /** When, where that was not just now; milliseconds since the epoch. */
  readonly at?: number
}

/** Signs a browser in; a session that it had before ends. Throws `access.signed-out` when the proof does not hold any more. */
export async function beginSession(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  account: string,
  { method, password, at }: Proof,
): Promise<void> {
  await leaveSession(request, reply, site)
  const secret = newSecret()
  const secure = isSecure(site, request)
  const now = new Date()
  const opens = await openSession(site.database, {
    tokenHash: hashOf(secret),
    account,
    method,
    address: request.ip,
    agent: (request.headers['user-agent'] ?? '').slice(0, 300),
    password,
    now,
    provedAt: at === undefined ? now : new Date(at),
  })
  if (!opens)
    throw new ConcordatError('access.signed-out', 'The account was changed at this very moment.', {
      cure: 'Sign in once more.',
    })
  site.secrets.add(hashOf(secret))
  await keepLanguage(site.database, account, request.language)
  await keepBrowser(request, reply, site, account)
  reply.setCookie(cookieName(secure), secret, {
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: '/',
    maxAge: LONGEST_MS / 1000,
  })
}

/** The session that a request belongs to, if it has not ended. */
export async function openSessionOf(request: FastifyRequest, site: SiteIn): Promise<OpenSession | null> {
  const secret = sessionSecret(request, site)
  return secret === null ? null : findSession(site.database, hashOf(secret), expiryAt(Date.now()))
}

/** The same, for a request that uses it. */
export async function currentSession(request: FastifyRequest, site: Site): Promise<OpenSession | null> {
  const now = Date.now()
  const found = await openSessionOf(request, site)
  if (found && now - Date.parse(found.seenAt) > TOUCH_MS) await touchSession(site.database, found.id, new Date(now))
  return found
}

/** Signs a browser out. */
export async function leaveSession(request: FastifyRequest, reply: FastifyReply, site: Site): Promise<void> {
  const found = await currentSession(request, site)
  if (found) await endSession(site.database, found.account, found.id)
  const secure = isSecure(site, request)
  reply.clearCookie(cookieName(secure), { path: '/', secure, httpOnly: true, sameSite: 'lax' })
}
