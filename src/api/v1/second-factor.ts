import { ConcordatError } from '../../model/errors.ts'
import { findAccount } from '../../store/access/accounts.ts'
import { countRecoveryCodes, endFactor, factorOf, proposeFactor } from '../../store/access/second-factors.ts'
import { beginSecondFactor, factorUri, newFactor, renewRecoveryCodes } from '../access/second-factor.ts'
import { codeBody, proposedFactor, recoveryCodes, secondFactor } from './schemas/access.ts'
import { acted } from './schemas/plain.ts'
import type { V1DoorRoutes } from './v1-server.ts'

const OWN = { right: 'own account' as const }
const FRESH = { ...OWN, fresh: true }
const tags = ['Sign-in']

/** The second factor of one's own account. */
export const secondFactorRoutes: V1DoorRoutes = (server, { site }) => {
  const { database, contract } = site

  server.get(
    '/second-factor',
    { config: OWN, schema: { tags, summary: 'One’s own second factor', response: { 200: secondFactor } } },
    async ({ who }) => {
      const factor = await factorOf(database, who.id)
      return {
        since: factor === null ? null : new Date(factor.since).toISOString(),
        recovery_codes: await countRecoveryCodes(database, who.id),
      }
    },
  )

  server.post(
    '/second-factor',
    {
      config: FRESH,
      schema: {
        tags,
        summary: 'Propose a second factor (TOTP); it counts once its first code was given',
        response: { 200: proposedFactor },
      },
    },
    async ({ who }) => {
      const account = await findAccount(database, who.id)
      if (!account?.hasPassword)
        throw new ConcordatError('access.forbidden', 'This account signs in with a provider only.', {
          cure: 'Set the second factor up there.',
        })
      const secret = newFactor()
      await proposeFactor(database, who.id, secret)
      return { secret, uri: factorUri(secret, account.email, contract.company) }
    },
  )

  server.post(
    '/second-factor/begin',
    {
      config: FRESH,
      schema: {
        tags,
        summary: 'Make the proposed second factor count, by a code of it; answers recovery codes',
        body: codeBody,
        response: { 200: recoveryCodes },
      },
    },
    async (request) => {
      const codes = await database.transaction((session) =>
        beginSecondFactor(session, request.who.id, request.body.code),
      )
      await request.audit('second factor added', request.who.email ?? '')
      return { codes }
    },
  )

  server.post(
    '/second-factor/recovery-codes',
    {
      config: FRESH,
      schema: { tags, summary: 'New recovery codes in place of those before', response: { 200: recoveryCodes } },
    },
    async (request) => {
      if ((await factorOf(database, request.who.id)) === null)
        throw new ConcordatError('access.unknown', 'There is no second factor.', { cure: 'Add one first.' })
      const codes = await database.transaction((session) => renewRecoveryCodes(session, request.who.id))
      await request.audit('recovery codes made', request.who.email ?? '')
      return { codes }
    },
  )

  server.delete(
    '/second-factor',
    {
      config: FRESH,
      schema: { tags, summary: 'Take one’s own second factor away', response: { 200: acted } },
    },
    async (request) => {
      const changed = await database.transaction((session) => endFactor(session, request.who.id))
      if (changed) await request.audit('second factor removed', request.who.email ?? '')
      return { changed }
    },
  )
}
