import type { Language } from '../../model/language.ts'
import type { OpenQuestion, Place, Problem } from '../finding.ts'
import { plainPlace } from './node.ts'

/** Collects what reading a contract finds. */
export class Findings {
  readonly problems: Problem[] = []
  readonly questions: Readonly<Record<Language, OpenQuestion[]>> = { en: [], es: [] }

  error(place: Place, code: string, message: string, cure: string): void {
    this.problems.push({ ...plainPlace(place), code, severity: 'error', message, cure })
  }

  warning(place: Place, code: string, message: string, cure: string): void {
    this.problems.push({ ...plainPlace(place), code, severity: 'warning', message, cure })
  }
}
