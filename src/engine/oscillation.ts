import type { FieldChange } from '../merge/draft.ts'
import type { Canonical } from '../model/value.ts'
import type { Session } from '../store/database/database.ts'
import type { RecordRow } from '../store/state/links.ts'
import { revisionsOf, type StoredChange, type StoredRevision } from '../store/log/revisions.ts'

/** How often a field may return to a value that it had just left before we stop following it (law L10). */
export const RETURNS = 3

/** What happened to records before, by record id. */
export type Histories = ReadonlyMap<string, readonly StoredRevision[]>

/** The histories of those of these merged records whose fields may be flipping, in one statement. */
export async function historiesOf(
  session: Session,
  merges: readonly { readonly row: RecordRow; readonly changes: readonly FieldChange[] }[],
): Promise<Histories> {
  const ids = merges.flatMap(({ row, changes }) => (row.version >= RETURNS && changes.some(moves) ? [row.id] : []))
  return ids.length === 0 ? new Map() : Map.groupBy(await revisionsOf(session, ids), (revision) => revision.recordId)
}

/** Names of the changed fields that would flip back to the value before last for the third time running. */
export function flips(history: readonly StoredRevision[], changes: readonly FieldChange[]): string[] {
  const moving = changes.filter(moves)
  return moving
    .filter(({ field }) => {
      const all = [...history.map((revision) => revision.changes), moving].flat().filter((c) => c.field === field)
      // Whoever decided has seen what was before.
      const since = all.slice(all.findLastIndex((change) => change.rule === 'decided by person') + 1)
      const recent = since.flatMap(valuesOf).slice(-2 * RETURNS)
      if (recent.length < 2 * RETURNS || recent[0] === recent[1]) return false
      return recent.every((value, i) => i < 2 || value === recent[i - 2])
    })
    .map((change) => change.field)
}

const moves = (change: FieldChange): boolean => valuesOf(change).length > 0

/** The values that a field went through: an edit that was taken back is a flip there and back. */
function valuesOf(change: Pick<StoredChange, 'from' | 'to' | 'rule' | 'lost'>): Canonical[] {
  if (change.rule === 'outside edit reverted') return [...Object.values(change.lost).slice(0, 1), change.to]
  return change.from === change.to ? [] : [change.to]
}
