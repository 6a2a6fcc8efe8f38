import type { RemoteRecord } from '../connector-kit/port.ts'
import { matchKeys } from '../merge/match-key.ts'
import { compareRows, hasNothingOf, isFoundByKey, type Row } from '../merge/same-thing.ts'
import { isValue, type Waived } from '../merge/side-state.ts'
import type { Canonical, Raw, Reading } from '../model/value.ts'
import { recordsById, type RecordRow } from '../store/state/links.ts'
import { unsettledBatches, type OperationDraft, type UnsettledBatch } from '../store/log/operations.ts'
import type { DirtyAction } from '../store/state/dirty.ts'
import { findCreated } from './find-created.ts'
import { sideOf, type FlowWork } from './flow-work.ts'
import { afterCreate, afterUpdate, mayBeOurs } from './confirmed.ts'
import { madeWay, standsFor } from './makes-way.ts'
import { readAll } from './read-all.ts'
import { staysAsItWas, type PlannedWrite, type WriteItem } from './plan-writes.ts'
import { storeResults, type Result, type Sent } from './send.ts'
import { resolverIn, resolverOut, rowOf, type Side } from './side.ts'
import { commonValues, withoutRest } from './telling-rows.ts'
import { goldenOf } from './translate.ts'

/*
 * After a crash or a lost response: batches whose intent stands without a result. The systems themselves say what became
 * of each write – ours, theirs, or neither – and nothing is repeated that has landed (law L16).
 */

/** Settles every unfinished batch of the flow; answers what has to be merged anew, by side. */
export async function settleUnfinished(work: FlowWork): Promise<ReadonlyMap<Side, Sent>> {
  const result = new Map<Side, Sent>()
  for (const batch of await unsettledBatches(
    work.database,
    work.sides.map((side) => side.id),
  )) {
    const side = sideOf(work, batch.sideId)
    const sent = await settle(work, side, batch)
    const before = result.get(side)
    result.set(
      side,
      before
        ? {
            landed: before.landed + sent.landed,
            done: [...before.done, ...sent.done],
            obstructed: [],
            moved: [...before.moved, ...sent.moved],
            gone: [...before.gone, ...sent.gone],
          }
        : sent,
    )
  }
  return result
}

/** Settles one batch, by reading the records that it was about – once nothing of it can land any more. */
export async function settle(work: FlowWork, side: Side, batch: UnsettledBatch): Promise<Sent> {
  await side.remote.awaitWrites?.()
  const rows = new Map(
    (await recordsById(work.database, [...new Set(batch.operations.map((o) => o.recordId))])).map((row) => [
      row.id,
      row,
    ]),
  )
  const operations = batch.operations.filter((operation) => rows.has(operation.recordId))
  const there = await readAll(
    side,
    operations.flatMap((o) => (o.remoteId === null ? [] : [o.remoteId])),
  )
  const current = new Map(there.map((record) => [record.id, record]))
  const writes = operations.map((operation) => revive(work, side, operation, rows.get(operation.recordId)!))
  const created = await findCreated(
    work,
    side,
    writes.flatMap(({ operation, item: { golden } }) => (operation.remoteId === null ? [{ operation, golden }] : [])),
  )
  const resolve = await resolverIn(
    work.database,
    side,
    [...current.values(), ...created.values()].map((record) => record.values),
  )
  const resolveGolden = await resolverOut(
    work.database,
    side,
    writes.map(({ item }) => item.golden),
  )
  const others = await takenByOthers(
    work,
    side,
    writes.flatMap(({ operation, item: { golden }, fields }): Given[] => {
      if (operation.kind !== 'create' || operation.remoteId === null) return []
      const record = current.get(operation.remoteId)
      if (!record) return []
      const { set } = side.mapping.write(golden, fields, null, resolveGolden)
      const sent = { ...operation, patch: JSON.stringify({ set }) }
      return [{ operation: sent, golden, record, reading: side.mapping.read(record.values, resolve) }]
    }),
  )
  const moved: RemoteRecord[] = []
  const landed = (confirmed: RemoteRecord, record: RemoteRecord): Result => {
    if (confirmed !== record) moved.push(record)
    return { kind: 'done', record: confirmed }
  }
  const results = operations.map((operation, i): Result => {
    const record =
      operation.remoteId === null ? (created.get(operation.id) ?? null) : (current.get(operation.remoteId) ?? null)
    const { item, fields } = writes[i]!
    switch (operation.kind) {
      case 'create':
      case 'restore': {
        if (!record) return { kind: 'not sent' }
        const reading = side.mapping.read(record.values, resolve)
        // Its id may have been given to something else before it came there, most of all in a system that was restored.
        const { share, key } = likeness(work, reading, item.golden)
        if (operation.kind === 'restore' && (key === false || (key === null && share < 0.5)))
          return { kind: 'not sent' }
        const other = others.get(operation.id)
        if (other === 'other') return { kind: 'not sent' }
        // What nobody maps was not sent, so it tells nothing about whether the row is ours.
        const sent = other === 'perhaps' ? withoutRest(work, side, record) : record
        const confirmed = afterCreate(side, work.flow.fields, item.golden, fields, reading, sent, resolveGolden)
        const result = landed(confirmed, record)
        // Only an id that we gave tells whose it is.
        return operation.remoteId === null && confirmed !== record ? { kind: 'found', record: confirmed } : result
      }
      case 'delete':
        if (record === null) return { kind: 'done', record: null }
        return record.image === operation.before ? { kind: 'not sent' } : { kind: 'conflict', current: record }
      case 'update':
      case 'archive': {
        if (record === null) return { kind: 'conflict', current: null }
        if (record.image === operation.before) return { kind: 'not sent' }
        const reading = side.mapping.read(record.values, resolve)
        const before = rowOf(side, operation.before!, operation.layoutId ?? side.layoutId, work.layouts)
        const was = side.mapping.read(before, resolve)
        const ours = madeWay(operation)
          ? holds(side, record, operation, standsFor)
          : operation.kind === 'archive' || fields.length === 0
            ? holds(side, record, operation)
            : fields.every((f) => {
                const now = reading[f]
                if (now === item.golden[f]) return true
                return (
                  isValue(now) && now !== was[f] && mayBeOurs(work.flow.fields[f]!, side.system, item.golden[f]!, now)
                )
              })
        if (!ours) return { kind: 'conflict', current: record }
        return landed(afterUpdate(side, before, touchedBy(work, side, operation), record), record)
      }
    }
  })
  const sent = await storeResults(work, side, batch.id, writes, results)
  return { ...sent, moved: [...sent.moved, ...moved] }
}

interface Given {
  readonly operation: OperationDraft
  readonly golden: readonly Canonical[]
  /** What is there under the id that was given, and what that says. */
  readonly record: RemoteRecord
  readonly reading: readonly Reading[]
}

/**
 * Creates under whose ids there is another thing, by operation: ids change hands also while an answer is lost. `perhaps`: no
 * key of the record is there, but it is not found elsewhere, either, so that somebody may have edited it.
 */
async function takenByOthers(
  work: FlowWork,
  side: Side,
  given: readonly Given[],
): Promise<Map<string, 'other' | 'perhaps'>> {
  const result = new Map<string, 'other' | 'perhaps'>()
  const suspects: Given[] = []
  for (const one of given) {
    const { golden, record } = one
    // What the system may have made of a value is the value.
    const now = one.reading.map((value, i) => {
      const sent = golden[i] ?? null
      return isValue(value) && mayBeOurs(work.flow.fields[i]!, side.system, sent, value) ? sent : value
    })
    const rows: [Row, Row] = [
      { reading: golden, rest: [] },
      { reading: now, rest: [] },
    ]
    if (isFoundByKey(compareRows(work.flow, ...rows))) continue
    const common = (await commonValues(work, side))(record.id)
    if (hasNothingOf(compareRows(work.flow, ...rows, common))) result.set(one.operation.id, 'other')
    else suspects.push(one)
  }
  const elsewhere = await findCreated(work, side, suspects)
  for (const { operation, record } of suspects) {
    const { id } = operation
    const found = elsewhere.get(id)
    result.set(id, found && found.id !== record.id ? 'other' : 'perhaps')
  }
  return result
}

/** Whether a row has a key of a record (null: nothing can be compared), and what share of its values. */
function likeness({ flow }: FlowWork, reading: readonly Reading[], golden: readonly Canonical[]) {
  const read = reading.map((value) => (isValue(value) ? value : null))
  const [there, wanted] = [matchKeys(flow, read), matchKeys(flow, golden)]
  const compared = wanted.flatMap((key, i) => (key === null || (there[i] ?? null) === null ? [] : key === there[i]))
  const filled = golden.flatMap((value, i) => (value === null ? [] : read[i] === value))
  return {
    key: compared.length === 0 ? null : compared.includes(true),
    share: filled.length === 0 ? 1 : filled.filter(Boolean).length / filled.length,
  }
}

/** Columns that an operation changes: what it sets, what every update sets, what the system computes from it. */
function touchedBy({ flow }: FlowWork, side: Side, operation: OperationDraft): Set<string> {
  const { set, lines } = patchOf(operation)
  const stamps = flow.records[side.system]!.updateStamps ?? {}
  const computed = side.remote.layout.computed ?? []
  return new Set([...Object.keys(set), ...Object.keys(lines ?? {}), ...Object.keys(stamps), ...computed])
}

function patchOf(operation: OperationDraft): { set: Record<string, Raw>; lines?: Record<string, unknown> } {
  return JSON.parse(operation.patch ?? '{"set":{}}') as { set: Record<string, Raw>; lines?: Record<string, unknown> }
}

const ACTIONS: Record<OperationDraft['kind'], DirtyAction> = {
  create: 'sync',
  update: 'sync',
  delete: 'delete',
  archive: 'archive',
  restore: 'restore',
}

/** The planned write that an operation was made from, as far as settling needs it. */
function revive(work: FlowWork, side: Side, operation: OperationDraft, row: RecordRow): PlannedWrite {
  const { values: golden } = goldenOf(work, row)
  const link = row.links.find((candidate) => candidate.sideId === side.id) ?? null
  const item: WriteItem = {
    recordId: row.id,
    version: row.version,
    golden,
    action: ACTIONS[operation.kind],
    rule: operation.rule,
    link,
  }
  const named = operation.fields === null ? null : (JSON.parse(operation.fields) as [string][]).map(([name]) => name)
  // A record that is made, or made again, is written in full, but for what its system is known not to keep.
  const whole = link === null || operation.kind === 'restore'
  const waived = link?.waived ? (JSON.parse(link.waived) as Waived) : {}
  const fields = work.flow.fields.flatMap((field, i) =>
    (
      named
        ? named.includes(field.name)
        : whole && side.mapping.writable[i] && !staysAsItWas(waived[field.name], golden[i] ?? null)
    )
      ? [i]
      : [],
  )
  // `lines: {}` makes the result be read field by field: what was sent may not be known any more.
  const call: PlannedWrite['call'] =
    operation.kind === 'delete'
      ? { kind: 'delete', item: { id: operation.remoteId!, expect: operation.before ?? '' } }
      : operation.kind === 'create' || operation.kind === 'restore'
        ? { kind: 'create', item: { values: {}, lines: {} } }
        : { kind: 'update', item: { id: operation.remoteId!, expect: operation.before ?? '', set: {}, lines: {} } }
  const revived = { item, operation, call, fields, partial: leavesOut(work, side, item, fields), row: null }
  return madeWay(operation) ? { ...revived, partial: false, makesWay: true } : revived
}

/** Whether a reference within the flow may have been left out of the write, to be written once both records are there. */
function leavesOut({ flow }: FlowWork, side: Side, { golden, action }: WriteItem, fields: readonly number[]): boolean {
  if (action !== 'sync') return false
  return flow.fields.some(
    ({ spec }, i) =>
      spec.type === 'reference' &&
      spec.flow === flow.name &&
      side.mapping.writable[i] &&
      golden[i] !== null &&
      !fields.includes(i),
  )
}

function holds(
  side: Side,
  record: RemoteRecord,
  operation: OperationDraft,
  same = (sent: Raw, held: Raw | undefined): boolean => sent === held,
): boolean {
  return Object.entries(patchOf(operation).set).every(([column, value]) =>
    same(value, record.values[side.places.get(column)!]),
  )
}
