import type { SourceObject } from './catalogue.ts'
import type { Proposal, Side } from './proposal.ts'
import { asideReason } from './set-aside.ts'

/** The tables of a side that a person can pair, the weightiest first and logs, copies and lines last. */
export function pairableTables({ systems, unpaired }: Proposal, side: Side): readonly SourceObject[] {
  const weighty = new Set(unpaired[side])
  const rest = systems[side].catalogue.objects.filter((table) => !weighty.has(table))
  return [...weighty, ...rest].filter((table) => {
    const why = asideReason(table)
    return why === null || why === 'lines' || why === 'bookkeeping'
  })
}
