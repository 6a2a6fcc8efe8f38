import type { RoleRow } from './accounts.ts'
import type { Session } from './database.ts'

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
  },
): Promise<string> {
  const [row] = await session.query<{ id: string }>(
    `insert into api_token (token_hash, account_id, name, rights, flows, expires_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [token.tokenHash, token.account, token.name, token.rights, token.flows, token.expires, token.now],
  )
  return row!.id
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
