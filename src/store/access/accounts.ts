import { columns } from '../database/columns.ts'
import type { Session } from '../database/database.ts'

/** A role in one flow, or (`*`) in all. */
export interface RoleRow {
  readonly flow: string
  readonly role: string
}

export interface AccountRow {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly createdAt: string
  readonly disabledAt: string | null
  readonly hasPassword: boolean
  readonly hasFactor: boolean
  /** Providers that it has signed in with. */
  readonly issuers: readonly string[]
  /** When it last used a session that still is. */
  readonly seenAt: string | null
  readonly roles: readonly RoleRow[]
}

const SELECT = `select a.id, a.email, a.name, a.created_at as "createdAt", a.disabled_at as "disabledAt",
    a.password is not null as "hasPassword", a.totp_secret is not null as "hasFactor",
    array(select i.issuer from account_identity i where i.account_id = a.id order by 1) as issuers,
    (select max(s.seen_at) from browser_session s where s.account_id = a.id) as "seenAt",
    coalesce((select jsonb_agg(jsonb_build_object('flow', r.flow, 'role', r.role) order by r.flow, r.role)
      from account_role r where r.account_id = a.id), '[]') as roles
  from account a`

/** Any number that nobody else locks: who changes who is an admin waits for the other. */
const LOCK = 7_261_910

/** One change of who is there, and who is an admin, at a time; to the end of the transaction. */
export async function lockAccounts(session: Session): Promise<void> {
  await session.query('select pg_advisory_xact_lock($1)', [LOCK])
}

export async function countAccounts(session: Session): Promise<number> {
  const [row] = await session.query<{ count: number }>('select count(*)::int as count from account')
  return row!.count
}

/** Accounts with everything in all flows, that can sign in. */
export async function countAdmins(session: Session): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select count(*)::int as count from account a where a.disabled_at is null
       and exists (select from account_role r where r.account_id = a.id and r.role = 'admin' and r.flow = '*')`,
  )
  return row!.count
}

export async function listAccounts(session: Session, after: string | null, limit: number): Promise<AccountRow[]> {
  return session.query<AccountRow>(`${SELECT} where $1::bigint is null or a.id > $1 order by a.id limit $2`, [
    after,
    limit,
  ])
}

export async function findAccount(session: Session, id: string): Promise<AccountRow | null> {
  const [row] = await session.query<AccountRow>(`${SELECT} where a.id = $1`, [id])
  return row ?? null
}

/** The stored password of an account that can sign in; null: none, or no such account. */
export async function passwordOf(
  session: Session,
  email: string,
): Promise<{ readonly id: string; readonly password: string } | null> {
  const [row] = await session.query<{ id: string; password: string }>(
    'select id, password from account where email = $1 and disabled_at is null and password is not null',
    [email],
  )
  return row ?? null
}

/** Makes an account; null when there is one with this e-mail already. */
export async function addAccount(
  session: Session,
  account: { readonly email: string; readonly name: string; readonly password: string | null; readonly now: Date },
): Promise<string | null> {
  const [row] = await session.query<{ id: string }>(
    `insert into account (email, name, password, created_at) values ($1, $2, $3, $4)
     on conflict (email) do nothing returning id`,
    [account.email, account.name, account.password, account.now],
  )
  return row?.id ?? null
}

export async function setPassword(session: Session, id: string, password: string): Promise<void> {
  await session.execute('update account set password = $2 where id = $1', [id, password])
}

export async function renameAccount(session: Session, id: string, name: string): Promise<void> {
  await session.execute('update account set name = $2 where id = $1', [id, name])
}

/** Takes down in which language a person reads Concordat. */
export async function keepLanguage(session: Session, id: string, language: string): Promise<void> {
  await session.execute('update account set language = $2 where id = $1 and language is distinct from $2', [
    id,
    language,
  ])
}

/** The language in which the person with an e-mail (in lower case) last read Concordat; null: nobody knows. */
export async function languageOf(session: Session, email: string): Promise<string | null> {
  const [row] = await session.query<{ language: string | null }>('select language from account where email = $1', [
    email,
  ])
  return row?.language ?? null
}

/** Lets an account sign in no more (or again, with null). */
export async function disableAccount(session: Session, id: string, at: Date | null): Promise<void> {
  await session.execute('update account set disabled_at = $2 where id = $1', [id, at])
}

export async function setRoles(session: Session, id: string, roles: readonly RoleRow[]): Promise<void> {
  await session.execute('delete from account_role where account_id = $1', [id])
  if (roles.length === 0) return
  await session.execute(
    `insert into account_role (account_id, flow, role) select $1, n.flow, n.role
     from unnest($2::text[], $3::text[]) as n(flow, role) on conflict do nothing`,
    [id, ...columns(roles, ({ flow, role }) => [flow, role])],
  )
}
