import { ConcordatError } from '../../model/errors.ts'
import { isSecretSetting } from '../../model/secret-setting.ts'

/** What secrets are looked up in; given from outside so that this stays pure. */
export interface SecretSource {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Content of a file, or null when there is none. */
  readonly readFile: (path: string) => string | null
}

const REFERENCE = /\$\{(env|secret):([A-Za-z_][A-Za-z0-9_]*)\}/g
const URL_PASSWORD =
  /:\/\/[^:/?#@\s]*:(?!\d+[/?#])([^@\s]*)@|[?&](?:password|passwd|pwd|token|secret|api[-_]?key)=([^&#\s]*)/gi

/** Whose settings they are. */
export interface Configured {
  readonly name: string
  readonly settings: Readonly<Record<string, string>>
}

/**
 * The settings of a system (or of what else is configured) with every `${env:NAME}` and `${secret:NAME}` filled in. A secret is the content of
 * `$CONCORDAT_SECRETS_DIR/NAME`, or the environment variable `CONCORDAT_SECRET_NAME`.
 * Throws `config.missing-secret`, which names the variable and never a value.
 */
export function resolveSettings(
  owner: Configured,
  source: SecretSource,
  what: 'system' | 'channel' = 'system',
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(owner.settings).map(([setting, text]) => [
      setting,
      text.replace(REFERENCE, (_, kind: string, name: string) => {
        const value = kind === 'env' ? source.env[name] : secret(name, source)
        if (value === undefined || value === '') throw missing(`${what} \`${owner.name}\``, setting, kind, name, source)
        return value
      }),
    ]),
  )
}

/** What a text with references stands for; null: one of them is not set. */
export function secretText(text: string, source: SecretSource): string | null {
  let whole = true
  const filled = text.replace(REFERENCE, (_, kind: string, name: string) => {
    const value = kind === 'env' ? source.env[name] : secret(name, source)
    whole &&= value !== undefined
    return value ?? ''
  })
  return whole ? filled : null
}

function secret(name: string, { env, readFile }: SecretSource): string | undefined {
  const folder = env['CONCORDAT_SECRETS_DIR']
  const content = folder === undefined || folder === '' ? null : readFile(`${folder.replace(/\/$/, '')}/${name}`)
  return content === null ? env[`CONCORDAT_SECRET_${name}`] : content.replace(/\r?\n$/, '')
}

function missing(owner: string, setting: string, kind: string, name: string, { env }: SecretSource): ConcordatError {
  const folder = env['CONCORDAT_SECRETS_DIR']
  return kind === 'env'
    ? new ConcordatError(
        'config.missing-secret',
        `The setting \`${setting}\` of the ${owner} needs the environment variable ${name}, which is not set.`,
        { cure: `Set ${name} and start again.` },
      )
    : new ConcordatError(
        'config.missing-secret',
        `The setting \`${setting}\` of the ${owner} needs the secret ${name}, which is not there.`,
        {
          cure:
            folder === undefined || folder === ''
              ? `Set CONCORDAT_SECRET_${name}, or set CONCORDAT_SECRETS_DIR to a folder with a file ${name}.`
              : `Put it into the file ${name} in the folder that CONCORDAT_SECRETS_DIR names, or set CONCORDAT_SECRET_${name}.`,
        },
      )
}

/**
 * Why the value of a setting may not stand in a contract: `clear`: a secret in clear; `malformed`: a `${…}` that is no
 * reference; null when it may.
 */
export function secretFault(setting: string, text: string): 'clear' | 'malformed' | null {
  const masked = text.replace(REFERENCE, '\0')
  if (masked.includes('${')) return 'malformed'
  const clear = (value: string | undefined) => value !== undefined && value.replaceAll('\0', '') !== ''
  if (isSecretSetting(setting) && clear(masked)) return 'clear'
  for (const [, inUrl, inQuery] of masked.matchAll(URL_PASSWORD)) if (clear(inUrl) || clear(inQuery)) return 'clear'
  return null
}

/**
 * The values that references in these settings stand for, with the passwords inside them, longest first: what must not
 * appear in any text that leaves us.
 */
export function secretValues(owners: Iterable<Configured>, source: SecretSource): readonly string[] {
  const found = new Set<string>()
  for (const { settings } of owners) {
    for (const [setting, text] of Object.entries(settings)) {
      for (const [, kind, name] of text.matchAll(REFERENCE)) {
        const value = (kind === 'env' ? source.env[name!] : secret(name!, source)) ?? ''
        // The name of a host or a database, too, may come from the environment, and is no secret.
        if (kind === 'secret' || isSecretSetting(setting) || value.includes('://')) found.add(value)
        for (const [, inUrl = '', inQuery = ''] of value.matchAll(URL_PASSWORD)) {
          for (const part of [inUrl, inQuery]) found.add(part).add(decoded(part))
        }
      }
    }
  }
  // A few letters are in every text, and keep nothing secret.
  return [...found].filter((value) => value.length >= 6).toSorted((a, b) => b.length - a.length)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
