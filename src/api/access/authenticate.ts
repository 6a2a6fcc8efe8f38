import type { FastifyRequest } from 'fastify'
import { ConcordatError } from '../../model/errors.ts'
import { findAccount } from '../../store/access/accounts.ts'
import type { OpenSession } from '../../store/access/browser-sessions.ts'
import { findToken, touchToken } from '../../store/access/api-tokens.ts'
import { heldRoles, rightsOf, rightsOfToken } from './roles.ts'
import { hashOf } from './secret-token.ts'
import { currentSession, openSessionOf } from './session-cookie.ts'
import type { Site, SiteIn } from './site.ts'
import { NOBODY, type Who } from './who.ts'

const TOUCH_MS = 60_000

/** Finds out who makes a request: by its token, else by its session. A token that is not good is not let go by. */
export async function whoMakes(request: FastifyRequest, site: Site): Promise<Who> {
  const { authorization } = request.headers
  if (authorization !== undefined) return whoHolds(authorization, site)
  return personOf(await currentSession(request, site), site)
}

/** The same later on, of a request that lasts: whoever only listens does not count as using the session. */
export async function whoIsStill(request: FastifyRequest, site: SiteIn): Promise<Who> {
  const { authorization } = request.headers
  if (authorization === undefined) return personOf(await openSessionOf(request, site), site)
  try {
    return await whoHolds(authorization, site)
  } catch (error) {
    if (error instanceof ConcordatError && error.code === 'access.signed-out') return NOBODY
    throw error
  }
}

function personOf(session: OpenSession | null, site: SiteIn): Who {
  if (!session) return NOBODY
  const { account: id, name, email } = session
  const roles = heldRoles(session.roles, email, site)
  const provedAt = Date.parse(session.provedAt)
  return { kind: 'person', id, name, email, session: session.id, provedAt, roles, rights: rightsOf(roles) }
}

/** The person who has an account; nobody when it cannot sign in. */
export async function whoHas(account: string, site: Site): Promise<Who> {
  const row = await findAccount(site.database, account)
  if (!row || row.disabledAt !== null) return NOBODY
  const roles = heldRoles(row.roles, row.email, site)
  const { id, name, email } = row
  return { kind: 'person', id, name, email, session: null, provedAt: 0, roles, rights: rightsOf(roles) }
}

async function whoHolds(authorization: string, site: SiteIn): Promise<Who> {
  const { database } = site
  const [, secret] = /^bearer +(\S+)$/i.exec(authorization) ?? []
  const now = new Date()
  const token = secret === undefined ? null : await findToken(database, hashOf(secret), now)
  if (!token)
    throw new ConcordatError('access.signed-out', 'This token is not valid, or not any more.', {
      cure: 'Make a new one on the page of your account.',
    })
  if (token.usedAt === null || now.getTime() - Date.parse(token.usedAt) > TOUCH_MS)
    await touchToken(database, token.id, now)
  const roles = heldRoles(token.roles, token.email, site)
  return {
    kind: 'token',
    id: token.account,
    name: token.name,
    email: token.email,
    session: null,
    provedAt: 0,
    roles,
    rights: rightsOfToken(rightsOf(roles), token.rights, token.flows),
  }
}
