import type { Language } from '../../model/language.ts'
import { en } from './case-en.ts'
import { es } from './case-es.ts'

/** Another record that a case names: what it is called, and where it is, e.g. `erp 17`. */
export interface RecordAt {
  readonly title: string
  readonly where: string
}

export type CaseWords = typeof en

/** What cases ask, in every language. */
export const CASE_WORDS: Readonly<Record<Language, CaseWords>> = { en, es }
