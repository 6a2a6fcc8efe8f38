import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { ConcordatError } from '../../model/errors.ts'
import type { Database, Session } from '../../store/database/database.ts'
import {
  beginFactor,
  factorOf,
  pendingFactor,
  setRecoveryCodes,
  useRecoveryCode,
  useStep,
} from '../../store/access/second-factors.ts'
import { emptyBucket, takeAttempt, type Bucket } from '../../store/service/throttle.ts'
import { hashOf } from './secret-token.ts'

/*
 * The second factor of accounts that sign in by password: codes that change every half minute (RFC 6238), which any
 * authenticator makes. A code works once. For when the device is lost there are ten recovery codes, which work once each.
 */

const STEP_S = 30
const RECOVERY_CODES = 10
/** Wrong codes; only who knows the password can use it up. */
const OF_CODES: Bucket = { holds: 10, everyMs: 10 * 60_000 }

/** A new secret in base32. */
export const newFactor = (): string => new Secret({ size: 20 }).base32

/** What an authenticator reads from a picture. */
export const factorUri = (secret: string, email: string, company: string): string =>
  totp(secret, email, `Concordat ${company}`).toString()

/** Throws `access.code-needed` or `access.wrong-code` unless it is a code of the account; one without a second factor needs none. */
export async function proveFactor(database: Database, account: string, code: string | undefined): Promise<boolean> {
  const factor = await factorOf(database, account)
  if (!factor) return false
  if (code === undefined)
    throw new ConcordatError('access.code-needed', 'This account needs a code, too.', {
      cure: 'Give the code of your authenticator, or a recovery code.',
    })
  const bucket = `second factor of ${account}`
  const wait = Math.ceil((await takeAttempt(database, bucket, OF_CODES, new Date())) / 1000)
  if (wait > 0)
    throw new ConcordatError('access.throttled', 'There were too many wrong codes.', {
      retryAfter: wait,
      cure: `Try again in ${Math.ceil(wait / 60)} minutes. Somebody may know your password: change it.`,
    })
  const step = stepOf(factor.secret, code, Date.now())
  const good =
    step === null
      ? await useRecoveryCode(database, account, recoveryHash(code))
      : await useStep(database, account, step)
  if (!good) throw wrongCode()
  await emptyBucket(database, bucket)
  return true
}

/** Makes the proposed secret count, by its first code; answers the recovery codes. */
export async function beginSecondFactor(session: Session, account: string, code: string): Promise<string[]> {
  const secret = await pendingFactor(session, account)
  const step = secret === null ? null : stepOf(secret, code, Date.now())
  if (secret === null || step === null) throw wrongCode()
  const codes = recoveryCodes()
  await beginFactor(session, account, { secret, step, codes: codes.map(recoveryHash), now: new Date() })
  return codes
}

/** Puts new recovery codes in place of those before. */
export async function renewRecoveryCodes(session: Session, account: string): Promise<string[]> {
  const codes = recoveryCodes()
  await setRecoveryCodes(session, account, codes.map(recoveryHash))
  return codes
}

const totp = (secret: string, label?: string, issuer?: string): TOTP =>
  new TOTP({
    secret: Secret.fromBase32(secret),
    period: STEP_S,
    ...(label !== undefined && { label }),
    ...(issuer !== undefined && { issuer }),
  })

/** The step that a code is of, at most one away from now; null: none. */
function stepOf(secret: string, code: string, now: number): number | null {
  const token = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return null
  const delta = totp(secret).validate({ token, timestamp: now, window: 1 })
  return delta === null ? null : Math.floor(now / 1000 / STEP_S) + delta
}

/** 120 bits each: enough that a plain hash keeps them; in groups that can be read out. */
const recoveryCodes = (): string[] =>
  Array.from({ length: RECOVERY_CODES }, () =>
    new Secret({ buffer: new Uint8Array(randomBytes(15)).buffer }).base32
      .toLowerCase()
      .replaceAll(/(.{4})(?=.)/g, '$1-'),
  )

const recoveryHash = (code: string): Buffer => hashOf(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))

const wrongCode = (): ConcordatError =>
  new ConcordatError('access.wrong-code', 'This code is not right, or was used already.', {
    cure: 'Wait for the next one, and see that the clock of the device is right.',
  })
