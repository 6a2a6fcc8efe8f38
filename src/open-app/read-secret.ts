import { existsSync, readFileSync } from 'node:fs'

/** The text of a file that a secret is kept in; null when it is not there. */
export const readSecret = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null)
