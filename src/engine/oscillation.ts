import type { FieldChange } from '../merge/merge-record.ts'
import type { Canonical } from '../model/value.ts'
import type { Session } from '../store/database.ts'
import { revisionsOf, type StoredChange } from '../store/revisions.ts'

/** How often a field may return to a value that it had just left before we stop following it (law L10). */
export const RETURNS = 3

/** Names of the changed fields that would flip back to the value before last for the third time running. */
export async function flips(session: Session, recordId: string, changes: readonly FieldChange[]): Promise<string[]> {
  const moving = changes.filter((change) => valuesOf(change).length > 0)
  if (moving.length === 0) return []
  const history = await revisionsOf(session, [recordId])
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

/** The values that a field went through: an edit that was taken back is a flip there and back. */
function valuesOf(change: Pick<StoredChange, 'from' | 'to' | 'rule' | 'lost'>): Canonical[] {
  if (change.rule === 'outside edit reverted') return [...Object.values(change.lost).slice(0, 1), change.to]
  return change.from === change.to ? [] : [change.to]
}
