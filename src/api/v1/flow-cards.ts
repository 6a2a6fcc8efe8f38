import type { StatusRow } from '../../model/report.ts'
import type { OperationKind } from '../../model/words.ts'
import type { Written } from '../../service/store-facts.ts'
import type { FlowCard, Volume } from './schemas/flows.ts'

export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000

/** What became of records in some writes. */
export function volumeOf(writes: readonly Written[]): Volume {
  const sum = (wanted: (write: Written) => boolean): number =>
    writes.filter(wanted).reduce((total, write) => total + write.count, 0)
  const landed = (kinds: readonly OperationKind[]): number => sum((one) => !one.refused && kinds.includes(one.kind))
  return {
    created: landed(['create', 'restore']),
    updated: landed(['update', 'archive']),
    deleted: landed(['delete']),
    refused: sum((one) => one.refused),
  }
}

/** How flows stand, with what happened to them of late. */
export const flowCards = (rows: readonly StatusRow[], written: readonly Written[]): FlowCard[] =>
  rows.map((row) => ({ ...row, last_day: volumeOf(written.filter((one) => one.flow === row.flow)) }))
