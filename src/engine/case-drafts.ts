import type { Flow } from '../contract/contract.ts'
import { listed, manyOf, oneOf, withArticle } from '../contract/wording.ts'
import type { Ask } from '../merge/merge-record.ts'
import type { CaseDetail, CaseDraft } from '../store/cases.ts'

/*
 * The questions that people get, in their words: what happened, the values side by side, and what each answer does.
 * `choice` is what `cases resolve` takes; `carry-out.ts` knows what each one means.
 */

export const fieldSubject = (record: string, field: string): string => `record:${record}:${field}`
export const remoteSubject = (system: string, remoteId: string): string => `${system}:${remoteId}`
export const recordSubject = (record: string): string => `record:${record}`
export const deletionSubject = (record: string): string => `record:${record}:deleted`
export const writeSubject = (record: string, system: string): string => `record:${record}:write:${system}`

interface About {
  readonly recordId: string | null
  readonly sideId: number | null
  readonly remoteId: string | null
  readonly title: string
}

const GONE_ON = { choice: 'ignore', means: 'Leave it as it is, in every system.' }

/** Systems besides one that the flow may write to. */
const writable = (flow: Flow, except: string): readonly string[] =>
  flow.systems.filter((name) => name !== except && mayWrite(flow, name))

const mayWrite = (flow: Flow, system: string): boolean => flow.direction === 'both' || flow.direction.to === system

const besides = (flow: Flow, system: string): string => listed(flow.systems.filter((name) => name !== system))

/** To create a record elsewhere, where the flow may; empty where it only ever reads the others. */
const creating = (flow: Flow, system: string, opening: string): CaseDetail['choices'] => {
  const others = writable(flow, system)
  return others.length === 0 ? [] : [{ choice: 'create', means: `${opening} in ${listed(others)}.` }]
}

/** Which of the values counts; none that would have to be written into a system which the flow only reads. */
function valueChoices(flow: Flow, fieldName: string, systems: readonly string[]): CaseDetail['choices'] {
  const { direction } = flow
  if (direction !== 'both') {
    return [
      { choice: direction.from, means: `Use the value of ${direction.from} in ${direction.to} too.` },
      { choice: 'leave', means: `Leave both as they are until ${direction.from} changes it again.` },
    ]
  }
  const type = flow.fields.find((field) => field.name === fieldName)?.spec.type
  return [
    ...systems.map((system) => ({ choice: system, means: `Use the value of ${system} everywhere.` })),
    { choice: 'golden', means: 'Keep the last agreed value everywhere.' },
    // Nobody can type lines, or knows the number by which we know a record.
    ...(type === 'lines' || type === 'reference'
      ? []
      : [{ choice: 'value', means: 'Use another value everywhere (give it with --value).' }]),
  ]
}

/** The same field was changed in several places, or outside its master, and the contract says to ask. */
export function fieldCase(flow: Flow, ask: Ask, about: About & { recordId: string }): CaseDraft {
  const systems = Object.keys(ask.values).filter((name) => name !== 'golden')
  const sentence =
    ask.cause === 'existing'
      ? `${ask.field} of “${about.title}” differs between the systems, and nobody has said yet which value is right.`
      : ask.kind === 'conflict'
        ? `${ask.field} of “${about.title}” was changed in more than one system.`
        : `${ask.field} of “${about.title}” was changed outside its master.`
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
      sentence,
      values: ask.values,
      choices: valueChoices(flow, ask.field, systems),
    },
  }
}

/** The record itself cannot be read as the contract wants it. */
export function heldCase(
  system: string,
  cause: 'invalid_value' | 'required_value' | 'missing_reference',
  detail: string,
  about: About,
): CaseDraft {
  const opening = {
    invalid_value: 'holds a value that cannot be read',
    required_value: 'lacks a value that must be there',
    missing_reference: 'refers to something that is not there',
  }[cause]
  return {
    ...about,
    kind: 'held record',
    cause,
    subject: remoteSubject(system, about.remoteId!),
    field: null,
    detail: {
      sentence: `“${about.title}” in ${system} ${opening}: ${detail}. It is held back until that is mended in ${system}.`,
      values: {},
      choices: [{ choice: 'retry', means: 'Look at it again in the next run.' }, GONE_ON],
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
  const others = besides(flow, system)
  const why = {
    existing_unmatched: `is in ${system} and has no counterpart in ${others}`,
    created_outside_master: `was created in ${system}, which is not the master of ${manyOf(flow.name)}`,
    older_than: `is in ${system}, has no counterpart in ${others}, and has not changed for a long time`,
  }[cause]
  return {
    ...about,
    kind: 'held record',
    cause,
    subject: recordSubject(about.recordId),
    field: null,
    detail: {
      sentence: `“${about.title}” ${why}.`,
      values,
      choices: [...creating(flow, system, 'Create it'), GONE_ON],
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
      sentence: `“${about.title}” in ${system} belongs to “${counterpart.title}” (${counterpart.where}), which is held back. Both are joined once that is mended.`,
      values: {},
      choices: [...creating(flow, system, 'They are different; create this one'), GONE_ON],
    },
  }
}

export interface CandidateView {
  readonly record: string
  readonly title: string
  /** E.g. `erp 17`. */
  readonly where: string
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
  const list = candidates.map((candidate) => `“${candidate.title}” (${candidate.where})`).join(', ')
  const sentence =
    free.length === 0
      ? `“${about.title}” in ${system} looks like ${list}, which has its counterpart in ${system} already: probably a duplicate.`
      : `“${about.title}” in ${system} could be ${candidates.length === 1 ? '' : 'any of: '}${list}.`
  return {
    ...about,
    kind: 'ambiguous match',
    cause: 'duplicates',
    subject: recordSubject(about.recordId),
    field: null,
    detail: {
      sentence,
      values: Object.fromEntries(candidates.map((candidate) => [candidate.where, candidate.title])),
      choices: [
        ...free.map((candidate) => ({
          choice: `link ${candidate.record}`,
          means: `It is “${candidate.title}” (${candidate.where}).`,
        })),
        separateChoice(flow, system),
        GONE_ON,
      ],
    },
  }
}

/** It is none of the candidates: what happens then. */
function separateChoice(flow: Flow, system: string): CaseDetail['choices'][number] {
  const others = writable(flow, system)
  const own = `None of them: it is ${withArticle(oneOf(flow.name))} of its own`
  return others.length === 0
    ? { choice: 'separate', means: `${own}, which stays in ${system} alone.` }
    : { choice: 'separate', means: `${own}; create it in ${listed(others)} too.` }
}

/** A record is gone on one side, and a person decides what that means for the others. */
export function deletionCase(
  flow: Flow,
  system: string,
  inMaster: boolean,
  about: About & { recordId: string },
): CaseDraft {
  const others = besides(flow, system)
  const deletable = writable(flow, system)
  return {
    ...about,
    kind: 'held record',
    cause: inMaster ? 'deleted_in_master' : 'deleted_elsewhere',
    subject: deletionSubject(about.recordId),
    field: null,
    detail: {
      sentence: `“${about.title}” was deleted in ${system} and is still in ${others}.`,
      values: {},
      choices: [
        ...(deletable.length > 0 ? [{ choice: 'delete', means: `Delete it in ${listed(deletable)} too.` }] : []),
        ...(mayWrite(flow, system) ? [{ choice: 'restore', means: `Bring it back in ${system}, as it was.` }] : []),
        { choice: 'unlink', means: 'Leave both as they are and stop keeping them in agreement.' },
      ],
    },
  }
}

/** A system refuses the write of one record. */
export function quarantineCase(system: string, error: string, about: About & { recordId: string }): CaseDraft {
  return {
    ...about,
    kind: 'quarantined record',
    cause: 'refused',
    subject: writeSubject(about.recordId, system),
    field: null,
    detail: {
      sentence: `${system} does not take “${about.title}”: ${error}`,
      values: {},
      choices: [{ choice: 'retry', means: 'Try again in the next run.' }, GONE_ON],
    },
  }
}

/** What a record refers to has not arrived in a system within the contract's time. */
export function waitingCase(system: string, waitsFor: string, about: About & { recordId: string }): CaseDraft {
  return {
    ...about,
    kind: 'held record',
    cause: 'missing_reference',
    subject: writeSubject(about.recordId, system),
    field: null,
    detail: {
      sentence: `“${about.title}” cannot go to ${system}: it refers to ${waitsFor}, which is not there.`,
      values: {},
      choices: [{ choice: 'retry', means: 'Try again in the next run.' }, GONE_ON],
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
  const parts = Object.entries(bySystem).map(([system, n]) => `${n} in ${system}`)
  if (already > 0) parts.push(`${already} have just been changed`)
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
      sentence: `${count} ${count === 1 ? oneOf(flow.name) : manyOf(flow.name)} would change (${parts.join(', ')}), more than the ${limit} that the contract lets through at once. Nothing ${already > 0 ? 'more ' : ''}was written.`,
      values: {},
      choices: [
        { choice: 'approve', means: `Let up to ${count} changes through in the next run.` },
        { choice: 'reject', means: 'Write nothing; the next run that finds so many will ask again.' },
      ],
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
  const parts = Object.entries(bySystem).map(([system, n]) => `${n} in ${system}`)
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
      sentence: `${count} ${count === 1 ? `${oneOf(flow.name)} is` : `${manyOf(flow.name)} are`} gone (${parts.join(', ')}), more than the ${limit} that the contract accepts at once. Nothing was deleted elsewhere.`,
      values: {},
      choices: [
        {
          choice: 'approve',
          means: `Accept up to ${count} deletions in the next run and treat them as the contract says.`,
        },
        { choice: 'reject', means: 'Delete nothing; the next run that finds them gone will ask again.' },
      ],
      data: { count },
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
      sentence: `${field} of “${about.title}” keeps flipping between the same values; something in one of the systems changes it back. It is left alone until somebody decides.`,
      values,
      choices: valueChoices(
        flow,
        field,
        Object.keys(values).filter((name) => name !== 'golden'),
      ),
    },
  }
}
