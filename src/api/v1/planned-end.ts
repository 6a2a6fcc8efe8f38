import { tellFailure } from '../../contract/wording/tell-failure.ts'
import type { Language } from '../../model/language.ts'
import type { FlowRun } from '../../model/report.ts'

/** Runs say why they stop in English only; the case that they open says it in the language of the reader. */
const STOPS = { es: 'La ejecución se detendría sin terminar, y un caso esperaría una decisión.' }

/** Why a run that is only planned would stop or fail; null: it would end well. */
export function plannedEnd(run: Pick<FlowRun, 'message' | 'failure'>, language: Language): string | null {
  const { message, failure } = run
  if (message === undefined || language === 'en') return message ?? null
  return failure
    ? tellFailure({ code: failure.code, system: failure.system ?? null, message }, language)
    : STOPS[language]
}
