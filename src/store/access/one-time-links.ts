import type { Session } from '../database/database.ts'

/** `setup`: makes the first account; `invitation`, `reset`: chooses the password of an account. */
export type LinkPurpose = 'setup' | 'invitation' | 'reset'

export interface LinkRow {
  readonly purpose: LinkPurpose
  readonly account: string | null
  readonly email: string | null
  readonly name: string | null
  /** E-mail of who made it. */
  readonly madeBy: string | null
  readonly dropsFactor: boolean
  readonly hasFactor: boolean
}

/** Stores a link in place of those before it for the same account. */
export async function addLink(
  session: Session,
  link: {
    readonly tokenHash: Buffer
    readonly purpose: LinkPurpose
    readonly account: string | null
    readonly expires: Date
    readonly madeBy: string | null
    readonly dropsFactor: boolean
  },
): Promise<void> {
  await session.execute('delete from one_time_link where account_id is not distinct from $1::bigint', [link.account])
  await session.execute(
    `insert into one_time_link (token_hash, purpose, account_id, expires_at, made_by, drops_factor)
     values ($1, $2, $3, $4, $5, $6)`,
    [link.tokenHash, link.purpose, link.account, link.expires, link.madeBy, link.dropsFactor],
  )
}

/** What a link is for, when it can still be used. */
export async function findLink(session: Session, tokenHash: Buffer, now: Date): Promise<LinkRow | null> {
  const [row] = await session.query<LinkRow>(
    `select l.purpose, l.account_id as account, a.email, a.name, l.made_by as "madeBy",
       l.drops_factor as "dropsFactor", a.totp_secret is not null as "hasFactor"
     from one_time_link l left join account a on a.id = l.account_id
     where l.token_hash = $1 and l.expires_at > $2 and a.disabled_at is null`,
    [tokenHash, now],
  )
  return row ?? null
}

/** Ends the links of an account. */
export async function endLinksOf(session: Session, account: string): Promise<void> {
  await session.execute('delete from one_time_link where account_id = $1', [account])
}

/** Ends the links that somebody made for others. `email`: in lower case. */
export async function endLinksMadeBy(session: Session, email: string): Promise<void> {
  await session.execute('delete from one_time_link where made_by = $1', [email])
}

/** Uses a link up; answers whether it was there. */
export async function useLink(session: Session, tokenHash: Buffer): Promise<boolean> {
  return (await session.execute('delete from one_time_link where token_hash = $1', [tokenHash])) > 0
}
