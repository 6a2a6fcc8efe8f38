import { mootCases, settleMootCases } from '../store/cases/moot-cases.ts'
import { stampOf, underLease, type FlowWork } from './flow-work.ts'
import { tieCases } from './tie-cases.ts'

/**
 * Closes cases whose cause has gone (the record was deleted or let go of, or nothing is left to write), and counts those that
 * wait for another one's answer under that one.
 */
export async function closeMootCases(work: FlowWork): Promise<void> {
  const moot = await mootCases(work.database, work.row.id)
  if (moot.length > 0) await underLease(work, (session) => settleMootCases(session, moot, stampOf(work)))
  await tieCases(work)
}
