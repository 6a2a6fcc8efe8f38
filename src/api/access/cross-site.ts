import type { FastifyRequest } from 'fastify'
import type { Site } from './site.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request can change something. */
export const changes = ({ method }: Pick<FastifyRequest, 'method'>): boolean => !SAFE.has(method)

/** Whether the browser says that a request comes from another site than ours. A program says neither. */
export function isCrossSite(
  request: Pick<FastifyRequest, 'headers' | 'host'>,
  { publicUrl }: Pick<Site, 'publicUrl'>,
): boolean {
  const from = request.headers['sec-fetch-site']
  if (from !== undefined && from !== 'same-origin') return true
  const { origin } = request.headers
  if (origin === undefined) return false
  const host = URL.canParse(origin) ? new URL(origin).host : null
  return host === null || (host !== request.host && (publicUrl === null || host !== new URL(publicUrl).host))
}
