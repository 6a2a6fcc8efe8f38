import type { Cursor, RemoteRecord } from '../connector-kit/port.ts'
import { changedAt, changeTime, type Side } from './side.ts'

/**
 * How many of these records looks at changes have missed: they had come as far as `cursor`, which is later than the change
 * says of itself. One whose changed-at says nothing is seen by full passes only, so it counts as well.
 */
export function missedByLooks(side: Side, records: readonly RemoteRecord[], cursor: Cursor, overlapMs: number): number {
  const place = side.remote.layout.changedAt
  const reached = Date.parse(changeTime(side, cursor.at) ?? '')
  // A number that counts writes has no overlap in milliseconds.
  if (place < 0 || Number.isNaN(reached) || /^\d+$/.test(cursor.at)) return 0
  return records.filter((record) => {
    const at = changedAt(side, record.values)
    if (at === null) return (record.values[place] ?? null) === null
    return Date.parse(at) < reached - overlapMs
  }).length
}
