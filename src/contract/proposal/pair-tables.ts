import type { SourceCatalogue, SourceObject } from './catalogue.ts'
import { pairColumns, tellingColumns } from './pair-columns.ts'
import type { Pointers } from './pointers.ts'
import type { Both } from './proposal.ts'
import { asideReason } from './set-aside.ts'
import { topicOf } from './table-topic.ts'

/** Tables that seem to hold the same records, the most alike first; each table at most once, and none that is `given`. */
export function pairTables(
  catalogues: Both<SourceCatalogue>,
  pointers: Both<Pointers>,
  given: ReadonlySet<SourceObject>,
): readonly Both<SourceObject>[] {
  const weights = [weightsOf(catalogues[0], pointers[0]), weightsOf(catalogues[1], pointers[1])] as const
  const candidates = catalogues.map((catalogue) =>
    catalogue.objects.filter((table) => !given.has(table) && asideReason(table) === null),
  )
  const scored = candidates[0]!.flatMap((a) =>
    candidates[1]!.flatMap((b) => {
      const score = tableScore([a, b])
      const weight = (weights[0](a) + weights[1](b)) / 2
      return score > 0 ? [{ pair: [a, b] as const, score: score + WEIGHT * weight }] : []
    }),
  )
  scored.sort((x, y) => y.score - x.score)
  const taken = new Set(given)
  const pairs: Both<SourceObject>[] = []
  for (const { pair } of scored) {
    if (taken.has(pair[0]) || taken.has(pair[1])) continue
    taken.add(pair[0]).add(pair[1])
    pairs.push(pair)
  }
  return pairs
}

/** How much a table's weight counts beside its name and columns. */
const WEIGHT = 0.4

/** How much a table matters in its system, from 0 to 1: by its rows, and by how many others point to it. */
export function weightsOf(catalogue: SourceCatalogue, pointers: Pointers): (table: SourceObject) => number {
  const rows = (table: SourceObject): number => Math.log1p(Math.max(0, table.estimatedRows))
  const pointed = (table: SourceObject): number => Math.log1p(pointers.to(table).length)
  const most = (of: (table: SourceObject) => number): number => Math.max(1, ...catalogue.objects.map(of))
  const [mostRows, mostPointed] = [most(rows), most(pointed)]
  return (table) => (rows(table) / mostRows + pointed(table) / mostPointed) / 2
}

function tableScore(pair: Both<SourceObject>): number {
  const [a, b] = [topicOf(pair[0]), topicOf(pair[1])]
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
