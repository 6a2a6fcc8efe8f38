import { readFileSync } from 'node:fs'
import type { SslOptions } from 'mysql2'
import { ConcordatError } from '../../../model/errors.ts'

/** The TLS that a URL asks for; null: none. A certificate is verified unless the URL says `no-verify`. */
export function tlsOf(parameters: URLSearchParams): SslOptions | null {
  const mode = (parameters.get('sslmode') ?? parameters.get('ssl-mode') ?? '').toLowerCase().replaceAll('_', '-')
  const authority = parameters.get('sslrootcert') ?? parameters.get('ssl-ca')
  const ca = (): SslOptions => (authority === null ? {} : { ca: readAuthority(authority) })
  switch (mode) {
    case '':
    case 'disable':
    case 'disabled':
      return null
    case 'require':
    case 'required':
    case 'verify-full':
    case 'verify-identity':
      return { ...ca(), rejectUnauthorized: true, verifyIdentity: true }
    case 'verify-ca':
      return { ...ca(), rejectUnauthorized: true }
    case 'no-verify':
      return { rejectUnauthorized: false }
    default:
      throw new ConcordatError('cli.usage', 'The sslmode in the url of a mysql system is none that Concordat knows.', {
        cure: 'Write sslmode=verify-full, verify-ca or no-verify, or leave it out for a connection without TLS.',
      })
  }
}

function readAuthority(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new ConcordatError(
      'cli.usage',
      'The file that sslrootcert names in the url of a mysql system cannot be read.',
      {
        cause,
        cure: 'Name a PEM file with the certificate of the authority that this process may read.',
      },
    )
  }
}
