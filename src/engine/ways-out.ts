import { decidingCases } from '../store/cases/deciding-cases.ts'
import { recordsById } from '../store/state/links.ts'
import { sideOf, type FlowWork } from './flow-work.ts'
import type { Side } from './side.ts'

/*
 * What a person can do about a record whose write cannot land: what it is given in its own case, and the case that decides
 * about the record in its way.
 */

/** Systems where each of these records is and may be deleted, besides the one where it is to be brought back. */
export async function deletableOf(
  work: FlowWork,
  side: Side,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (recordIds.length === 0) return new Map()
  const rows = await recordsById(work.database, [...new Set(recordIds)])
  return new Map(
    rows.map(({ id, links }) => [
      id,
      links.flatMap((link) => {
        const other = sideOf(work, link.sideId)
        return link.state === 'live' && other.mayWrite && other !== side ? [other.system] : []
      }),
    ]),
  )
}

/** A record that stands in the way of a write, with the column over which it does. */
export interface InTheWay {
  readonly flow: string
  readonly recordId: string
  readonly columns: readonly string[]
}

/** By record: the open case whose answer decides what becomes of what stands in the way in a system. */
export async function decidedBy(
  { contract, database }: FlowWork,
  system: string,
  all: readonly InTheWay[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  if (all.length === 0) return found
  const cases = await decidingCases(
    database,
    all.map((one) => one.recordId),
  )
  for (const { flow, recordId, columns } of all) {
    const fields = (contract.flows.get(flow)?.fields ?? []).flatMap(({ name, mapping }) => {
      const at = mapping[system]
      return at?.kind === 'column' && columns.includes(at.column) ? [name] : []
    })
    const one = cases.find(
      (row) => row.recordId === recordId && (row.field === null ? row.decides !== null : fields.includes(row.field)),
    )
    if (one) found.set(recordId, one.decides ?? one.id)
  }
  return found
}
