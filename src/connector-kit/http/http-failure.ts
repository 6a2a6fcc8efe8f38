import { ConcordatError } from '../../model/errors.ts'

/*
 * What can go wrong between us and a server, each in its own sentence. Only the host stands in them: addresses hold keys,
 * and answers hold other people's data.
 */

/** Codes of failures before anything was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'PRIVATE_ADDRESS',
])
const CERTIFICATES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is made out to another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is signed by an authority that this machine does not know',
}

/** Whether a request was sent, or may have been, decides what its failure means. */
export interface Attempt {
  readonly host: string
  /** It may change something in the system. */
  readonly writes: boolean
}

/** The failure of an exchange as an error of ours. */
export function exchangeFailure(error: unknown, { host, writes }: Attempt): ConcordatError {
  if (error instanceof ConcordatError) return error
  const code = codeOf(error)
  const certificate = code === undefined ? undefined : CERTIFICATES[code]
  if (certificate !== undefined)
    return new ConcordatError('connector.unreachable', `The certificate of ${host} ${certificate}.`, {
      retry: 'later',
      cure: 'Name the host by the name in its certificate; NODE_EXTRA_CA_CERTS names an authority of your own.',
    })
  if (code === 'PRIVATE_ADDRESS')
    return new ConcordatError('connector.unreachable', `${host} leads into a private network, and was not called.`, {
      cure: 'Where that is meant, write `private: allowed` in the system.',
    })
  if (code !== undefined && (code.startsWith('ERR_SSL') || code === 'EPROTO'))
    return new ConcordatError('connector.unreachable', `${host} does not speak TLS as it should.`, {
      retry: 'later',
      cure: 'See whether the URL should begin with another scheme or name another port.',
    })
  if (code !== undefined && NOT_SENT.has(code))
    return new ConcordatError('connector.unreachable', `${host} ${NOT_REACHED[code] ?? 'cannot be reached'}.`, {
      retry: 'later',
      cure: 'See whether the server runs and can be reached from here; work goes on when it answers.',
    })
  const late = code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT' || code === 'DEADLINE'
  return broken(host, writes, late ? 'did not answer in time' : 'broke the connection off before it had answered')
}

const NOT_REACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ENOTFOUND: 'is a name that leads nowhere',
  EAI_AGAIN: 'is a name that cannot be looked up now',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
}

function broken(host: string, writes: boolean, what: string): ConcordatError {
  return writes
    ? new ConcordatError('connector.lost-response', `${host} ${what}, so nobody knows yet whether the write landed.`, {
        retry: 'later',
        cure: 'The next run finds out what became of it, and repeats nothing that landed.',
      })
    : new ConcordatError('connector.timeout', `${host} ${what}.`, {
        retry: 'later',
        cure: 'It is tried again; a longer `deadlines.answer` helps where the system is slow.',
      })
}

/** An answer that cannot be used, whatever it was meant to say. */
export function unusableAnswer({ host, writes }: Attempt, what: string, cure: string): ConcordatError {
  return writes
    ? new ConcordatError('connector.lost-response', `${host} ${what}, so nobody knows yet whether the write landed.`, {
        retry: 'later',
        cure,
      })
    : new ConcordatError('connector.failed', `${host} ${what}.`, { retry: 'later', cure })
}

function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0])
    if (typeof code === 'string') return code
  }
  return undefined
}
