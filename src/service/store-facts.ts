import type { Language } from '../model/language.ts'
import { signaturesOf, type SignatureRow } from '../store/agreements/signatures.ts'
import { type CaseGroupRow, type CaseSearch, countCases, groupCases } from '../store/cases/case-list.ts'
import type { Database } from '../store/database/database.ts'
import {
  openCaseFigures,
  sideStandings,
  type SideStanding,
  takenOverSince,
  type Written,
  writtenSince,
} from '../store/log/activity.ts'
import { budgetsAhead, sideFigures, type SideFigures } from '../store/service/figures.ts'
import { type FlowService, flowServices } from '../store/service/flow-service.ts'
import { type HintDelivery, recentHints, type WebhookFigures, webhookFigures } from '../store/service/inbox.ts'
import { type LiveMark, liveMarks } from '../store/service/live-marks.ts'
import { ensureFlow } from '../store/state/flows.ts'
import { type SystemHealth, systemHealths } from '../store/systems/system-health.ts'

/*
 * What the store knows, as plain figures, one call for each thing that is shown: whoever shows it needs not know in which
 * tables it stands.
 */

export type { CaseSearch } from '../store/cases/case-list.ts'
export type { Written } from '../store/log/activity.ts'
export type { LogSearch } from '../store/log/log-scope.ts'
export type { Hint } from '../store/service/inbox.ts'
export type { LiveMark } from '../store/service/live-marks.ts'

/** How the systems answer, and how much of what they may be asked is spent. */
interface SystemsNow {
  /** Only those in trouble. */
  readonly healths: readonly SystemHealth[]
  /** By system: how far ahead of now its budget of calls is spent, in milliseconds. */
  readonly budgets: ReadonlyMap<string, number>
}

/** One flow, side by side. */
interface FlowFacts extends SystemsNow {
  readonly written: readonly Written[]
  /** By system: how many records' values went out from there. */
  readonly takenOver: ReadonlyMap<string, number>
  readonly standings: readonly SideStanding[]
  readonly figures: readonly SideFigures[]
  /** Undefined: no service has known the flow yet. */
  readonly service: FlowService | undefined
}

/** All systems, in all flows or in some. */
interface SystemsFacts extends SystemsNow {
  readonly written: readonly Written[]
  readonly standings: readonly SideStanding[]
  readonly figures: readonly SideFigures[]
  readonly webhooks: readonly WebhookFigures[]
}

export interface StoreFacts {
  /** What was written, and what the systems did not take, since a moment; hour by hour. */
  written(since: Date): Promise<readonly Written[]>
  /** Open cases by flow; new are those that were opened since. */
  openCases(newSince: Date): ReturnType<typeof openCaseFigures>
  ofFlow(flow: string, since: Date): Promise<FlowFacts>
  /** `flows`: null for all. */
  ofSystems(flows: readonly string[] | null, since: Date): Promise<SystemsFacts>
  /** The last hints about a system in some flows (null: in all). */
  hintsOf(system: string, flows: readonly string[] | null, most: number): Promise<readonly HintDelivery[]>
  countCases(search: CaseSearch): Promise<number>
  groupCases(search: CaseSearch, newSince: Date, language: Language): Promise<readonly CaseGroupRow[]>
  /** What was said of the rules of a flow, newest first. */
  signaturesOf(flow: string, most: number): Promise<readonly SignatureRow[]>
  /** Marks of everything that people watch: another text once something of the kind has changed. */
  liveMarks(): Promise<readonly LiveMark[]>
}

/** The facts of one store. */
export function storeFacts(database: Database): StoreFacts {
  const systemsNow = async (): Promise<SystemsNow> => ({
    healths: await systemHealths(database),
    budgets: await budgetsAhead(database),
  })
  return {
    written: (since) => writtenSince(database, since),
    openCases: (newSince) => openCaseFigures(database, newSince),
    async ofFlow(flow, since) {
      const { id } = await ensureFlow(database, flow)
      const [service] = await flowServices(database, [flow])
      return {
        ...(await systemsNow()),
        written: (await writtenSince(database, since)).filter((one) => one.flow === flow),
        takenOver: await takenOverSince(database, id, since),
        standings: await sideStandings(database, [flow]),
        figures: (await sideFigures(database)).filter((one) => one.flow === flow),
        service,
      }
    },
    ofSystems: async (flows, since) => ({
      ...(await systemsNow()),
      written: await writtenSince(database, since),
      standings: await sideStandings(database, flows),
      figures: await sideFigures(database),
      webhooks: await webhookFigures(database, since),
    }),
    hintsOf: (system, flows, most) => recentHints(database, system, flows, most),
    countCases: (search) => countCases(database, search),
    groupCases: (search, newSince, language) => groupCases(database, search, newSince, language),
    signaturesOf: (flow, most) => signaturesOf(database, flow, most),
    liveMarks: () => liveMarks(database),
  }
}
