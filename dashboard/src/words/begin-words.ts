import { beginEn } from './begin-en.ts'
import { beginEs } from './begin-es.ts'
import { language } from './words.ts'

/** What the beginning of a contract says, in the language of the screens. */
export const b: typeof beginEn = language === 'es' ? beginEs : beginEn
