import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new secret of 256 bits, as text that can stand in a URL. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** What is stored of a secret: enough to know it again, too little to use it. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** What the pages of a session prove with that they are ours: derived from its secret, so that nothing needs to be stored. */
export const csrfOf = (sessionSecret: string): string =>
  createHash('sha256').update(`csrf ${sessionSecret}`).digest('base64url')

/** Whether two texts are the same, in a time that does not tell where they differ. */
export const sameText = (one: string, other: string): boolean => timingSafeEqual(hashOf(one), hashOf(other))
