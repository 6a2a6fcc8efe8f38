import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/** A year. Browsers heed it only where they came by https. */
const HTTPS_ONLY_S = 31_536_000

/**
 * Every answer tells browsers to be strict with it: nothing but what we serve ourselves runs, and nobody may put a page of ours
 * into theirs.
 */
export async function secureHeaders(server: FastifyInstance): Promise<void> {
  await server.register(helmet, {
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
  })
  server.addHook('onRequest', async (_request, reply) => {
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  })
}
