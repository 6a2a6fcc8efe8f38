import { awaitedReferences, settledIdentities } from '../store/state/held.ts'
import type { Decider } from './decider.ts'
import { commit, sideOf, type FlowWork } from './flow-work.ts'
import { markCreations, noteFindings, type Findings } from './observe.ts'
import { readAll } from './read-all.ts'

/**
 * Records that waited for what they refer to, which may have come since, and rows that people need not be asked about any
 * more. Repeats while something moves.
 */
export async function lookAgain(work: FlowWork, decider: Decider, findings: Findings): Promise<void> {
  let before = Infinity
  for (;;) {
    const sides = work.sides.map((side) => side.id)
    const awaited = await awaitedReferences(work.database, sides)
    const bySide = new Map<number, Map<string, number>>()
    for (const { sideId, remoteId, since } of awaited) {
      if (!bySide.has(sideId)) bySide.set(sideId, new Map())
      const ids = bySide.get(sideId)!
      ids.set(remoteId, since === null ? (ids.get(remoteId) ?? 0) : Date.parse(since))
    }
    const toLookAt = (sideId: number, id: string): void => {
      if (!bySide.has(sideId)) bySide.set(sideId, new Map())
      bySide.get(sideId)!.set(id, work.clock())
    }
    for (const [sideId, ids] of findings.again) for (const id of ids) toLookAt(sideId, id)
    for (const { sideId, remoteId } of await settledIdentities(work.database, work.row.id)) toLookAt(sideId, remoteId)
    const count = [...bySide.values()].reduce((sum, ids) => sum + ids.size, 0)
    if (count === 0 || count >= before) return
    before = count
    findings.again.clear()
    for (const [sideId, ids] of bySide) {
      const side = sideOf(work, sideId)
      const list = [...ids.keys()]
      const size = Math.min(2_000, side.remote.capabilities.maxBatch)
      for (let i = 0; i < list.length; i += size) {
        const records = await readAll(side, list.slice(i, i + size))
        const decision = await decider.decide(side, records, { last: true, recheck: true, heldSince: ids })
        noteFindings(findings, side, decision)
        markCreations(work, decision)
        await commit(work, decision.outcome)
        decider.correlator.committed(decision)
      }
    }
  }
}
