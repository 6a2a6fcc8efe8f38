import { firstAgreement } from '../merge/first-agreement.ts'
import { matchKeys } from '../merge/match-key.ts'
import type { LinkRow, RecordRow } from '../store/state/links.ts'
import type { Outcome } from '../store/state/outcome.ts'
import { deletionSubject, recordSubject } from './case-drafts.ts'
import type { FlowWork } from './flow-work.ts'
import { encodeGolden, encodeWaived } from './golden.ts'
import { applyMerge } from './linked-merge.ts'
import type { Observed, Side } from './side.ts'
import { newcomerState, type Loaded } from './translate.ts'

export type Agreement = FlowWork['flow']['edgeCases']['existingRecords']

/** Links a remote record to the golden record that it turned out to be. */
export async function joinNewcomer(
  work: FlowWork,
  side: Side,
  observed: Observed & { readonly keys: readonly (string | null)[] },
  target: Loaded,
  outcome: Outcome,
  policy?: Agreement,
): Promise<void> {
  const { record, reading } = observed
  const before = outcome.retired.get(record.id)
  if (before !== undefined) outcome.became.push({ from: before, to: target.row.id })
  const newcomer = newcomerState(side, reading, record.values)
  const merged = firstAgreement(
    work.flow,
    target.golden,
    target.sides.map((s) => s.state),
    newcomer,
    policy,
  )
  const link: LinkRow = {
    sideId: side.id,
    remoteId: record.id,
    recordId: target.row.id,
    layoutId: side.layoutId,
    state: 'live',
    waived: encodeWaived(merged.waived.get(side.system) ?? {}),
    image: record.image,
  }
  const ended = target.row.links.find((l) => l.sideId === side.id)
  if (ended?.remoteId === record.id) outcome.links.push(link)
  else {
    // A link that was given up or whose record is gone gives way to the newcomer's.
    if (ended) outcome.freed.push({ sideId: side.id, remoteId: ended.remoteId, undecided: false })
    outcome.newLinks.push(link)
  }
  // That it is gone from another system is a question still.
  const isGoneElsewhere = target.row.links.some((l) => l.sideId !== side.id && l.state === 'gone')
  const isAsked = target.row.state === 'held' && isGoneElsewhere
  if (target.row.state === 'held' && !isAsked) {
    outcome.settled.push({ subject: recordSubject(target.row.id) })
    outcome.settled.push({ subject: deletionSubject(target.row.id) })
  }
  // Seen in some systems so far: what that means for the others is decided when all of them have been looked at.
  const complete = work.sides.every((s) => s === side || target.row.links.some((l) => l.sideId === s.id))
  const isWhole = complete && !(target.row.state === 'deleted' && isGoneElsewhere)
  const settled = isWhole || target.row.state === 'live' ? 'live' : 'pending'
  const row: RecordRow = { ...target.row, state: isAsked ? 'held' : settled }
  if (merged.changes.length === 0 && target.row.state !== row.state) {
    outcome.records.push({
      id: row.id,
      version: row.version,
      layoutId: work.goldenLayout,
      state: row.state,
      golden: encodeGolden(merged.golden),
    })
  }
  const joined: Loaded = {
    ...target,
    row,
    sides: [...target.sides, { side, link, values: record.values, last: reading, state: newcomer }],
  }
  const links = outcome.links.length
  await applyMerge(work, joined, merged, outcome, new Map())
  // The newcomer's own link stands already.
  for (let i = outcome.links.length - 1; i >= links; i--)
    if (outcome.links[i]!.sideId === side.id) outcome.links.splice(i, 1)
  // The match keys of the newcomer's own values lead to the record too.
  const golden = new Set(matchKeys(work.flow, merged.golden))
  const had = new Set(matchKeys(work.flow, target.golden))
  for (const key of new Set(observed.keys))
    if (key !== null && !golden.has(key) && !had.has(key)) outcome.moreKeys.push({ key, recordId: row.id })
}
