import type { Contract } from '../contract/contract.ts'
import { forgetAccess } from '../store/access/access-retention.ts'
import type { Database } from '../store/database/database.ts'
import { dropMonthsBefore, forgetDullRuns } from '../store/log/retention.ts'
import type { Telling } from './telling.ts'

const DAY_MS = 86_400_000

/**
 * Forgets what is past the contract's `history`. Months hold the changes of all flows, so the longest history counts;
 * runs that did nothing are forgotten after a day. So are sessions, links and attempts whose time is over.
 */
export async function tidy(
  database: Database,
  contract: Pick<Contract, 'flows'>,
  telling: Telling,
  now: number,
): Promise<void> {
  await forgetAccess(database, new Date(now))
  const history = Math.max(0, ...[...contract.flows.values()].map((flow) => flow.historyMs))
  if (history === 0) return
  const before = new Date(now - history)
  const months = await dropMonthsBefore(database, before)
  const runs = await forgetDullRuns(database, new Date(now - DAY_MS), before)
  if (months.length > 0 || runs > 0) telling.info({ months, runs }, 'forgot what is past the history')
}
