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
} from '../../store/access/accounts.ts'
import type { Session } from '../../store/database/database.ts'
import { endLinksMadeBy, endLinksOf } from '../../store/access/one-time-links.ts'
import { confirmReset } from '../../store/access/resets.ts'
import { whoIsStill } from '../access/authenticate.ts'
import { endAccessOf } from '../access/end-access.ts'
import { demandRight } from '../access/guard.ts'
import { makeLink } from '../access/one-time-link.ts'
import { heldRoles, plainEmail } from '../access/roles.ts'
import { holdsOf } from '../access/signing-hold.ts'
import { originOf, type Site, type SiteIn } from '../access/site.ts'
import { tellPerson } from '../access/tell-person.ts'
import { cursorOf, placeOf } from './cursor.ts'
import {
  accountParams,
  confirmBody,
  inviteBody,
  invited,
  peopleQuery,
  personChange,
  personItem,
  personPage,
  resetBody,
  resetLink,
  type PersonItem,
} from './schemas/access.ts'
import { acted } from './schemas/plain.ts'
import { tellRole } from './session.ts'
import type { V1Routes } from './v1-server.ts'

const config = { right: 'administer' as const }
/** Whoever makes a link to an account, or gives it roles, can act as it: no program does, and nobody who only found a session. */
const CHANGING = { right: 'administer accounts' as const, fresh: true }
const tags = ['People']

/** Accounts: who there is, what each may do, invitations. */
export const peopleRoutes: V1Routes = (server, { app, site }) => {
  const { database } = site

  server.get(
    '/people',
    { config, schema: { tags, summary: 'All accounts', querystring: peopleQuery, response: { 200: personPage } } },
    async (request) => {
      const { limit, cursor } = request.query
      const rows = await listAccounts(database, placeOf(cursor, ['id'])?.[0] ?? null, limit + 1)
      return {
        items: rows.slice(0, limit).map((row) => itemOf(row, site)),
        next_cursor: rows.length > limit ? cursorOf([rows[limit - 1]!.id]) : null,
      }
    },
  )

  server.post(
    '/people',
    {
      config: CHANGING,
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
        await demandStill(request, { ...site, database: session })
        const id = await addAccount(session, { email, name, password: null, now: new Date() })
        if (id === null)
          throw new ConcordatError('access.account-exists', `There is an account of ${email} already.`, {
            cure: 'Change its roles, or make a link to choose a new password.',
          })
        await setRoles(session, id, roles)
        const madeBy = request.who.email
        await tellPerson(session, app, { email, kind: 'invited', ...toldBy(request) })
        return { link: await makeLink(session, 'invitation', { account: id, madeBy }), row: await known(session, id) }
      })
      await request.audit('person invited', email, { roles: request.body.roles })
      return { person: itemOf(row, site), ...tellLink(link, request, site) }
    },
  )

  server.patch(
    '/people/:id',
    {
      config: CHANGING,
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
        await demandStill(request, { ...site, database: session })
        const was = await known(session, id)
        if (name !== undefined) await renameAccount(session, id, name)
        if (roles) await setRoles(session, id, roles)
        if (disabled !== undefined) await disableAccount(session, id, disabled ? new Date() : null)
        if (disabled === true) {
          // Nothing of it comes back when the account is enabled again.
          await endAccessOf(session, id)
          await endLinksOf(session, id)
          if (was.disabledAt === null)
            await tellPerson(session, app, { email: was.email, kind: 'account disabled', ...toldBy(request) })
        }
        const now = await known(session, id)
        // Links that somebody made let them act as others for as long as they last.
        if (now.disabledAt !== null || !isAdmin(now)) await endLinksMadeBy(session, was.email)
        if ((await countAdmins(session)) === 0)
          throw new ConcordatError('access.last-admin', 'Nobody would be left who can give roles.', {
            cure: 'Make somebody else admin first.',
          })
        return [was, now] as const
      })
      await request.audit('person changed', before.email, {
        ...(name !== undefined && name !== before.name && { name: [before.name, name] }),
        ...(roles && { roles: [before.roles, after.roles] }),
        ...(disabled !== undefined && { disabled }),
      })
      return itemOf(after, site)
    },
  )

  server.post(
    '/people/:id/reset',
    {
      config: CHANGING,
      schema: {
        tags,
        summary: 'Make a one-time link to choose a new password',
        description:
          'The person is told. An owner who chose a password by it signs once the other owner has confirmed that it was them.',
        params: accountParams,
        body: resetBody,
        response: { 200: resetLink },
      },
    },
    async (request) => {
      const dropsFactor = request.body?.second_factor === true
      const [row, link] = await database.transaction(async (session) => {
        await lockAccounts(session)
        await demandStill(request, { ...site, database: session })
        const found = await known(session, request.params.id)
        const made = { account: found.id, madeBy: request.who.email, dropsFactor }
        await tellPerson(session, app, { email: found.email, kind: 'reset link made', ...toldBy(request) })
        return [found, await makeLink(session, found.hasPassword ? 'reset' : 'invitation', made)] as const
      })
      await request.audit('link made', row.email, dropsFactor ? { second_factor: 'removed' } : {})
      return tellLink(link, request, site)
    },
  )

  server.post(
    '/people/:id/confirm',
    {
      config: { right: 'sign', fresh: true },
      schema: {
        tags,
        summary: 'Confirm, as the other owner of a flow, that it was this person who chose their new password',
        params: accountParams,
        body: confirmBody,
        response: { 200: acted },
      },
    },
    async (request) => {
      const { id } = request.params
      const since = Date.parse(request.body.since)
      const own = plainEmail(request.who.email ?? '')
      const changed = await database.transaction(async (session) => {
        await lockAccounts(session)
        for (const flow of [...site.contract.flows.values(), ...site.proposed()]) {
          const holds = Object.values(await holdsOf(session, flow))
          const hold = holds.find((one) => one?.account === id && one.other === own && one.since === since)
          if (!hold) continue
          await tellPerson(session, app, { email: hold.email, kind: 'reset confirmed', ...toldBy(request) })
          return (await confirmReset(session, id, new Date())) ? hold : null
        }
        return null
      })
      if (!changed)
        throw new ConcordatError('access.unknown', 'There is nothing here that you can confirm.', {
          cure: 'The other owner of a flow confirms it, unless they made the link themselves, or a newer one was used; see the page Rules.',
        })
      await request.audit('reset confirmed', changed.email, { link_by: changed.by })
      return { changed: true }
    },
  )
}

/** Whoever loses the right while a request of theirs waits for its turn does not get it done. */
async function demandStill(request: FastifyRequest, site: SiteIn): Promise<void> {
  request.who = await whoIsStill(request, site)
  demandRight(request, CHANGING.right, null)
}

const isAdmin = ({ roles }: AccountRow): boolean => roles.some(({ flow, role }) => flow === '*' && role === 'admin')

const toldBy = ({ who, language }: FastifyRequest) => ({ by: `${who.name} <${who.email ?? ''}>`, language })

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
  // Without a configured address it is a path: the page that shows it knows where it is.
  link: `${originOf(site, request) ?? ''}${link.path}`,
  expires: link.expires.toISOString(),
})

const itemOf = (row: AccountRow, site: Site): PersonItem => ({
  id: row.id,
  name: row.name,
  email: row.email,
  roles: heldRoles(row.roles, row.email, site).map(tellRole),
  disabled: row.disabledAt !== null,
  created: new Date(row.createdAt).toISOString(),
  seen: row.seenAt === null ? null : new Date(row.seenAt).toISOString(),
  password: row.hasPassword,
  second_factor: row.hasFactor,
  providers: [...row.issuers],
})
