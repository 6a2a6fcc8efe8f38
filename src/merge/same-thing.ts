import type { Field, Flow } from '../contract/contract.ts'
import { Invalid, Unresolved, type Raw, type Reading } from '../model/value.ts'
import { matchKeys } from './match-key.ts'
import { isValue } from './side-state.ts'

/*
 * Is the row under this id still the thing that it was? Ids are used again, rows are swapped, deleted ones come back.
 * What tells is compared, not how much was typed: match keys first, then the mapped values that tell things apart, then
 * the columns that nobody maps. An ordinary edit leaves something of this as it was.
 */

export type Sameness = 'same' | 'other' | 'doubt'

/** A row of one system: its mapped values, and its other columns. */
export interface Row {
  readonly reading: readonly Reading[]
  readonly rest: readonly Raw[]
}

interface Tally {
  readonly same: number
  readonly different: number
}

export interface Comparison {
  /** Match rules by which both rows can be found: with one key, with two, or (`lost`) only before. */
  readonly keys: Tally & { readonly lost: number }
  /** Mapped values that tell things apart, keys aside. */
  readonly told: Tally
  /** The same of columns that the contract does not map. */
  readonly rest: Tally
  /** How many values beside the keys are not what they were, whatever they tell. */
  readonly changed: number
}

export interface Circumstances {
  /** The row was gone in between. */
  readonly ended: boolean
  /** Another record has a key that the row has now. */
  readonly taken: boolean
  /** Another row of the same system has a key that this one had. */
  readonly left?: boolean
  /** It is what was under another id, where nothing is any more. */
  readonly came?: boolean
}

/** Values that other rows have, too, so that they tell nothing; by the place of the field, or of the other column. */
export interface CommonValues {
  readonly field: (place: number, value: string) => boolean
  readonly column: (place: number, value: string) => boolean
}

const NOTHING: CommonValues = { field: () => false, column: () => false }

/** What two rows of one system under the same id have in common. Pure. */
export function compareRows(flow: Flow, before: Row, now: Row, common: CommonValues = NOTHING): Comparison {
  const [then, today] = [keysOf(flow, before), keysOf(flow, now)]
  const keys = { same: 0, different: 0, lost: 0 }
  then.forEach((key, i) => {
    if (key === null) return
    if (today[i] === null) keys.lost++
    else if (key === today[i]) keys.same++
    else keys.different++
  })
  const told = { same: 0, different: 0 }
  for (const i of tellingFields(flow)) {
    const [a, b] = [valueOf(before.reading[i]), valueOf(now.reading[i])]
    if (a === null || b === null || (a.length < 3 && b.length < 3)) continue
    if (common.field(i, a) || common.field(i, b)) continue
    if (a === b) told.same++
    else told.different++
  }
  const rest = { same: 0, different: 0 }
  const keyed = keyFields(flow)
  let changed = 0
  flow.fields.forEach(({ name }, i) => {
    if (!keyed.has(name) && valueOf(before.reading[i]) !== valueOf(now.reading[i])) changed++
  })
  before.rest.forEach((a, i) => {
    const b = now.rest[i] ?? null
    if (a !== b) changed++
    if (a === null || b === null || !(isTelling(a) || isTelling(b))) return
    if (common.column(i, a) || common.column(i, b)) return
    if (a === b) rest.same++
    else rest.different++
  })
  return { keys, told, rest, changed }
}

/** Whether the row is what it was, another thing, or neither can be told. Pure. */
export function sameThing(comparison: Comparison, circumstances: Circumstances): Sameness {
  const told = byItself(comparison, circumstances)
  if (told !== 'doubt') return told
  // What it was has been found elsewhere, or what it is now is missing there, and nothing else of it stayed.
  const { rest } = comparison
  return circumstances.left === true || (circumstances.came === true && rest.same <= rest.different) ? 'other' : told
}

/** Whether a row is what was under another id: it has its keys, and its other values rather than not. Pure. */
export const isWhatWasThere = ({ keys, told }: Comparison): boolean =>
  keys.same > 0 && keys.different + keys.lost === 0 && told.same >= told.different

/** Whether a row can be found by a key that it had. Pure. */
export const isFoundByKey = ({ keys }: Comparison): boolean => keys.same > 0

/** Whether a row has no key and no telling value of what it is compared with, though there are some to compare. Pure. */
export const hasNothingOf = ({ keys, told }: Comparison): boolean =>
  keys.same + told.same === 0 && keys.different + keys.lost + told.different > 0

function byItself({ keys, told, rest, changed }: Comparison, { ended, taken }: Circumstances): Sameness {
  const moved = keys.different + keys.lost
  if (keys.same > 0) {
    const agrees = !ended || moved === 0 || (told.same > 0 && told.same >= told.different)
    return agrees ? 'same' : 'doubt'
  }
  if (ended) return cameBack({ keys, told, rest, changed }, taken)
  const kept = rest.same > rest.different
  if (told.same > 0 && told.same >= told.different) return 'same'
  if (moved === 0) return told.same > 0 || told.different < 3 || kept ? 'same' : 'doubt'
  if (told.same > 0) return 'doubt'
  // Neither keys nor values are what they were.
  if (told.different === 0) {
    // Nothing but keys: an edit of them, where there is nothing else that could tell.
    const nothingElse = changed === 0 && keys.different < 2
    return taken || !(kept || nothingElse) ? 'doubt' : 'same'
  }
  if (kept) return taken || told.different > 1 ? 'doubt' : 'same'
  return (taken && keys.different > 0) || told.different > 1 ? 'other' : 'doubt'
}

/** A row under an id whose own row had been gone, with no key in common. */
function cameBack({ keys, told, rest }: Comparison, taken: boolean): Sameness {
  if (told.same + told.different === 0) {
    if (keys.different > 0) return 'other'
    return keys.lost === 0 && rest.same > 0 && rest.different === 0 ? 'same' : 'doubt'
  }
  if (told.same < told.different) return 'other'
  if (told.different > 0) return 'doubt'
  // Nothing but the key differs. A name alone is shared by many.
  return keys.different + keys.lost === 0 || (told.same > 1 && !taken) ? 'same' : 'doubt'
}

const keysOf = (flow: Flow, { reading }: Row): (string | null)[] =>
  matchKeys(
    flow,
    reading.map((value) => (isValue(value) ? value : null)),
  )

/** A value that can be compared, as text; null where there is none. */
export const valueOf = (value: Reading | undefined): string | null => {
  if (value instanceof Unresolved) return `${value.flow} ${value.remoteId}`
  if (value instanceof Invalid) return value.raw
  return value === undefined || value === '' ? null : value
}

/** Types whose values are often the same without meaning anything. */
const COMMON: ReadonlySet<Field['spec']['type']> = new Set<Field['spec']['type']>([
  'boolean',
  'choice',
  'country',
  'integer',
  'decimal',
  'money',
])

const keyFields = (flow: Flow): ReadonlySet<string> =>
  new Set(flow.match.flatMap((rule) => (rule.kind === 'exact' ? rule.fields : [])))

const telling = new WeakMap<Flow, readonly number[]>()

/** Places of the fields, keys aside, whose values tell things apart. Pure. */
export function tellingFields(flow: Flow): readonly number[] {
  let places = telling.get(flow)
  if (!places) {
    const keys = keyFields(flow)
    places = flow.fields.flatMap(({ name, spec }, i) => (keys.has(name) || COMMON.has(spec.type) ? [] : [i]))
    telling.set(flow, places)
  }
  return places
}

/** Numbers, flags and short codes are the same in many rows. */
const isTelling = (value: string): boolean => value.length > 3 && !/^(-?\d+([.,]\d+)?|true|false)$/i.test(value)
