import type { RemoteRecord } from '../connector-kit/port.ts'
import type { Flow } from '../contract/contract.ts'
import type { Rule } from '../contract/rule.ts'
import { agreeOnFields } from '../merge/first-agreement.ts'
import { matchKeys } from '../merge/match-key.ts'
import type { Merged } from '../merge/draft.ts'
import { mergeRecord, type Pending } from '../merge/merge-record.ts'
import { isSkipped, isValue } from '../merge/side-state.ts'
import type { Canonical } from '../model/value.ts'
import type { LinkRow, RecordRow } from '../store/state/links.ts'
import type { Outcome } from '../store/state/outcome.ts'
import { lastChanges } from '../store/log/revisions.ts'
import { fieldCase, fieldSubject, oscillationCase } from './case-drafts.ts'
import type { FlowWork } from './flow-work.ts'
import { encodeGolden, encodeWaived, titleOf } from './golden.ts'
import { inDoubt } from './identity.ts'
import { readAll } from './read-all.ts'
import { flips, historiesOf, type Histories } from './oscillation.ts'
import type { Side } from './side.ts'
import { dueFields, type Current, type Loaded } from './translate.ts'
import { writeSubject } from './write-cases.ts'

/*
 * Linked records: what is needed to merge them, and what a merge means in rows – revision, golden values, links with
 * their last images, marks for the sides that are due a write, questions to people.
 */

/** Reads the counterparts of changed records, so that edits on several sides meet (and nothing unseen is overwritten). */
export async function readOthers(
  work: FlowWork,
  side: Side,
  rows: readonly RecordRow[],
  mine: ReadonlyMap<string, RemoteRecord>,
  absent: { sideId: number; remoteId: string }[],
): Promise<Current> {
  const current = new Map<number, Map<string, RemoteRecord['values']>>()
  current.set(side.id, new Map([...mine].map(([id, record]) => [id, record.values])))
  for (const other of work.sides) {
    if (other === side) continue
    const links = rows.flatMap((row) => row.links.filter((l) => l.sideId === other.id && l.state === 'live'))
    if (links.length === 0) continue
    const there = await readAll(
      other,
      links.map((link) => link.remoteId),
    )
    const found = new Map(there.map((record) => [record.id, record.values]))
    for (const { remoteId } of links) if (!found.has(remoteId)) absent.push({ sideId: other.id, remoteId })
    // What may be another thing by now counts as not read: its own page tells.
    for (const remoteId of await inDoubt(work, other, links, there)) found.delete(remoteId)
    current.set(other.id, found)
  }
  return current
}

/** Golden values that have not reached every side yet, with whose they are. Looked up only where it matters. */
export async function pendingOf(work: FlowWork, loaded: readonly Loaded[]): Promise<ReadonlyMap<string, Pending>> {
  const { flow, database } = work
  const shared = flow.fields.flatMap((field, i) => (field.master === 'shared' ? [i] : []))
  const open = loaded.filter((record) =>
    record.sides.some((s) =>
      shared.some((i) => s.state.holds[i] && s.state.shadow?.[i] !== record.golden[i] && isValue(s.state.shadow?.[i])),
    ),
  )
  return open.length === 0
    ? new Map()
    : lastChanges(
        database,
        open.map((record) => record.row.id),
      )
}

/** Merges a record as it stands; what the contract has just begun to keep in agreement is joined like existing records. */
export function mergeLoaded(flow: Flow, { golden, fresh, sides }: Loaded, pending?: Pending): Merged {
  const states = sides.map((s) => s.state)
  const merged = mergeRecord(flow, golden, states, pending, fresh)
  if (fresh.length === 0) return merged
  const waived = states.map((state) => ({ ...state, waived: merged.waived.get(state.system) ?? {} }))
  const joined = agreeOnFields(flow, merged.golden, waived, fresh)
  return {
    golden: joined.golden,
    changes: [...merged.changes, ...joined.changes],
    waived: joined.waived,
    asks: [...merged.asks, ...joined.asks],
    settled: [...merged.settled, ...joined.settled],
  }
}

/** Turns a merge into rows; false when the record has to be looked at again. `histories`: when they are known already. */
export async function applyMerge(
  work: FlowWork,
  record: Loaded,
  merged: Merged,
  outcome: Outcome,
  seen: ReadonlyMap<number, RemoteRecord>,
  histories?: Histories,
): Promise<boolean> {
  const { row } = record
  const title = titleOf(work.flow, merged.golden)
  let { golden, waived, asks } = merged
  let changes = merged.changes
  const past = histories ?? (await historiesOf(work.database, [{ row, changes }]))
  const flipping = flips(past.get(row.id) ?? [], changes)
  if (flipping.length > 0) ({ golden, waived, changes } = breakOscillation(work, record, merged, flipping, outcome))
  asks = asks.filter((ask) => !flipping.includes(ask.field))
  const moved = changes.some((change) => change.from !== change.to)
  const version = changes.length > 0 ? row.version + 1 : row.version
  if (changes.length > 0) outcome.revisions.push({ recordId: row.id, version, changes: JSON.stringify(changes) })
  // Written in today's shape in any case: a field that the rules let go of now is joined anew when it comes back (law L8).
  if (changes.length > 0 || row.layoutId !== work.goldenLayout) {
    outcome.records.push({
      id: row.id,
      version,
      layoutId: work.goldenLayout,
      state: row.state,
      golden: encodeGolden(golden),
    })
  }
  // Also where the record is not yet, since it was refused.
  if (moved && row.state === 'live') outcome.moved.push(row.id)
  if (moved) rekey(work, row.id, record.golden, golden, outcome)
  // Rules that match by other fields than before find what was agreed under the old ones, too.
  if (work.rulesChanged)
    for (const key of matchKeys(work.flow, golden)) if (key !== null) outcome.moreKeys.push({ key, recordId: row.id })
  let settledHere = true
  for (const { side, link, values, state } of record.sides) {
    const sideWaived = waived.get(side.system) ?? {}
    const remote = seen.get(side.id)
    const image = remote ? remote.image : values === undefined ? link.image : imageOf(side, link, values)
    const nextWaived = encodeWaived(sideWaived)
    if (image !== link.image || nextWaived !== link.waived || link.layoutId !== side.layoutId || remote) {
      outcome.links.push({ ...link, image, layoutId: side.layoutId, waived: nextWaived, state: 'live' })
    }
    if (Object.keys(sideWaived).some((field) => isSkipped(sideWaived, field))) settledHere = false
    if (row.state === 'live' && dueFields(work, side, golden, state.now, sideWaived).length > 0) {
      outcome.dirty.push({ recordId: row.id, sideId: side.id, action: 'sync', rule: ruleFor(changes) })
    } else if (!work.firstSync) {
      outcome.idle.push({ recordId: row.id, sideId: side.id })
      // A deletion that was refused is still to be carried out, whatever the record holds.
      if (row.state !== 'deleted') outcome.settled.push({ subject: writeSubject(row.id, side.system) })
    }
  }
  for (const ask of asks) {
    outcome.cases.push(fieldCase(work.flow, ask, { recordId: row.id, sideId: null, remoteId: null, title }))
    // Under other rules the same difference may have been asked about as something else.
    const other = ask.kind === 'conflict' ? 'outside edit' : 'conflict'
    outcome.settled.push({ kind: other, subject: fieldSubject(row.id, ask.field) })
  }
  work.counts.conflicts += asks.length
  for (const field of merged.settled) outcome.settled.push({ subject: fieldSubject(row.id, field) })
  return settledHere
}

function imageOf(side: Side, link: LinkRow, values: RemoteRecord['values']): string {
  const image = encodeGolden(values)
  return link.layoutId === side.layoutId && image === link.image ? link.image : image
}

function breakOscillation(work: FlowWork, record: Loaded, merged: Merged, fields: readonly string[], outcome: Outcome) {
  const golden = [...merged.golden]
  const waived = new Map([...merged.waived].map(([system, w]) => [system, { ...w }]))
  for (const name of fields) {
    const i = work.flow.fields.findIndex((field) => field.name === name)
    golden[i] = record.golden[i]!
    const values: Record<string, Canonical> = { golden: golden[i] }
    for (const { state } of record.sides) {
      if (!state.holds[i] || !isValue(state.now[i])) continue
      values[state.system] = state.now[i]
      if (state.now[i] !== golden[i]) waived.get(state.system)![name] = [golden[i], 'oscillation']
    }
    outcome.cases.push(
      oscillationCase(work.flow, name, values, {
        recordId: record.row.id,
        sideId: null,
        remoteId: null,
        title: titleOf(work.flow, golden),
      }),
    )
  }
  return { golden, waived, changes: merged.changes.filter((change) => !fields.includes(change.field)) }
}

function rekey(
  work: FlowWork,
  recordId: string,
  before: readonly Canonical[],
  after: readonly Canonical[],
  outcome: Outcome,
): void {
  const old = new Set(matchKeys(work.flow, before))
  const now = new Set(matchKeys(work.flow, after))
  for (const key of old) if (key !== null && !now.has(key)) outcome.droppedKeys.push({ key, recordId })
  for (const key of now) if (key !== null && !old.has(key)) outcome.moreKeys.push({ key, recordId })
}

/** The rule that best explains why a side is due a write. */
function ruleFor(changes: Merged['changes']): Rule {
  return (changes.find((change) => change.from !== change.to) ?? changes[0])?.rule ?? 'same value'
}
