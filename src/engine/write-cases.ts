import type { InEach } from '../model/language.ts'
import type { CaseDraft } from '../store/cases/cases.ts'
import { asked, goneOn, type About, type Choices } from './case-drafts.ts'
import type { CaseWords } from './words/case-words.ts'

/*
 * Questions about a write that a system refuses, or that waits for another record. Where that one waits for an answer
 * itself, this is said: there is one decision to take, and this write lands by itself when it has been taken.
 */

export const writeSubject = (record: string, system: string): string => `record:${record}:write:${system}`

/** What can be done about a write besides trying it again. */
export interface WaysOut {
  /** Systems where the record can be deleted instead. */
  readonly deletable?: readonly string[]
  /** The case whose answer decides about the record that stands in the way. */
  readonly decidedBy?: string | undefined
}

type AboutWrite = About & { readonly recordId: string }

function writeCase(
  kind: 'quarantined record' | 'held record',
  cause: string,
  system: string,
  about: AboutWrite,
  { deletable = [], decidedBy }: WaysOut,
  say: (words: CaseWords, language: keyof InEach) => string,
): CaseDraft {
  const choices = (words: CaseWords): Choices => [
    { choice: 'retry', means: words.tryAgain },
    ...(deletable.length > 0 ? [{ choice: 'delete', means: words.deleteToo(deletable) }] : []),
    goneOn(words),
  ]
  return {
    ...about,
    kind,
    cause,
    subject: writeSubject(about.recordId, system),
    field: null,
    detail: {
      ...asked((words, language) => {
        const sentence = say(words, language)
        return {
          sentence: decidedBy === undefined ? sentence : `${sentence} ${words.decidedBy(decidedBy)}`,
          choices: choices(words),
        }
      }),
      values: {},
      ...(decidedBy !== undefined && { data: { decidedBy } }),
    },
  }
}

/** A system refuses the write of one record. */
export function quarantineCase(
  system: string,
  error: InEach,
  about: AboutWrite,
  { isDeletion = false, ...ways }: WaysOut & { readonly isDeletion?: boolean } = {},
): CaseDraft {
  return writeCase('quarantined record', 'refused', system, about, ways, (words, language) =>
    (isDeletion ? words.cannotBeDeleted : words.refused)(about.title, system, error[language]),
  )
}

/** What a record refers to is not in a system: it has not come within the contract's time, or it was deleted for good. */
export function waitingCase(
  system: string,
  waitsFor: string,
  about: AboutWrite,
  { isGone = false, ...ways }: WaysOut & { readonly isGone?: boolean } = {},
): CaseDraft {
  return writeCase('held record', 'missing_reference', system, about, ways, (words) =>
    (isGone ? words.waitsForDeleted : words.waits)(about.title, system, waitsFor),
  )
}
