import type { Filter } from '../model/filter.ts'

/** Columns that a filter speaks of. */
export function filterFields(filter: Filter | undefined): string[] {
  if (filter === undefined) return []
  if ('field' in filter) return [filter.field]
  return filter.op === 'not' ? filterFields(filter.of) : filter.of.flatMap(filterFields)
}
