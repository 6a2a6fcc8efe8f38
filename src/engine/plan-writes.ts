import type { CreateItem, DeleteItem, RemoteRecord, UpdateItem } from '../connector-kit/port.ts'
import type { RowWrite } from '../contract/mapping/mapping.ts'
import { inEach, type InEach } from '../model/language.ts'
import { type Canonical, Invalid, type Raw, type Reading } from '../model/value.ts'
import type { DirtyAction } from '../store/state/dirty.ts'
import { formersOfRecords } from '../store/state/former.ts'
import type { LinkRow } from '../store/state/links.ts'
import type { OperationDraft } from '../store/log/operations.ts'
import { isValue, type Waived } from '../merge/side-state.ts'
import { beforeArchive } from './archived.ts'
import type { Dependant } from './dependants.ts'
import type { FlowWork } from './flow-work.ts'
import { encodeWaived } from './golden.ts'
import { keepReferred } from './keep-referred.ts'
import { resolverIn, resolverOut, rowOf, type Side } from './side.ts'
import { dueFields, isComputed } from './translate.ts'
import { CASE_WORDS } from './words/case-words.ts'

/*
 * Stage three, planned: for each golden record that is due in a side, the smallest write that brings the side to it.
 * Reads the store for references only; nothing is sent or stored here.
 */

export interface WriteItem {
  readonly recordId: string
  readonly version: number
  readonly golden: readonly Canonical[]
  readonly action: DirtyAction
  readonly rule: string
  readonly link: LinkRow | null
  /** Fields that the contract has only just got and nobody has compared yet: nothing is known to be due. */
  readonly fresh?: readonly number[]
  /** It is written as it is read: no mark was ever made of it. */
  readonly direct?: true
  /** Since when it has been due (milliseconds since the epoch); absent when it is due just now. */
  readonly since?: number
}

export interface PlannedWrite {
  readonly item: WriteItem
  readonly operation: OperationDraft
  readonly call:
    { kind: 'create'; item: CreateItem } | { kind: 'update'; item: UpdateItem } | { kind: 'delete'; item: DeleteItem }
  /** Fields that the write brings to their golden values. */
  readonly fields: readonly number[]
  /** Some fields wait for a record of the same flow; the mark stays for a second write (law L18, cycles). */
  readonly partial: boolean
  /** It only gives a unique value up for a moment; the mark stays for what is due. */
  readonly makesWay?: true
  /** A column in which several records exchange values, and none of them can make way for the others. */
  readonly stuck?: string
  /** The row as it was last known, in today's shape; null when there is none, or it does not matter any more. */
  readonly row: readonly Raw[] | null
}

export interface WritePlan {
  readonly writes: PlannedWrite[]
  /** Records that need nothing after all. */
  readonly idle: string[]
  readonly blocked: BlockedWrite[]
  /** Links of sides that compute something else than was agreed, so that nothing can be written. */
  readonly waived: LinkRow[]
}

/**
 * A write that cannot be made: `parked`, not before another record is there; `kept`, a deletion, not before another record
 * is gone or refers to something else; `quarantined`, not before somebody mends something.
 */
export type BlockedWrite = { readonly recordId: string } & (
  | { readonly state: 'parked'; readonly waitsFor: { readonly flow: string; readonly record: string } }
  | { readonly state: 'kept'; readonly by: Dependant }
  | { readonly state: 'quarantined'; readonly why: InEach }
)

interface Draft {
  readonly item: WriteItem
  readonly values: readonly Raw[] | null
  readonly due: readonly number[]
  readonly reading: readonly Reading[] | null
  /** Of a revival: what the archive columns held before; null when nobody knows any more. */
  readonly lifted?: ReadonlyMap<string, Raw> | null
  /** Of a creation: what the record last held here, under an id that is something else's by now. */
  readonly former?: readonly Raw[]
  /** Of a restoration: the row, which is still there, marked as deleted. */
  readonly marked?: RemoteRecord
}

export async function planWrites(work: FlowWork, side: Side, items: readonly WriteItem[]): Promise<WritePlan> {
  const plan: WritePlan = { writes: [], idle: [], blocked: [], waived: [] }
  const rows = items.map((item) => (item.link ? rowOf(side, item.link.image, item.link.layoutId, work.layouts) : null))
  const resolveIn = await resolverIn(
    work.database,
    side,
    rows.filter((row) => row !== null),
  )
  const resolveOut = await resolverOut(
    work.database,
    side,
    items.map((item) => item.golden),
  )
  const before = await beforeArchive(
    work,
    side,
    items.flatMap((item) => (item.action === 'revive' ? [item.recordId] : [])),
  )
  const formers = await formerRows(work, side, items)
  const marked = await markedRows(side, items)
  const drafts: Draft[] = []
  const writable = writableFields(work, side)
  items.forEach((one, n) => {
    // Something else has its id by now, so it is made again under another one; or it is there again.
    const isMoot = one.action === 'restore' && (one.link === null || one.link.state === 'live')
    const item: WriteItem = isMoot ? { ...one, action: 'sync' } : one
    const { link, action } = item
    const values = rows[n]!
    const live = link?.state === 'live'
    if (action !== 'restore' && link && !live) return void plan.idle.push(item.recordId)
    if (action !== 'sync' && action !== 'restore' && !live) return void plan.idle.push(item.recordId)
    const creating = !link || action === 'restore'
    const reading = values && side.mapping.read(values, resolveIn)
    const waived = link?.waived ? (JSON.parse(link.waived) as Waived) : {}
    const due = !creating
      ? dueFields(work, side, item.golden, reading, waived).filter((i) => !item.fresh?.includes(i))
      : action === 'restore'
        ? writable.filter((i) => !staysAsItWas(waived[work.flow.fields[i]!.name], item.golden[i] ?? null))
        : writable
    const lifted = action === 'revive' ? (before.get(item.recordId) ?? null) : undefined
    const former = link === null ? formers.get(item.recordId) : undefined
    const stays = action === 'restore' && link ? marked.get(link.remoteId) : undefined
    drafts.push({
      item,
      values,
      due,
      reading,
      ...(lifted !== undefined && { lifted }),
      ...(former && { former }),
      ...(stays && { marked: stays }),
    })
  })
  const { ids } = side.remote.capabilities
  const newcomers = drafts.filter((draft) => draft.item.link === null).length
  const reserved =
    ids === 'reserved' && newcomers > 0 ? [...(await side.remote.reserveIds(newcomers))].toReversed() : []
  await work.operationIds.reserve(work.database, drafts.length)
  for (const draft of drafts) planOne(work, side, draft, resolveOut, reserved, plan)
  await keepReferred(work, side, plan)
  return plan
}

/**
 * Whether a restored record keeps what it held in a field: the system may differ there from the agreed value. A reference
 * that could not be read is none of that, for it may lead to what was deleted.
 */
export function staysAsItWas(waiver: Waived[string] | undefined, golden: Canonical): boolean {
  return waiver !== undefined && waiver[0] === golden && waiver[1] !== 'missing reference: field skipped'
}

/** Rows of records to be restored that are still there, marked as deleted. */
async function markedRows(side: Side, items: readonly WriteItem[]): Promise<ReadonlyMap<string, RemoteRecord>> {
  const ids = items.flatMap(({ action, link }) => (action === 'restore' && link ? [link.remoteId] : []))
  if (side.readMarked === undefined || ids.length === 0) return new Map()
  const rows: RemoteRecord[] = []
  const { maxBatch } = side.remote.capabilities
  for (let i = 0; i < ids.length; i += maxBatch) rows.push(...(await side.readMarked(ids.slice(i, i + maxBatch))))
  return new Map(rows.map((row) => [row.id, row]))
}

/** The last rows of records that were in the side under another id (law L14). */
async function formerRows(
  work: FlowWork,
  side: Side,
  items: readonly WriteItem[],
): Promise<ReadonlyMap<string, readonly Raw[]>> {
  const ids = items.flatMap((item) => (item.link === null && !item.direct ? [item.recordId] : []))
  const formers = await formersOfRecords(work.database, side.id, ids)
  return new Map(formers.map((one) => [one.recordId, rowOf(side, one.image, one.layoutId, work.layouts)]))
}

function writableFields(work: FlowWork, side: Side): number[] {
  return work.flow.fields.flatMap((_, i) =>
    side.mayWrite && (side.mapping.writable[i] || isComputed(work, side, i)) ? [i] : [],
  )
}

function planOne(
  work: FlowWork,
  side: Side,
  draft: Draft,
  resolve: (flow: string, id: string) => string | undefined,
  reserved: string[],
  plan: WritePlan,
): void {
  const { item, values, reading } = draft
  const { flow } = work
  const records = flow.records[side.system]!
  const { link, action, recordId } = item
  let due = draft.due
  const before = values === null ? null : link!.image
  const push = (
    call: PlannedWrite['call'],
    kind: OperationDraft['kind'],
    remoteId: string | null,
    patch: string | null,
    fields: string | null,
    partial = false,
  ) =>
    void plan.writes.push({
      item,
      call,
      fields: due,
      partial,
      row: values,
      operation: {
        id: work.operationIds.take(),
        recordId,
        rule: item.rule,
        version: item.version,
        kind,
        remoteId,
        patch,
        fields,
        before,
        layoutId: link?.layoutId ?? side.layoutId,
      },
    })

  if (action === 'delete') {
    due = []
    const { deleted } = records
    push(
      deleted
        ? { kind: 'update', item: { id: link!.remoteId, expect: link!.image, set: deleted } }
        : { kind: 'delete', item: { id: link!.remoteId, expect: link!.image } },
      'delete',
      link!.remoteId,
      deleted ? JSON.stringify({ set: deleted }) : null,
      null,
    )
    return
  }
  if (action === 'archive') {
    due = []
    const set = records.archive ?? {}
    push(
      { kind: 'update', item: { id: link!.remoteId, expect: link!.image, set } },
      'archive',
      link!.remoteId,
      JSON.stringify({ set }),
      null,
    )
    return
  }
  // A restore begins with the last row, so what became empty since must be emptied.
  const last = action === 'restore' ? values! : undefined
  let write = side.mapping.write(item.golden, due, values, resolve, last)
  const within = write.waitsFor.filter((parent) => parent.flow === flow.name)
  let partial = false
  if (write.waitsFor.length > within.length) {
    const parent = write.waitsFor.find((candidate) => candidate.flow !== flow.name)!
    plan.blocked.push({ recordId, state: 'parked', waitsFor: parent })
    return
  }
  if (within.length > 0) {
    // Records that refer to each other within the flow: first without the reference, then with it.
    partial = true
    due = due.filter(
      (i) => flow.fields[i]!.spec.type !== 'reference' || (flow.fields[i]!.spec as { flow: string }).flow !== flow.name,
    )
    write = side.mapping.write(item.golden, due, values, resolve, last)
  }
  const { invalid } = write
  if (invalid.length > 0) {
    const { field, problem } = invalid[0]!
    const { name } = flow.fields[field]!
    const why = inEach((language) => `${name}: ${problem.reasonIn(language)}`)
    plan.blocked.push({ recordId, state: 'quarantined', why })
    return
  }
  if (link === null) {
    const base = draft.former && { ...plainColumns(side, draft.former), [records.id]: undefined }
    const own = draft.former ? side.mapping.write(item.golden, due, draft.former, resolve, draft.former).set : write.set
    const set = base || !isEmpty(records.onCreate) ? defined({ ...base, ...records.onCreate, ...own }) : write.set
    const given = side.newId?.(item.golden)
    if (given instanceof Invalid) {
      const why = inEach((language) => `${records.id}: ${given.reasonIn(language)}`)
      plan.blocked.push({ recordId, state: 'quarantined', why })
      return
    }
    const id = given ?? reserved.pop()
    const lines = inserts(write)
    const create: CreateItem = { ...(id !== undefined && { id }), values: set, ...(lines && { lines }) }
    const patch = id === undefined ? JSON.stringify({ set, lines: write.lines }) : null
    // A create that leaves something out says what it holds, so that the rest is not forgotten if its answer is lost.
    const told = partial ? JSON.stringify(due.map((i) => [flow.fields[i]!.name, null, item.golden[i] ?? null])) : null
    push({ kind: 'create', item: create }, 'create', id ?? null, patch, told, partial)
    return
  }
  if (action === 'restore') {
    // From this system's own last image, unmapped columns included (law L14), brought to today's golden values.
    const set = { ...plainColumns(side, values!), ...records.onCreate, ...write.set }
    const lines = inserts(write)
    if (draft.marked) {
      // Its row has stayed: what marks it as deleted is taken back, and all else that is not as it was.
      const held = draft.marked.values
      const { columns, id, changedAt, version } = side.remote.layout
      const differs = Object.entries(set).filter(([column, value]) => {
        const place = columns.indexOf(column)
        return ![id, changedAt, version].includes(place) && held[place] !== value
      })
      const back = { id: link.remoteId, expect: draft.marked.image, set: Object.fromEntries(differs) }
      push({ kind: 'update', item: back }, 'restore', link.remoteId, JSON.stringify({ set: back.set }), null)
      return
    }
    push(
      { kind: 'create', item: { id: link.remoteId, values: set, ...(lines && { lines }) } },
      'restore',
      link.remoteId,
      JSON.stringify({ set, lines: write.lines }),
      null,
    )
    return
  }
  if (draft.lifted === null) {
    const why = inEach((language) => CASE_WORDS[language].stillArchived(side.system))
    plan.blocked.push({ recordId, state: 'quarantined', why })
    return
  }
  const set = { ...(draft.lifted && liftedColumns(side, draft.lifted, values!)), ...write.set }
  const touchesLines = Object.values(write.lines).some((l) => l.insert.length + l.update.length + l.delete.length > 0)
  if (isEmpty(set) && !touchesLines) {
    if (partial) plan.blocked.push({ recordId, state: 'parked', waitsFor: within[0]! })
    else {
      plan.idle.push(recordId)
      const computed = due.filter((i) => isValue(reading![i]) && reading![i] !== item.golden[i])
      if (computed.length > 0) plan.waived.push(waivedIn(work, link, item.golden, computed))
    }
    return
  }
  // What the system computes is no part of the write.
  const written = due.filter((i) => side.mapping.writable[i])
  const fields = written.map((i) => {
    const from = reading![i]
    return [flow.fields[i]!.name, typeof from === 'string' ? from : null, item.golden[i] ?? null]
  })
  push(
    {
      kind: 'update',
      item: { id: link.remoteId, expect: link.image, set, ...(touchesLines && { lines: write.lines }) },
    },
    'update',
    link.remoteId,
    JSON.stringify({ set, lines: write.lines }),
    JSON.stringify(fields),
    partial,
  )
}

/** The link of a side that keeps what it has in these fields, as long as their golden values stand. */
function waivedIn({ flow }: FlowWork, link: LinkRow, golden: readonly Canonical[], fields: readonly number[]): LinkRow {
  const waived: Record<string, readonly [Canonical, string]> = link.waived ? (JSON.parse(link.waived) as Waived) : {}
  const lossy = Object.fromEntries(fields.map((i) => [flow.fields[i]!.name, [golden[i] ?? null, 'lossy'] as const]))
  return { ...link, waived: encodeWaived({ ...waived, ...lossy }) }
}

/** Columns that mark a record as archived, as they were before, where that is not what they hold. */
function liftedColumns(side: Side, before: ReadonlyMap<string, Raw>, values: readonly Raw[]): Record<string, Raw> {
  return Object.fromEntries([...before].filter(([column, value]) => values[side.places.get(column)!] !== value))
}

/** The lines of a record that is made anew; null when it has none. */
function inserts({ lines }: RowWrite): CreateItem['lines'] | null {
  if (isEmpty(lines)) return null
  return Object.fromEntries(Object.entries(lines).map(([name, change]) => [name, change.insert]))
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false
  return true
}

/** A row by column, lines aside. */
function plainColumns(side: Side, values: readonly Raw[]): Record<string, Raw> {
  return Object.fromEntries(
    side.remote.layout.columns.flatMap((column, i) => (isLine(side, i) ? [] : [[column, values[i] ?? null]])),
  )
}

const defined = (columns: Readonly<Record<string, Raw | undefined>>): Record<string, Raw> =>
  Object.fromEntries(
    Object.entries(columns).flatMap(([column, value]) => (value === undefined ? [] : [[column, value]])),
  )

const isLine = (side: Side, place: number): boolean =>
  [...side.remote.layout.lines.values()].some((lines) => lines.place === place)
