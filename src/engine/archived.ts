import type { Raw } from '../model/value.ts'
import { imagesBeforeArchive } from '../store/deletions.ts'
import type { RecordRow } from '../store/links.ts'
import type { Outcome } from '../store/outcome.ts'
import type { FlowWork } from './flow-work.ts'
import { rowOf, type Side } from './side.ts'
import type { Current } from './translate.ts'

/*
 * Records that were archived because their master deleted them, and that the master has got anew: the same record as
 * before (law L3), so what marked it as archived is taken back.
 */

/** Archived records that could be the counterparts of a side's newcomers, with their archived links live again. */
interface Archived {
  readonly rows: readonly RecordRow[]
  /** Their rows as they are now. */
  readonly current: Current
  /** By record, the sides that it is archived in. */
  readonly sides: ReadonlyMap<string, readonly Side[]>
}

/** Of the stored records those that are archived elsewhere and still there; followed by nobody, they are read anew. */
export async function archivedElsewhere(work: FlowWork, side: Side, stored: readonly RecordRow[]): Promise<Archived> {
  const rows = stored.filter((row) => {
    const archived = row.links.filter((link) => link.state === 'archived')
    return archived.length > 0 && archived.every((link) => link.sideId !== side.id)
  })
  const current = new Map<number, Map<string, readonly Raw[]>>()
  for (const other of work.sides) {
    const ids = rows.flatMap((row) =>
      row.links.flatMap((l) => (l.sideId === other.id && l.state === 'archived' ? [l.remoteId] : [])),
    )
    const there = new Map<string, readonly Raw[]>()
    for (let i = 0; i < ids.length; i += other.remote.capabilities.maxBatch) {
      const found = await other.remote.read(ids.slice(i, i + other.remote.capabilities.maxBatch))
      for (const record of found) there.set(record.id, record.values)
    }
    current.set(other.id, there)
  }
  const sides = new Map<string, Side[]>()
  const revived = rows.map((row): RecordRow => {
    const links = row.links.map((link) => {
      if (link.state !== 'archived') return link
      if (!current.get(link.sideId)!.has(link.remoteId)) return { ...link, state: 'gone' as const }
      const at = work.sides.find((other) => other.id === link.sideId)!
      sides.set(row.id, [...(sides.get(row.id) ?? []), at])
      return { ...link, state: 'live' as const }
    })
    return { ...row, links }
  })
  return { rows: revived.filter((row) => sides.has(row.id)), current, sides }
}

/** Notes in an outcome that a record is followed again where it was archived, and that the mark is to be taken back. */
export function revive(row: RecordRow, sides: readonly Side[], outcome: Outcome): void {
  for (const side of sides) {
    const at = (link: { recordId: string; sideId: number }) => link.recordId === row.id && link.sideId === side.id
    if (!outcome.links.some(at)) outcome.links.push(row.links.find(at)!)
    if (side.mayWrite)
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
