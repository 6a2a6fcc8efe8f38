import type { Flow } from '../contract/contract.ts'
import type { Ask } from '../merge/draft.ts'
import type { InEach, Language } from '../model/language.ts'
import type { CaseDetail, CaseDraft } from '../store/cases/cases.ts'
import { CASE_WORDS, type CaseWords, type RecordAt } from './words/case-words.ts'

/*
 * The questions that people get, in their words: what happened, the values side by side, and what each answer does.
 * `choice` is what `cases resolve` takes; `carry-out.ts` knows what each one means.
 */

export const fieldSubject = (record: string, field: string): string => `record:${record}:${field}`
export const remoteSubject = (system: string, remoteId: string): string => `${system}:${remoteId}`
export const recordSubject = (record: string): string => `record:${record}`
export const deletionSubject = (record: string): string => `record:${record}:deleted`

export interface About {
  readonly recordId: string | null
  readonly sideId: number | null
  readonly remoteId: string | null
  readonly title: string
}

export type Choices = CaseDetail['choices']

/** What a case says in every language, of one way to say it. */
export function asked(
  say: (words: CaseWords, language: Language) => { readonly sentence: string; readonly choices: Choices },
): Pick<CaseDetail, 'sentence' | 'choices' | 'in'> {
  const { sentence, choices } = say(CASE_WORDS.en, 'en')
  const es = say(CASE_WORDS.es, 'es')
  return { sentence, choices, in: { es: { sentence: es.sentence, means: es.choices.map((choice) => choice.means) } } }
}

export const goneOn = (words: CaseWords) => ({ choice: 'ignore', means: words.ignore })

/** Systems besides one that the flow may write to. */
const writable = (flow: Flow, except: string): readonly string[] =>
  flow.systems.filter((name) => name !== except && mayWrite(flow, name))

const mayWrite = (flow: Flow, system: string): boolean => flow.direction === 'both' || flow.direction.to === system

const besides = (flow: Flow, system: string): readonly string[] => flow.systems.filter((name) => name !== system)

/** To create a record elsewhere, where the flow may; empty where it only ever reads the others. */
const creating = (flow: Flow, system: string, means: (systems: readonly string[]) => string): Choices => {
  const others = writable(flow, system)
  return others.length === 0 ? [] : [{ choice: 'create', means: means(others) }]
}

/** Which of the values counts; none that would have to be written into a system which the flow only reads. */
function valueChoices(
  words: CaseWords,
  flow: Flow,
  fieldName: string,
  values: Readonly<Record<string, string | null>>,
): Choices {
  const systems = Object.keys(values).filter((name) => name !== 'golden')
  const { direction } = flow
  if (direction !== 'both') {
    return [
      { choice: direction.from, means: words.useInOther(direction.from, direction.to) },
      { choice: 'leave', means: words.leaveUntilChanged(direction.from) },
    ]
  }
  const type = flow.fields.find((field) => field.name === fieldName)?.spec.type
  return [
    ...systems.map((system) => ({ choice: system, means: words.useEverywhere(system) })),
    ...('golden' in values ? [{ choice: 'golden', means: words.keepAgreed }] : []),
    // Nobody can type lines, or knows the number by which we know a record.
    ...(type === 'lines' || type === 'reference' ? [] : [{ choice: 'value', means: words.anotherValue }]),
  ]
}

/** The same field was changed in several places, or outside its master, and the contract says to ask. */
export function fieldCase(flow: Flow, ask: Ask, about: About & { recordId: string }): CaseDraft {
  const says = ask.cause === 'existing' ? 'differs' : ask.kind === 'conflict' ? 'changedInSeveral' : 'changedOutside'
  return {
    ...about,
    kind: ask.kind,
    cause:
      ask.cause === 'existing'
        ? 'existing_records'
        : ask.kind === 'conflict'
          ? 'shared_field'
          : 'edited_outside_master',
    subject: fieldSubject(about.recordId, ask.field),
    field: ask.field,
    detail: {
      ...asked((words) => ({
        sentence: words[says](ask.field, about.title),
        choices: valueChoices(words, flow, ask.field, ask.values),
      })),
      values: ask.values,
    },
  }
}

/** The record itself cannot be read as the contract wants it. */
export function heldCase(
  system: string,
  cause: 'invalid_value' | 'required_value' | 'missing_reference',
  detail: InEach,
  about: About,
): CaseDraft {
  return {
    ...about,
    kind: 'held record',
    cause,
    subject: remoteSubject(system, about.remoteId!),
    field: null,
    detail: {
      ...asked((words, language) => ({
        sentence: words.held[cause](about.title, system, detail[language]),
        choices: [{ choice: 'retry', means: words.lookAgain }, goneOn(words)],
      })),
      values: {},
    },
  }
}

/** A record exists on one side only, and the contract wants a person to say whether it should exist elsewhere. */
export function unmatchedCase(
  flow: Flow,
  system: string,
  cause: 'existing_unmatched' | 'created_outside_master' | 'older_than',
  about: About & { recordId: string },
  values: Readonly<Record<string, string | null>>,
): CaseDraft {
  return {
    ...about,
    kind: 'held record',
    cause,
    subject: recordSubject(about.recordId),
    field: null,
    detail: {
      ...asked((words) => ({
        sentence: words.unmatched[cause](about.title, system, flow.name, besides(flow, system)),
        choices: [...creating(flow, system, words.create), goneOn(words)],
      })),
      values,
    },
  }
}

/** The record that this one belongs to exists, and cannot be read for now. */
export function counterpartCase(
  flow: Flow,
  system: string,
  counterpart: CandidateView,
  about: About & { recordId: string },
): CaseDraft {
  return {
    ...about,
    kind: 'held record',
    cause: 'counterpart_held',
    subject: recordSubject(about.recordId),
    field: null,
    detail: {
      ...asked((words) => ({
        sentence: words.counterpartHeld(about.title, system, counterpart),
        choices: [...creating(flow, system, words.createThisOne), goneOn(words)],
      })),
      values: {},
      data: { waitsFor: counterpart.record },
    },
  }
}

export interface CandidateView extends RecordAt {
  readonly record: string
  readonly taken: boolean
}

/** Several records could be this one, or the one that could is linked already. */
export function ambiguousCase(
  flow: Flow,
  system: string,
  candidates: readonly CandidateView[],
  about: About & { recordId: string },
): CaseDraft {
  const free = candidates.filter((candidate) => !candidate.taken)
  const says = free.length === 0 ? 'probablyDuplicate' : 'couldBe'
  return {
    ...about,
    kind: 'ambiguous match',
    cause: 'duplicates',
    subject: recordSubject(about.recordId),
    field: null,
    detail: {
      ...asked((words) => ({
        sentence: words[says](about.title, system, candidates),
        choices: [
          ...free.map((candidate) => ({ choice: `link ${candidate.record}`, means: words.isThisOne(candidate) })),
          { choice: 'separate', means: separately(words, flow, system) },
          goneOn(words),
        ],
      })),
      values: Object.fromEntries(candidates.map((candidate) => [candidate.where, candidate.title])),
      data: { candidates: candidates.map((candidate) => candidate.record) },
    },
  }
}

/** It is none of the candidates: what happens then. */
function separately(words: CaseWords, flow: Flow, system: string): string {
  const others = writable(flow, system)
  return others.length === 0 ? words.staysAlone(flow.name, system) : words.createOfItsOwn(flow.name, others)
}

/** A record is gone on one side, and a person decides what that means for the others. */
export function deletionCase(
  flow: Flow,
  system: string,
  inMaster: boolean,
  about: About & { recordId: string },
): CaseDraft {
  const deletable = writable(flow, system)
  return {
    ...about,
    kind: 'held record',
    cause: inMaster ? 'deleted_in_master' : 'deleted_elsewhere',
    subject: deletionSubject(about.recordId),
    field: null,
    detail: {
      ...asked((words) => ({
        sentence: words.deleted(about.title, system, besides(flow, system)),
        choices: [
          ...(deletable.length > 0 ? [{ choice: 'delete', means: words.deleteToo(deletable) }] : []),
          ...(mayWrite(flow, system) ? [{ choice: 'restore', means: words.bringBack(system) }] : []),
          { choice: 'unlink', means: words.unlink },
        ],
      })),
      values: {},
    },
  }
}

/** A record no longer meets the condition of its system, and a person decides what that means for the others. */
export function leftFilterCase(flow: Flow, system: string, about: About & { recordId: string }): CaseDraft {
  const others = writable(flow, system)
  const archivable = others.length > 0 && others.every((name) => flow.records[name]?.archive !== undefined)
  return {
    ...about,
    kind: 'held record',
    cause: 'left_filter',
    subject: deletionSubject(about.recordId),
    field: null,
    detail: {
      ...asked((words) => ({
        sentence: words.leftFilter(about.title, system, besides(flow, system)),
        choices: [
          ...(others.length > 0 ? [{ choice: 'delete', means: words.deleteThere(others) }] : []),
          ...(archivable ? [{ choice: 'archive', means: words.archiveThere(others) }] : []),
          goneOn(words),
        ],
      })),
      values: {},
    },
  }
}

/** A row holds other values than its link knows, and nobody can tell whether it is still the same thing. */
export function reusedIdCase(
  flow: Flow,
  system: string,
  now: string,
  about: About & { recordId: string; remoteId: string },
  values: Readonly<Record<string, string | null>>,
): CaseDraft {
  return {
    ...about,
    kind: 'held record',
    cause: 'reused_id',
    subject: remoteSubject(system, about.remoteId),
    field: null,
    detail: {
      ...asked((words) => ({
        sentence: words.reusedId(about.title, now, system, about.remoteId),
        choices: [
          { choice: 'same', means: words.isStillTheSame(about.title, flow.name) },
          { choice: 'other', means: words.isAnother(about.title, system, flow.name) },
          goneOn(words),
        ],
      })),
      values,
    },
  }
}

export const BREAKER = 'changes'
export const MASS_DELETION = 'deletions'

/** More would change than the contract lets through unasked. */
export function breakerCase(
  flow: Flow,
  count: number,
  limit: number,
  bySystem: Readonly<Record<string, number>>,
  /** How many of them have been changed in real time within the last minute. */
  already = 0,
): CaseDraft {
  return {
    kind: 'breaker tripped',
    cause: 'limits.changes',
    subject: BREAKER,
    recordId: null,
    sideId: null,
    remoteId: null,
    field: null,
    title: flow.name,
    detail: {
      ...asked((words) => ({
        sentence: words.tooManyChanges(flow.name, count, limit, bySystem, already),
        choices: [
          { choice: 'approve', means: words.letChangesThrough(count) },
          { choice: 'reject', means: words.writeNothing },
        ],
      })),
      values: {},
      data: { count },
    },
  }
}

/** More is gone than the contract lets pass as deletions. */
export function massDeletionCase(
  flow: Flow,
  count: number,
  limit: number,
  bySystem: Readonly<Record<string, number>>,
): CaseDraft {
  return {
    kind: 'mass deletion',
    cause: 'limits.deletions',
    subject: MASS_DELETION,
    recordId: null,
    sideId: null,
    remoteId: null,
    field: null,
    title: flow.name,
    detail: {
      ...asked((words) => ({
        sentence: words.tooManyGone(flow.name, count, limit, bySystem),
        choices: [
          { choice: 'approve', means: words.acceptDeletions(count) },
          { choice: 'reject', means: words.deleteNothing },
        ],
      })),
      values: {},
      data: { count },
    },
  }
}

export const olderSubject = (system: string): string => `older:${system}`

/** A system holds what it held some time ago. `lost`: ids that are not there any more; `since`: the first run that saw it. */
export function restoredCase(
  flow: Flow,
  side: { readonly id: number; readonly system: string },
  counts: { readonly back: number; readonly gone: number; readonly returned: number },
  { lost, since }: { readonly lost: readonly string[]; readonly since: string },
): CaseDraft {
  return {
    kind: 'restored system',
    cause: 'older values',
    subject: olderSubject(side.system),
    recordId: null,
    sideId: side.id,
    remoteId: null,
    field: null,
    title: flow.name,
    detail: {
      ...asked((words) => ({
        sentence: words.olderSystem(flow.name, side.system, counts),
        choices: [
          { choice: 'write back', means: words.writeAgreedBack(side.system) },
          { choice: 'approve', means: words.takeOlder(side.system) },
        ],
      })),
      values: {},
      data: { count: counts.back + counts.gone + counts.returned, lost, since },
    },
  }
}

/** The same field goes back and forth between the same values. */
export function oscillationCase(
  flow: Flow,
  field: string,
  values: Readonly<Record<string, string | null>>,
  about: About & { recordId: string },
): CaseDraft {
  return {
    ...about,
    kind: 'breaker tripped',
    cause: 'oscillation',
    subject: fieldSubject(about.recordId, field),
    field,
    detail: {
      ...asked((words) => ({
        sentence: words.flips(field, about.title),
        choices: valueChoices(words, flow, field, values),
      })),
      values,
    },
  }
}
