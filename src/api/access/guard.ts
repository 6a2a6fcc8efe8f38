import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ConcordatError } from '../../model/errors.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Database } from '../../store/database.ts'
import type { Right } from './right.ts'
import { NOBODY, type Who } from './who.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route below /api/v1 demands; without it the server does not start. */
    right?: Right
    /** The flow that a request is about; null or absent: the right in any flow is enough, and the handler shows only those flows. */
    flowOf?: (request: FastifyRequest) => string | null
  }
  interface FastifyRequest {
    who: Who
    /** Writes what was done into the audit log. */
    audit(act: string, subject: string, details?: Readonly<Record<string, unknown>>): Promise<void>
  }
}

const GUARDED = '/api/v1'

/** Lets a request through only with the right that its route demands. A route that demands none is a mistake. */
export function guardRoutes(server: FastifyInstance, { database }: { readonly database: Database }): void {
  server.decorateRequest('who')
  server.decorateRequest('audit', function (this: FastifyRequest, act, subject, details = {}) {
    const { kind, id, name, email } = this.who
    const who = email === null ? name : `${name} <${email}>`
    const actor = { kind, account: id === '' ? null : id, who, address: this.ip }
    return writeAudit(database, { actor, act, subject, details, at: new Date() })
  })
  server.addHook('onRoute', ({ url, method, config }) => {
    if (url.startsWith(GUARDED) && config?.right === undefined)
      throw new Error(`The route ${String(method)} ${url} says no right.`)
  })
  server.addHook('onRequest', async (request) => {
    request.who = NOBODY
    const { right = 'public', flowOf } = request.routeOptions.config
    if (request.who.rights.may(right, flowOf?.(request) ?? null)) return
    if (request.who.kind === 'nobody')
      throw new ConcordatError('access.signed-out', 'This needs somebody who is signed in.', {
        cure: 'Sign in, or send a token: `Authorization: Bearer …`.',
      })
    throw new ConcordatError('access.forbidden', 'Your roles do not allow this.', {
      cure: 'An admin gives roles on the page People.',
    })
  })
}
