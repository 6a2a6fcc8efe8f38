import { createHmac, timingSafeEqual } from 'node:crypto'
import type { WebhookSignature } from '../contract/system-settings.ts'

/** Whether a message is from whom it says; `message`: what the sender calls it, when the signature vouches for that. */
export type Verdict =
  { readonly genuine: true; readonly message: string | null } | { readonly genuine: false; readonly why: string }

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** A message that is older, or from further ahead, is refused: it may be a recording. */
export const REPLAY_WINDOW_MS = 5 * 60_000

/** Checks the signature over the body as it came, byte for byte. */
export function verifyWebhook(
  signature: WebhookSignature,
  secret: string,
  headers: Headers,
  body: Buffer,
  now: number,
): Verdict {
  // The contract is checked for it; should it come this far all the same, a key that is none proves nothing.
  if (secret.trim() === '') return refused('The secret of these webhooks is not set.')
  return signature.kind === 'standard'
    ? verifyStandard(secret, headers, body, now)
    : verifyHmac(signature, secret, headers, body)
}

/** https://www.standardwebhooks.com: an HMAC over id, time and body; several signatures while a secret is being changed. */
function verifyStandard(secret: string, headers: Headers, body: Buffer, now: number): Verdict {
  const [id, time, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => one(headers, name))
  if (id === undefined || time === undefined || given === undefined)
    return refused('The headers webhook-id, webhook-timestamp and webhook-signature must all be there.')
  if (!/^\d{1,12}$/.test(time) || Math.abs(now - Number(time) * 1000) > REPLAY_WINDOW_MS)
    return refused('The message is not from the last five minutes; is the clock of the sender right?')
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  if (key.length === 0) return refused('The secret of these webhooks is not base64.')
  const expected = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest()
  const fits = given
    .split(' ')
    .some((part) => part.startsWith('v1,') && equal(Buffer.from(part.slice(3), 'base64'), expected))
  return fits ? { genuine: true, message: id.slice(0, 200) } : refused('The signature does not fit the message.')
}

function verifyHmac(
  { hash, encoding, header }: Extract<WebhookSignature, { kind: 'hmac' }>,
  secret: string,
  headers: Headers,
  body: Buffer,
): Verdict {
  const given = one(headers, header)
  if (given === undefined) return refused(`The header ${header} must be there.`)
  const expected = createHmac(hash, secret).update(body).digest()
  const text = given.startsWith(`${hash}=`) ? given.slice(hash.length + 1) : given
  // Nothing signed says which message this is, so one that comes twice cannot be told from two.
  return equal(Buffer.from(text, encoding), expected)
    ? { genuine: true, message: null }
    : refused('The signature does not fit the message.')
}

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

const refused = (why: string): Verdict => ({ genuine: false, why })

function one(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}
