import type { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { ConcordatError } from '../../model/errors.ts'
import { normal } from './password.ts'

/*
 * How hard a password is to guess is estimated by zxcvbn, which knows the passwords, words and names that are tried first in
 * English and Spanish, with letters replaced by digits, and ways over the keyboard.
 */

const SHORTEST = 12
const LONGEST = 200
/** More of a password is not looked at: it takes time, and what is strong so far stays so. */
const LOOKED_AT = 100
/** From 0 to 4: 3 takes more than a hundred million guesses. */
const LEAST_SCORE = 3

/** Throws `access.bad-password` when a password is easily guessed; `about`: what others know of the person. */
export async function checkPassword(password: string, about: readonly string[]): Promise<void> {
  const weak = await weakness(normal(password), about)
  if (weak !== null)
    throw new ConcordatError('access.bad-password', `This password ${weak}.`, {
      cure: `Choose one of at least ${SHORTEST} characters, for example four words that have nothing to do with each other.`,
    })
}

async function weakness(password: string, about: readonly string[]): Promise<string | null> {
  if ([...password].length < SHORTEST) return `is shorter than ${SHORTEST} characters`
  if ([...password].length > LONGEST) return `is longer than ${LONGEST} characters`
  const known = about
    .flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)])
    .map((text) => text.trim().toLowerCase())
    .filter((text) => text.length >= 3)
  const looked = password.slice(0, LOOKED_AT)
  const zxcvbn = await estimator()
  if (zxcvbn.check(looked).score < LEAST_SCORE) return 'is one of those that are tried first'
  // Several known words in a row are as hard to guess to zxcvbn as two common ones, which is not hard for who knows the person.
  const rest = known.reduce((left, word) => left.replaceAll(word, ''), looked.toLowerCase())
  const personal = [...rest].length < SHORTEST - 4 || zxcvbn.check(looked, known).score < LEAST_SCORE
  return personal ? 'is made of your name, your e-mail or the company' : null
}

let loading: Promise<ZxcvbnFactory> | null = null

/** The dictionaries take a second and some memory; they are loaded when somebody first chooses a password. */
const estimator = (): Promise<ZxcvbnFactory> => (loading ??= load())

async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory: Factory }, common, english, spanish] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
    import('@zxcvbn-ts/language-es-es'),
  ])
  return new Factory({
    dictionary: {
      ...common.dictionary,
      ...english.dictionary,
      ...spanish.dictionary,
      ours: ['concordat', 'changeme', 'administrator', 'passwort', 'contraseña', 'contrasena'],
    },
    graphs: common.adjacencyGraphs,
  })
}
