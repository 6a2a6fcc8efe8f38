import { laterOf } from '../merge/change-time.ts'
import { preferredOf, type Candidate } from '../merge/correlate.ts'
import { lookalikes, type Lookalike } from '../store/state/contested.ts'
import { recordsById, recordsInState } from '../store/state/links.ts'
import { commitOutcome, emptyOutcome } from '../store/state/outcome.ts'
import { updateRules } from '../store/state/records.ts'
import { ambiguousCase, counterpartCase, type CandidateView } from './case-drafts.ts'
import { UNREADABLE } from './hold-back.ts'
import { stampOf, underLease, type FlowWork } from './flow-work.ts'
import { encodeGolden, titleOf } from './golden.ts'
import { markCreations } from './observe.ts'
import { goneFrom } from './returned.ts'
import { dueFields, loadStates, type Loaded } from './translate.ts'
import { decideUnmatched, type Creation } from './unmatched.ts'

const BATCH = 2_000

/**
 * Every side has been looked at: what is still without a counterpart has none, and the contract says what that means.
 * `contested`: records that more than one remote record could be. Answers which records are due somewhere now.
 */
export async function decidePending(
  work: FlowWork,
  contested: ReadonlyMap<string, readonly string[]>,
): Promise<string[]> {
  const due: string[] = []
  let after = '0'
  for (;;) {
    const ids = await recordsInState(work.database, work.row.id, 'pending', after, BATCH)
    if (ids.length === 0) return due
    after = ids.at(-1)!
    const outcome = emptyOutcome()
    const creations: Creation[] = []
    const rules: { id: string; rule: string }[] = []
    const alike = Map.groupBy(await lookalikes(work.database, ids), (pair) => pair.id)
    for (const record of await loadStates(work, work.database, await recordsById(work.database, ids))) {
      const { row, golden, sides } = record
      // What several systems hold is kept in agreement in any case; open is only whether the others get it.
      const joined = sides.length > 1
      const home = (joined && sides.find((s) => s.side.leads)) || sides[0]
      const base = { id: row.id, version: row.version, layoutId: work.goldenLayout, golden: encodeGolden(golden) }
      if (!home) {
        outcome.records.push({ ...base, state: 'deleted' })
        continue
      }
      for (const { side, state } of joined ? sides : [])
        if (dueFields(work, side, golden, state.now, state.waived).length > 0)
          outcome.dirty.push({ recordId: row.id, sideId: side.id, action: 'sync', rule: 'same value' })
      const doubt = await doubtAbout(work, record, alike.get(row.id) ?? [], contested)
      if (doubt && joined) {
        // The records of the others that it could be ask for themselves.
        outcome.records.push({ ...base, state: 'live' })
        continue
      }
      if (doubt) {
        outcome.records.push({ ...base, state: doubt.asks ? 'held' : 'left alone' })
        rules.push({ id: row.id, rule: doubt.rule })
        if (!doubt.asks) continue
        work.counts.held++
        const about = {
          recordId: row.id,
          sideId: home.side.id,
          remoteId: home.link.remoteId,
          title: titleOf(work.flow, golden),
        }
        outcome.cases.push(
          doubt.unreadable
            ? counterpartCase(work.flow, home.side.system, doubt.unreadable, about)
            : ambiguousCase(work.flow, home.side.system, doubt.candidates, about),
        )
        continue
      }
      const verdict = decideUnmatched(work, home.side, home.state.changedAt, golden)
      outcome.records.push({ ...base, state: joined ? 'live' : verdict.state })
      rules.push({ id: row.id, rule: verdict.rule })
      const except = new Set(sides.map((s) => s.side.id))
      const again = goneFrom(row)
      verdict.carryOut(
        {
          again,
          recordId: row.id,
          golden,
          remoteId: home.link.remoteId,
          version: row.version,
          except,
        },
        outcome,
        creations,
      )
    }
    markCreations(work, { outcome, creations })
    for (const { recordId } of outcome.dirty) due.push(recordId)
    await underLease(work, async (session) => {
      await commitOutcome(session, outcome, stampOf(work))
      await updateRules(session, rules)
    })
  }
}

interface Doubt {
  readonly rule: string
  readonly asks: boolean
  readonly candidates: readonly CandidateView[]
  /** The counterpart, when it is known and cannot be read for now. */
  readonly unreadable: CandidateView | undefined
}

/** Why a record without a counterpart may have one after all, or be a double; null when there is no doubt. */
async function doubtAbout(
  work: FlowWork,
  record: Loaded,
  alike: readonly Lookalike[],
  contested: ReadonlyMap<string, readonly string[]>,
): Promise<Doubt | null> {
  const { id } = record.row
  const { duplicates } = work.flow.edgeCases
  const [first] = record.sides
  const home = first!.side
  const held = alike.find((pair) => pair.state === 'held' && UNREADABLE.has(pair.rule))
  // Twins of the same side, about which nothing has been decided either: the contract takes one of them, or none.
  const twins =
    record.sides.length > 1 ? [] : alike.filter((pair) => pair.state === 'pending' && pair.sideId === home.id)
  const isDouble = alike.some((pair) => BigInt(pair.other) < BigInt(id) && !twins.includes(pair) && !isLeftOut(pair))
  if (!held && !isDouble && twins.length === 0 && !contested.has(id)) return null
  const others = await loadStates(
    work,
    work.database,
    await recordsById(work.database, [...new Set([...alike.map((pair) => pair.other), ...(contested.get(id) ?? [])])]),
  )
  if (!held && !isDouble && !contested.has(id) && duplicates !== 'ask') {
    const rivals = others.filter((other) => twins.some((pair) => pair.other === other.row.id))
    if (preferredOf([record, ...rivals].map(asCandidate), duplicates).record === id) return null
  }
  const candidates = others.map((other): CandidateView => ({
    record: other.row.id,
    title: titleOf(work.flow, other.golden),
    where: other.sides.map((s) => `${s.side.system} ${s.link.remoteId}`).join(', '),
    taken: other.sides.some((s) => s.side === home),
  }))
  const unreadable = candidates.find((candidate) => candidate.record === held?.other && !candidate.taken)
  if (unreadable) return { rule: 'counterpart held', asks: true, candidates, unreadable }
  if (duplicates === 'ask') return { rule: 'duplicate: asked', asks: true, candidates, unreadable: undefined }
  return { rule: `duplicate: ${duplicates}`, asks: false, candidates, unreadable: undefined }
}

/** It was left out because another record is taken in its place. */
const isLeftOut = ({ state, rule }: Lookalike): boolean =>
  state === 'left alone' && (rule === 'duplicate: oldest' || rule === 'duplicate: most complete')

function asCandidate({ row, golden, sides }: Loaded): Candidate {
  return {
    record: row.id,
    taken: false,
    changedAt: sides.map((s) => s.state.changedAt).reduce(laterOf, null),
    filled: golden.reduce((n, value) => n + (value === null ? 0 : 1), 0),
  }
}
