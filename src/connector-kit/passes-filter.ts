import type { Filter } from '../model/filter.ts'
import type { Raw } from '../model/value.ts'

/** What a filter must know of a row. */
export interface FilteredRow {
  value(field: string): Raw
  /** Order of a value of the row and one that a filter names. */
  compare(field: string, own: string, other: string): number
}

/** Whether a row passes a filter, judged here and not by the system; null where SQL would say `unknown`. */
export function passesFilter(filter: Filter, row: FilteredRow): boolean | null {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const decisive = filter.op === 'or'
      const parts = filter.of.map((part) => passesFilter(part, row))
      return parts.includes(decisive) ? decisive : parts.includes(null) ? null : !decisive
    }
    case 'not': {
      const inner = passesFilter(filter.of, row)
      return inner === null ? null : !inner
    }
    case 'is null':
      return row.value(filter.field) === null
    case 'is not null':
      return row.value(filter.field) !== null
    case 'like': {
      const value = row.value(filter.field)
      return value === null ? null : likePattern(filter.value).test(value)
    }
    case 'in': {
      const own = row.value(filter.field)
      return own === null ? null : filter.values.some((value) => row.compare(filter.field, own, value) === 0)
    }
    default: {
      const own = row.value(filter.field)
      if (own === null) return null
      const found = row.compare(filter.field, own, filter.value)
      const answers = {
        '=': found === 0,
        '<>': found !== 0,
        '<': found < 0,
        '<=': found <= 0,
        '>': found > 0,
        '>=': found >= 0,
      }
      return answers[filter.op]
    }
  }
}

function likePattern(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|[%_]|[^\\%_]+/gs, (part, escaped: string | undefined) => {
    if (escaped !== undefined) return literally(escaped)
    return part === '%' ? '.*' : part === '_' ? '.' : literally(part)
  })
  return new RegExp(`^${source}$`, 'su')
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
