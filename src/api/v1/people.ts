import type { FastifyRequest } from 'fastify'
import { ConcordatError } from '../../model/errors.ts'
import {
  addAccount,
  countAdmins,
  disableAccount,
  findAccount,
  listAccounts,
  lockAccounts,
  renameAccount,
  setRoles,
  type AccountRow,
} from '../../store/accounts.ts'
import { endSessionsOf } from '../../store/browser-sessions.ts'
import type { Session } from '../../store/database.ts'
import { makeLink } from '../access/one-time-link.ts'
import { heldRoles } from '../access/roles.ts'
import { originOf, type Site } from '../access/site.ts'
import { cursorOf, placeOf } from './cursor.ts'
import {
  accountParams,
  inviteBody,
  invited,
  peopleQuery,
  personChange,
  personItem,
  personPage,
  resetLink,
  type PersonItem,
} from './schemas/access.ts'
import { tellRole } from './session.ts'
import type { V1Routes } from './v1-server.ts'

const config = { right: 'administer' as const }
const tags = ['People']

/** Accounts: who there is, what each may do, invitations. */
export const peopleRoutes: V1Routes = (server, { site }) => {
  const { database } = site

  server.get(
    '/people',
    { config, schema: { tags, summary: 'All accounts', querystring: peopleQuery, response: { 200: personPage } } },
    async (request) => {
      const { limit, cursor } = request.query
      const rows = await listAccounts(database, placeOf(cursor, ['string'])?.[0] ?? null, limit + 1)
      return {
        items: rows.slice(0, limit).map((row) => tellPerson(row, site)),
        next_cursor: rows.length > limit ? cursorOf([rows[limit - 1]!.id]) : null,
      }
    },
  )

  server.post(
    '/people',
    {
      config,
      schema: {
        tags,
        summary: 'Invite somebody: answers a one-time link',
        body: inviteBody,
        response: { 200: invited },
      },
    },
    async (request) => {
      const { email, name } = request.body
      const roles = givenRoles(request.body.roles)
      const { link, row } = await database.transaction(async (session) => {
        await lockAccounts(session)
        const id = await addAccount(session, { email, name, password: null, now: new Date() })
        if (id === null)
          throw new ConcordatError('access.account-exists', `There is an account of ${email} already.`, {
            cure: 'Change its roles, or make a link to choose a new password.',
          })
        await setRoles(session, id, roles)
        return { link: await makeLink(session, 'invitation', id), row: await known(session, id) }
      })
      await request.audit('person invited', email, { roles: request.body.roles })
      return { person: tellPerson(row, site), ...tellLink(link, request, site) }
    },
  )

  server.patch(
    '/people/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change the name or the roles of an account, or disable it',
        params: accountParams,
        body: personChange,
        response: { 200: personItem },
      },
    },
    async (request) => {
      const { name, disabled } = request.body
      const { id } = request.params
      const roles = request.body.roles && givenRoles(request.body.roles)
      const [before, after] = await database.transaction(async (session) => {
        await lockAccounts(session)
        const was = await known(session, id)
        if (name !== undefined) await renameAccount(session, id, name)
        if (roles) await setRoles(session, id, roles)
        if (disabled !== undefined) await disableAccount(session, id, disabled ? new Date() : null)
        if (disabled === true) await endSessionsOf(session, id)
        if ((await countAdmins(session)) === 0)
          throw new ConcordatError('access.last-admin', 'Nobody would be left who can give roles.', {
            cure: 'Make somebody else admin first.',
          })
        return [was, await known(session, id)] as const
      })
      await request.audit('person changed', before.email, {
        ...(name !== undefined && name !== before.name && { name: [before.name, name] }),
        ...(roles && { roles: [before.roles, after.roles] }),
        ...(disabled !== undefined && { disabled }),
      })
      return tellPerson(after, site)
    },
  )

  server.post(
    '/people/:id/reset',
    {
      config,
      schema: {
        tags,
        summary: 'Make a one-time link to choose a new password',
        params: accountParams,
        response: { 200: resetLink },
      },
    },
    async (request) => {
      const [row, link] = await database.transaction(async (session) => {
        const found = await known(session, request.params.id)
        return [found, await makeLink(session, found.hasPassword ? 'reset' : 'invitation', found.id)] as const
      })
      await request.audit('link made', row.email)
      return tellLink(link, request, site)
    },
  )
}

async function known(session: Session, id: string): Promise<AccountRow> {
  const row = await findAccount(session, id)
  if (row) return row
  throw new ConcordatError('access.unknown', 'There is no such account.', { cure: 'See the page People.' })
}

/** Roles as they are stored; who is admin is so in all flows. */
function givenRoles(roles: readonly { flow: string | null; role: string }[]) {
  const narrow = roles.find(({ flow, role }) => role === 'admin' && flow !== null)
  if (narrow)
    throw new ConcordatError('access.bad-role', 'Who is admin is so in all flows.', {
      cure: `Give admin without a flow, or another role in ${narrow.flow}.`,
    })
  const star = roles.find(({ flow }) => flow === '*' || flow === '')
  if (star)
    throw new ConcordatError('access.bad-role', 'This is no name of a flow.', { cure: 'Leave out the flow for all.' })
  return roles.map(({ flow, role }) => ({ flow: flow ?? '*', role }))
}

const tellLink = (link: { path: string; expires: Date }, request: FastifyRequest, site: Site) => ({
  link: `${originOf(site, request)}${link.path}`,
  expires: link.expires.toISOString(),
})

const tellPerson = (row: AccountRow, site: Site): PersonItem => ({
  id: row.id,
  name: row.name,
  email: row.email,
  roles: heldRoles(row.roles, row.email, site).map(tellRole),
  disabled: row.disabledAt !== null,
  created: new Date(row.createdAt).toISOString(),
  seen: row.seenAt === null ? null : new Date(row.seenAt).toISOString(),
  password: row.hasPassword,
  providers: [...row.issuers],
})
