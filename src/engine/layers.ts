import { ringOf } from '../connector-kit/in-turns.ts'
import type { KeyColumn } from '../connector-kit/port.ts'
import { orderWrites, placeholderFor, type OrderedWrite, type Turn } from '../connector-kit/write-order.ts'
import type { Raw } from '../model/value.ts'
import type { FlowWork } from './flow-work.ts'
import { makingWay } from './makes-way.ts'
import type { PlannedWrite } from './plan-writes.ts'
import type { Side } from './side.ts'

/** Writes that are sent together, after those of earlier layers. */
export interface Layer {
  readonly writes: readonly PlannedWrite[]
  /** Of some writes: the records whose own writes must have landed before. */
  readonly after: ReadonlyMap<PlannedWrite, readonly string[]>
}

export interface Layers {
  readonly layers: readonly Layer[]
  readonly postponed: readonly Postponed[]
}

/** A write that is planned again once records of its ring have made way. */
export interface Postponed {
  readonly write: PlannedWrite
  /** The writes by which they do. */
  readonly until: readonly PlannedWrite[]
}

/** Planned writes of a side in layers that can land one after the other, each write with its turn in its layer. */
export function layersOf(work: FlowWork, side: Side, writes: readonly PlannedWrite[]): Layers {
  const { uniqueKeys = [] } = side.remote.layout
  const ownReferences = ownReferencesOf(side)
  if (writes.length === 0) return { layers: [], postponed: [] }
  if (writes.length === 1 || (uniqueKeys.length === 0 && ownReferences.length === 0))
    return { layers: [{ writes, after: new Map() }], postponed: [] }
  const turns = orderWrites(
    { uniqueKeys, ownReferences, writable: writableColumns(work, side) },
    writes.map((write) => orderedWrite(side, write)),
    (place, column) => placeholderFor(BigInt(writes[place]!.operation.id), column),
  )
  const loosened = loosen(work, side, writes, turns)
  const layers = new Map<number, { writes: PlannedWrite[]; after: Map<PlannedWrite, readonly string[]> }>()
  const postponed: Postponed[] = []
  writes.forEach((write, n) => {
    const { layer: at, turn, after, release, back, ring, stuck } = turns[n]!
    const ways = ring === null ? undefined : loosened.get(ring)
    const way = ways?.get(write)
    if (ways) postponed.push({ write, until: [...ways.values()] })
    if (ways && !way) return
    const layer = layers.get(at) ?? { writes: [], after: new Map<PlannedWrite, readonly string[]>() }
    layers.set(at, layer)
    const extra = { ...(turn > 0 && { turn }), ...(release && { release }), ...(ring !== null && { ring }) }
    const plain = stuck === null ? write : { ...write, stuck }
    const sent = way ?? (Object.keys(extra).length === 0 ? plain : withTurn(plain, extra, back))
    layer.writes.push(sent)
    if (after.length > 0)
      layer.after.set(
        sent,
        after.map((place) => writes[place]!.item.recordId),
      )
  })
  return { layers: [...layers].toSorted(([a], [b]) => a - b).map(([, layer]) => layer), postponed }
}

/**
 * Rings that do not land in one call: by their number, the writes by which records make way first. Where none can, all of
 * the ring is sent as it is, and the system says what stands in the way.
 */
function loosen(
  work: FlowWork,
  side: Side,
  writes: readonly PlannedWrite[],
  turns: readonly Turn[],
): ReadonlyMap<number, ReadonlyMap<PlannedWrite, PlannedWrite>> {
  const { atomicBatch, maxBatch } = side.remote.capabilities
  const found = new Map<number, Map<PlannedWrite, PlannedWrite>>()
  for (const [ring, members] of Map.groupBy(turns.keys(), (n) => turns[n]!.ring)) {
    if (ring === null || (atomicBatch && members.length <= maxBatch)) continue
    const ways = members.flatMap((n): [PlannedWrite, PlannedWrite][] => {
      const { release } = turns[n]!
      const way = release && makingWay(work, side, writes[n]!, release)
      return way ? [[writes[n]!, way]] : []
    })
    if (ways.length > 0) found.set(ring, new Map(ways))
  }
  return found
}

/** Columns that refer to records of the same object: by a constraint, or by the contract alone. */
function ownReferencesOf({ remote, referring }: Side): readonly KeyColumn[] {
  const { ownReferences = [] } = remote.layout
  const mapped = referring.filter(({ own, column }) => own && ownReferences.every((one) => one.name !== column))
  return [
    ...ownReferences,
    ...mapped.map(({ column }) => ({ name: column, kind: 'other' as const, nullable: false, maxLength: null })),
  ]
}

/** Columns whose values the flow knows and may write, so that it brings them back whatever happens. */
function writableColumns({ flow }: FlowWork, side: Side): ReadonlySet<string> {
  return new Set(
    flow.fields.flatMap(({ mapping }, i) => {
      const at = mapping[side.system]
      return side.mapping.writable[i] && at?.kind === 'column' ? [at.column] : []
    }),
  )
}

function withTurn(write: PlannedWrite, extra: object, back: Readonly<Record<string, Raw>> | null): PlannedWrite {
  const { call } = write
  if (call.kind === 'update') {
    const set = back ? { ...call.item.set, ...back } : call.item.set
    return { ...write, call: { kind: 'update', item: { ...call.item, set, ...extra } } }
  }
  if (call.kind === 'delete') return { ...write, call: { kind: 'delete', item: { ...call.item, ...extra } } }
  return write
}

function orderedWrite(side: Side, { call, row, operation }: PlannedWrite): OrderedWrite {
  const set: Readonly<Record<string, Raw>> =
    call.kind === 'create' ? call.item.values : call.kind === 'update' ? call.item.set : {}
  const before = (column: string): Raw | undefined => {
    const place = side.places.get(column)
    return place === undefined || call.kind === 'create' ? undefined : row?.[place]
  }
  return {
    kind: call.kind,
    id: operation.remoteId,
    before,
    after: (column) => (Object.hasOwn(set, column) ? set[column]! : before(column)),
    sets: new Set(Object.keys(set)),
  }
}

/** The writes of a layer in parts that one call takes each, in their order; a ring is not torn apart. */
export function callsOf(writes: readonly PlannedWrite[], most: number): readonly (readonly PlannedWrite[])[] {
  if (writes.length <= most) return [writes]
  const units = [...Map.groupBy(writes, (write) => ringOf(write.call.item) ?? write).values()]
  const last = (unit: readonly PlannedWrite[]): number => Math.max(...unit.map(({ call }) => turnOf(call)))
  const parts: PlannedWrite[][] = []
  for (const unit of units.toSorted((a, b) => last(a) - last(b))) {
    const part = parts.at(-1)
    if (part && part.length + unit.length <= most) part.push(...unit)
    else parts.push([...unit])
  }
  return parts
}

/** Creations come before everything else, and deletions after it. */
const turnOf = ({ kind, item }: PlannedWrite['call']): number =>
  kind === 'create' ? -1 : kind === 'delete' ? Infinity : ('turn' in item && item.turn) || 0
