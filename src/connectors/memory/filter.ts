import type { Filter } from '../../model/filter.ts'
import type { Raw } from '../../model/value.ts'
import { compareCells, storeCell } from './cell.ts'
import type { MemoryTable } from './database.ts'

/** Whether a row passes a filter; null where SQL would say `unknown`. */
export function passes(filter: Filter, table: MemoryTable, row: ReadonlyMap<string, Raw>): boolean | null {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const decisive = filter.op === 'or'
      const parts = filter.of.map((part) => passes(part, table, row))
      return parts.includes(decisive) ? decisive : parts.includes(null) ? null : !decisive
    }
    case 'not': {
      const inner = passes(filter.of, table, row)
      return inner === null ? null : !inner
    }
    case 'is null':
      return row.get(filter.field) === null
    case 'is not null':
      return row.get(filter.field) !== null
    case 'like': {
      const value = row.get(filter.field) ?? null
      return value === null ? null : likePattern(filter.value).test(value)
    }
    case 'in': {
      if (row.get(filter.field) === null) return null
      return filter.values.some((value) => order(table, row, filter.field, value) === 0)
    }
    default: {
      const found = order(table, row, filter.field, filter.value)
      if (found === null) return null
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

function order(table: MemoryTable, row: ReadonlyMap<string, Raw>, field: string, value: string): number | null {
  const { kind, scale } = table.columns.get(field)!
  const own = row.get(field) ?? null
  return own === null ? null : compareCells(kind, own, storeCell(kind, value, scale ?? null) ?? value)
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
