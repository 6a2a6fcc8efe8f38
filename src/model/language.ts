/** Languages that people read Concordat in. English is what commands print and what is told where nobody asked for another. */
export const LANGUAGES = ['en', 'es'] as const

export type Language = (typeof LANGUAGES)[number]

/** A text in every language: for what is stored before anybody reads it. */
export type InEach = Readonly<Record<Language, string>>

export const inEach = (say: (language: Language) => string): InEach => ({ en: say('en'), es: say('es') })
