import type { Session } from '../database/database.ts'

/** That a password was chosen by a link of somebody else's making. */
export interface ResetRow {
  readonly account: string
  readonly email: string
  readonly name: string
  readonly disabled: boolean
  /** When; null: never, or it was confirmed. Milliseconds since the epoch. */
  readonly at: number | null
  /** E-mail of who made the link; empty: nobody knows any more. */
  readonly by: string
}

/** Takes down that an account got its password by a link. */
export async function markReset(session: Session, account: string, by: string, now: Date): Promise<void> {
  await session.execute(
    `update account set reset_at = $3, reset_by = $2, reset_confirmed_at = null,
       reset_first_at = case when reset_at is null or reset_confirmed_at is not null then $3 else reset_first_at end
     where id = $1`,
    [account, by, now],
  )
}

/** Takes down that the owner of an account did choose its password; answers whether that was open. */
export async function confirmReset(session: Session, account: string, now: Date): Promise<boolean> {
  const changed = await session.execute(
    'update account set reset_confirmed_at = $2 where id = $1 and reset_at is not null and reset_confirmed_at is null',
    [account, now],
  )
  return changed > 0
}

/** The same by a second factor, which must have been there before the first of the resets. */
export async function confirmResetByFactor(session: Session, account: string, now: Date): Promise<boolean> {
  const changed = await session.execute(
    `update account set reset_confirmed_at = $2
     where id = $1 and reset_at is not null and reset_confirmed_at is null and totp_since < reset_first_at`,
    [account, now],
  )
  return changed > 0
}

const SELECT = `select id as account, email, name, disabled_at is not null as disabled,
    case when reset_confirmed_at is null then reset_at end as at, coalesce(reset_by, '') as by
  from account`

/** How the accounts with these e-mails stand. */
export async function resetsOf(session: Session, emails: readonly string[]): Promise<ResetRow[]> {
  const rows = await session.query<Omit<ResetRow, 'at'> & { at: string | null }>(`${SELECT} where email = any($1)`, [
    emails,
  ])
  return rows.map((row) => ({ ...row, at: row.at === null ? null : Date.parse(row.at) }))
}
