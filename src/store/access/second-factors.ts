import type { Session } from '../database/database.ts'

/** The second factor of an account (TOTP). */
export interface FactorRow {
  readonly secret: string
  readonly since: string
  /** The last step whose code was used. */
  readonly step: string | null
}

/** The second factor that counts; null: none. */
export async function factorOf(session: Session, account: string): Promise<FactorRow | null> {
  const [row] = await session.query<FactorRow>(
    'select totp_secret as secret, totp_since as since, totp_step as step from account where id = $1 and totp_secret is not null',
    [account],
  )
  return row ?? null
}

/** Takes down that the code of a step was used; false: it was before, or a later one. */
export async function useStep(session: Session, account: string, step: number): Promise<boolean> {
  const changed = await session.execute(
    'update account set totp_step = $2 where id = $1 and coalesce(totp_step, 0) < $2',
    [account, step],
  )
  return changed > 0
}

/** Keeps a secret that counts once its first code was given. */
export async function proposeFactor(session: Session, account: string, secret: string): Promise<void> {
  await session.execute('update account set totp_pending = $2 where id = $1', [account, secret])
}

export async function pendingFactor(session: Session, account: string): Promise<string | null> {
  const [row] = await session.query<{ secret: string | null }>(
    'select totp_pending as secret from account where id = $1',
    [account],
  )
  return row?.secret ?? null
}

/** Makes the proposed secret the second factor, with codes for when it is lost. */
export async function beginFactor(
  session: Session,
  account: string,
  { secret, step, codes, now }: { secret: string; step: number; codes: readonly Buffer[]; now: Date },
): Promise<void> {
  await session.execute(
    'update account set totp_secret = $2, totp_since = $3, totp_step = $4, totp_pending = null where id = $1',
    [account, secret, now, step],
  )
  await setRecoveryCodes(session, account, codes)
}

/** Takes the second factor away, and its recovery codes. */
export async function endFactor(session: Session, account: string): Promise<boolean> {
  const changed = await session.execute(
    `update account set totp_secret = null, totp_since = null, totp_step = null, totp_pending = null
     where id = $1 and totp_secret is not null`,
    [account],
  )
  await setRecoveryCodes(session, account, [])
  return changed > 0
}

/** Puts recovery codes in place of those before. */
export async function setRecoveryCodes(session: Session, account: string, codes: readonly Buffer[]): Promise<void> {
  await session.execute('delete from recovery_code where account_id = $1', [account])
  for (const code of codes)
    await session.execute('insert into recovery_code (account_id, code_hash) values ($1, $2)', [account, code])
}

export async function countRecoveryCodes(session: Session, account: string): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    'select count(*)::int as count from recovery_code where account_id = $1',
    [account],
  )
  return row!.count
}

/** Uses a recovery code up; answers whether it was one. */
export async function useRecoveryCode(session: Session, account: string, code: Buffer): Promise<boolean> {
  const used = await session.execute('delete from recovery_code where account_id = $1 and code_hash = $2', [
    account,
    code,
  ])
  return used > 0
}
