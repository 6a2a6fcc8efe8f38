import { ConcordatError } from '../../model/errors.ts'
import type { Filter } from '../../model/filter.ts'
import type { Dialect } from './dialect.ts'
import { bind, joined, sql, type Sql } from './sql.ts'
import { columnOf, type Column, type Table } from './table.ts'

/** A filter as an SQL condition on the row `alias` of a table. */
export function filterCondition(filter: Filter, dialect: Dialect, table: Table, alias = 't'): Sql {
  const named = (column: Column): string => `${alias}.${dialect.quoteName(column.name)}`
  const compile = (part: Filter): Sql => {
    switch (part.op) {
      case 'and':
      case 'or':
        if (part.of.length === 0) return part.op === 'and' ? sql`true` : sql`false`
        return sql`(${joined(part.of.map(compile), ` ${part.op} `)})`
      case 'not':
        return sql`(not ${compile(part.of)})`
      case 'is null':
      case 'is not null':
        return sql`(${named(columnOf(table, part.field))} ${part.op})`
      case 'like':
        return sql`(${dialect.textOf(columnOf(table, part.field), alias)} like ${bind(part.value)})`
      case 'in': {
        const column = columnOf(table, part.field)
        if (part.values.length === 0) return sql`false`
        for (const value of part.values) check(column, value)
        return sql`(${named(column)} in (${dialect.list(column, part.values)}))`
      }
      case '=':
      case '<>':
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const column = columnOf(table, part.field)
        check(column, part.value)
        return sql`(${named(column)} ${part.op} ${dialect.compared(column, part.value)})`
      }
      default:
        throw new ConcordatError('bug', `Unknown filter ${JSON.stringify(part satisfies never)}.`)
    }
  }
  const check = (column: Column, value: string): void => {
    if (dialect.canHold(column, value)) return
    throw new ConcordatError(
      'connector.rejected-value',
      `The filter compares column ${column.name} (${column.nativeType}) with a text that it cannot hold.`,
      { cure: 'Correct the where of the flow.' },
    )
  }
  return compile(filter)
}
