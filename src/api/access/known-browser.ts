import { createHmac } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { rememberBrowser } from '../../store/access/known-browsers.ts'
import { hashOf, newSecret, sameText } from './secret-token.ts'
import { isSecure, type Site } from './site.ts'

/*
 * A browser that somebody has signed in from keeps a cookie of it beyond the session. It lets nobody in: it only has a queue
 * and a limit of its own, so that strangers, who have none, cannot fill these up. It is signed, so that one of somebody's own
 * making is known without asking the store.
 */

const LASTS_S = 180 * 24 * 3600

const cookieName = (secure: boolean): string => (secure ? '__Host-concordat_browser' : 'concordat_browser')

const signed = (id: string, key: Buffer): string =>
  createHmac('sha256', key).update(`browser ${id}`).digest('base64url')

/** What a browser is known by; null when nobody has signed in from it. */
export function knownBrowser(request: FastifyRequest, site: Pick<Site, 'publicUrl' | 'browserKey'>): string | null {
  const [id = '', proof = ''] = request.cookies[cookieName(isSecure(site, request))]?.split('.') ?? []
  return id !== '' && sameText(proof, signed(id, site.browserKey)) ? id : null
}

/** Remembers that an account has signed in from this browser. */
export async function keepBrowser(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  account: string,
): Promise<void> {
  const id = knownBrowser(request, site) ?? newSecret()
  await rememberBrowser(site.database, hashOf(id), account, new Date())
  const secure = isSecure(site, request)
  reply.setCookie(cookieName(secure), `${id}.${signed(id, site.browserKey)}`, {
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: '/',
    maxAge: LASTS_S,
  })
}
