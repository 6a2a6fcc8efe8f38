import type { Layout, Marked, ObjectSpec, RemoteObject, RemoteRecord } from '../connector-kit/port.ts'
import { notMarked } from '../connector-kit/tombstones.ts'
import type { Flow, Records } from '../contract/contract.ts'
import { compileMapping, localZone, mappedColumns, type Resolve, type RowMapping } from '../contract/mapping/mapping.ts'
import { compileExpression } from '../contract/expression/expression.ts'
import { ConcordatError } from '../model/errors.ts'
import { decodeImage } from '../model/image.ts'
import { fieldTypeOf } from '../model/types/field-type-of.ts'
import { type Canonical, Invalid, type Raw, type Reading } from '../model/value.ts'
import type { Session } from '../store/database/database.ts'
import { recordsOfRemotes, recordsOnceBehind, remotesOfRecords } from '../store/state/links.ts'
import type { Referring } from './dependants.ts'
import { inShape } from './row-shape.ts'

/** One system of one flow at work: its remote object, its mapping, and where its references lead. */
export interface Side {
  readonly id: number
  readonly system: string
  /** Without the rows that are marked as deleted. */
  readonly remote: RemoteObject
  /** Reads rows that are marked as deleted, too; absent: nothing marks them here. */
  readonly readMarked?: RemoteObject['read']
  readonly mapping: RowMapping
  /** The watermark that stands in the system, where it is behind what is known to have landed: it was restored. */
  readonly behind?: Marked
  /** Column → place in a row. */
  readonly places: ReadonlyMap<string, number>
  /** Shape of the rows that `remote` hands over now. */
  readonly layoutId: number
  /** The contract lets the flow write here. */
  readonly mayWrite: boolean
  /** The flow's master, or the flow has none: records are made and deleted here as of right. */
  readonly leads: boolean
  /** Rows may become hidden from us, so that one which is not there need not be deleted. */
  readonly mayHide: boolean
  /** Zone of times that it stores without one. */
  readonly localZone: string
  /** Makes the id of a new record from its golden values; absent: the system makes ids, or they are reserved. */
  readonly newId?: (golden: readonly Canonical[]) => string | Invalid
  /** Side of each referenced flow in the same system. */
  readonly parents: ReadonlyMap<string, number>
  /** Columns of the same system that refer to its records, of all flows. */
  readonly referring: readonly Referring[]
  /** Sides of other flows that keep records of the same object. */
  readonly sharing: readonly { readonly flow: string; readonly sideId: number }[]
}

/** Whether its records have lines in this system. */
export const hasLines = (flow: Flow, system: string): boolean =>
  flow.fields.some(({ mapping, lines }) => lines && mapping[system]?.kind === 'lines')

/** What a flow needs of one system's object, for the connector. */
export function objectSpec(flow: Flow, system: string): ObjectSpec {
  const records = flow.records[system]!
  const lines = flow.fields.flatMap((field) => {
    const mapping = field.mapping[system]
    if (mapping?.kind !== 'lines' || !field.lines) return []
    const columns = field.lines.fields.flatMap((sub) => {
      const column = sub.mapping[system]
      return column?.kind === 'column' ? [column.column] : []
    })
    return [
      {
        name: field.name,
        object: mapping.object,
        parent: mapping.parent,
        ...(mapping.id && { id: mapping.id }),
        ...(mapping.filter && { filter: mapping.filter }),
        fields: columns,
      },
    ]
  })
  const fixed = [...Object.keys(records.onCreate), ...Object.keys(records.archive ?? {})]
  return {
    object: records.object,
    id: records.id,
    ...(records.changedAt !== undefined && { changedAt: records.changedAt }),
    ...(records.version !== undefined && { version: records.version }),
    ...scopeOf(records),
    timezone: localZone(flow, system),
    fields: [...new Set([...mappedColumns(flow, system), ...fixed])],
    ...(lines.length > 0 && { lines }),
    ...(records.newId && { newId: records.newId }),
    ...(records.createStamps && { createStamps: records.createStamps }),
    ...(records.updateStamps && { updateStamps: records.updateStamps }),
  }
}

/** What belongs to the flow, without what is marked as deleted. */
function scopeOf({ filter, deleted }: Records): Pick<ObjectSpec, 'filter'> {
  if (deleted === undefined) return filter === undefined ? {} : { filter }
  const alive = notMarked(deleted)
  return { filter: filter === undefined ? alive : { op: 'and', of: [filter, alive] } }
}

/** How the contract makes ids from the fields of a record, if it does. */
export function idMaker(flow: Flow, system: string): Side['newId'] {
  const newId = flow.records[system]!.newId
  if (newId?.kind !== 'from') return undefined
  const compiled = compileExpression(
    newId.expression,
    flow.fields.map((field) => field.name),
  )
  if (!compiled.ok) throw new ConcordatError('contract.invalid', `new_id of ${system}: ${compiled.message}.`)
  return (golden) => {
    const id = compiled.evaluate(golden)
    return id === null || id === '' ? new Invalid(['noId', newId.expression], id) : id
  }
}

export function compileSide(flow: Flow, system: string, layout: Layout): RowMapping {
  return compileMapping(flow, system, layout)
}

/** A stored image as a row of today's shape; columns that it does not have are null. */
export function rowOf(
  side: Side,
  image: string,
  layoutId: number,
  layouts: ReadonlyMap<number, readonly string[]>,
): readonly Raw[] {
  const values = decodeImage(image)
  if (layoutId === side.layoutId) return values
  return inShape(values, layouts.get(layoutId) ?? [], layouts.get(side.layoutId)!)
}

/** Looks up what all these rows refer to, in one statement a referenced flow. */
export async function resolverIn(session: Session, side: Side, rows: readonly (readonly Raw[])[]): Promise<Resolve> {
  if (!side.mapping.hasReferences) return () => undefined
  return lookUp(referredBy(side, rows), side, (parent, ids) => recordsOfRemotes(session, parent, ids))
}

/** As `resolverIn`, for what `leadsTo` could not resolve: the records that were there and are gone. */
export async function resolverOfGone(
  session: Session,
  side: Side,
  rows: readonly (readonly Raw[])[],
  leadsTo: Resolve,
): Promise<Resolve> {
  if (!side.mapping.hasReferences) return () => undefined
  const wanted = referredBy(side, rows)
  for (const [flow, ids] of wanted) {
    for (const id of ids) if (leadsTo(flow, id) !== undefined) ids.delete(id)
    if (ids.size === 0) wanted.delete(flow)
  }
  if (wanted.size === 0) return () => undefined
  return lookUp(wanted, side, (parent, ids) => recordsOnceBehind(session, parent, ids))
}

function referredBy(side: Side, rows: readonly (readonly Raw[])[]): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>()
  for (const row of rows) {
    side.mapping.references(row, (flow, id) => {
      let ids = wanted.get(flow)
      if (!ids) wanted.set(flow, (ids = new Set()))
      ids.add(id)
    })
  }
  return wanted
}

/** The other way round: remote ids of the golden records that these values refer to. */
export async function resolverOut(
  session: Session,
  side: Side,
  golden: readonly (readonly Canonical[])[],
): Promise<Resolve> {
  if (!side.mapping.hasReferences) return () => undefined
  const wanted = new Map<string, Set<string>>()
  for (const values of golden) {
    side.mapping.referencesOut(values, (flow, id) => {
      let ids = wanted.get(flow)
      if (!ids) wanted.set(flow, (ids = new Set()))
      ids.add(id)
    })
  }
  return lookUp(wanted, side, (parent, ids) => remotesOfRecords(session, parent, ids))
}

async function lookUp(
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
  side: Side,
  find: (parentSide: number, ids: string[]) => Promise<Map<string, string>>,
): Promise<Resolve> {
  const found = new Map<string, Map<string, string>>()
  for (const [flow, ids] of wanted) {
    const parent = side.parents.get(flow)
    if (parent !== undefined) found.set(flow, await find(parent, [...ids]))
  }
  return (flow, id) => found.get(flow)?.get(id)
}

/** When the system says the record changed: a canonical instant, or a number that grows; null when it does not say. */
export function changedAt(side: Side, values: readonly Raw[]): string | null {
  const { layout } = side.remote
  if (layout.changedAt < 0) return null
  const raw = values[layout.changedAt] ?? null
  return countsChanges(layout) ? raw : changeTime(side, raw)
}

/** Whether changed-at is a number that grows with every write; otherwise it is a time. */
export function countsChanges({ columns, facts, changedAt: place }: Layout): boolean {
  const kind = facts.get(columns[place] ?? '')?.kind
  return kind === 'integer' || kind === 'decimal'
}

/** A changed-at as the system prints it, as a canonical instant; null when it is none. */
export function changeTime(side: Side, raw: Raw): string | null {
  const parsed = fieldTypeOf({ type: 'instant', timezone: side.localZone }).parse(raw)
  return typeof parsed === 'string' ? parsed : null
}

/** A remote record with its canonical reading. */
export interface Observed {
  readonly record: RemoteRecord
  readonly reading: readonly Reading[]
}
