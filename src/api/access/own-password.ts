import type { FastifyRequest } from 'fastify'
import { ConcordatError } from '../../model/errors.ts'
import { passwordOf, setPassword } from '../../store/access/accounts.ts'
import type { Database } from '../../store/database/database.ts'
import { emptyBucket, takeAttempt, type Bucket } from '../../store/service/throttle.ts'
import { endAccessOf } from './end-access.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { checkPassword } from './password-strength.ts'
import type { Site } from './site.ts'

/** Wrong guesses by who is signed in; only they can use it up. */
const OF_PROOFS: Bucket = { holds: 10, everyMs: 60_000 }

/** Throws `access.wrong-password` unless it is the password of somebody who is signed in. */
export async function provePassword(
  database: Database,
  { id, email, password }: { readonly id: string; readonly email: string; readonly password: string },
): Promise<void> {
  const bucket = `password of ${id}`
  const wait = Math.ceil((await takeAttempt(database, bucket, OF_PROOFS, new Date())) / 1000)
  if (wait > 0)
    throw new ConcordatError('access.throttled', 'This password was guessed wrong too often.', {
      retryAfter: wait,
      cure: `Try again in ${wait} seconds.`,
    })
  const known = await passwordOf(database, email)
  if (!(await verifyPassword(password, known?.password ?? null)))
    throw new ConcordatError('access.wrong-password', 'This is not your password.', { cure: 'Try again.' })
  await emptyBucket(database, bucket)
}

/**
 * Changes the password of who makes the request, after asking for the present one; ends all their sessions and tokens. Answers
 * its stored form.
 */
export async function changePassword(
  { database, contract }: Site,
  request: FastifyRequest,
  given: { readonly current: string; readonly password: string },
): Promise<string> {
  const { kind, id, name, email } = request.who
  if (kind !== 'person' || email === null)
    throw new ConcordatError('access.forbidden', 'A token cannot change a password.', { cure: 'Sign in as a person.' })
  await provePassword(database, { id, email, password: given.current })
  await checkPassword(given.password, [email, name, contract.company])
  const stored = await hashPassword(given.password)
  await database.transaction(async (session) => {
    await setPassword(session, id, stored)
    await endAccessOf(session, id)
  })
  return stored
}
