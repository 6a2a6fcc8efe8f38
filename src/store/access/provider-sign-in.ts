import type { Session } from '../database/database.ts'

/** A sign-in with a provider that has begun: what its answer must fit. */
export interface ProviderAttempt {
  readonly provider: string
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
}

export async function addAttempt(
  session: Session,
  attempt: ProviderAttempt & { readonly stateHash: Buffer; readonly now: Date; readonly expires: Date },
): Promise<void> {
  await session.execute('delete from provider_attempt where expires_at < $1', [attempt.now])
  await session.execute(
    `insert into provider_attempt (state_hash, provider, nonce, verifier, return_to, expires_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [attempt.stateHash, attempt.provider, attempt.nonce, attempt.verifier, attempt.returnTo, attempt.expires],
  )
}

/** Takes an attempt, which can be done once; null when there is none, or its time is over. */
export async function takeAttemptOf(session: Session, stateHash: Buffer, now: Date): Promise<ProviderAttempt | null> {
  const [row] = await session.query<ProviderAttempt>(
    `with taken as (delete from provider_attempt where state_hash = $1 returning *)
     select provider, nonce, verifier, return_to as "returnTo" from taken where expires_at > $2`,
    [stateHash, now],
  )
  return row ?? null
}

/** The account of whom a provider calls so. */
export async function accountOfIdentity(session: Session, issuer: string, subject: string): Promise<string | null> {
  const [row] = await session.query<{ id: string }>(
    'select account_id as id from account_identity where issuer = $1 and subject = $2',
    [issuer, subject],
  )
  return row?.id ?? null
}

/** Remembers whom a provider means by a subject. */
export async function addIdentity(session: Session, issuer: string, subject: string, account: string): Promise<void> {
  await session.execute(
    'insert into account_identity (issuer, subject, account_id) values ($1, $2, $3) on conflict do nothing',
    [issuer, subject, account],
  )
}

export async function accountWithEmail(session: Session, email: string): Promise<string | null> {
  const [row] = await session.query<{ id: string }>('select id from account where email = $1', [email])
  return row?.id ?? null
}
