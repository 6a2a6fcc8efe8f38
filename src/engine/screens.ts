import type { Contract } from '../contract/contract.ts'
import type { Database } from '../store/database/database.ts'
import { tellCaseInDetail, tellCasePage } from './case-screens.ts'
import { tellLogEntry, tellLogPage } from './log-screens.ts'
import { tellRecordInDetail, tellRecordPage } from './record-screens.ts'
import { tellRunInDetail, tellRunPage } from './run-screens.ts'

type Rest<F> = F extends (database: never, contract: never, ...rest: infer R) => unknown ? R : never

/** What screens look up in the store, in people's words. */
export function screensOf(database: Database, contract: Contract) {
  return {
    casePage: (...rest: Rest<typeof tellCasePage>) => tellCasePage(database, contract, ...rest),
    caseInDetail: (...rest: Rest<typeof tellCaseInDetail>) => tellCaseInDetail(database, contract, ...rest),
    logPage: (...rest: Rest<typeof tellLogPage>) => tellLogPage(database, contract, ...rest),
    logEntry: (...rest: Rest<typeof tellLogEntry>) => tellLogEntry(database, contract, ...rest),
    runPage: (...rest: Rest<typeof tellRunPage>) => tellRunPage(database, contract, ...rest),
    runInDetail: (...rest: Rest<typeof tellRunInDetail>) => tellRunInDetail(database, contract, ...rest),
    recordPage: (...rest: Rest<typeof tellRecordPage>) => tellRecordPage(database, contract, ...rest),
    recordInDetail: (...rest: Rest<typeof tellRecordInDetail>) => tellRecordInDetail(database, contract, ...rest),
  }
}

export type Screens = ReturnType<typeof screensOf>
