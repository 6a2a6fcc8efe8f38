import type { FlowDraft } from './draft.ts'
import type { FlowSentences } from './finding.ts'

/** The rulebook of one flow. */
export function flowSentences(draft: FlowDraft, decided: boolean): FlowSentences {
  return { flow: draft.name, decided, sentences: [], ownership: [] }
}
