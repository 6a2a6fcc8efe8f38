import type { Looking } from '../application.ts'
import { chosenFlows } from '../contract/reading/chosen-flows.ts'
import { pausesOf } from '../engine/pauses.ts'
import { screensOf } from '../engine/screens.ts'
import { showRecords } from '../engine/show-record.ts'
import { tellCases } from '../engine/tell-cases.ts'
import { tellLog } from '../engine/tell-record.ts'
import { tellStatus } from '../engine/tell-status.ts'
import { nextRuns, withService } from '../service/next-runs.ts'
import { storeFacts } from '../service/store-facts.ts'
import { tellFigures } from '../service/tell-figures.ts'
import { tellHealth } from '../service/tell-health.ts'
import { findCases } from '../store/cases/cases.ts'
import { flowServices } from '../store/service/flow-service.ts'
import type { Parts } from './parts.ts'

/** What is looked up in the store; no system is needed for it. */
export function looking({ check, contract, deps: { database, clock }, agreement }: Parts): Looking {
  return {
    check,
    async status(language) {
      const now = clock()
      return withService(
        await tellStatus(database, contract, now, await pausesOf(database), language, agreement.now()),
        contract,
        await flowServices(database, null),
        now,
        language,
      )
    },
    async nextRuns(flow, count = 5) {
      chosenFlows(check, contract, [flow])
      const now = clock()
      const [standing] = await flowServices(database, [flow])
      return nextRuns(contract, contract.flows.get(flow)!, standing, now, count)
    },
    log: (filter) => tellLog(database, contract, filter),
    show: (flow, query, limit = 20) => showRecords(database, contract, flow, query, limit),
    cases: async (filter = {}) => tellCases(database, contract, await findCases(database, filter)),
    screens: screensOf(database, contract),
    facts: storeFacts(database),
    figures: () => tellFigures(database, clock(), agreement.now()),
    health: () => tellHealth(database),
  }
}
