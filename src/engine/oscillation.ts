import type { FieldChange } from '../merge/merge-record.ts'
import type { Session } from '../store/database.ts'
import { revisionsOf } from '../store/revisions.ts'

/** How often a field may return to a value that it had just left before we stop following it (law L10). */
const RETURNS = 3

/** Names of the changed fields that would flip back to the value before last for the third time running. */
export async function flips(session: Session, recordId: string, changes: readonly FieldChange[]): Promise<string[]> {
  const moving = changes.filter((change) => change.from !== change.to || change.rule === 'outside edit reverted')
  if (moving.length === 0) return []
  const [history] = [await revisionsOf(session, [recordId])]
  return moving
    .filter((change) => {
      const steps = history
        .flatMap((revision) => revision.changes.filter((c) => c.field === change.field))
        .slice(-2 * RETURNS)
      const values = [...steps.map((step) => step.to), change.to]
      if (values.length < 2 * RETURNS) return false
      const recent = values.slice(-2 * RETURNS)
      return recent.every((value, i) => i < 2 || value === recent[i - 2]) && recent[0] !== recent[1]
    })
    .map((change) => change.field)
}
