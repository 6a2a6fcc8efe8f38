import type { RemoteRecord } from '../connector-kit/port.ts'
import { compareRows, isWhatWasThere } from '../merge/same-thing.ts'
import type { LinkState, RecordRow } from '../store/state/links.ts'
import type { FlowWork } from './flow-work.ts'
import { readAll } from './read-all.ts'
import { resolverIn, rowOf, type Side } from './side.ts'
import { commonValues, readingOf } from './telling-rows.ts'

const FOLLOWED: ReadonlySet<LinkState> = new Set<LinkState>(['live', 'gone', 'out of scope'])

/** Whether a row is what one of these records was under another id of its side, where nothing is any more. */
export async function hasMovedHere(
  work: FlowWork,
  side: Side,
  record: RemoteRecord,
  records: readonly RecordRow[],
): Promise<boolean> {
  // What is not there may only be hidden.
  if (side.mayHide) return false
  const links = records.flatMap((row) =>
    row.links.filter((l) => l.sideId === side.id && FOLLOWED.has(l.state) && l.remoteId !== record.id),
  )
  if (links.length === 0) return false
  const there = new Set(
    (
      await readAll(
        side,
        links.map((link) => link.remoteId),
      )
    ).map((row) => row.id),
  )
  const rows = links.flatMap((link) =>
    there.has(link.remoteId) ? [] : [rowOf(side, link.image, link.layoutId, work.layouts)],
  )
  if (rows.length === 0) return false
  const resolve = await resolverIn(work.database, side, [record.values, ...rows])
  const now = readingOf(work, side, record.values, resolve)
  const common = (await commonValues(work, side))(record.id)
  return rows.some((row) => isWhatWasThere(compareRows(work.flow, readingOf(work, side, row, resolve), now, common)))
}
