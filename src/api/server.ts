import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { ConcordatError, type ErrorCode } from '../model/errors.ts'
import { whereOf } from '../service/where-of.ts'
import { secretHashes } from '../store/access/secret-hashes.ts'
import type { Database } from '../store/database/database.ts'
import { serverKey } from '../store/access/server-key.ts'
import { guardRoutes, type GuardedRoute } from './access/guard.ts'
import { knownSecrets } from './access/known-secrets.ts'
import { setupLink } from './access/one-time-link.ts'
import { ProviderSignIn } from './access/provider-sign-in.ts'
import { providersOf, publicUrlOf } from './access/providers.ts'
import type { Site } from './access/site.ts'
import { TRUSTED_PROXIES, trustedProxiesOf } from './access/trusted-proxies.ts'
import type { Beginning } from './begin/beginning.ts'
import type { Door } from './door.ts'
import { beginningHealthRoutes, healthRoutes } from './health.ts'
import { metricsRoutes } from './metrics.ts'
import { pageRoutes } from './pages.ts'
import { boundBodies } from './request-bodies.ts'
import type { ApiParts, Routes } from './routes.ts'
import { v1DoorRoutes, v1Routes } from './v1/v1-routes.ts'
import { webhookRoutes } from './webhooks.ts'

/** All routes of the server: the one place where a concern is added. */
const ROUTES: readonly Routes[] = [healthRoutes, metricsRoutes, webhookRoutes, v1Routes, pageRoutes]
/** While there is no contract. */
const BEGINNING_ROUTES: readonly Routes<Door>[] = [beginningHealthRoutes, v1DoorRoutes, pageRoutes]

export interface Api {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string
  readonly port: number
  /** Routes of the API, and what each demands. */
  readonly routes: readonly GuardedRoute[]
  /** The one-time link to make the first account; null when there is one. */
  setupLink(): Promise<string | null>
  close(): Promise<void>
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  'store.unreachable': 503,
  'access.crowded': 503,
}

const MOST_BYTES = 1024 * 1024
/** A request is here by then, its body, too; its headers sooner. How often that is looked after. */
const REQUEST_MS = 15_000
const HEADERS_MS = 10_000
const CHECK_MS = 1_000
/** What requests that are under way get when the server closes. */
const CLOSE_MS = 2_000

export interface Listen {
  readonly host: string
  readonly port: number
  /** As the command line says; absent: as the environment does. */
  readonly trustedProxies?: string | undefined
}

/** Starts the HTTP server. Throws `service.no-port` when it cannot listen there. */
export async function startApi(given: Omit<ApiParts, 'site' | 'providers'>, listen: Listen): Promise<Api> {
  const { database, check, rules } = given.app
  const site = await siteOf(database, given.env, check.contract!, () => rules.newRules())
  const parts: ApiParts = { ...given, site, providers: new ProviderSignIn(site, providersOf(given.env)) }
  return listenFor(parts, ROUTES, given.env, listen)
}

/** The same while there is no contract: signing in, and beginning one. */
export async function startBeginningApi(
  {
    database,
    beginning,
    telling,
    env,
  }: Pick<ApiParts, 'telling' | 'env'> & { readonly database: Database; readonly beginning: Beginning },
  listen: Listen,
): Promise<Api> {
  const site = await siteOf(database, env, { company: '', flows: new Map() }, () => [])
  // Nobody can be told by a channel yet; the notice waits for their next sign-in.
  const app: Door['app'] = { alerts: { tellPerson: async () => {} } }
  const door: Door = { app, telling, site, providers: new ProviderSignIn(site, providersOf(env)), beginning }
  return listenFor(door, BEGINNING_ROUTES, env, listen)
}

async function siteOf(
  database: Database,
  env: ApiParts['env'],
  contract: Site['contract'],
  proposed: Site['proposed'],
): Promise<Site> {
  return {
    database,
    contract,
    proposed,
    publicUrl: publicUrlOf(env),
    secrets: knownSecrets(() => secretHashes(database)),
    browserKey: await serverKey(database, 'known browsers'),
  }
}

async function listenFor<Parts extends Door>(
  parts: Parts,
  concerns: readonly Routes<Parts>[],
  env: ApiParts['env'],
  listen: Listen,
): Promise<Api> {
  const { database } = parts.site
  const trustProxy = trustedProxiesOf(listen.trustedProxies ?? env[TRUSTED_PROXIES])
  const server = fastify({
    logger: false,
    bodyLimit: MOST_BYTES,
    forceCloseConnections: 'idle',
    trustProxy,
    requestTimeout: REQUEST_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
  })
  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof ConcordatError) {
      const status = STATUS[error.code] ?? 400
      reply.code(status).send({ error: { code: error.code, message: error.message, cure: error.cure ?? null } })
      return
    }
    const status = (error as { statusCode?: number }).statusCode ?? 500
    if (status >= 500) parts.telling.error({ where: whereOf(error) }, 'a request failed')
    const message = status >= 500 ? 'The request failed; the log says where.' : 'The request was not understood.'
    reply.code(status).send({ error: { code: status >= 500 ? 'bug' : 'request', message, cure: null } })
  })
  const routes = await guardRoutes(server, parts.site)
  boundBodies(server)
  for (const add of concerns) await server.register(async (scope) => add(scope, parts))
  try {
    const url = await server.listen(listen)
    return {
      url,
      port: (server.server.address() as AddressInfo).port,
      routes,
      async setupLink() {
        const link = await setupLink(database)
        return link && `${parts.site.publicUrl ?? url}${link.path}`
      },
      async close() {
        // Browsers open connections in advance, on which no request ever comes; to the server they are not idle.
        const cut = setTimeout(() => server.server.closeAllConnections(), CLOSE_MS)
        try {
          await server.close()
        } finally {
          clearTimeout(cut)
        }
      },
    }
  } catch (cause) {
    await server.close()
    throw new ConcordatError('service.no-port', `Nothing can listen on ${listen.host}, port ${listen.port}.`, {
      cause,
      cure: 'Choose another port with --port, or end the program that has it.',
    })
  }
}
