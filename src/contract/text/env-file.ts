import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { ConcordatError } from '../../model/errors.ts'

/**
 * Puts settings into an environment file that only its owner can read. Other settings in it stay as they are; one that
 * is there with another value is replaced only with `force`.
 */
export function writeEnvFile(path: string, settings: Readonly<Record<string, string>>, force: boolean): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const present = parseEnv(text)
  const differing = Object.keys(settings).find(
    (name) => present[name] !== undefined && present[name] !== settings[name],
  )
  if (differing !== undefined && !force) {
    throw new ConcordatError('cli.usage', `${path} already has another value for ${differing}.`, {
      cure: 'Remove that line, choose other names with --from-name and --to-name, or replace it with --force.',
    })
  }
  const kept = text
    .split('\n')
    .filter((line) => !Object.keys(settings).some((name) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(line)))
  while (kept.at(-1)?.trim() === '') kept.pop()
  const added = Object.entries(settings).map(([name, value]) => `${name}=${quoted(value, path)}`)
  // The mode only counts for a new file; an old one is narrowed before the secret goes in.
  if (existsSync(path)) chmodSync(path, 0o600)
  writeFileSync(path, [...kept, ...added].join('\n') + '\n', { mode: 0o600 })
}

/** The format has no escapes: a value is kept in a kind of quotes that it does not contain. */
function quoted(value: string, path: string): string {
  if (/^[\w:/@.,?&=%+~-]*$/.test(value)) return value
  const quote = ["'", '"', '`'].find((mark) => !value.includes(mark))
  if (quote === undefined || /[\r\n]/.test(value)) {
    throw new ConcordatError('cli.usage', `A URL holds characters that ${path} cannot hold.`, {
      cure: 'Write quotes and line breaks in the URL percent-encoded.',
    })
  }
  return quote + value + quote
}
