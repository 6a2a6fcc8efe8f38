import { isValue } from '../merge/side-state.ts'
import { ConcordatError } from '../model/errors.ts'
import { Invalid } from '../model/value.ts'
import { countLinks } from '../store/state/links.ts'
import type { FlowWork } from './flow-work.ts'
import type { Side } from './side.ts'
import type { Loaded } from './translate.ts'

/*
 * A single value that cannot be read is its record's own trouble (law L19). When the same field of very many records at
 * once, which were read before, cannot be read any more, then the system itself was changed: a column has another type,
 * or means something else. Then the flow stops before anything of it is decided.
 */

/** Fewer are never taken for a change of the system. */
const FEWEST = 20

/** Throws `connector.schema-changed`, naming the field, when a page of a side looks like that. `read`: the page's size. */
export async function refuseMassUnreadable(
  work: FlowWork,
  side: Side,
  read: number,
  loaded: readonly Loaded[],
): Promise<void> {
  if (loaded.length < FEWEST) return
  for (const [i, field] of work.flow.fields.entries()) {
    let count = 0
    for (const record of loaded) {
      const at = record.sides.find((s) => s.side === side)
      const now = at?.state.now[i]
      if (!(now instanceof Invalid) || !isValue(at!.last[i])) continue
      count++
    }
    if (count < FEWEST) continue
    const most = read >= 1_000 && count * 2 > read
    if (!most && (await countLinks(work.database, side.id, count * 10)) >= count * 10) continue
    throw new ConcordatError(
      'connector.schema-changed',
      `${field.name} in ${side.system} could be read before and now cannot, in ${count} records at once; nothing was written.`,
      {
        retry: 'later',
        cure: `Look whether its column was given another type or another meaning${columnOf(work, i, side.system)}, and mend that or the mapping.`,
      },
    )
  }
}

function columnOf(work: FlowWork, field: number, system: string): string {
  const mapping = work.flow.fields[field]!.mapping[system]
  return mapping?.kind === 'column' ? ` (${work.flow.records[system]!.object}.${mapping.column})` : ''
}
