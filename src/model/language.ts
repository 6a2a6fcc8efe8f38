/** Languages that people read Concordat in. English is what commands print and what is told where nobody asked for another. */
export const LANGUAGES = ['en', 'es'] as const

export type Language = (typeof LANGUAGES)[number]

/** A text in every language: for what is stored before anybody reads it. */
export type InEach = Readonly<Record<Language, string>>

/** A text in languages beside English, as far as it was stored in them. */
export type InOthers = Readonly<Partial<Record<Exclude<Language, 'en'>, string>>>

/** A stored text in a language; in English where it was stored in no other. */
export const storedIn = (english: string, others: InOthers | null | undefined, language: Language): string =>
  language === 'en' ? english : (others?.[language] ?? english)

export const inEach = (say: (language: Language) => string): InEach => ({ en: say('en'), es: say('es') })
