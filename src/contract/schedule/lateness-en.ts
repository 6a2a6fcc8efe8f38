import { manyOf, oneOf, systemTitle, withArticle } from '../phrases.ts'

/** Why a flow is late. `since`, `schedule` and `promise` are printed already. */
export const latenessEn = {
  waits: (flow: string, system: string, since: string, promise: string) =>
    `A change of ${withArticle(oneOf(flow))} has been waiting for ${systemTitle(system)} since ${since}; the contract promises ${promise}.`,
  /** `since`: null when no run has succeeded yet. */
  nothing: (flow: string, system: string, since: string | null, schedule: string, promise: string) =>
    `${since === null ? 'No run has succeeded yet' : `No run has succeeded since ${since}`}; the contract promises to check ${systemTitle(system)} for changes of ${manyOf(flow)} ${schedule}, and to succeed within ${promise}.`,
}
