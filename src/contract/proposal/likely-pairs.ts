import type { SourceObject } from './catalogue.ts'
import { pairColumns, tellingColumns } from './pair-columns.ts'
import { keyColumns } from './pair-tables.ts'
import { topicOf } from './table-topic.ts'
import type { Both, GivenPair, Proposal } from './proposal.ts'

/** Tables that could hold the same records, and how many of their columns are alike. */
export interface LikelyPair extends GivenPair {
  readonly columns: number
}

/** Of larger databases only the weightiest tables are compared with each other. */
const MOST_COMPARED = 60
const MOST_LIKELY = 6
const FEWEST_COLUMNS = 2

/** Pairs of tables without a counterpart that could belong together by their columns or by what they are called, the likeliest first; each table once. */
export function likelyPairs({ unpaired }: Pick<Proposal, 'unpaired'>): readonly LikelyPair[] {
  const [left, right] = unpaired.map((tables) =>
    tables.slice(0, MOST_COMPARED).map((table) => ({ table, columns: tellingColumns(table, keyColumns(table)) })),
  ) as [Compared[], Compared[]]
  const scored = left.flatMap((a) =>
    right.flatMap((b) => {
      const shared = pairColumns([a.table, b.table], [a.columns, b.columns]).length
      const all = Math.max(1, Math.min(a.columns.length, b.columns.length))
      const same = topicOf(a.table).entity === topicOf(b.table).entity ? 2 : 0
      return shared + same < FEWEST_COLUMNS
        ? []
        : [{ pair: [a.table, b.table] as const, shared, score: same + shared + shared / all }]
    }),
  )
  const taken = new Set<SourceObject>()
  return scored
    .toSorted((x, y) => y.score - x.score)
    .flatMap(({ pair, shared }): LikelyPair[] => {
      if (pair.some((table) => taken.has(table))) return []
      for (const table of pair) taken.add(table)
      const tables: Both<string> = [pair[0].name, pair[1].name]
      return [{ tables, columns: shared }]
    })
    .slice(0, MOST_LIKELY)
}

interface Compared {
  readonly table: SourceObject
  readonly columns: SourceObject['columns']
}
