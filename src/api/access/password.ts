import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto'
import { ConcordatError } from '../../model/errors.ts'
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
const SHORTEST = 12
const LONGEST = 200
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

/** Throws `access.bad-password` when a password is easily guessed; `about`: what others know of the person. */
export function checkPassword(password: string, about: readonly string[]): void {
  const weak = weakness(normal(password), about)
  if (weak !== null)
    throw new ConcordatError('access.bad-password', `This password ${weak}.`, {
      cure: `Choose one of at least ${SHORTEST} characters, for example four words that have nothing to do with each other.`,
    })
}

function weakness(password: string, about: readonly string[]): string | null {
  if ([...password].length < SHORTEST) return `is shorter than ${SHORTEST} characters`
  if ([...password].length > LONGEST) return `is longer than ${LONGEST} characters`
  const plain = password.toLowerCase()
  if (new Set(plain).size < 6) return 'repeats a few characters'
  const rest = WELL_KNOWN.reduce((left, word) => left.replaceAll(word, ''), plain)
  if (rest.replaceAll(/[^\p{L}\p{N}]/gu, '').length < 5) return 'is one of those that are tried first'
  const known = about
    .flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)])
    .map((text) => text.trim().toLowerCase())
    .filter((text) => text.length >= 4)
  const without = known.reduce((left, word) => left.replaceAll(word, ''), plain)
  // What somebody who knows the person would try: names, the address, with a few characters added.
  return [...without].length < SHORTEST - 4 ? 'is made of your name, your e-mail or the company' : null
}

/** Parts of passwords that everybody uses. */
const WELL_KNOWN = [
  'password',
  'passwort',
  'contraseña',
  'contrasena',
  'concordat',
  'qwertyuiop',
  'qwerty',
  'qwertz',
  'asdfghjkl',
  'letmein',
  'welcome',
  'iloveyou',
  'administrator',
  'admin',
  'changeme',
  'secret',
  '1234567890',
  '0123456789',
  '12345678',
  '123456',
  '1234',
  '123',
  'abcdefghijkl',
  'abcdef',
  'abc',
]

/** The same password whatever keyboard composed its letters. */
const normal = (password: string): string => password.normalize('NFKC')

const queue = hashingQueue()

const derive = (password: string, salt: Buffer, { N, r, p }: Cost, turn: Turn): Promise<Buffer> =>
  queue.run(turn, () => {
    const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r }
    return new Promise((resolve, reject) => {
      scrypt(normal(password), salt, BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
    })
  })
