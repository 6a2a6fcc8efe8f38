import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ConcordatError } from '../../model/errors.ts'
import { knownBrowser } from './known-browser.ts'
import { hashOf } from './secret-token.ts'
import { sessionSecret } from './session-cookie.ts'
import type { Site } from './site.ts'

/** Requests of one caller in ten seconds. */
const REQUESTS = 300
/** Tokens and sessions that nobody knows, from one address in ten seconds. */
const UNKNOWN = 100
const WINDOW_MS = 10_000
/** Callers that are kept in mind. */
const CALLERS = 10_000

export interface RequestLimits {
  /**
   * Whether it is worth asking the store who sends this; throws `access.throttled` for a token of somebody who has sent many
   * wrong ones.
   */
  mayBeKnown(request: FastifyRequest): Promise<boolean>
  /** Counts a request of who has been found out to make it; throws `access.throttled` when they make too many. */
  count(request: FastifyRequest): Promise<void>
}

/** What one caller may ask for, so that none of them takes it from the others. Counted in this process. */
export async function requestLimits(server: FastifyInstance, site: Site): Promise<RequestLimits> {
  await server.register(rateLimit, { global: false, cache: CALLERS })
  const { secrets } = site
  const limiter = (max: number, keyGenerator: (request: FastifyRequest) => string) => {
    const check = server.createRateLimit({ max, timeWindow: WINDOW_MS, keyGenerator })
    /** Seconds to wait; 0: none. */
    return async (request: FastifyRequest): Promise<number> => {
      const found = await check(request)
      return !found.isAllowed && found.isExceeded ? Math.max(1, found.ttlInSeconds) : 0
    }
  }
  const requests = limiter(REQUESTS, (request) => callerOf(request, site))
  const unknown = limiter(UNKNOWN, ({ ip }) => normalizeIP(ip))
  return {
    async mayBeKnown(request) {
      const secret = secretOf(request, site)
      if (secret === null) return true
      const hash = hashOf(secret)
      if (secrets.has(hash)) return true
      const wait = await unknown(request)
      if (wait === 0 || (await secrets.find(hash))) return true
      // A browser whose session is over among them sees the page where one signs in.
      if (request.headers.authorization === undefined) return false
      throw throttled('There were too many wrong tokens from this address.', wait)
    },
    async count(request) {
      const { kind } = request.who
      const secret = kind === 'nobody' ? null : secretOf(request, site)
      if (secret !== null) secrets.add(hashOf(secret))
      const wait = await requests(request)
      if (wait > 0) throw throttled('These are too many requests.', wait)
    },
  }
}

const throttled = (message: string, retryAfter: number): ConcordatError =>
  new ConcordatError('access.throttled', message, { retryAfter, cure: 'Wait a little, and ask less often.' })

function secretOf(request: FastifyRequest, site: Site): string | null {
  const { authorization } = request.headers
  return authorization === undefined ? sessionSecret(request, site) : authorization.replace(/^bearer +/i, '')
}

/** Whose requests count together. A browser that is known does not count with the strangers behind the same address. */
function callerOf(request: FastifyRequest, site: Site): string {
  const { kind, id } = request.who
  if (kind !== 'nobody') return `${kind} ${id}`
  const browser = knownBrowser(request, site)
  return browser === null ? `address ${normalizeIP(request.ip)}` : `browser ${browser}`
}
