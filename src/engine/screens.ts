import type { Contract } from '../contract/contract.ts'
import type { Database } from '../store/database.ts'
import { tellCaseInDetail, tellCasePage } from './case-screens.ts'

type Rest<F> = F extends (database: never, contract: never, ...rest: infer R) => unknown ? R : never

/** What screens look up in the store, in people's words. */
export function screensOf(database: Database, contract: Contract) {
  return {
    casePage: (...rest: Rest<typeof tellCasePage>) => tellCasePage(database, contract, ...rest),
    caseInDetail: (...rest: Rest<typeof tellCaseInDetail>) => tellCaseInDetail(database, contract, ...rest),
  }
}

export type Screens = ReturnType<typeof screensOf>
