import type { KeyColumn } from '../connector-kit/port.ts'
import { orderWrites, placeholderFor, type OrderedWrite } from '../connector-kit/write-order.ts'
import type { Raw } from '../model/value.ts'
import type { PlannedWrite } from './plan-writes.ts'
import type { Side } from './side.ts'

/** Writes that are sent together, after those of earlier layers. */
export interface Layer {
  readonly writes: readonly PlannedWrite[]
  /** Of some writes: the records whose own writes must have landed before. */
  readonly after: ReadonlyMap<PlannedWrite, readonly string[]>
}

/** Planned writes of a side in layers that can land one after the other, each write with its turn in its layer. */
export function layersOf(side: Side, writes: readonly PlannedWrite[]): Layer[] {
  const { uniqueKeys = [] } = side.remote.layout
  const ownReferences = ownReferencesOf(side)
  if (writes.length === 0) return []
  if (writes.length === 1 || (uniqueKeys.length === 0 && ownReferences.length === 0))
    return [{ writes, after: new Map() }]
  const turns = orderWrites(
    { uniqueKeys, ownReferences },
    writes.map((write) => orderedWrite(side, write)),
    (place, column) => placeholderFor(BigInt(writes[place]!.operation.id), column),
  )
  const layers = new Map<number, { writes: PlannedWrite[]; after: Map<PlannedWrite, readonly string[]> }>()
  writes.forEach((write, n) => {
    const { layer: at, turn, after, release, ring } = turns[n]!
    const layer = layers.get(at) ?? { writes: [], after: new Map<PlannedWrite, readonly string[]>() }
    layers.set(at, layer)
    const extra = { ...(turn > 0 && { turn }), ...(release && { release }), ...(ring !== null && { ring }) }
    const sent = write.call.kind === 'create' || Object.keys(extra).length === 0 ? write : withTurn(write, extra)
    layer.writes.push(sent)
    if (after.length > 0)
      layer.after.set(
        sent,
        after.map((place) => writes[place]!.item.recordId),
      )
  })
  return [...layers].toSorted(([a], [b]) => a - b).map(([, layer]) => layer)
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

function withTurn(write: PlannedWrite, extra: object): PlannedWrite {
  const { call } = write
  if (call.kind === 'update') return { ...write, call: { kind: 'update', item: { ...call.item, ...extra } } }
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
