import type { RemoteRecord } from '../connector-kit/port.ts'
import { isFormOf } from '../merge/form-of.ts'
import { tellingFields } from '../merge/same-thing.ts'
import { isValue } from '../merge/side-state.ts'
import type { Canonical, Raw, Reading } from '../model/value.ts'
import type { OperationDraft } from '../store/log/operations.ts'
import { knownImages } from '../store/state/links.ts'
import type { FlowWork } from './flow-work.ts'
import { resolverIn, type Side } from './side.ts'

/** A creation whose answer was lost, and the agreed values that it was made from. */
interface LostCreation {
  readonly operation: OperationDraft
  readonly golden: readonly Canonical[]
}

/** What more rows than this hold tells none of them. */
const MOST_ALIKE = 20

/**
 * Creates whose id the system would have assigned: found by all the values that were sent, among records that nothing is
 * linked to. Twins with the same values stand for one another. What the system keeps in its own way, or what somebody
 * changed since, is found by the values that records are matched by; what has none of them, by single values that tell.
 */
export async function findCreated(
  work: FlowWork,
  side: Side,
  lost: readonly LostCreation[],
): Promise<Map<string, RemoteRecord>> {
  const result = new Map<string, RemoteRecord>()
  const taken = new Set<string>()
  const { maxBatch } = side.remote.capabilities
  const look = async (wanted: readonly { operation: OperationDraft; values: Record<string, Raw> }[]): Promise<void> => {
    for (let i = 0; i < wanted.length; i += maxBatch) {
      const part = wanted.slice(i, i + maxBatch)
      const hits = await side.remote.search(part.map(({ values }) => values))
      const known = await knownImages(work.database, side.id, [...new Set(hits.flat().map((record) => record.id))])
      for (const { remoteId, recordId } of known) if (recordId !== null) taken.add(remoteId)
      part.forEach(({ operation }, n) => {
        const hit = result.has(operation.id) ? undefined : hits[n]!.find((record) => !taken.has(record.id))
        if (!hit) return
        taken.add(hit.id)
        result.set(operation.id, hit)
      })
    }
  }
  await look(lost.map(({ operation }) => ({ operation, values: patchOf(operation) })))
  for (const columns of matchColumns(work, side)) {
    await look(
      lost.flatMap(({ operation }) => {
        const set = patchOf(operation)
        const complete = columns.every((column) => typeof set[column] === 'string')
        if (result.has(operation.id) || !complete) return []
        return [{ operation, values: Object.fromEntries(columns.map((column) => [column, set[column]!])) }]
      }),
    )
  }
  for (const creation of lost) {
    if (result.has(creation.operation.id)) continue
    const hit = await findAlike(work, side, creation, taken)
    if (!hit) continue
    taken.add(hit.id)
    result.set(creation.operation.id, hit)
  }
  return result
}

/** A row that nobody has ever looked at, and that holds at least as many of the telling values as it does not. */
async function findAlike(
  work: FlowWork,
  side: Side,
  { operation, golden }: LostCreation,
  taken: ReadonlySet<string>,
): Promise<RemoteRecord | undefined> {
  const set = patchOf(operation)
  const places = tellingPlaces(work, side, golden)
  const columns = places.flatMap(({ column }) => (typeof set[column] === 'string' ? [column] : []))
  const rows = new Map<string, RemoteRecord>()
  for (const column of columns) {
    const [hits = []] = await side.remote.search([{ [column]: set[column]! }], MOST_ALIKE)
    if (hits.length < MOST_ALIKE) for (const row of hits) if (!taken.has(row.id)) rows.set(row.id, row)
  }
  if (rows.size === 0) return undefined
  for (const { remoteId } of await knownImages(work.database, side.id, [...rows.keys()])) rows.delete(remoteId)
  const resolve = await resolverIn(
    work.database,
    side,
    [...rows.values()].map(({ values }) => values),
  )
  const keys = keyFields(work)
  const alike = [...rows.values()].flatMap((row) => {
    const reading = side.mapping.read(row.values, resolve)
    const holds = (field: number): boolean => {
      const held = reading[field]!
      return isValue(held) && isFormOf(golden[field] ?? null, held)
    }
    // With another key it is another thing, whatever they share.
    if (keys.some((field) => isFilled(golden[field]) && isFilled(reading[field]) && !holds(field))) return []
    return [{ row, same: places.filter(({ field }) => holds(field)).length }]
  })
  const best = alike.toSorted((a, b) => b.same - a.same)[0]
  return best && best.same > 0 && 2 * best.same >= places.length ? best.row : undefined
}

/** Fields of a record that tell it from others, and are there, with their columns in a side. */
function tellingPlaces({ flow }: FlowWork, side: Side, golden: readonly Canonical[]) {
  return tellingFields(flow).flatMap((field) => {
    const mapping = flow.fields[field]!.mapping[side.system]
    const value = golden[field] ?? null
    return mapping?.kind === 'column' && value !== null && value.length > 2 ? [{ field, column: mapping.column }] : []
  })
}

const isFilled = (value: Reading | undefined): boolean => value !== undefined && value !== null && value !== ''

const keyFields = ({ flow }: FlowWork): number[] =>
  flow.fields.flatMap(({ name }, i) =>
    flow.match.some((rule) => rule.kind === 'exact' && rule.fields.includes(name)) ? [i] : [],
  )

const patchOf = ({ patch }: OperationDraft): Record<string, Raw> =>
  (JSON.parse(patch ?? '{"set":{}}') as { set: Record<string, Raw> }).set

/** Columns of the side that hold the fields of each exact match rule, where all of them are plain columns. */
function matchColumns(work: FlowWork, side: Side): string[][] {
  return work.flow.match.flatMap((rule) => {
    if (rule.kind !== 'exact') return []
    const columns = rule.fields.flatMap((name) => {
      const mapping = work.flow.fields.find((field) => field.name === name)?.mapping[side.system]
      return mapping?.kind === 'column' ? [mapping.column] : []
    })
    return columns.length === rule.fields.length ? [columns] : []
  })
}
