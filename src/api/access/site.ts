import type { FastifyRequest } from 'fastify'
import type { Contract, Flow } from '../../contract/contract.ts'
import type { KnownSecrets } from './known-secrets.ts'
import type { Database, Session } from '../../store/database/database.ts'

/** What signing in works with. */
export interface Site {
  readonly database: Database
  readonly contract: Pick<Contract, 'company' | 'flows'>
  /** Flows whose rules or owners in the contract's file are not those that run. */
  readonly proposed: () => readonly Flow[]
  /** Where people reach the pages, without a slash at the end; null: where the request came to. */
  readonly publicUrl: string | null
  /** What the cookies of known browsers are signed with. */
  readonly browserKey: Buffer
  /** Secrets of tokens and sessions that are good. */
  readonly secrets: KnownSecrets
}

/** The same within a transaction. */
export type SiteIn = Omit<Site, 'database'> & { readonly database: Session }

/** Whether the browser came by https, perhaps to a proxy before us. */
export const isSecure = (site: Pick<Site, 'publicUrl'>, request: Pick<FastifyRequest, 'protocol'>): boolean =>
  request.protocol === 'https' || site.publicUrl?.startsWith('https:') === true

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * The address of the pages, as it is configured. What a request says of it (`Host`) is anybody's choice, so without a
 * configured one there is only the machine itself, else null.
 */
export function originOf(
  { publicUrl }: Pick<Site, 'publicUrl'>,
  request: Pick<FastifyRequest, 'protocol' | 'host'>,
): string | null {
  if (publicUrl !== null) return new URL(publicUrl).origin
  const said = `${request.protocol}://${request.host}`
  const { hostname, origin } = URL.canParse(said) ? new URL(said) : { hostname: '', origin: '' }
  return LOOPBACK.has(hostname) ? origin : null
}
