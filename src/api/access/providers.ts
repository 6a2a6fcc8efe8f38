import { ConcordatError } from '../../model/errors.ts'

/** A provider that people can sign in with (OpenID Connect). */
export interface Provider {
  readonly name: string
  /** On the button. */
  readonly label: string
  readonly issuer: URL
  readonly clientId: string
  readonly clientSecret: string
  /** Its e-mail addresses are believed without it saying that they were verified. */
  readonly trustsEmail: boolean
}

const SETTING = /^CONCORDAT_OIDC_([A-Z0-9]+)_ISSUER$/

/** The providers that the environment names, in the order of their names. Throws when one lacks a setting. */
export function providersOf(env: Readonly<Record<string, string | undefined>>): readonly Provider[] {
  return Object.keys(env)
    .toSorted()
    .flatMap((variable): Provider[] => {
      const [, key] = SETTING.exec(variable) ?? []
      if (key === undefined || !env[variable]) return []
      const setting = (name: string): string | undefined => env[`CONCORDAT_OIDC_${key}_${name}`] || undefined
      const needed = (name: string): string => {
        const value = setting(name)
        if (value !== undefined) return value
        throw new ConcordatError('config.missing-secret', `CONCORDAT_OIDC_${key}_${name} is not set.`, {
          cure: `Set it to what the provider gave you, or take ${variable} away.`,
        })
      }
      return [
        {
          name: key.toLowerCase(),
          label: setting('LABEL') ?? key[0]! + key.slice(1).toLowerCase(),
          issuer: webAddress(variable, env[variable]),
          clientId: needed('CLIENT_ID'),
          clientSecret: needed('CLIENT_SECRET'),
          trustsEmail: setting('TRUST_EMAIL') === 'true',
        },
      ]
    })
}

/** Where people reach the pages, as CONCORDAT_PUBLIC_URL says; null: where a request came to. */
export function publicUrlOf(env: Readonly<Record<string, string | undefined>>): string | null {
  const url = env['CONCORDAT_PUBLIC_URL']
  return url ? webAddress('CONCORDAT_PUBLIC_URL', url).href.replace(/\/$/, '') : null
}

function webAddress(variable: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new ConcordatError('config.bad-address', `${variable} is no web address.`, {
    cure: 'Write it with its scheme, e.g. https://concordat.acme.example.',
  })
}
