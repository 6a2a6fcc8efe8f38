import { ConcordatError } from '../../../model/errors.ts'
import type { Filter } from '../../../model/filter.ts'
import type { Column } from '../table.ts'
import { canHold, comparedPlaceholder, parameter, quoteName, selectText } from './column-sql.ts'
import type { Parameter } from './session.ts'

/** A piece of SQL with the values of its placeholders, in order. */
export interface Bound {
  readonly sql: string
  readonly values: readonly Parameter[]
}

/** A filter as an SQL condition on the row `alias`. */
export function filterCondition(filter: Filter, column: (name: string) => Column, alias = 't'): Bound {
  switch (filter.op) {
    case 'and':
    case 'or': {
      if (filter.of.length === 0) return { sql: filter.op === 'and' ? 'true' : 'false', values: [] }
      const parts = filter.of.map((part) => filterCondition(part, column, alias))
      return {
        sql: `(${parts.map((part) => part.sql).join(` ${filter.op} `)})`,
        values: parts.flatMap((part) => part.values),
      }
    }
    case 'not': {
      const inner = filterCondition(filter.of, column, alias)
      return { sql: `(not ${inner.sql})`, values: inner.values }
    }
    case 'is null':
    case 'is not null':
      return { sql: `(${alias}.${quoteName(filter.field)} ${filter.op})`, values: [] }
    case 'like':
      return { sql: `(${selectText(column(filter.field), alias)} like ?)`, values: [filter.value] }
    case 'in': {
      const values = filter.values.map((value) => checked(column(filter.field), value))
      if (values.length === 0) return { sql: 'false', values: [] }
      const places = values.map(() => comparedPlaceholder(column(filter.field))).join(', ')
      return { sql: `(${alias}.${quoteName(filter.field)} in (${places}))`, values }
    }
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const place = comparedPlaceholder(column(filter.field))
      return {
        sql: `(${alias}.${quoteName(filter.field)} ${filter.op} ${place})`,
        values: [checked(column(filter.field), filter.value)],
      }
    }
    default:
      throw new ConcordatError('bug', `Unknown filter ${JSON.stringify(filter satisfies never)}.`)
  }
}

function checked(column: Column, value: string): Parameter {
  if (canHold(column, value)) return parameter(column, value)
  throw new ConcordatError(
    'connector.rejected-value',
    `The filter compares column ${column.name} (${column.nativeType}) with a text that it cannot hold.`,
    {
      cure: 'Correct the where of the flow.',
    },
  )
}
