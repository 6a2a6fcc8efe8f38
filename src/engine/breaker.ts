import { limitStanding, openCases, settleCases, spendApproval } from '../store/cases/cases.ts'
import { countDirty } from '../store/state/dirty.ts'
import { BREAKER, breakerCase } from './case-drafts.ts'
import { limitFor } from './deletions.ts'
import { sideOf, stampOf, underLease, type FlowWork } from './flow-work.ts'

/** Stops the flow before its first write when more would change than the contract lets through; answers why. */
export async function breaker(work: FlowWork): Promise<string | null> {
  if (work.firstSync) return null
  const { records: due, bySide } = await countDirty(
    work.database,
    work.sides.map((side) => side.id),
    new Date(work.clock()),
  )
  const total = due === 0 ? 0 : due + (work.recent?.changed.countWithout([], work.clock()) ?? 0)
  // What is to be created counts among the records, too, so that 100% is never exceeded.
  const limit = await limitFor(work, work.flow.limits.changes, total, { among: total })
  const question = { kind: 'breaker tripped', subject: BREAKER } as const
  const { open, approved } = await limitStanding(work.database, work.row.id, question)
  // It is for this time, needed or not: what it was about may have gone by itself.
  if (approved > 0) await spendApproval(work.database, work.row.id, question)
  if (total > limit && total > approved) {
    const bySystem = Object.fromEntries([...bySide].map(([sideId, count]) => [sideOf(work, sideId).system, count]))
    await underLease(work, (session) =>
      openCases(session, [breakerCase(work.flow, total, limit, bySystem, total - due)], stampOf(work)),
    )
    return `${total} records would change, more than the limit of ${limit}; nothing was written. See the case.`
  }
  if (open) await underLease(work, (session) => settleCases(session, [question], stampOf(work)))
  return null
}
