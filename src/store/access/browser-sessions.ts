import type { RoleRow } from './accounts.ts'
import type { Session } from '../database/database.ts'

/** Sessions that were begun, or used, before these moments are over. */
export interface Expiry {
  readonly begunAfter: Date
  readonly seenAfter: Date
}

/** A session with its account, as every request needs it. */
export interface OpenSession {
  readonly id: string
  readonly seenAt: string
  /** When the person last proved who they are. */
  readonly provedAt: string
  readonly account: string
  readonly email: string
  readonly name: string
  readonly roles: readonly RoleRow[]
}

/**
 * Opens a session; answers whether the account could still sign in so: what was proved a moment ago may have been changed
 * meanwhile, and who changed it has ended the sessions that there were. `password`: as it is stored; null: it was not by one.
 */
export async function openSession(
  session: Session,
  opened: {
    readonly tokenHash: Buffer
    readonly account: string
    readonly method: string
    readonly address: string
    readonly agent: string
    readonly password: string | null
    readonly now: Date
    readonly provedAt: Date
  },
): Promise<boolean> {
  const { tokenHash, account, method, address, agent, password, now, provedAt } = opened
  const opens = await session.execute(
    `insert into browser_session (token_hash, account_id, method, address, agent, created_at, seen_at, proved_at)
     select $1::bytea, a.id, $3, $4, $5, $6::timestamptz, $6, $7::timestamptz from account a
     where a.id = $2 and a.disabled_at is null and ($8::text is null or a.password = $8) for share`,
    [tokenHash, account, method, address, agent, now, provedAt, password],
  )
  return opens > 0
}

/** The session of a token, when it is not over and its account can sign in. */
export async function findSession(session: Session, tokenHash: Buffer, expiry: Expiry): Promise<OpenSession | null> {
  const [row] = await session.query<OpenSession>(
    `select s.id, s.seen_at as "seenAt", s.proved_at as "provedAt", a.id as account, a.email, a.name,
       coalesce((select jsonb_agg(jsonb_build_object('flow', r.flow, 'role', r.role))
         from account_role r where r.account_id = a.id), '[]') as roles
     from browser_session s join account a on a.id = s.account_id
     where s.token_hash = $1 and s.created_at > $2 and s.seen_at > $3 and a.disabled_at is null`,
    [tokenHash, expiry.begunAfter, expiry.seenAfter],
  )
  return row ?? null
}

export async function touchSession(session: Session, id: string, now: Date): Promise<void> {
  await session.execute('update browser_session set seen_at = $2 where id = $1', [id, now])
}

/** Takes down that the person in a session has proved who they are. */
export async function proveSession(session: Session, id: string, now: Date): Promise<void> {
  await session.execute('update browser_session set proved_at = $2 where id = $1', [id, now])
}

export interface SessionRow {
  readonly id: string
  readonly createdAt: string
  readonly seenAt: string
  readonly method: string
  readonly address: string
  readonly agent: string
}

/** The open sessions of an account, newest use first. */
export async function sessionsOf(session: Session, account: string, expiry: Expiry): Promise<SessionRow[]> {
  return session.query<SessionRow>(
    `select id, created_at as "createdAt", seen_at as "seenAt", method, address, agent from browser_session
     where account_id = $1 and created_at > $2 and seen_at > $3 order by seen_at desc, id desc`,
    [account, expiry.begunAfter, expiry.seenAfter],
  )
}

/** Ends one session of an account; answers whether there was one. */
export async function endSession(session: Session, account: string, id: string): Promise<boolean> {
  return (await session.execute('delete from browser_session where account_id = $1 and id = $2', [account, id])) > 0
}

/** Ends all sessions of an account. */
export async function endSessionsOf(session: Session, account: string): Promise<void> {
  await session.execute('delete from browser_session where account_id = $1', [account])
}
