import { ConcordatError } from '../../model/errors.ts'
import { passwordOf } from '../../store/accounts.ts'
import type { Database } from '../../store/database.ts'
import { emptyBucket, takeAttempt, type Bucket } from '../../store/throttle.ts'
import { verifyPassword } from './password.ts'
import { hashOf } from './secret-token.ts'

/** Wrong guesses at one account, wherever from. */
const OF_ACCOUNT: Bucket = { holds: 10, everyMs: 60_000 }
/** Attempts from one address, at whatever account: a whole office may be behind it. */
const OF_ADDRESS: Bucket = { holds: 50, everyMs: 10_000 }

/**
 * The account that an e-mail and a password belong to. Throws `access.wrong-password`, in the same words and after the same
 * time whether there is such an account, or `access.throttled` after too many attempts.
 */
export async function signIn(
  database: Database,
  given: { readonly email: string; readonly password: string; readonly address: string },
): Promise<string> {
  const now = new Date()
  // The key is a hash, so that its length is not the caller's to choose.
  const account = `sign-in account ${hashOf(given.email).toString('base64url')}`
  const wait =
    (await takeAttempt(database, `sign-in address ${given.address}`, OF_ADDRESS, now)) ||
    (await takeAttempt(database, account, OF_ACCOUNT, now))
  if (wait > 0)
    throw new ConcordatError('access.throttled', 'There were too many attempts to sign in.', {
      retryAfter: Math.ceil(wait / 1000),
      cure: `Try again in ${Math.ceil(wait / 1000)} seconds, or ask an admin for a link to choose a new password.`,
    })
  const known = await passwordOf(database, given.email)
  if (!(await verifyPassword(given.password, known?.password ?? null)) || !known)
    throw new ConcordatError('access.wrong-password', 'E-mail and password do not belong together.', {
      cure: 'Try again, or ask an admin for a link to choose a new password.',
    })
  await emptyBucket(database, account)
  return known.id
}
