import type { Field, Flow } from '../contract.ts'
import type { FieldDraft, FlowDraft } from '../draft.ts'
import { flowFingerprint } from './fingerprint.ts'

/** A draft without anything undecided as a flow; null when something is still missing or was reported as wrong. */
export function completeFlow(draft: FlowDraft): Flow | null {
  const { owners, edgeCases, onFailure, limits, master, direction, lateAfterMs, match, historyMs } = draft
  if (
    master === undefined ||
    direction === undefined ||
    lateAfterMs === undefined ||
    match === undefined ||
    historyMs === undefined
  )
    return null
  if (!isComplete(owners) || !isComplete(edgeCases) || !isComplete(onFailure) || !isComplete(limits)) return null
  if (draft.systems.some((system) => draft.records[system] === undefined || draft.schedule[system] === undefined))
    return null
  const fields = draft.fields.map((field) => completeField(field))
  if (!fields.every((field) => field !== null)) return null
  const flow = {
    name: draft.name,
    timezone: draft.timezone,
    owners,
    systems: draft.systems,
    master,
    direction,
    schedule: draft.schedule,
    lateAfterMs,
    records: draft.records,
    match,
    fields,
    edgeCases,
    onFailure,
    limits,
    historyMs,
  }
  return { ...flow, fingerprint: flowFingerprint(flow) }
}

/** `parent`: the field whose lines these are; its rules hold for them. */
function completeField(draft: FieldDraft, parent?: Field): Field | null {
  const { name, required, mapping, spec } = draft
  const rules = parent ?? draft
  const { master, onConflict, editedOutsideMaster, emptyInMaster, invalidValue } = rules
  if (
    spec === undefined ||
    master === undefined ||
    onConflict === undefined ||
    editedOutsideMaster === undefined ||
    emptyInMaster === undefined ||
    invalidValue === undefined
  ) {
    return null
  }
  const field: Field = {
    name,
    spec,
    required,
    master,
    onConflict,
    editedOutsideMaster,
    emptyInMaster,
    invalidValue,
    mapping,
  }
  if (draft.lines === undefined) return field
  const fields = draft.lines.fields.map((sub) => completeField(sub, field))
  return fields.every((sub) => sub !== null) ? { ...field, lines: { key: draft.lines.key, fields } } : null
}

function isComplete<T extends object>(part: T): part is T & { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.values(part).every((value) => value !== undefined)
}
