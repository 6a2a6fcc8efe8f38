import type { FastifyRequest } from 'fastify'
import { ConcordatError } from '../../model/errors.ts'
import { setPassword } from '../../store/accounts.ts'
import { endSessionsOf } from '../../store/browser-sessions.ts'
import { checkPassword, hashPassword } from './password.ts'
import { signIn } from './sign-in.ts'
import type { Site } from './site.ts'

/** Changes the password of who makes the request, after asking for the one at hand; ends all their sessions. */
export async function changePassword(
  { database, contract }: Site,
  request: FastifyRequest,
  given: { readonly current: string; readonly password: string },
): Promise<void> {
  const { kind, id, name, email } = request.who
  if (kind !== 'person' || email === null)
    throw new ConcordatError('access.forbidden', 'A token cannot change a password.', { cure: 'Sign in as a person.' })
  await signIn(database, { email, password: given.current, address: request.ip })
  checkPassword(given.password, [email, name, contract.company])
  const stored = await hashPassword(given.password)
  await database.transaction(async (session) => {
    await setPassword(session, id, stored)
    await endSessionsOf(session, id)
  })
}
