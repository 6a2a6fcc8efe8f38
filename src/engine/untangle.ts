import { dueDirtyOf, type DirtyRow } from '../store/state/dirty.ts'
import type { FlowWork } from './flow-work.ts'
import { tangledIn } from './obstacles.ts'
import type { Side } from './side.ts'

/*
 * Writes are planned a page at a time, and a page is no larger than a call. Records that exchange unique values across
 * pages stand in one another's way there; what was refused for that is planned once more, all of it together.
 */

const MOST = 10_000

/** Plans together what a side refused because of other records; true when another look at its marks is worth it. */
export async function untangle(
  work: FlowWork,
  side: Side,
  apply: (marks: readonly DirtyRow[]) => Promise<{ readonly moved: boolean }>,
): Promise<boolean> {
  const records = tangledIn(work, side)
  if (records.length < 2) return false
  await work.giveWay?.()
  const look = { now: new Date(work.clock()), again: false }
  const marks = await dueDirtyOf(work.database, side.id, records.slice(0, MOST), look)
  return marks.length > 1 && (await apply(marks)).moved
}
