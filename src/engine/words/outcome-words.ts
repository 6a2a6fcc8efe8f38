import type { Language } from '../../model/language.ts'

/** What is stored of writes that were overtaken, and told in the reader's language. */
export const CHANGED_MEANWHILE = 'The record was changed in the meantime.'
export const THERE_OTHERWISE =
  'The record exists with other values than Concordat sent: someone changed or created it in the meantime.'

const ES: ReadonlyMap<string, string> = new Map([
  [CHANGED_MEANWHILE, 'Mientras tanto cambió el registro.'],
  [THERE_OTHERWISE, 'Está allí con otros valores que los enviados: alguien lo cambió después, o lo creó.'],
])

/** Why a write did not land, as it is stored. What a system said itself stays as it said it. */
export const tellOutcome = (error: string, language: Language): string =>
  language === 'en' ? error : (ES.get(error) ?? error)

/** The same within a sentence's neighbours: what a system said is marked as a detail where it is in another language. */
export const outcomeSentence = (error: string, language: Language): string =>
  language === 'en' ? error : (ES.get(error) ?? `Detalle técnico: ${error}`)
