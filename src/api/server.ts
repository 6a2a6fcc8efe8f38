import fastify, { type FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { ConcordatError, type ErrorCode } from '../model/errors.ts'
import type { Service } from '../service/service.ts'
import { whereOf } from '../service/where-of.ts'
import type { Telling } from '../service/telling.ts'
import { guardRoutes } from './access/guard.ts'
import { healthRoutes } from './health.ts'
import { metricsRoutes } from './metrics.ts'
import { v1Routes } from './v1/v1-routes.ts'
import { webhookRoutes } from './webhooks.ts'

/** What the routes work with. */
export interface ApiParts {
  readonly app: App
  readonly service: Service
  readonly telling: Telling
  /** Environment that secrets of the contract are looked up in. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** True from the moment that the process takes no more work. */
  readonly stopping: () => boolean
}

/** Adds routes of one concern. */
export type Routes = (server: FastifyInstance, parts: ApiParts) => Promise<void> | void

/** All routes of the server: the one place where a concern is added. */
const ROUTES: readonly Routes[] = [healthRoutes, metricsRoutes, webhookRoutes, v1Routes]

export interface Api {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string
  close(): Promise<void>
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  'store.unreachable': 503,
  'access.signed-out': 401,
  'access.forbidden': 403,
}

const MOST_BYTES = 1024 * 1024

/** Starts the HTTP server. Throws `service.no-port` when it cannot listen there. */
export async function startApi(parts: ApiParts, listen: { host: string; port: number }): Promise<Api> {
  const server = fastify({ logger: false, bodyLimit: MOST_BYTES, forceCloseConnections: 'idle', trustProxy: false })
  server.setErrorHandler(async (error, _request, reply) => {
    if (error instanceof ConcordatError) {
      const status = STATUS[error.code] ?? 400
      return reply.code(status).send({ error: { code: error.code, message: error.message, cure: error.cure ?? null } })
    }
    const status = (error as { statusCode?: number }).statusCode ?? 500
    if (status >= 500) parts.telling.error({ where: whereOf(error) }, 'a request failed')
    const message = status >= 500 ? 'The request failed; the log says where.' : 'The request was not understood.'
    return reply.code(status).send({ error: { code: status >= 500 ? 'bug' : 'request', message, cure: null } })
  })
  guardRoutes(server, parts.app)
  for (const routes of ROUTES) await server.register(async (scope) => routes(scope, parts))
  try {
    const url = await server.listen(listen)
    return { url, close: () => server.close() }
  } catch (cause) {
    await server.close()
    throw new ConcordatError('service.no-port', `Nothing can listen on ${listen.host}, port ${listen.port}.`, {
      cause,
      cure: 'Choose another port with --port, or end the program that has it.',
    })
  }
}
