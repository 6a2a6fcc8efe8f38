import { ConcordatError } from '../../model/errors.ts'
import { writeAudit } from '../../store/access/audit.ts'
import {
  addAccount,
  countAccounts,
  lockAccounts,
  renameAccount,
  setPassword,
  setRoles,
} from '../../store/access/accounts.ts'
import type { Database, Session } from '../../store/database/database.ts'
import {
  addLink,
  endLinksMadeBy,
  findLink,
  useLink,
  type LinkPurpose,
  type LinkRow,
} from '../../store/access/one-time-links.ts'
import { confirmResetByFactor, markReset } from '../../store/access/resets.ts'
import { endFactor } from '../../store/access/second-factors.ts'
import { endAccessOf } from './end-access.ts'
import { hashPassword } from './password.ts'
import { checkPassword } from './password-strength.ts'
import { proveFactor } from './second-factor.ts'
import { hashOf, newSecret } from './secret-token.ts'

const LASTS_MS: Readonly<Record<LinkPurpose, number>> = {
  setup: 24 * 3_600_000,
  invitation: 7 * 24 * 3_600_000,
  reset: 24 * 3_600_000,
}

export interface NewLink {
  /** Below the address of the pages. */
  readonly path: string
  readonly expires: Date
}

/** Makes a link that works once, in place of those that the account had before. `madeBy`: e-mail of who makes it. */
export async function makeLink(
  session: Session,
  purpose: LinkPurpose,
  {
    account,
    madeBy,
    dropsFactor = false,
  }: { readonly account: string | null; readonly madeBy: string | null; readonly dropsFactor?: boolean },
): Promise<NewLink> {
  const secret = newSecret()
  const expires = new Date(Date.now() + LASTS_MS[purpose])
  await addLink(session, { tokenHash: hashOf(secret), purpose, account, expires, madeBy, dropsFactor })
  return { path: `/setup?token=${secret}`, expires }
}

/** The link to make the first account, while there is none. */
export async function setupLink(database: Database): Promise<NewLink | null> {
  return database.transaction(async (session) => {
    await lockAccounts(session)
    return (await countAccounts(session)) === 0 ? makeLink(session, 'setup', { account: null, madeBy: null }) : null
  })
}

/** What a link is for; throws `access.bad-link` when it cannot be used. */
export async function readLink(session: Session, secret: string): Promise<LinkRow> {
  const link = await findLink(session, hashOf(secret), new Date())
  if (link && (link.purpose !== 'setup' || (await countAccounts(session)) === 0)) return link
  throw new ConcordatError('access.bad-link', 'This link was used already, or its time is over.', {
    cure: 'Ask an admin for a new one; the link for the first account is printed when `concordat serve` starts.',
  })
}

/** Whose account a link has given its password. */
export interface Followed {
  readonly account: string
  readonly email: string
  readonly purpose: LinkPurpose
  readonly madeBy: string | null
  /** The stored form of the password. */
  readonly password: string
}

interface Given {
  readonly password: string
  readonly email?: string | undefined
  readonly name?: string | undefined
  /** Of the second factor, where the account has one. */
  readonly code?: string | undefined
}

/** Uses a link: makes the first account, or gives the link's account its password. */
export async function followLink(
  database: Database,
  secret: string,
  given: Given,
  about: { readonly company: string; readonly address: string },
): Promise<Followed> {
  const link = await readLink(database, secret)
  const email = link.email ?? given.email
  const name = given.name ?? link.name
  if (email === undefined || name === null)
    throw new ConcordatError('access.bad-link', 'The first account needs a name and an e-mail.', {
      cure: 'Give both.',
    })
  await checkPassword(given.password, [email, name, about.company])
  // The factor that the person had before proves that it is them, and stays.
  if (link.account !== null && !link.dropsFactor) await proveFactor(database, link.account, given.code)
  const password = await hashPassword(given.password)
  return database.transaction(async (session) => {
    await lockAccounts(session)
    await readLink(session, secret)
    await useLink(session, hashOf(secret))
    const now = new Date()
    const act = (account: string, did: string) =>
      writeAudit(session, {
        actor: { kind: 'person', account, who: `${name} <${email}>`, address: about.address },
        act: did,
        subject: email,
        details: {},
        at: now,
      })
    const { purpose, madeBy } = link
    if (link.account === null) {
      const account = (await addAccount(session, { email, name, password, now }))!
      await setRoles(session, account, [{ flow: '*', role: 'admin' }])
      await act(account, 'first account made')
      return { account, email, purpose, madeBy, password }
    }
    const { account } = link
    if (link.dropsFactor) await endFactor(session, account)
    await setPassword(session, account, password)
    await renameAccount(session, account, name)
    // Whoever knew the old password is out.
    await endAccessOf(session, account)
    await endLinksMadeBy(session, email)
    await markReset(session, account, madeBy ?? '', now)
    if (link.hasFactor && !link.dropsFactor) await confirmResetByFactor(session, account, now)
    await act(account, purpose === 'invitation' ? 'invitation accepted' : 'password reset')
    return { account, email, purpose, madeBy, password }
  })
}
