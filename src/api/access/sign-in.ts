import { normalizeIP } from '@fastify/rate-limit'
import { ConcordatError } from '../../model/errors.ts'
import { passwordOf } from '../../store/access/accounts.ts'
import type { Database } from '../../store/database/database.ts'
import { knowsBrowser } from '../../store/access/known-browsers.ts'
import { emptyBucket, returnAttempt, takeAttempt, type Bucket } from '../../store/service/throttle.ts'
import type { Lane } from './hashing-queue.ts'
import { verifyPassword } from './password.ts'
import { hashOf } from './secret-token.ts'

/*
 * Wrong guesses are counted by account and address, by address, and by account. Where too many were made, further ones are
 * slow, but they are not refused: if they were, a stranger who guesses wrong could keep out whoever knows the password. A browser
 * that the account has signed in from before has a limit of its own, which strangers cannot use up.
 */

/** Wrong guesses at one account from one address. */
const OF_PAIR: Bucket = { holds: 10, everyMs: 60_000 }
/** Attempts from one address, at whatever account: a whole office may be behind it. */
const OF_ADDRESS: Bucket = { holds: 50, everyMs: 10_000 }
/** Wrong guesses at one account, from wherever. */
const OF_ACCOUNT: Bucket = { holds: 100, everyMs: 60_000 }
/** Wrong guesses at one account in a browser that it has signed in from. */
const OF_BROWSER: Bucket = { holds: 10, everyMs: 60_000 }
/** Refusals that are written down of one address, person or token. */
const OF_AUDIT: Bucket = { holds: 5, everyMs: 60_000 }

interface Attempt {
  readonly email: string
  readonly password: string
  readonly address: string
  /** What the browser is known by. */
  readonly browser: string | null
}

/**
 * The account that an e-mail and a password belong to, and the stored form of the password. Throws `access.wrong-password`, in the same words and after the same
 * time whether there is such an account, or `access.throttled` when too many are waiting.
 */
export async function signIn(
  database: Database,
  { email, password, address, browser }: Attempt,
): Promise<{ readonly id: string; readonly password: string }> {
  const from = normalizeIP(address)
  // The keys are hashes, so that their length is not the caller's to choose.
  const account = keyOf(email)
  const keys = {
    pair: `sign-in account ${account} ${keyOf(from)}`,
    address: `sign-in address ${from}`,
    account: `sign-in account ${account}`,
    browser: `sign-in browser ${account} ${keyOf(browser ?? '')}`,
  }
  const now = new Date()
  const takes = async (bucket: Bucket, key: string) => (await takeAttempt(database, key, bucket, now)) === 0
  const laneOf = async (): Promise<Lane> => {
    const known = browser !== null && (await knowsBrowser(database, hashOf(browser), email))
    if (known && (await takes(OF_BROWSER, keys.browser))) return 'own'
    const within =
      (await takes(OF_ADDRESS, keys.address)) &&
      (await takes(OF_PAIR, keys.pair)) &&
      (await takes(OF_ACCOUNT, keys.account))
    return within ? 'new' : 'over'
  }
  const lane = await laneOf()
  const known = await passwordOf(database, email)
  if (!(await verifyPassword(password, known?.password ?? null, { lane, from, account })) || !known)
    throw new ConcordatError('access.wrong-password', 'E-mail and password do not belong together.', {
      cure: 'Try again, or ask an admin for a link to choose a new password.',
    })
  await emptyBucket(database, lane === 'own' ? keys.browser : keys.pair)
  if (lane === 'new') for (const key of [keys.address, keys.account]) await returnAttempt(database, key)
  return known
}

/** Whether one more refusal of who or what is named is worth writing down: nobody may fill the log up. */
export const isWorthAudit = async (database: Database, of: string): Promise<boolean> =>
  (await takeAttempt(database, `audit ${of}`, OF_AUDIT, new Date())) === 0

const keyOf = (text: string): string => hashOf(text).toString('base64url')
