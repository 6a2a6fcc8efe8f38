import type { Raw } from '../model/value.ts'
import { imagesBeforeArchive } from '../store/state/deletions.ts'
import type { LinkRow, RecordRow } from '../store/state/links.ts'
import type { Outcome } from '../store/state/outcome.ts'
import type { FlowWork } from './flow-work.ts'
import { goneOrReplaced } from './identity.ts'
import { readAll } from './read-all.ts'
import { rowOf, type Side } from './side.ts'
import type { Current } from './translate.ts'

/*
 * Records that were archived or unlinked because a system deleted them, and that this system has again: the same record as
 * before (laws L3, L32). It is joined with what is still there, and what marked it as archived is taken back.
 */

/** Records that could be the counterparts of a side's newcomers, with the links that were given up live again. */
interface Revivable {
  readonly rows: readonly RecordRow[]
  /** Their rows as they are now. */
  readonly current: Current
  /** By record, the sides that still have it. */
  readonly sides: ReadonlyMap<string, readonly GivenUp[]>
}

export interface GivenUp {
  readonly side: Side
  readonly archived: boolean
}

const isGivenUp = ({ state }: LinkRow): boolean => state === 'archived' || state === 'unlinked'

/** Whether a record that is gone from one system is archived or unlinked in others. */
export const isGivenUpElsewhere = (row: RecordRow): boolean => row.state !== 'live' && row.links.some(isGivenUp)

/** Of the stored records those that were given up elsewhere and are still there; followed by nobody, they are read now. */
export async function revivableElsewhere(work: FlowWork, side: Side, stored: readonly RecordRow[]): Promise<Revivable> {
  const rows = stored.filter((row) => {
    const givenUp = row.links.filter(isGivenUp)
    return row.state !== 'live' && givenUp.length > 0 && givenUp.every((link) => link.sideId !== side.id)
  })
  const current = new Map<number, Map<string, readonly Raw[]>>()
  for (const other of work.sides) {
    const links = rows.flatMap((row) => row.links.filter((link) => link.sideId === other.id && isGivenUp(link)))
    const found = await readAll(
      other,
      links.map((link) => link.remoteId),
    )
    const free = await goneOrReplaced(work, other, links, found)
    current.set(other.id, new Map(found.flatMap((record) => (free.has(record.id) ? [] : [[record.id, record.values]]))))
  }
  const sides = new Map<string, GivenUp[]>()
  const revived = rows.map((row): RecordRow => {
    const links = row.links.map((link) => {
      if (!isGivenUp(link)) return link
      const at = { side: work.sides.find((other) => other.id === link.sideId)!, archived: link.state === 'archived' }
      // What is not there may only be hidden.
      if (!current.get(link.sideId)!.has(link.remoteId))
        return at.side.mayHide ? link : { ...link, state: 'gone' as const }
      sides.set(row.id, [...(sides.get(row.id) ?? []), at])
      return { ...link, state: 'live' as const }
    })
    return { ...row, links }
  })
  return { rows: revived.filter((row) => sides.has(row.id)), current, sides }
}

/** Notes in an outcome that a record is followed again, and that what marked it as archived is to be taken back. */
export function revive(row: RecordRow, sides: readonly GivenUp[], outcome: Outcome): void {
  for (const { side, archived } of sides) {
    const at = (link: { recordId: string; sideId: number }) => link.recordId === row.id && link.sideId === side.id
    if (!outcome.links.some(at)) outcome.links.push(row.links.find(at)!)
    if (side.mayWrite && archived)
      outcome.dirty.push({ recordId: row.id, sideId: side.id, action: 'revive', rule: 'entered anew: archive lifted' })
  }
}

/** For each record, the values that the side's archive columns had before; absent where the log does not say any more. */
export async function beforeArchive(
  work: FlowWork,
  side: Side,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Raw>>> {
  const columns = Object.keys(work.flow.records[side.system]!.archive ?? {})
  const images = recordIds.length === 0 ? [] : await imagesBeforeArchive(work.database, side.id, recordIds)
  return new Map(
    images.map(({ recordId, before, layoutId }) => {
      const row = rowOf(side, before, layoutId, work.layouts)
      return [recordId, new Map(columns.map((column) => [column, row[side.places.get(column)!] ?? null]))]
    }),
  )
}
