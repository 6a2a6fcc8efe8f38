import type { Flow } from '../contract/contract.ts'
import { matchKeys } from '../merge/match-key.ts'
import { isValue } from '../merge/side-state.ts'
import type { Canonical, Raw } from '../model/value.ts'
import type { FlowWork } from './flow-work.ts'
import { goneOrReplaced, inDoubt } from './identity.ts'
import { readAll } from './read-all.ts'
import { mergeLoaded } from './linked-merge.ts'
import type { Side } from './side.ts'
import { loadStates, type Current, type Loaded } from './translate.ts'

/*
 * Records that a newcomer could be, as they are now. What the store knows of them may be older than the newcomer: in the
 * same run a row goes, or another thing gets its id, and a match key is handed from one record to another.
 */

export interface CandidatesNow {
  /** As they were agreed, but without the side's rows that are gone or that are other things by now. */
  readonly records: readonly Loaded[]
  /** `record/key`: match keys that the record does not have any more. */
  readonly handedOn: ReadonlySet<string>
}

export async function candidatesNow(work: FlowWork, side: Side, loaded: readonly Loaded[]): Promise<CandidatesNow> {
  // What this run has made of what it read is as it is now.
  const older = loaded.filter(({ row }) => row.createdRun !== work.runId)
  if (older.length === 0) return { records: loaded, handedOn: new Set() }
  const current = new Map<number, Map<string, readonly Raw[]>>()
  let free: ReadonlySet<string> = new Set()
  for (const at of work.sides) {
    const links = older.flatMap((record) => record.sides.flatMap((s) => (s.side === at ? [s.link] : [])))
    if (links.length === 0) continue
    const rows = await readAll(
      at,
      links.map((link) => link.remoteId),
    )
    // What may be another thing says nothing about the record.
    const doubtful = new Set(await inDoubt(work, at, links, rows))
    current.set(at.id, new Map(rows.flatMap((row) => (doubtful.has(row.id) ? [] : [[row.id, row.values]]))))
    if (at === side) free = await goneOrReplaced(work, side, links, rows, true)
  }
  return {
    records: loaded.map((record) => without(record, side, free)),
    handedOn: await handedOn(work, older, current),
  }
}

function without(record: Loaded, side: Side, free: ReadonlySet<string>): Loaded {
  const own = record.sides.find((s) => s.side === side)
  if (!own || !free.has(own.link.remoteId)) return record
  const links = record.row.links.map((link) => (link === own.link ? { ...link, state: 'gone' as const } : link))
  return { ...record, row: { ...record.row, links }, sides: record.sides.filter((s) => s !== own) }
}

/** Keys of the agreed values that the records will not have once what their systems hold now is merged. */
async function handedOn(work: FlowWork, older: readonly Loaded[], current: Current): Promise<ReadonlySet<string>> {
  const result = new Set<string>()
  const now = await loadStates(
    work,
    work.database,
    older.map((record) => record.row),
    current,
  )
  for (const [i, record] of now.entries()) {
    const before = matchKeys(work.flow, older[i]!.golden)
    const { golden, waived } = mergeLoaded(work.flow, record)
    const after = new Set(matchKeys(work.flow, golden))
    for (const { side, state } of record.sides) {
      // What it may keep for itself leads to it, too.
      const kept = golden.map((value, place): Canonical => {
        const own = state.now[place]
        const mayDiffer = waived.get(side.system)?.[work.flow.fields[place]!.name] !== undefined
        return mayDiffer && isValue(own) ? own : value
      })
      for (const key of matchKeys(work.flow, kept)) after.add(key)
    }
    for (const key of before) if (key !== null && !after.has(key)) result.add(`${record.row.id}/${key}`)
  }
  return result
}

/** `record/key`: keys of records that nobody followed for a while, and that what is left of them does not have any more. */
export function keysGivenUp(flow: Flow, revived: readonly Loaded[]): string[] {
  return revived.flatMap(({ row, golden, sides }) => {
    const after = new Set(
      sides.flatMap(({ state }) =>
        matchKeys(
          flow,
          golden.map((value, i) =>
            state.holds[i] && isValue(state.now[i]) && state.now[i] !== null ? state.now[i] : value,
          ),
        ),
      ),
    )
    return matchKeys(flow, golden).flatMap((key) => (key === null || after.has(key) ? [] : [`${row.id}/${key}`]))
  })
}
