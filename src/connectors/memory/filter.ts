import { passesFilter } from '../../connector-kit/passes-filter.ts'
import type { Filter } from '../../model/filter.ts'
import type { Raw } from '../../model/value.ts'
import { compareCells, storeCell } from './cell.ts'
import type { MemoryTable } from './database.ts'

/** Whether a row passes a filter; null where SQL would say `unknown`. */
export function passes(filter: Filter, table: MemoryTable, row: ReadonlyMap<string, Raw>): boolean | null {
  return passesFilter(filter, {
    value: (field) => row.get(field) ?? null,
    compare(field, own, value) {
      const { kind, scale } = table.columns.get(field)!
      return compareCells(kind, own, storeCell(kind, value, scale ?? null) ?? value)
    },
  })
}
