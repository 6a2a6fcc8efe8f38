import { ConcordatError } from '../../../model/errors.ts'
import type { Filter } from '../../../model/filter.ts'
import type { Bindings } from './bindings.ts'
import { quoteName } from './identifier.ts'
import type { Column } from '../table.ts'

/** A filter as an SQL condition on the row `alias`; values are bound and cast to the column's type. */
export function filterCondition(
  filter: Filter,
  column: (name: string) => Column,
  bindings: Bindings,
  alias = 't',
): string {
  const compile = (part: Filter): string => {
    switch (part.op) {
      case 'and':
      case 'or':
        if (part.of.length === 0) return part.op === 'and' ? 'true' : 'false'
        return `(${part.of.map(compile).join(` ${part.op} `)})`
      case 'not':
        return `(not ${compile(part.of)})`
      case 'is null':
      case 'is not null':
        return `(${alias}.${quoteName(column(part.field).name)} ${part.op})`
      case 'like':
        return `(${alias}.${quoteName(column(part.field).name)}::text like ${bindings.add(part.value)})`
      case 'in': {
        const { name, typeName } = column(part.field)
        if (part.values.length === 0) return 'false'
        // A long list as one array: a query takes only so many settings. Unnested, it is read once and not once a row.
        if (part.values.length > 50) {
          return `(${alias}.${quoteName(name)} in (select v.value::${typeName} from unnest(${bindings.addList(part.values)}) v(value)))`
        }
        return `(${alias}.${quoteName(name)} in (${part.values.map((value) => `${bindings.add(value)}::${typeName}`).join(', ')}))`
      }
      case '=':
      case '<>':
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const { name, typeName } = column(part.field)
        return `(${alias}.${quoteName(name)} ${part.op} ${bindings.add(part.value)}::${typeName})`
      }
      default:
        throw new ConcordatError('bug', `Unknown filter ${JSON.stringify(part satisfies never)}.`)
    }
  }
  return compile(filter)
}
