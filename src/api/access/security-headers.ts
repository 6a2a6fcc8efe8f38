import type { FastifyInstance } from 'fastify'
import { isSecure, type Site } from './site.ts'

/** Nothing but what we serve ourselves runs, and nobody may put a page of ours into theirs. */
export const CONTENT_SECURITY_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data:`,
  `font-src 'self'`,
  `connect-src 'self'`,
  `manifest-src 'self'`,
  `form-action 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

/** Every answer tells browsers to be strict with it. */
export function secureHeaders(server: FastifyInstance, site: Pick<Site, 'publicUrl'>): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      ...(isSecure(site, request) && { 'strict-transport-security': 'max-age=31536000' }),
    })
  })
}
