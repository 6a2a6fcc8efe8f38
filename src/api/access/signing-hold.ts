import type { Flow } from '../../contract/contract.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Session } from '../../store/database/database.ts'
import { resetsOf, type ResetRow } from '../../store/access/resets.ts'
import { plainEmail } from './roles.ts'

/*
 * An admin makes the links by which others choose their passwords, and could use one himself. So who got a password by such a
 * link does not sign until it is certain who they are:
 *
 *   the other owner of the flow confirms it, who is not the one who made the link, and is certain himself; or
 *   they sign in with a second factor that they had before, or with a provider; or
 *   there is no such other owner, and 24 hours have passed, in which the person has been told.
 */

const WAIT_MS = 24 * 3_600_000

/** Why an owner does not sign yet. */
export interface Hold {
  readonly account: string
  readonly email: string
  readonly name: string
  /** Who made the link (e-mail). */
  readonly by: string
  readonly since: number
  /** When it ends by itself; null: the other owner has to confirm. */
  readonly until: number | null
  /** E-mail of who can confirm; null: nobody. */
  readonly other: string | null
}

/** Whether an owner of a flow has to wait; `accounts`: those of both owners, as far as they have any. */
export function holdOf(email: string, otherEmail: string, accounts: readonly ResetRow[], now: number): Hold | null {
  const own = accounts.find((one) => one.email === email)
  if (own === undefined || own.at === null) return null
  const other = accounts.find((one) => one.email === otherEmail)
  const canConfirm =
    other !== undefined && other.email !== own.email && other.email !== own.by && !other.disabled && other.at === null
  const until = canConfirm ? null : own.at + WAIT_MS
  if (until !== null && until <= now) return null
  const { account, name, by, at: since } = own
  return { account, email, name, by, since, until, other: canConfirm ? other.email : null }
}

/** Those who have to wait before they sign a flow, by what they own it as. */
export async function holdsOf(
  session: Session,
  { owners }: Pick<Flow, 'owners'>,
  now = Date.now(),
): Promise<Readonly<Record<'business' | 'technical', Hold | null>>> {
  const [business, technical] = [plainEmail(owners.business.email), plainEmail(owners.technical.email)]
  const accounts = await resetsOf(session, [business, technical])
  return {
    business: holdOf(business, technical, accounts, now),
    technical: holdOf(technical, business, accounts, now),
  }
}

/** Throws `access.unconfirmed` when an owner has to wait before signing. */
export function demandNoHold(hold: Hold | null): void {
  if (hold === null) return
  const cure =
    hold.until === null
      ? `${hold.other} confirms it on the page Rules; or sign in with the second factor that you had before.`
      : `You can sign from ${new Date(hold.until).toISOString()}; or sign in with the second factor that you had before.`
  throw new ConcordatError(
    'access.unconfirmed',
    `Your password was chosen by a link that ${hold.by === '' ? 'somebody else' : hold.by} made, so it has to be certain first that it is you.`,
    { cure },
  )
}
