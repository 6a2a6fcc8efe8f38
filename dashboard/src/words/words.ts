import { en } from './en.ts'
import { es } from './es.ts'

const KEPT = 'language'
const SPOKEN = { en, es } as const
type Language = keyof typeof SPOKEN

const wanted = [localStorage.getItem(KEPT), ...navigator.languages].map((one) => one?.slice(0, 2))
/** The language of the screens: the one chosen, else the first of the browser's that we speak. */
export const language: Language = wanted.find((one): one is Language => one === 'en' || one === 'es') ?? 'en'
/** How numbers and dates are written: as the browser has it, where it speaks the language. */
export const locale: string = navigator.languages.find((one) => one.startsWith(language)) ?? language
export const t: typeof en = SPOKEN[language]

export const otherLanguage =
  language === 'en' ? ({ code: 'es', name: 'Español' } as const) : ({ code: 'en', name: 'English' } as const)

/** Changes the language, from the start. */
export function speak(code: Language): void {
  localStorage.setItem(KEPT, code)
  window.location.reload()
}
