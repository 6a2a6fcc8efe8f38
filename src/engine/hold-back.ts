import type { RemoteRecord } from '../connector-kit/port.ts'
import type { Rule } from '../contract/rule.ts'
import { isSkipped, type Waived } from '../merge/side-state.ts'
import { inEach, type InEach } from '../model/language.ts'
import { Invalid, Unresolved, type Reading } from '../model/value.ts'
import type { Outcome } from '../store/state/outcome.ts'
import { heldCase, remoteSubject } from './case-drafts.ts'
import type { FlowWork } from './flow-work.ts'
import { titleOf } from './golden.ts'
import type { Side } from './side.ts'
import { CASE_WORDS } from './words/case-words.ts'

/*
 * Records that cannot be taken as they are: a value that cannot be read, a required one that is missing, a reference to
 * something that is not there. They block only themselves, and are looked at again when they change or when what they
 * wait for arrives (law L19).
 */

export interface Blocker {
  readonly cause: 'invalid_value' | 'required_value' | 'missing_reference'
  readonly detail: InEach
}

/** The rule that a new record is held by. */
export const HELD_BY: Record<Blocker['cause'], Rule> = {
  invalid_value: 'invalid value: held',
  required_value: 'required value missing',
  missing_reference: 'missing reference: waits',
}

/** Rules of records whose values are not known in full, so that nothing can be joined to them yet. */
export const UNREADABLE: ReadonlySet<string> = new Set<Rule>(['invalid value: held', 'missing reference: waits'])

/** Rules that look at what a record holds, so that a change of it asks for a new decision. */
export const DECIDED_BY_CONTENT: ReadonlySet<string> = new Set<Rule>([
  'too old',
  'required value missing',
  'invalid value: held',
  'missing reference: waits',
])

/** What is known of a record's waiting for what it refers to. */
export interface Waiting {
  /** Since when; undefined at the first look. */
  readonly since?: number | undefined
  /** Fields that it goes without already. */
  readonly waived?: Waived
}

/** Why a record must be held back, or null. `linked`: its own values count as the golden ones where it is master. */
export function blockerOf(
  work: FlowWork,
  side: Side,
  reading: readonly Reading[],
  linked: boolean,
  waiting: Waiting = {},
): Blocker | null {
  const { flow } = work
  for (let i = 0; i < flow.fields.length; i++) {
    const value = reading[i]!
    const field = flow.fields[i]!
    if (typeof value === 'string') continue
    if (value instanceof Invalid) {
      if (field.invalidValue === 'hold record')
        return { cause: 'invalid_value', detail: inEach((language) => `${field.name}: ${value.reasonIn(language)}`) }
    } else if (value instanceof Unresolved) {
      if (waitsFor(work, field.name, value, waiting)) {
        const { flow: parent, remoteId } = value
        return {
          cause: 'missing_reference',
          detail: inEach((language) => CASE_WORDS[language].refersTo(field.name, parent, remoteId)),
        }
      }
    } else if (field.required && side.mapping.holds[i] && linked && field.master === side.system) {
      return { cause: 'required_value', detail: emptyField(field.name) }
    }
  }
  return null
}

/** What is wrong with a record whose required field is empty. */
export const emptyField = (field: string): InEach => inEach((language) => CASE_WORDS[language].isEmpty(field))

/** Whether a missing reference holds the record back, now. */
function waitsFor(work: FlowWork, field: string, value: Unresolved, { since, waived }: Waiting): boolean {
  // A record of the same flow may come later in the same pass.
  if (value.flow === work.flow.name && since === undefined) return false
  const { waitMs, then } = work.flow.edgeCases.missingReference
  if (then === 'ask') return true
  if (waived !== undefined && isSkipped(waived, field)) return false
  return since === undefined ? waitMs > 0 : work.clock() - since < waitMs
}

export function holdBack(
  work: FlowWork,
  side: Side,
  record: RemoteRecord,
  { cause, detail }: Blocker,
  outcome: Outcome,
  heldSince: ReadonlyMap<string, number> | undefined,
): void {
  outcome.held.push({ sideId: side.id, remoteId: record.id, cause, detail: detail.en, image: record.image })
  const subject = remoteSubject(side.system, record.id)
  if (cause === 'missing_reference') work.counts.waiting.add(subject)
  else {
    work.counts.waiting.delete(subject)
    work.counts.held++
  }
  const wait = work.flow.edgeCases.missingReference
  const since = heldSince?.get(record.id)
  if (cause === 'missing_reference' && wait.waitMs > 0 && (since === undefined || work.clock() - since < wait.waitMs))
    return
  const reading = side.mapping.read(record.values, () => undefined)
  const title = titleOf(work.flow, reading)
  outcome.cases.push(
    heldCase(side.system, cause, detail, { recordId: null, sideId: side.id, remoteId: record.id, title }),
  )
}

export function release(work: FlowWork, side: Side, remoteId: string, outcome: Outcome): void {
  work.counts.waiting.delete(remoteSubject(side.system, remoteId))
  outcome.released.push({ sideId: side.id, remoteId })
  outcome.settled.push({ kind: 'held record', subject: remoteSubject(side.system, remoteId) })
}
