import type { Waived } from '../merge/side-state.ts'
import type { RecordRow, RecordState } from '../store/state/links.ts'
import type { Outcome } from '../store/state/outcome.ts'
import { deletionSubject, fieldSubject, recordSubject } from './case-drafts.ts'
import type { FlowWork } from './flow-work.ts'
import { encodeWaived } from './golden.ts'
import type { Side } from './side.ts'
import type { Loaded } from './translate.ts'

/*
 * What was gone from a system and is there again as the same thing: out of a recycle bin, from a backup, entered under its
 * old id. What its absence had led to is taken back: where it was deleted because of that, it is made again; a question
 * about it is over.
 */

/** Where such a record stands: what it means for the others is decided when all of them have been looked at. */
export const stateOfReturned = ({ state }: Pick<RecordRow, 'state'>): RecordState =>
  state === 'deleted' || state === 'held' ? 'pending' : state

const isQuestion = ([, waiver]: [string, Waived[string]]): boolean => waiver[1].endsWith('asked')

const withoutQuestions = (waived: Waived): Waived =>
  Object.fromEntries(Object.entries(waived).filter((one) => !isQuestion(one)))

/** What it holds is news: nothing of what was known of it, or asked about it, stands. */
export function asNews(record: Loaded, side: Side): Loaded {
  const sides = record.sides.map((one) =>
    one.side === side
      ? { ...one, state: { ...one.state, shadow: null, waived: withoutQuestions(one.state.waived) } }
      : one,
  )
  return { ...record, sides }
}

/**
 * A record that was deleted comes back to a side. What people were asked about its fields ended with it: where it is made
 * again, it is made as was agreed; where it is still there and differs, they are asked again.
 */
export function endQuestions(row: RecordRow, side: Side, outcome: Outcome): void {
  for (const link of row.links) {
    const waived = (link.waived === null ? {} : JSON.parse(link.waived)) as Waived
    const names = Object.entries(waived).flatMap((one) => (isQuestion(one) ? one[0] : []))
    for (const name of names) outcome.settled.push({ subject: fieldSubject(row.id, name) })
    if (names.length > 0 && link.state === 'gone' && link.sideId !== side.id)
      outcome.links.push({ ...link, waived: encodeWaived(withoutQuestions(waived)) })
  }
}

/** Sides that a record is gone from, where it is made again as it was. */
export const goneFrom = ({ links }: Pick<RecordRow, 'links'>): ReadonlySet<number> =>
  new Set(links.flatMap((link) => (link.state === 'gone' ? [link.sideId] : [])))

/** Notes what follows for the records, whose links are live again. */
export function noteReturned(work: FlowWork, rows: readonly RecordRow[], outcome: Outcome): void {
  for (const row of rows) {
    // To be deleted there, or made again here: that is over.
    for (const { sideId, state } of row.links) {
      const mayWrite = work.sides.some((other) => other.id === sideId && other.mayWrite)
      if (state === 'live' && mayWrite)
        outcome.dirty.push({ recordId: row.id, sideId, action: 'sync', rule: 'same value' })
    }
    if (row.state !== 'pending') continue
    outcome.settled.push({ subject: deletionSubject(row.id) }, { subject: recordSubject(row.id) })
    const noted = outcome.records.findIndex((update) => update.id === row.id)
    if (noted >= 0) outcome.records[noted] = { ...outcome.records[noted]!, state: row.state }
    else {
      const { id, version, layoutId, state, golden } = row
      outcome.records.push({ id, version, layoutId, state, golden })
    }
  }
}
