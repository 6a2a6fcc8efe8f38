import { ConcordatError } from '../../model/errors.ts'
import { addToken, endToken, tokensOf, type TokenRow } from '../../store/access/api-tokens.ts'
import { hashOf, newSecret } from '../access/secret-token.ts'
import { accountParams, newToken, tokenBody, tokenList, type NewToken } from './schemas/access.ts'
import { acted } from './schemas/plain.ts'
import type { V1Routes } from './v1-server.ts'

const config = { right: 'own account' as const }
const tags = ['Tokens']
const DAY_MS = 24 * 3_600_000

/** Tokens of one's own, by which programs act for one. */
export const tokenRoutes: V1Routes = (server, { site }) => {
  const { database } = site

  server.get(
    '/tokens',
    { config, schema: { tags, summary: 'Tokens of one’s own', response: { 200: tokenList } } },
    async (request) => ({ items: (await tokensOf(database, request.who.id)).map(tellToken) }),
  )

  server.post(
    '/tokens',
    {
      config: { ...config, fresh: true },
      schema: { tags, summary: 'Make a token; its secret is shown once', body: tokenBody, response: { 200: newToken } },
    },
    async (request): Promise<NewToken> => {
      const { name, rights, flows, days } = request.body
      const { who } = request
      const beyond = rights.find((right) => (flows ?? [null]).some((flow) => !who.rights.may(right, flow)))
      if (beyond !== undefined)
        throw new ConcordatError(
          'access.forbidden',
          `You cannot give the right to ${beyond}: you do not hold it there.`,
          {
            cure: 'Leave it out, or choose flows in which you hold it.',
          },
        )
      // Anybody who looks for leaked secrets knows it by its first letters.
      const secret = `concordat_${newSecret()}`
      const now = new Date()
      const expires = days === null ? null : new Date(now.getTime() + days * DAY_MS)
      const tokenHash = hashOf(secret)
      const made = { tokenHash, account: who.id, name, rights, flows, expires, now, madeIn: who.session }
      const id = await addToken(database, made)
      if (id === null)
        throw new ConcordatError('access.signed-out', 'You were signed out at this very moment.', {
          cure: 'Sign in once more.',
        })
      site.secrets.add(tokenHash)
      await request.audit('token made', name, { rights, flows, expires: expires?.toISOString() ?? null })
      return {
        id,
        name,
        rights,
        flows,
        created: now.toISOString(),
        expires: expires?.toISOString() ?? null,
        used: null,
        secret,
      }
    },
  )

  server.delete(
    '/tokens/:id',
    { config, schema: { tags, summary: 'End a token of one’s own', params: accountParams, response: { 200: acted } } },
    async (request) => {
      const name = await endToken(database, request.who.id, request.params.id)
      if (name !== null) await request.audit('token ended', name)
      return { changed: name !== null }
    },
  )
}

const iso = (at: string | null): string | null => (at === null ? null : new Date(at).toISOString())

const tellToken = (row: TokenRow): Omit<NewToken, 'secret'> => ({
  id: row.id,
  name: row.name,
  rights: row.rights as NewToken['rights'],
  flows: row.flows && [...row.flows],
  created: iso(row.createdAt)!,
  expires: iso(row.expiresAt),
  used: iso(row.usedAt),
})
