import type { KeyColumn } from '../connector-kit/port.ts'
import { placeholderFor } from '../connector-kit/write-order.ts'
import type { Rule } from '../contract/rule.ts'
import { isValue } from '../merge/side-state.ts'
import type { Raw } from '../model/value.ts'
import type { OperationDraft } from '../store/log/operations.ts'
import type { FlowWork } from './flow-work.ts'
import type { PlannedWrite } from './plan-writes.ts'
import type { Side } from './side.ts'

/*
 * A ring of unique values that one call cannot bring about, because it is larger than a call or because the system takes
 * its writes one by one: one record of it gives its value up first, by a write of its own whose intent is stored like any
 * other's. What is left is a chain, which later calls carry out. Whoever is killed in between leaves what is due marked,
 * and what the record holds meanwhile known as its shadow, so that nobody takes it for an edit.
 */

const RULE: Rule = 'makes way'

/** The write by which a record gives a unique value up for a moment; null where no value could stand there. */
export function makingWay(
  work: FlowWork,
  side: Side,
  write: PlannedWrite,
  release: Readonly<Record<string, Raw>>,
): PlannedWrite | null {
  const set: Record<string, Raw> = {}
  for (const [column, value] of Object.entries(release)) {
    const stands = standIns(side, write, column, value).find((one) => isReadable(work, side, write, column, one))
    if (stands === undefined) return null
    set[column] = stands
  }
  const { item, operation } = write
  return {
    ...write,
    item: { ...item, action: 'sync' },
    call: { kind: 'update', item: { id: item.link!.remoteId, expect: item.link!.image, set } },
    fields: [],
    partial: false,
    makesWay: true,
    operation: { ...operation, kind: 'update', rule: RULE, patch: JSON.stringify({ set }), fields: null },
  }
}

/** Whether a stored operation only made way for others. */
export const madeWay = ({ rule }: OperationDraft): boolean => rule === RULE

/** Whether a row holds what a record was sent to make way, in whatever form the system prints it. */
export function standsFor(sent: Raw, held: Raw | undefined): boolean {
  if (sent === null || held === null || held === undefined) return sent === (held ?? null)
  const plain = (text: string): string => text.trim().toLowerCase()
  if (plain(sent) === plain(held)) return true
  if (/^\d{4}-\d\d-\d\d/.test(sent)) return sent.slice(0, 10) === held.slice(0, 10)
  return sent.trim() !== '' && Number(sent) === Number(held)
}

/** Values that may stand in a column for a moment, the best first. */
function standIns(side: Side, { operation }: PlannedWrite, column: string, value: Raw): Raw[] {
  const number = BigInt(operation.id)
  const key = (side.remote.layout.uniqueKeys ?? []).flat().find(({ name }) => name === column)
  const other = key && placeholderFor(number, key)
  const values = other === undefined ? [value] : [value, other]
  return key && fits(key, mail(number)) ? [...values, mail(number)] : values
}

const mail = (number: bigint): string => `x${number.toString(36)}@moved.invalid`

const fits = ({ kind, maxLength }: KeyColumn, text: string): boolean =>
  kind === 'text' && (maxLength === null || text.length <= maxLength)

/** Whether the engine can read the row meanwhile: it would hold the record back otherwise, and ask. */
function isReadable({ flow }: FlowWork, side: Side, { row }: PlannedWrite, column: string, value: Raw): boolean {
  const place = side.places.get(column)
  if (row === null || place === undefined) return false
  const reading = side.mapping.read(row.with(place, value), () => undefined)
  return flow.fields.every(({ required, mapping }, i) => {
    const at = mapping[side.system]
    if (at?.kind !== 'column' || at.column !== column) return true
    return isValue(reading[i]) && !(required && reading[i] === null)
  })
}
