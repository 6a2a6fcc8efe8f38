import type { RemoteRecord } from '../connector-kit/port.ts'
import type { Waived } from '../merge/side-state.ts'
import type { Canonical, Reading } from '../model/value.ts'
import type { LinkRow } from '../store/state/links.ts'
import type { FlowWork } from './flow-work.ts'
import { encodeWaived } from './golden.ts'
import type { PlannedWrite } from './plan-writes.ts'
import type { Side } from './side.ts'

/** The link as it stands once the write has landed, and the fields that the system could not keep as they were sent. */
export function linkAfter(
  work: FlowWork,
  side: Side,
  write: PlannedWrite,
  record: RemoteRecord,
  reading: readonly Reading[] | null,
): LinkRow {
  const { item } = write
  const link: LinkRow = {
    sideId: side.id,
    remoteId: record.id,
    recordId: item.recordId,
    layoutId: side.layoutId,
    state: item.action === 'archive' ? 'archived' : 'live',
    waived: null,
    image: record.image,
  }
  if (!item.link?.waived && !reading) return link
  const waived: Record<string, readonly [Canonical, string]> = {}
  const old = item.link?.waived ? (JSON.parse(item.link.waived) as Waived) : {}
  for (const [field, waiver] of Object.entries(old)) {
    const i = work.flow.fields.findIndex((candidate) => candidate.name === field)
    // What the contract has let go of stays known: it may come back.
    const stands = waiver[0] === item.golden[i] && !write.fields.includes(i) && reading?.[i] !== item.golden[i]
    if (i < 0 || stands) waived[field] = waiver
  }
  if (reading) {
    for (const i of write.fields)
      if (reading[i] !== item.golden[i]) waived[work.flow.fields[i]!.name] = [item.golden[i] ?? null, 'lossy']
  }
  return { ...link, waived: encodeWaived(waived) }
}

/** Whether the system holds exactly what was sent, text for text, so that reading it anew tells nothing. */
export function heldAsSent(side: Side, write: PlannedWrite, record: RemoteRecord): boolean {
  if (write.call.kind === 'delete' || write.call.item.lines) return false
  if (write.fields.some((i) => !side.mapping.writable[i])) return false
  const sent = write.call.kind === 'create' ? write.call.item.values : write.call.item.set
  for (const column in sent) if (record.values[side.places.get(column)!] !== sent[column]) return false
  return true
}
