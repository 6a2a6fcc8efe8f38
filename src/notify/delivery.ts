/*
 * What becomes of a message after an attempt to send it, as a pure function. A channel is tried a few times with growing
 * pauses, then the next one of the route; when all have failed, it begins again from the first with long pauses, until
 * a day is over. A refusal that no second attempt can mend goes on to the next channel at once.
 */

const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 30 * 60_000
/** Longer than this nobody waits while another channel can be tried. */
const LONGEST_WAIT_MS = 2 * 60_000
/** A message that is older than this has lost its sense. */
const GIVE_UP_MS = 24 * 60 * 60_000

export type Attempt =
  | { readonly kind: 'sent' }
  /** `lasting`: trying again will not help. */
  | { readonly kind: 'failed'; readonly lasting: boolean; readonly retryAfterMs: number | null; readonly error: string }

/** Where a message stands on its way. */
export interface Progress {
  readonly channel: number
  readonly tries: number
  readonly rounds: number
}

export type AfterAttempt =
  | { readonly state: 'sent' }
  | ({ readonly state: 'pending'; readonly nextAt: number } & Progress)
  | ({ readonly state: 'failed' } & Progress)

export interface Patience {
  /** Attempts on a channel before the next one is tried. */
  readonly triesPerChannel: number
}

/** `random` is from 0 to 1: pauses vary by a fifth, so that many messages do not come at once. */
export function afterAttempt(
  message: Progress & { readonly createdAt: number; readonly channels: number },
  attempt: Attempt,
  now: number,
  random: number,
  { triesPerChannel }: Patience,
): AfterAttempt {
  if (attempt.kind === 'sent') return { state: 'sent' }
  const jitter = 0.9 + random * 0.2
  const tries = message.tries + 1
  const another = message.channel + 1 < message.channels
  const soon = !another || (attempt.retryAfterMs ?? 0) <= LONGEST_WAIT_MS
  if (!attempt.lasting && soon && tries < triesPerChannel) {
    const pause = FIRST_PAUSE_MS * 2 ** (tries - 1) * jitter
    return { ...place(message), state: 'pending', tries, nextAt: now + Math.max(pause, attempt.retryAfterMs ?? 0) }
  }
  if (another) return { ...place(message), state: 'pending', channel: message.channel + 1, tries: 0, nextAt: now }
  const rounds = message.rounds + 1
  const whole = { channel: 0, tries: 0, rounds }
  if (now - message.createdAt >= GIVE_UP_MS) return { ...whole, state: 'failed' }
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** rounds, LONGEST_PAUSE_MS) * jitter
  return { ...whole, state: 'pending', nextAt: now + Math.max(pause, attempt.retryAfterMs ?? 0) }
}

const place = ({ channel, tries, rounds }: Progress): Progress => ({ channel, tries, rounds })
