import type { FlowWork } from './flow-work.ts'
import type { Side } from './side.ts'
import type { Loaded } from './translate.ts'

/** Records as they are when a side's rows that a point read does not find are left out: what is gone takes nobody's place. */
export async function withoutVanished(
  work: FlowWork,
  side: Side,
  loaded: readonly Loaded[],
): Promise<readonly Loaded[]> {
  const ids = loaded.flatMap((record) => record.sides.flatMap((s) => (s.side === side ? [s.link.remoteId] : [])))
  if (work.firstSync || ids.length === 0) return loaded
  const there = new Set<string>()
  for (let i = 0; i < ids.length; i += side.remote.capabilities.maxBatch) {
    for (const { id } of await side.remote.read(ids.slice(i, i + side.remote.capabilities.maxBatch))) there.add(id)
  }
  return loaded.map((record): Loaded => {
    const own = record.sides.find((s) => s.side === side)
    if (!own || there.has(own.link.remoteId)) return record
    const links = record.row.links.map((link) => (link === own.link ? { ...link, state: 'gone' as const } : link))
    return { ...record, row: { ...record.row, links }, sides: record.sides.filter((s) => s !== own) }
  })
}
