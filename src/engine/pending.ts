import { recordsById, recordsInState } from '../store/links.ts'
import { emptyOutcome } from '../store/outcome.ts'
import { updateRules } from '../store/records.ts'
import { commitOutcome } from '../store/outcome.ts'
import { stampOf, underLease, type FlowWork } from './flow-work.ts'
import { encodeGolden, titleOf } from './golden.ts'
import { markCreations } from './observe.ts'
import { loadStates } from './translate.ts'
import { decideUnmatched, type Creation } from './unmatched.ts'

const BATCH = 2_000

/** Every side has been looked at: what is still without a counterpart has none, and the contract says what that means. */
export async function decidePending(work: FlowWork): Promise<void> {
  let after = '0'
  for (;;) {
    const ids = await recordsInState(work.database, work.row.id, 'pending', after, BATCH)
    if (ids.length === 0) return
    after = ids.at(-1)!
    const outcome = emptyOutcome()
    const creations: Creation[] = []
    const rules: { id: string; rule: string }[] = []
    for (const { row, golden, sides } of await loadStates(work, work.database, await recordsById(work.database, ids))) {
      const home = sides[0]
      const base = { id: row.id, version: row.version, layoutId: work.goldenLayout, golden: encodeGolden(golden) }
      if (!home) {
        outcome.records.push({ ...base, state: 'deleted' })
        continue
      }
      const verdict = decideUnmatched(work, home.side, home.state.changedAt)
      outcome.records.push({ ...base, state: verdict.state })
      rules.push({ id: row.id, rule: verdict.rule })
      const except = new Set(sides.map((s) => s.side.id))
      verdict.carryOut({ recordId: row.id, golden, title: titleOf(work.flow, golden), remoteId: home.link.remoteId, version: row.version, except }, outcome, creations)
    }
    markCreations(work, { outcome, creations })
    await underLease(work, async (session) => {
      await commitOutcome(session, outcome, stampOf(work))
      await updateRules(session, rules)
    })
  }
}
