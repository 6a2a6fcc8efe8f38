import type { Agreement } from '../model/report.ts'
import type { Database } from '../store/database/database.ts'
import { budgetsAhead, flowFigures, sideFigures, type FlowFigures, type SideFigures } from '../store/service/figures.ts'
import { members } from '../store/service/members.ts'
import { systemHealths, type SystemHealth } from '../store/systems/system-health.ts'
import { tallies, type Tally } from '../store/service/tally.ts'

/** Everything that metrics show, of all processes of the service; read in one go. */
export interface ServiceFigures {
  readonly at: number
  readonly sides: readonly SideFigures[]
  readonly flows: readonly FlowFigures[]
  readonly agreement: ReadonlyMap<string, Agreement>
  readonly counts: readonly (Tally & { readonly flow: string })[]
  readonly troubled: readonly SystemHealth[]
  readonly budgets: ReadonlyMap<string, number>
  readonly members: number
  /** Milliseconds by which the clock of a process differs most from the store's. */
  readonly clockOff: number
}

export async function tellFigures(
  database: Database,
  now: number,
  agreement: Promise<ReadonlyMap<string, Agreement>>,
): Promise<ServiceFigures> {
  const alive = await members(database, 30_000)
  return {
    at: now,
    sides: await sideFigures(database),
    flows: await flowFigures(database),
    agreement: await agreement,
    counts: await tallies(database),
    troubled: await systemHealths(database),
    budgets: await budgetsAhead(database),
    members: alive.length,
    clockOff: Math.max(0, ...alive.map(({ clockOff }) => Math.abs(clockOff ?? 0))),
  }
}
