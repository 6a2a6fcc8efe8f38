import { dependantsOf, type Dependant } from './dependants.ts'
import type { FlowWork } from './flow-work.ts'
import type { PlannedWrite, WritePlan } from './plan-writes.ts'
import type { Side } from './side.ts'

/**
 * A record that others in the system still refer to is not deleted there, for the system would refuse it or take them
 * along; but those that go or move away in the same plan hold nothing up.
 */
export async function keepReferred(work: FlowWork, side: Side, plan: WritePlan): Promise<void> {
  const deletions = (): PlannedWrite[] => plan.writes.filter((write) => write.call.kind === 'delete')
  const all = deletions()
  if (all.length === 0 || side.referring.length === 0) return
  const dependants = await dependantsOf(
    work.database,
    side,
    all.map((write) => write.operation.remoteId!),
  )
  if (dependants.size === 0) return
  const leaves = ({ own, recordId, column }: Dependant, from: string): boolean =>
    own &&
    plan.writes.some(({ item, call }) => {
      if (item.recordId !== recordId || call.kind === 'create') return false
      return call.kind === 'delete' || (Object.hasOwn(call.item.set, column) && call.item.set[column] !== from)
    })
  for (let again = true; again;) {
    again = false
    for (const write of deletions()) {
      const remoteId = write.operation.remoteId!
      const by = dependants.get(remoteId)?.find((one) => !leaves(one, remoteId))
      if (!by) continue
      plan.writes.splice(plan.writes.indexOf(write), 1)
      plan.blocked.push({ recordId: write.item.recordId, state: 'kept', by })
      again = true
    }
  }
}
