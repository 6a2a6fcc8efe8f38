import { FIELD_SETTINGS } from '../schema/schema.ts'

/*
 * What the address of a system says before anything is connected to: which connector reaches it, and what a contract can call
 * it. No other address than that of a database is ever called.
 */

/** The connectors of databases. */
export const DATABASE_CONNECTORS = ['postgres', 'mysql'] as const

/** The connector that a URL names by its scheme; null: it is no URL of a database. */
export function connectorOfUrl(url: string): (typeof DATABASE_CONNECTORS)[number] | null {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') return 'postgres'
  if (scheme === 'mysql' || scheme === 'mariadb') return 'mysql'
  return null
}

/** Words that stand beside system names in a contract, and would be taken for settings or answers. */
const TAKEN: ReadonlySet<string> = new Set([...FIELD_SETTINGS, 'shared', 'newest', 'ask', 'both', 'golden'])

/** Whether a contract can call a system so. */
export const isSystemName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_-]{0,59}$/.test(name) && !TAKEN.has(name)

/** A system is called like its database, where that can be a name; null: it cannot. */
export function nameInUrl(url: string, taken: string | null): string | null {
  const name = URL.canParse(url) ? new URL(url).pathname.replace(/^\//, '').toLowerCase() : ''
  return name !== taken && isSystemName(name) ? name : null
}

/** The URL with this password, where it names a user and no password. */
export function withPasswordIn(url: string, password: string): string {
  if (password === '' || !lacksPassword(url)) return url
  const parts = new URL(url)
  parts.password = encodeURIComponent(password)
  return parts.href
}

/** Whether a URL names a user and no password. */
export function lacksPassword(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { username, password } = new URL(url)
  return username !== '' && password === ''
}
