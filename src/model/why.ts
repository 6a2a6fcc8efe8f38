import { en } from './invalid-words/en.ts'
import { es } from './invalid-words/es.ts'
import type { Language } from './language.ts'

type Words = typeof en

const WORDS: Readonly<Record<Language, Words>> = { en, es }

/** Why a value is invalid: a phrase of the phrasebooks, and what it is about. Made into a sentence when one is asked for. */
export type Why = { [Phrase in keyof Words]: readonly [Phrase, ...Parameters<Words[Phrase]>] }[keyof Words]

/** A reason in words. */
export function tellWhy([phrase, ...about]: Why, language: Language): string {
  const say = WORDS[language][phrase] as (...about: readonly unknown[]) => string
  return say(...about)
}
