import type { ErrorCode } from '../../model/errors.ts'
import type { Language } from '../../model/language.ts'
import { es, type FailureWords } from './failures-es.ts'
import { systemTitle } from '../phrases.ts'

/*
 * What a system says when it fails is English, and so technical that it stays so. Other languages say in their own words
 * what kind of failure it is, and give that as the detail.
 */

export interface Failure {
  /** An `ErrorCode`; null: nobody knows. */
  readonly code: string | null
  /** The system that it came from, where that is known. */
  readonly system: string | null
  /** What it said itself. */
  readonly message: string | null
}

/** The kind of a failure in a language other than English; null: nothing can be said of this code. */
export function failureWords(code: string, system: string | null): FailureWords | null {
  return es[code as ErrorCode]?.(system === null ? 'un sistema' : systemTitle(system)) ?? null
}

/** A failure in one sentence, or with its detail in a second one. */
export function tellFailure({ code, system, message }: Failure, language: Language): string | null {
  if (language === 'en') return message
  if (code === null) return message && 'Algo inesperado le puso fin; el registro técnico del servicio dice qué.'
  const what = failureWords(code, system)?.what ?? 'Algo falló.'
  return [what, ...(message === null ? [] : [`Detalle técnico: ${message}`])].join(' ')
}
