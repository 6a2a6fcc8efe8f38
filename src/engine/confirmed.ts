import type { RemoteRecord } from '../connector-kit/port.ts'
import type { Field } from '../contract/contract.ts'
import type { Resolve } from '../contract/mapping/mapping.ts'
import { isFormOf, isInOtherLetters } from '../merge/form-of.ts'
import { isValue } from '../merge/side-state.ts'
import { encodeImage } from '../model/image.ts'
import type { Canonical, Raw, Reading } from '../model/value.ts'
import type { Side } from './side.ts'

/*
 * A write whose answer was lost is found again in a row that somebody may have changed since. What the system confirmed
 * is only our own part of that row; the rest is news, and has to be merged (law L15).
 */

/** The row as our update left it. `touched`: columns that it set. */
export function afterUpdate(
  side: Side,
  before: readonly Raw[],
  touched: ReadonlySet<string>,
  current: RemoteRecord,
): RemoteRecord {
  return confirmed(
    side,
    current,
    current.values.map((value, place) =>
      touched.has(side.remote.layout.columns[place]!) ? value : (before[place] ?? null),
    ),
  )
}

/** The row as our create left it: where it holds something else than what may be left of our write, somebody changed it. */
export function afterCreate(
  side: Side,
  contractFields: readonly Field[],
  golden: readonly Canonical[],
  fields: readonly number[],
  reading: readonly Reading[],
  current: RemoteRecord,
  resolve: Resolve,
): RemoteRecord {
  const edited = fields.filter(
    (i) => isValue(reading[i]) && !mayBeOurs(contractFields[i]!, side.system, golden[i]!, reading[i]),
  )
  if (edited.length === 0) return current
  const values = [...current.values]
  const { set } = side.mapping.write(golden, edited, current.values, resolve)
  for (const [column, value] of Object.entries(set)) values[side.places.get(column)!] = value
  // What was sent, whatever became of it: lines that are gone by now, or that came to a record without any, are an edit.
  const { lines } = side.mapping.write(golden, edited, null, resolve)
  for (const i of edited) {
    const { name } = contractFields[i]!
    const layout = side.remote.layout.lines.get(name)
    if (layout === undefined) continue
    const { place, columns } = layout
    // The first column is the child row's own id, which the system gave and we were not told.
    const rows = (lines[name]?.insert ?? []).map((line) =>
      columns.map((column, i) => (i === 0 ? '' : (line.values[column] ?? null))),
    )
    values[place] = JSON.stringify(rows)
  }
  return confirmed(side, current, values)
}

/** The current row itself when nothing but its time and version differs. */
function confirmed(side: Side, current: RemoteRecord, values: readonly Raw[]): RemoteRecord {
  const { changedAt, version } = side.remote.layout
  const same = values.every(
    (value, place) => value === current.values[place] || place === changedAt || place === version,
  )
  return same ? current : { id: current.id, values, image: encodeImage(values), inScope: current.inScope }
}

/**
 * Whether what a system holds may be what it made of our write. Nobody can tell a value that the system cut from one that
 * somebody cut since. In the field's master it counts as an edit, since what the master holds is what all are to hold.
 */
export function mayBeOurs(field: Field, system: string, sent: Canonical, kept: Canonical): boolean {
  return field.master === system ? isInOtherLetters(sent, kept) : isFormOf(sent, kept)
}
