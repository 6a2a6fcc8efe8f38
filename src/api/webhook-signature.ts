import { createHmac, timingSafeEqual } from 'node:crypto'
import type { WebhookSignature } from '../contract/settings/system-settings.ts'

/** Whether a message is from whom it says; `message`: what the sender calls it, when the signature vouches for that. */
export type Verdict =
  { readonly genuine: true; readonly message: string | null } | { readonly genuine: false; readonly why: string }

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** A message that is older, or from further ahead, is refused: it may be a recording. */
export const REPLAY_WINDOW_MS = 5 * 60_000

/** What the headers of a message claim: which signatures there are, over what besides the body, by what key. */
interface Claim {
  readonly genuine: null
  readonly hash: 'sha1' | 'sha256' | 'sha512'
  readonly key: string | Buffer
  readonly before: string
  readonly given: readonly Buffer[]
  readonly message: string | null
}
type Refusal = Extract<Verdict, { readonly genuine: false }>

/** What already the headers refuse, for whatever body they come with; null: that depends on the body. */
export function refusedByHeaders(
  signature: WebhookSignature,
  secret: string,
  headers: Headers,
  now: number,
): Refusal | null {
  const claim = claimOf(signature, secret, headers, now)
  return claim.genuine === null ? null : claim
}

/** Checks the signature over the body as it came, byte for byte. */
export function verifyWebhook(
  signature: WebhookSignature,
  secret: string,
  headers: Headers,
  body: Buffer,
  now: number,
): Verdict {
  const claim = claimOf(signature, secret, headers, now)
  if (claim.genuine !== null) return claim
  const { hash, key, before, given, message } = claim
  const expected = createHmac(hash, key).update(before).update(body).digest()
  return given.some((one) => equal(one, expected))
    ? { genuine: true, message }
    : refused('The signature does not fit the message.')
}

function claimOf(signature: WebhookSignature, secret: string, headers: Headers, now: number): Claim | Refusal {
  // The contract is checked for it; should it come this far all the same, a key that is none proves nothing.
  if (secret.trim() === '') return refused('The secret of these webhooks is not set.')
  return signature.kind === 'standard' ? claimStandard(secret, headers, now) : claimHmac(signature, secret, headers)
}

/** https://www.standardwebhooks.com: an HMAC over id, time and body; several signatures while a secret is being changed. */
function claimStandard(secret: string, headers: Headers, now: number): Claim | Refusal {
  const [id, time, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => one(headers, name))
  if (id === undefined || time === undefined || given === undefined)
    return refused('The headers webhook-id, webhook-timestamp and webhook-signature must all be there.')
  if (!/^\d{1,12}$/.test(time) || Math.abs(now - Number(time) * 1000) > REPLAY_WINDOW_MS)
    return refused('The message is not from the last five minutes; is the clock of the sender right?')
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  if (key.length === 0) return refused('The secret of these webhooks is not base64.')
  const signatures = given
    .split(' ')
    .flatMap((part) => (part.startsWith('v1,') ? [Buffer.from(part.slice(3), 'base64')] : []))
  return {
    genuine: null,
    hash: 'sha256',
    key,
    before: `${id}.${time}.`,
    given: signatures,
    message: id.slice(0, 200),
  }
}

function claimHmac(
  { hash, encoding, header }: Extract<WebhookSignature, { kind: 'hmac' }>,
  secret: string,
  headers: Headers,
): Claim | Refusal {
  const given = one(headers, header)
  if (given === undefined) return refused(`The header ${header} must be there.`)
  const text = given.startsWith(`${hash}=`) ? given.slice(hash.length + 1) : given
  // Nothing signed says which message this is, so one that comes twice cannot be told from two.
  return { genuine: null, hash, key: secret, before: '', given: [Buffer.from(text, encoding)], message: null }
}

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

const refused = (why: string): Refusal => ({ genuine: false, why })

function one(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}
