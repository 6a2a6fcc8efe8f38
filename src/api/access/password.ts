import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto'
import { hashingQueue, type Turn } from './hashing-queue.ts'

/*
 * Passwords are kept as scrypt hashes with their parameters, so that these can grow: `scrypt$32768$8$3$salt$hash`.
 */

interface Cost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** 32 MB and about a fifth of a second for each guess. */
const COST: Cost = { N: 32_768, r: 8, p: 3 }
const BYTES = 32
/** Whoever has proved who they are waits for nobody who has not. */
const OWN: Turn = { lane: 'own', from: '', account: '' }

/** The stored form of a new password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, COST, OWN)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/** Whether a password is the stored one. Without a stored one it is wrong, and takes as long. */
export async function verifyPassword(password: string, stored: string | null, turn = OWN): Promise<boolean> {
  const [kind, N, r, p, salt, hash] = stored?.split('$') ?? []
  if (kind !== 'scrypt' || salt === undefined || hash === undefined) {
    await derive(password, Buffer.alloc(16), COST, turn)
    return false
  }
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  const derived = await derive(password, Buffer.from(salt, 'base64url'), cost, turn)
  return timingSafeEqual(derived, Buffer.from(hash, 'base64url'))
}

/** The same password whatever keyboard composed its letters. */
export const normal = (password: string): string => password.normalize('NFKC')

const queue = hashingQueue()

const derive = (password: string, salt: Buffer, { N, r, p }: Cost, turn: Turn): Promise<Buffer> =>
  queue.run(turn, () => {
    const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r }
    return new Promise((resolve, reject) => {
      scrypt(normal(password), salt, BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
    })
  })
