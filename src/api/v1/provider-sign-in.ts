import type { FastifyReply, FastifyRequest } from 'fastify'
import { whoHas } from '../access/authenticate.ts'
import { ownPath } from '../access/provider-sign-in.ts'
import { beginSession } from '../access/session-cookie.ts'
import { isSecure, originOf } from '../access/site.ts'
import { confirmReset } from '../../store/access/resets.ts'
import { ConcordatError } from '../../model/errors.ts'
import { providerParams, providerQuery } from './schemas/access.ts'
import type { V1DoorRoutes } from './v1-server.ts'

const PUBLIC = { right: 'public' } as const
const tags = ['Sign-in']
/** One for each provider, so that two can be tried side by side. */
const cookieName = (secure: boolean, provider: string): string =>
  `${secure ? '__Host-' : ''}concordat_sign_in_${provider.replaceAll(/[^a-z0-9]/g, '')}`
/** Tells the sign-in page why somebody is back; the page reads it once. */
const refusedName = (secure: boolean): string => `${secure ? '__Host-' : ''}concordat_refused`
const REFUSED_LASTS_S = 60

/** Signing in with a provider: to it, and back. */
export const providerRoutes: V1DoorRoutes = (server, { site, providers }) => {
  const pathOf = (name: string): string => `/api/v1/oidc/${encodeURIComponent(name)}/callback`
  const ownOrigin = (request: FastifyRequest): string => {
    const origin = originOf(site, request)
    if (origin !== null) return origin
    throw new ConcordatError('access.provider-unreachable', 'Nobody can sign in with a provider at this address.', {
      cure: 'An admin sets CONCORDAT_PUBLIC_URL to the address that people use.',
    })
  }
  const cookieOf = (request: FastifyRequest) => ({
    httpOnly: true,
    // The browser comes back from another site.
    sameSite: 'lax' as const,
    secure: isSecure(site, request),
    // A neighbour under the same domain cannot put one of its own in place of a `__Host-` cookie, which is for all paths.
    path: '/',
  })

  /** A person looks at this: they are back where they began, and told why. */
  const sendBack = (request: FastifyRequest, reply: FastifyReply, { code, message, cure }: ConcordatError) => {
    const secure = isSecure(site, request)
    reply.setCookie(refusedName(secure), JSON.stringify({ code, message, cure }), {
      path: '/',
      sameSite: 'lax',
      secure,
      maxAge: REFUSED_LASTS_S,
    })
    return reply.redirect('/sign-in', 303)
  }

  server.get(
    '/oidc/:name/start',
    {
      config: PUBLIC,
      schema: {
        tags,
        summary: 'Go to a provider and sign in there; for browsers',
        params: providerParams,
        querystring: providerQuery,
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const { again } = request.query
      try {
        const callback = new URL(pathOf(name), ownOrigin(request))
        const { url, state, lastsMs } = await providers.begin(
          name,
          callback,
          ownPath(request.query.return_to),
          again === true,
        )
        const cookie = cookieOf(request)
        reply.setCookie(cookieName(cookie.secure, name), state, { ...cookie, maxAge: lastsMs / 1000 })
        return await reply.redirect(url.href, 303)
      } catch (error) {
        if (isOfProvider(error)) return sendBack(request, reply, error)
        throw error
      }
    },
  )

  server.get(
    '/oidc/:name/callback',
    {
      config: PUBLIC,
      schema: { tags, summary: 'Where a provider sends the browser back to', params: providerParams },
    },
    async (request, reply) => {
      const { name } = request.params
      const cookie = cookieOf(request)
      reply.clearCookie(cookieName(cookie.secure, name), cookie)
      try {
        const came = new URL(request.url, ownOrigin(request))
        const { account, returnTo } = await providers.finish(
          name,
          came,
          request.cookies[cookieName(cookie.secure, name)],
        )
        const who = await whoHas(account, site)
        if (who.kind === 'nobody')
          throw new ConcordatError('access.provider-refused', 'This account is disabled.', { cure: 'Ask an admin.' })
        // The provider vouches for the person, whoever made the link to their password.
        await confirmReset(site.database, account, new Date())
        await beginSession(request, reply, site, account, { method: name, password: null })
        request.who = who
        await request.audit('signed in', who.email ?? '', { method: name })
        return await reply.redirect(returnTo, 303)
      } catch (error) {
        if (!isOfProvider(error)) throw error
        if (error.code === 'access.provider-refused')
          await request.audit('sign-in refused', name, { why: error.message })
        return sendBack(request, reply, error)
      }
    },
  )
}

const isOfProvider = (error: unknown): error is ConcordatError =>
  error instanceof ConcordatError && error.code.startsWith('access.provider-')
