import type { Language } from './language.ts'

/** What a record is called that holds nothing to call it by. It is stored so, and told in the reader's language. */
export const NAMELESS = '(without a name)'

const TOLD: Readonly<Record<Language, string>> = { en: NAMELESS, es: '(sin nombre)' }

/** What a record is called, as a reader is told it. */
export const titleIn = (title: string, language: Language): string => (title === NAMELESS ? TOLD[language] : title)
