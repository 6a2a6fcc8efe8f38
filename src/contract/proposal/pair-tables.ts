import type { SourceCatalogue, SourceObject } from './catalogue.ts'
import { tableTopic } from './names.ts'
import { pairColumns, tellingColumns } from './pair-columns.ts'
import type { Both } from './proposal.ts'

/** Tables that seem to hold the same records, the most alike first; each table at most once. */
export function pairTables(catalogues: Both<SourceCatalogue>): readonly Both<SourceObject>[] {
  const candidates = catalogues.map((catalogue) => catalogue.objects.filter(canBeAFlow))
  const scored = candidates[0]!.flatMap((a) =>
    candidates[1]!.flatMap((b) => {
      const score = tableScore([a, b])
      return score > 0 ? [{ pair: [a, b] as const, score }] : []
    }),
  )
  scored.sort((x, y) => y.score - x.score)
  const taken = new Set<SourceObject>()
  const pairs: Both<SourceObject>[] = []
  for (const { pair } of scored) {
    if (taken.has(pair[0]) || taken.has(pair[1])) continue
    taken.add(pair[0]).add(pair[1])
    pairs.push(pair)
  }
  return pairs
}

/** A record needs one column that identifies it for ever; rows of another record are its lines, not a flow. */
function canBeAFlow(table: SourceObject): boolean {
  const topic = tableTopic(table.name)
  return table.primaryKey.length === 1 && !topic.isLines
}

function tableScore(pair: Both<SourceObject>): number {
  const [a, b] = [tableTopic(pair[0].name), tableTopic(pair[1].name)]
  if (a.entity !== b.entity || a.isOther !== b.isOther) return 0
  const candidates = pair.map((table) => tellingColumns(table, keyColumns(table))) as [
    SourceObject['columns'],
    SourceObject['columns'],
  ]
  const shared = pairColumns(pair, candidates).length
  if (shared === 0) return 0
  const overlap = shared / Math.max(1, Math.min(candidates[0].length, candidates[1].length))
  const differing =
    a.qualifiers.filter((word) => !b.qualifiers.includes(word)).length +
    b.qualifiers.filter((word) => !a.qualifiers.includes(word)).length
  return (a.noun === b.noun ? 1 : 0.85) - 0.1 * differing + 0.5 * overlap
}

/** Columns that identify the record or point to another. */
export function keyColumns(table: SourceObject): ReadonlySet<string> {
  return new Set([...table.primaryKey, ...table.foreignKeys.flatMap((key) => key.columns)])
}
