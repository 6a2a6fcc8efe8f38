import type { RoleRow } from './accounts.ts'
import type { Session } from '../database/database.ts'

export interface TokenRow {
  readonly id: string
  readonly name: string
  readonly rights: readonly string[]
  /** Null: all flows of its owner. */
  readonly flows: readonly string[] | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly usedAt: string | null
}

/** A token with its owner's account. */
export interface UsedToken {
  readonly id: string
  readonly name: string
  readonly rights: readonly string[]
  readonly flows: readonly string[] | null
  readonly usedAt: string | null
  readonly account: string
  readonly email: string
  readonly roles: readonly RoleRow[]
}

/**
 * Stores a token; answers its id, or null when the session that it is made in has ended meanwhile, and with it what else there
 * was of the account.
 */
export async function addToken(
  session: Session,
  token: {
    readonly tokenHash: Buffer
    readonly account: string
    readonly name: string
    readonly rights: readonly string[]
    readonly flows: readonly string[] | null
    readonly expires: Date | null
    readonly now: Date
    /** Id of the session; null: it is made in none. */
    readonly madeIn: string | null
  },
): Promise<string | null> {
  const { tokenHash, account, name, rights, flows, expires, now, madeIn } = token
  const [row] = await session.query<{ id: string }>(
    `with made_in as (select from browser_session where id = $8::bigint for key share)
     insert into api_token (token_hash, account_id, name, rights, flows, expires_at, created_at)
     select $1::bytea, $2::bigint, $3, $4::text[], $5::text[], $6::timestamptz, $7::timestamptz
     where $8::bigint is null or exists (select from made_in) returning id`,
    [tokenHash, account, name, rights, flows, expires, now, madeIn],
  )
  return row?.id ?? null
}

/** The token with this hash, when it has not expired and its owner can sign in. */
export async function findToken(session: Session, tokenHash: Buffer, now: Date): Promise<UsedToken | null> {
  const [row] = await session.query<UsedToken>(
    `select t.id, t.name, t.rights, t.flows, t.used_at as "usedAt", a.id as account, a.email,
       coalesce((select jsonb_agg(jsonb_build_object('flow', r.flow, 'role', r.role))
         from account_role r where r.account_id = a.id), '[]') as roles
     from api_token t join account a on a.id = t.account_id
     where t.token_hash = $1 and (t.expires_at is null or t.expires_at > $2) and a.disabled_at is null`,
    [tokenHash, now],
  )
  return row ?? null
}

export async function touchToken(session: Session, id: string, now: Date): Promise<void> {
  await session.execute('update api_token set used_at = $2 where id = $1', [id, now])
}

/** The tokens of an account, newest first. */
export async function tokensOf(session: Session, account: string): Promise<TokenRow[]> {
  return session.query<TokenRow>(
    `select id, name, rights, flows, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt"
     from api_token where account_id = $1 order by id desc`,
    [account],
  )
}

/** Ends one token of an account; answers what it was called, or null. */
export async function endToken(session: Session, account: string, id: string): Promise<string | null> {
  const [row] = await session.query<{ name: string }>(
    'delete from api_token where account_id = $1 and id = $2 returning name',
    [account, id],
  )
  return row?.name ?? null
}

/** Ends all tokens of an account; answers how many. */
export async function endTokensOf(session: Session, account: string): Promise<number> {
  return session.execute('delete from api_token where account_id = $1', [account])
}
