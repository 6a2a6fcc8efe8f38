import { singleDoubles } from '../store/state/links.ts'
import { commit, sideOf, type FlowWork } from './flow-work.ts'
import type { Decider } from './decider.ts'
import { readAll } from './read-all.ts'
import { markCreations, noteFindings, type Findings } from './observe.ts'

const MOST = 2_000

/**
 * Doubles that are none any more – the record that had their key has another one, or is gone – are decided about as what
 * is seen for the first time; true when there were any. What only looks alike stays a question.
 */
export async function lookAtDoubles(work: FlowWork, decider: Decider, findings: Findings): Promise<boolean> {
  if (work.flow.match.some((rule) => rule.kind === 'similar')) return false
  const doubles = await singleDoubles(work.database, work.row.id, MOST)
  for (const [sideId, list] of Map.groupBy(doubles, (one) => one.sideId)) {
    const side = sideOf(work, sideId)
    const ids = list.map((one) => one.remoteId)
    const records = await readAll(side, ids)
    const decision = await decider.decide(side, records, { last: false, recheck: true, single: new Set(ids) })
    noteFindings(findings, side, decision)
    markCreations(work, decision)
    await commit(work, decision.outcome)
    decider.correlator.committed(decision)
  }
  return doubles.length > 0
}
