import { normalizeIP } from '@fastify/rate-limit'
import { type AccountRow, countAccounts, findAccount } from '../../store/access/accounts.ts'
import { endSession, proveSession, sessionsOf } from '../../store/access/browser-sessions.ts'
import { noticesOf, seeNotices } from '../../store/access/notices.ts'
import { confirmResetByFactor } from '../../store/access/resets.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { HeldRole } from '../access/roles.ts'
import { whoHas } from '../access/authenticate.ts'
import { knownBrowser } from '../access/known-browser.ts'
import { followLink, readLink } from '../access/one-time-link.ts'
import { changePassword, provePassword } from '../access/own-password.ts'
import { proveFactor } from '../access/second-factor.ts'
import { csrfOf } from '../access/secret-token.ts'
import { beginSession, expiryAt, leaveSession, sessionSecret } from '../access/session-cookie.ts'
import { isWorthAudit, signIn } from '../access/sign-in.ts'
import { tellPerson } from '../access/tell-person.ts'
import type { Who } from '../access/who.ts'
import {
  accountParams,
  linkBody,
  linkInfo,
  noticesBody,
  passwordBody,
  proveBody,
  sessionInfo,
  sessionList,
  setupBody,
  signInBody,
  type HeldRoleItem,
  type NoticeItem,
  type SessionInfo,
} from './schemas/access.ts'
import { acted } from './schemas/plain.ts'
import type { V1DoorRoutes } from './v1-server.ts'

const PUBLIC = { config: { right: 'public' as const } }
const OWN = { config: { right: 'own account' as const } }
const tags = ['Sign-in']
const MOST_NOTICES = 20

/** Who is signed in, signing in and out, one-time links, and the sessions of one's own. */
export const sessionRoutes: V1DoorRoutes = (server, { app, site, providers, beginning }) => {
  const { database } = site
  const tellNotices = async ({ email }: Who): Promise<NoticeItem[]> =>
    (await noticesOf(database, email ?? '', MOST_NOTICES)).map((one) => ({
      ...one,
      at: new Date(one.at).toISOString(),
    }))

  server.get(
    '/session',
    { ...PUBLIC, schema: { tags, summary: 'Who is signed in, and how one can', response: { 200: sessionInfo } } },
    async (request): Promise<SessionInfo> => {
      const { who } = request
      const secret = who.kind === 'person' ? sessionSecret(request, site) : null
      return {
        signed_in: who.kind !== 'nobody',
        setup_needed: who.kind === 'nobody' && (await countAccounts(database)) === 0,
        who: who.kind === 'nobody' ? null : tellWho(who, who.kind, await findAccount(database, who.id)),
        sign_in: { password: true, oidc: providers.names },
        company: site.contract.company,
        beginning: beginning !== undefined && !beginning.written,
        notices: who.kind === 'person' ? await tellNotices(who) : [],
        csrf: secret === null ? null : csrfOf(secret),
      }
    },
  )

  server.post(
    '/sign-in',
    {
      ...PUBLIC,
      schema: { tags, summary: 'Sign in by e-mail and password', body: signInBody, response: { 200: acted } },
    },
    async (request, reply) => {
      const { email, password, code } = request.body
      try {
        const { id: account, password: stored } = await signIn(database, {
          email,
          password,
          address: request.ip,
          browser: knownBrowser(request, site),
        })
        const factor = await proveFactor(database, account, code)
        if (factor) await confirmResetByFactor(database, account, new Date())
        await beginSession(request, reply, site, account, { method: 'password', password: stored })
        request.who = await whoHas(account, site)
        await request.audit('signed in', email, { method: 'password', ...(factor && { second_factor: true }) })
      } catch (error) {
        const code = error instanceof ConcordatError ? error.code : null
        const wrong = code === 'access.wrong-password' || code === 'access.wrong-code'
        if (wrong && (await isWorthAudit(database, `sign-in ${normalizeIP(request.ip)}`)))
          await request.audit('sign-in refused', email, code === 'access.wrong-code' ? { second_factor: 'wrong' } : {})
        throw error
      }
      return { changed: true }
    },
  )

  server.post(
    '/sign-out',
    { ...OWN, schema: { tags, summary: 'Sign this browser out', response: { 200: acted } } },
    async (request, reply) => {
      await leaveSession(request, reply, site)
      // The browser keeps nothing of ours but the language that somebody chose, and what it knows this browser by.
      reply.header('clear-site-data', '"cache"')
      await request.audit('signed out', request.who.email ?? '')
      return { changed: true }
    },
  )

  server.post(
    '/link',
    {
      ...PUBLIC,
      schema: { tags, summary: 'What a one-time link is for', body: linkBody, response: { 200: linkInfo } },
    },
    async (request) => {
      const { purpose, email, name, hasFactor, dropsFactor } = await readLink(database, request.body.token)
      return { purpose, email, name, code_needed: hasFactor && !dropsFactor }
    },
  )

  server.post(
    '/setup',
    {
      ...PUBLIC,
      schema: {
        tags,
        summary: 'Use a one-time link: make the first account, accept an invitation, choose a new password',
        body: setupBody,
        response: { 200: acted },
      },
    },
    async (request, reply) => {
      const { token, ...given } = request.body
      const about = { company: site.contract.company, address: request.ip }
      const { account, email, purpose, madeBy, password } = await followLink(database, token, given, about)
      if (purpose === 'reset') {
        const { language } = request
        await tellPerson(database, app, { email, kind: 'password reset', by: madeBy ?? '', language })
      }
      await beginSession(request, reply, site, account, { method: 'password', password })
      return { changed: true }
    },
  )

  server.post(
    '/password',
    { ...OWN, schema: { tags, summary: 'Change one’s own password', body: passwordBody, response: { 200: acted } } },
    async (request, reply) => {
      const password = await changePassword(site, request, request.body)
      // The other browsers are signed out; this one goes on under a new session. A password alone is no fresh proof where there
      // is a second factor, so it is as old as it was.
      const { id, provedAt: at } = request.who
      await beginSession(request, reply, site, id, { method: 'password', password, at })
      await request.audit('password changed', request.who.email ?? '')
      return { changed: true }
    },
  )

  server.post(
    '/prove',
    {
      ...OWN,
      schema: {
        tags,
        summary: 'Prove once more who one is, for what asks for a fresh proof (`access.not-fresh`)',
        body: proveBody,
        response: { 200: acted },
      },
    },
    async (request) => {
      const { id, email, session } = request.who
      const { password, code } = request.body
      await provePassword(database, { id, email: email ?? '', password })
      await proveFactor(database, id, code)
      if (session !== null) await proveSession(database, session, new Date())
      return { changed: true }
    },
  )

  server.post(
    '/notices/seen',
    {
      ...OWN,
      schema: { tags, summary: 'Take down that one has seen the notices', body: noticesBody, response: { 200: acted } },
    },
    async (request) => ({
      changed: (await seeNotices(database, request.who.email ?? '', request.body.up_to, new Date())) > 0,
    }),
  )

  server.get(
    '/sessions',
    { ...OWN, schema: { tags, summary: 'Browsers where one is signed in', response: { 200: sessionList } } },
    async (request) => ({
      items: (await sessionsOf(database, request.who.id, expiryAt(Date.now()))).map((row) => ({
        id: row.id,
        begun: new Date(row.createdAt).toISOString(),
        used: new Date(row.seenAt).toISOString(),
        method: row.method,
        address: row.address,
        agent: row.agent,
        current: row.id === request.who.session,
      })),
    }),
  )

  server.delete(
    '/sessions/:id',
    {
      ...OWN,
      schema: { tags, summary: 'End a session of one’s own', params: accountParams, response: { 200: acted } },
    },
    async (request) => {
      const changed = await endSession(database, request.who.id, request.params.id)
      if (changed) await request.audit('session ended', request.who.email ?? '')
      return { changed }
    },
  )
}

function tellWho(who: Who, kind: 'person' | 'token', account: AccountRow | null): NonNullable<SessionInfo['who']> {
  const { rights } = who
  const flows = (right: 'view' | 'decide' | 'operate' | 'sign') => {
    const held = rights.flowsWith(right)
    return held === 'all' ? held : [...held]
  }
  return {
    kind,
    id: who.id,
    name: who.name,
    email: who.email ?? '',
    password: account?.hasPassword ?? false,
    second_factor: account?.hasFactor ?? false,
    roles: who.roles.map(tellRole),
    rights: {
      view: flows('view'),
      decide: flows('decide'),
      operate: flows('operate'),
      sign: flows('sign'),
      administer: rights.may('administer', null),
    },
  }
}

/** A role as it goes over the wire. */
export const tellRole = ({ flow, role, byContract }: HeldRole): HeldRoleItem => ({
  flow,
  role,
  by_contract: byContract,
})
