import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ConcordatError } from '../../model/errors.ts'
import { type Actor, writeAudit } from '../../store/access/audit.ts'
import { whoMakes } from './authenticate.ts'
import { changes, isCrossSite } from './cross-site.ts'
import { requestLimits } from './request-limits.ts'
import type { Right } from './right.ts'
import { csrfOf, sameText } from './secret-token.ts'
import { secureHeaders } from './security-headers.ts'
import { isWorthAudit } from './sign-in.ts'
import { sessionSecret } from './session-cookie.ts'
import type { Site } from './site.ts'
import { NOBODY, type Who } from './who.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route below /api/v1 demands; without it the server does not start. */
    right?: Right
    /** It must be a moment ago that the person proved who they are. */
    fresh?: boolean
    /** The flow that a request is about; null or absent: the right in any flow is enough, and the handler shows only those flows. */
    flowOf?: (request: FastifyRequest) => string | null | Promise<string | null>
  }
  interface FastifyRequest {
    who: Who
    /** Writes what was done into the audit log. */
    audit(act: string, subject: string, details?: Readonly<Record<string, unknown>>): Promise<void>
  }
}

/** A route, and what it demands. */
export interface GuardedRoute {
  readonly method: string
  readonly url: string
  readonly right: Right
  /** The flow of the request counts, not any flow. */
  readonly perFlow: boolean
  /** It must be a moment ago that the person proved who they are. */
  readonly fresh: boolean
}

const GUARDED = '/api/v1'
/** Bodies of those who have not said who they are. */
const MOST_BYTES = 16 * 1024
const FRESH_MS = 15 * 60_000

/**
 * Lets a request through only with the right that its route demands; a route that demands none is a mistake. Answers the
 * list of guarded routes, which grows as they are added.
 */
export async function guardRoutes(server: FastifyInstance, site: Site): Promise<readonly GuardedRoute[]> {
  const guarded: GuardedRoute[] = []
  await server.register(cookie)
  const limits = await requestLimits(server, site)
  secureHeaders(server)
  server.decorateRequest('who')
  server.decorateRequest('audit', function (this: FastifyRequest, act, subject, details = {}) {
    return writeAudit(site.database, { actor: actorOf(this), act, subject, details, at: new Date() })
  })
  server.addHook('onRoute', (route) => {
    const { url, method, config } = route
    if (!url.startsWith(GUARDED)) return
    if (config?.right === undefined) throw new Error(`The route ${String(method)} ${url} says no right.`)
    const { right, flowOf, fresh = false } = config
    if (right === 'public') route.bodyLimit ??= MOST_BYTES
    for (const one of [method].flat()) guarded.push({ method: one, url, right, perFlow: flowOf !== undefined, fresh })
  })
  server.addHook('onRequest', async (request, reply) => {
    request.who = NOBODY
    const { url, config } = request.routeOptions
    if (url?.startsWith(GUARDED) !== true) return
    // It is about people and their records: nobody keeps it on the way, nor the browser when they have left.
    reply.header('cache-control', 'no-store')
    if (changes(request)) refuseOtherSites(request, site)
    request.who = (await limits.mayBeKnown(request)) ? await whoMakes(request, site) : NOBODY
    const { who } = request
    await limits.count(request)
    if (who.kind === 'person' && changes(request)) demandProof(request, site)
    demandRight(request, config.right ?? 'administer', (await config.flowOf?.(request)) ?? null)
    if (config.fresh === true) demandFresh(who)
  })
  // Whoever is in and tries what they may not is written down; a stranger is only one of many.
  server.addHook('onError', async (request, _reply, error) => {
    const { who } = request
    if (who === undefined || who.kind === 'nobody' || !(error instanceof ConcordatError)) return
    if (error.code !== 'access.forbidden' && error.code !== 'access.cross-site') return
    const { method, routeOptions } = request
    if (await isWorthAudit(site.database, `refused ${who.kind} ${who.id}`))
      await request.audit('access refused', `${method} ${routeOptions.url ?? ''}`)
  })
  return guarded
}

/** Who makes a request, as the audit log names them. */
export function actorOf({ who: { kind, id, name, email }, ip }: FastifyRequest): Actor {
  const who = kind === 'nobody' ? 'nobody' : `${name} <${email}>`
  return { kind, account: id === '' ? null : id, who, address: ip }
}

function refuseOtherSites(request: FastifyRequest, site: Site): void {
  if (!isCrossSite(request, site)) return
  throw new ConcordatError('access.cross-site', 'This request comes from another site.', {
    cure: 'Use the pages of Concordat itself; behind a proxy, set CONCORDAT_PUBLIC_URL.',
  })
}

/** The cookie comes by itself with every request of the browser; this header only with those of our pages. */
function demandProof(request: FastifyRequest, site: Site): void {
  const proof = request.headers['x-csrf-token']
  const secret = sessionSecret(request, site)
  if (secret !== null && typeof proof === 'string' && sameText(proof, csrfOf(secret))) return
  throw new ConcordatError('access.cross-site', 'The request does not prove that it comes from a page of Concordat.', {
    cure: 'Load the page anew; programs use a token instead of a session.',
  })
}

/** Who finds a browser that somebody left signed in, or takes a session over, does not get further than that. */
function demandFresh({ provedAt }: Who): void {
  if (Date.now() - provedAt <= FRESH_MS) return
  throw new ConcordatError('access.not-fresh', 'This needs a fresh proof of who you are.', {
    cure: 'Give your password once more (POST /api/v1/prove), or sign in with your provider once more.',
  })
}

/** Throws unless who makes the request holds the right; for handlers that only learn from the body what flow it is about. */
export function demandRight(request: FastifyRequest, right: Right, flow: string | null): void {
  if (request.who.rights.may(right, flow)) return
  if (request.who.kind === 'nobody')
    throw new ConcordatError('access.signed-out', 'This needs somebody who is signed in.', {
      cure: 'Sign in, or send a token: `Authorization: Bearer …`.',
    })
  throw new ConcordatError('access.forbidden', 'Your roles do not allow this.', {
    cure: 'An admin gives roles on the page People.',
  })
}
