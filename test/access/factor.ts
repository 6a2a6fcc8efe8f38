import { Secret, TOTP } from 'otpauth'

/** The code that an authenticator shows now; `later`: so many half minutes later. */
export const codeOfFactor = (secret: string, later = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + later * 30_000 })
