/**
 * Where the embedded server keeps its data.
 *
 * An ordinary user: `postgres/` in `$CONCORDAT_HOME`, else in `.concordat/` of the working directory, beside the
 * contract it serves.
 * Root: a folder below /var/lib/concordat named for that same path, because the account that root lends to
 * PostgreSQL cannot be relied upon to reach the project; a folder that was asked for by name and that the account
 * can reach is used as it is.
 */
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import { lentAccount, sharedRoot } from './account.ts'

/** The data directory for these settings: absolute, without symbolic links, existing, and nobody's but ours. */
export function dataDirectory(asked: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const named = nonEmpty(asked) ?? nonEmpty(env['CONCORDAT_HOME'])
  const home = withoutLinks(resolve(named ?? '.concordat'))
  if (lentAccount() === undefined) return make(join(home, 'postgres'), 0o700)
  if (named !== undefined && othersReach(home)) return make(join(home, 'postgres'), 0o711)
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 10)
  make(sharedRoot, 0o711)
  return make(join(sharedRoot, `${slug(home)}-${hash}`, 'postgres'), 0o711)
}

/** True when an account that owns nothing on the way may pass through every folder down to `path`. */
export function othersReach(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false
    if (dirname(folder) === folder) return true
  }
}

/** Links are resolved as far as the path exists, so that two names of a folder mean one server. */
function withoutLinks(path: string): string {
  if (existsSync(path) || dirname(path) === path) return realpathSync(path)
  return join(withoutLinks(dirname(path)), basename(path))
}

function make(path: string, mode: number): string {
  mkdirSync(path, { recursive: true, mode })
  // Whatever the umask said: the lent account must pass through, but not look around.
  chmodSync(path, mode)
  return path
}

function slug(path: string): string {
  const name = basename(path) === '.concordat' ? basename(dirname(path)) : basename(path)
  return name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40) || 'data'
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text
}
