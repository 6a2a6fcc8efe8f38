import type { FastifyInstance } from 'fastify'
import helmet, { type HelmetOptions } from 'helmet'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

/** A year. Browsers heed it only where they came by https. */
const HTTPS_ONLY_S = 31_536_000

const POLICY: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': [`'none'`],
      'script-src': [`'self'`],
      'style-src': [`'self'`],
      'img-src': [`'self'`, 'data:'],
      'font-src': [`'self'`],
      'connect-src': [`'self'`],
      'manifest-src': [`'self'`],
      'form-action': [`'self'`],
      'base-uri': [`'none'`],
      'frame-ancestors': [`'none'`],
    },
  },
  frameguard: { action: 'deny' },
  referrerPolicy: { policy: 'same-origin' },
  hsts: { maxAge: HTTPS_ONLY_S, includeSubDomains: false },
}

/**
 * Every answer tells browsers to be strict with it: nothing but what we serve ourselves runs, and nobody may put a page of ours
 * into theirs.
 */
export function secureHeaders(server: FastifyInstance): void {
  const headers = {
    ...headersOf(POLICY),
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  }
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
}

/** They are the same for all answers, and made once: to make them for each takes more memory than all else that refusing a request takes. */
function headersOf(policy: HelmetOptions): Readonly<Record<string, string>> {
  const request = new IncomingMessage(new Socket())
  const answer = new ServerResponse(request)
  helmet(policy)(request, answer, (error) => {
    if (error !== undefined) throw error as Error
  })
  return Object.fromEntries(Object.entries(answer.getHeaders()).map(([name, value]) => [name, String(value)]))
}
