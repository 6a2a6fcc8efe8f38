import type { Stamps } from '../model/stamp.ts'
import { zoneOf } from '../model/types/zone-offset.ts'
import type { Raw } from '../model/value.ts'
import type { CatalogueColumn, ObjectSpec } from './port.ts'

/*
 * Columns that the application above the tables would set itself, set with our writes: so that its stale forms are
 * refused and its polls see what we wrote. Times are the system's own clock's.
 */

type Values = Readonly<Record<string, Raw>>
type Stamped = Pick<ObjectSpec, 'createStamps' | 'updateStamps'>

/** Whether writes need to know the system's time. */
export function needsClock({ createStamps, updateStamps }: Stamped): boolean {
  return [createStamps, updateStamps].some((stamps) => Object.values(stamps ?? {}).some(({ kind }) => kind === 'now'))
}

/**
 * A new row with its stamps. A column that the row names keeps its value, unless it is one that every update sets: then
 * the row is a restored one, or one that is as good as just updated.
 */
export function stampedCreate(values: Values, spec: Stamped, now: (column: string) => Raw): Values {
  const { createStamps = {}, updateStamps = {} } = spec
  const stamped: Record<string, Raw> = { ...values }
  for (const [column, stamp] of Object.entries(createStamps))
    if (!Object.hasOwn(values, column) && stamp.kind !== 'add')
      stamped[column] = stamp.kind === 'now' ? now(column) : stamp.value
  for (const [column, stamp] of Object.entries(updateStamps)) {
    if (stamp.kind === 'now') stamped[column] = now(column)
    else if (!Object.hasOwn(values, column)) continue
    else if (stamp.kind === 'value') stamped[column] = stamp.value
    else if (/^-?\d+$/.test(values[column] ?? '')) stamped[column] = String(BigInt(values[column]!) + BigInt(stamp.by))
  }
  return stamped
}

/** What an update sets, with its stamps but those that add. */
export function stampedUpdate(set: Values, { updateStamps = {} }: Stamped, now: (column: string) => Raw): Values {
  const stamped: Record<string, Raw> = { ...set }
  for (const [column, stamp] of Object.entries(updateStamps)) {
    if (stamp.kind === 'add') delete stamped[column]
    else stamped[column] = stamp.kind === 'now' ? now(column) : stamp.value
  }
  return stamped
}

/** Columns that an update moves on from what they hold, and by how much. */
export function additions(updateStamps: Stamps = {}): readonly (readonly [column: string, by: number])[] {
  return Object.entries(updateStamps).flatMap(([column, stamp]) => (stamp.kind === 'add' ? [[column, stamp.by]] : []))
}

/**
 * A moment as a column of this kind takes it. `utc`: as a database prints it in UTC, e.g. `2026-03-01 12:00:00.123456`.
 * Without a zone of its own a column holds the time of `zone`; numbers are seconds since 1970.
 */
export function momentFor(kind: CatalogueColumn['kind'], utc: string, zone: string): string {
  const [, day, time, fraction = ''] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?/.exec(utc)!
  const seconds = Date.parse(`${day}T${time}Z`) / 1000
  const local = new Date((seconds + zoneOf(zone).ofInstant(seconds)) * 1000).toISOString()
  switch (kind) {
    case 'local timestamp':
      return `${local.slice(0, 10)} ${local.slice(11, 19)}${fraction}`
    case 'date':
      return local.slice(0, 10)
    case 'integer':
    case 'decimal':
    case 'float':
      return String(seconds)
    default:
      return `${day} ${time}${fraction}+00`
  }
}
