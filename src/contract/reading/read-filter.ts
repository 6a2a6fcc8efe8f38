import type { Filter } from '../../model/filter.ts'
import { parseFilter } from '../expression/filter-text.ts'
import type { FlowContext } from './flow-context.ts'
import { getScalar, type MapNode, placeInText } from '../text/node.ts'

/** `where` of records or lines; undefined when there is none, or it was reported. */
export function readFilter(flow: FlowContext, node: MapNode): Filter | undefined {
  const where = getScalar(node, 'where')
  if (where === undefined) return undefined
  const parsed = parseFilter(where.text)
  if ('filter' in parsed) return parsed.filter
  flow.error(
    placeInText(where, parsed.error.at),
    'bad-filter',
    `${parsed.error.message}.`,
    "A condition looks like `type = 'customer' and closed_at is not null`.",
  )
  return undefined
}
