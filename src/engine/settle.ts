import type { RemoteRecord } from '../connector-kit/port.ts'
import type { Raw } from '../model/value.ts'
import { knownImages, recordsById, type RecordRow } from '../store/links.ts'
import { unsettledBatches, type OperationDraft, type UnsettledBatch } from '../store/operations.ts'
import type { DirtyAction } from '../store/dirty.ts'
import { sideOf, type FlowWork } from './flow-work.ts'
import { decodeGolden } from './golden.ts'
import type { PlannedWrite, WriteItem } from './plan-writes.ts'
import { storeResults, type Result, type Sent } from './send.ts'
import { resolverIn, type Side } from './side.ts'

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
            moved: [...before.moved, ...sent.moved],
            gone: [...before.gone, ...sent.gone],
          }
        : sent,
    )
  }
  return result
}

/** Settles one batch, by reading the records that it was about. */
export async function settle(work: FlowWork, side: Side, batch: UnsettledBatch): Promise<Sent> {
  const rows = new Map(
    (await recordsById(work.database, [...new Set(batch.operations.map((o) => o.recordId))])).map((row) => [
      row.id,
      row,
    ]),
  )
  const operations = batch.operations.filter((operation) => rows.has(operation.recordId))
  const current = await readAll(
    side,
    operations.flatMap((o) => (o.remoteId === null ? [] : [o.remoteId])),
  )
  const created = await findCreated(
    work,
    side,
    operations.filter((o) => o.remoteId === null),
  )
  const writes = operations.map((operation) => revive(work, side, operation, rows.get(operation.recordId)!))
  const resolve = await resolverIn(
    work.database,
    side,
    [...current.values()].map((record) => record.values),
  )
  const results = operations.map((operation, i): Result => {
    const record =
      operation.remoteId === null ? (created.get(operation.id) ?? null) : (current.get(operation.remoteId) ?? null)
    switch (operation.kind) {
      case 'create':
      case 'restore':
        return record ? { kind: 'done', record } : { kind: 'not sent' }
      case 'delete':
        if (record === null) return { kind: 'done', record: null }
        return record.image === operation.before ? { kind: 'not sent' } : { kind: 'conflict', current: record }
      case 'update':
      case 'archive': {
        if (record === null) return { kind: 'conflict', current: null }
        if (record.image === operation.before) return { kind: 'not sent' }
        const { item, fields } = writes[i]!
        const reading = side.mapping.read(record.values, resolve)
        const landed =
          operation.kind === 'archive'
            ? holds(side, record, operation)
            : fields.every((f) => reading[f] === item.golden[f])
        return landed ? { kind: 'done', record } : { kind: 'conflict', current: record }
      }
    }
  })
  return storeResults(work, side, batch.id, writes, results)
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
  const { values: golden } = decodeGolden(work.flow, row.golden, work.layouts.get(row.layoutId))
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
  const fields = work.flow.fields.flatMap((field, i) =>
    (named ? named.includes(field.name) : side.mapping.writable[i] && link === null) ? [i] : [],
  )
  // `lines: {}` makes the result be read field by field: what was sent may not be known any more.
  const call: PlannedWrite['call'] =
    operation.kind === 'delete'
      ? { kind: 'delete', item: { id: operation.remoteId!, expect: operation.before ?? '' } }
      : operation.kind === 'create' || operation.kind === 'restore'
        ? { kind: 'create', item: { values: {}, lines: {} } }
        : { kind: 'update', item: { id: operation.remoteId!, expect: operation.before ?? '', set: {}, lines: {} } }
  return { item, operation, call, fields, partial: false }
}

function holds(side: Side, record: RemoteRecord, operation: OperationDraft): boolean {
  const { set } = JSON.parse(operation.patch ?? '{"set":{}}') as { set: Record<string, Raw> }
  return Object.entries(set).every(([column, value]) => record.values[side.places.get(column)!] === value)
}

async function readAll(side: Side, ids: readonly string[]): Promise<Map<string, RemoteRecord>> {
  const found = new Map<string, RemoteRecord>()
  const { maxBatch } = side.remote.capabilities
  for (let i = 0; i < ids.length; i += maxBatch) {
    for (const record of await side.remote.read(ids.slice(i, i + maxBatch))) found.set(record.id, record)
  }
  return found
}

/**
 * Creates whose id the system would have assigned: found by all the values that were sent, among records that nothing is
 * linked to. Twins with the same values stand for one another.
 */
async function findCreated(
  work: FlowWork,
  side: Side,
  operations: readonly OperationDraft[],
): Promise<Map<string, RemoteRecord>> {
  const result = new Map<string, RemoteRecord>()
  const taken = new Set<string>()
  const { maxBatch } = side.remote.capabilities
  for (let i = 0; i < operations.length; i += maxBatch) {
    const part = operations.slice(i, i + maxBatch)
    const hits = await side.remote.search(
      part.map((o) => (JSON.parse(o.patch ?? '{"set":{}}') as { set: Record<string, Raw> }).set),
    )
    const known = await knownImages(work.database, side.id, [...new Set(hits.flat().map((record) => record.id))])
    for (const { remoteId, recordId } of known) if (recordId !== null) taken.add(remoteId)
    part.forEach((operation, n) => {
      const hit = hits[n]!.find((record) => !taken.has(record.id))
      if (!hit) return
      taken.add(hit.id)
      result.set(operation.id, hit)
    })
  }
  return result
}
