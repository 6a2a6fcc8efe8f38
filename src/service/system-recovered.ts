import type { Contract } from '../contract/contract.ts'
import type { Database } from '../store/database/database.ts'
import { retryNow } from '../store/service/flow-service.ts'

/** A system answers again: the flows that wait for it need not wait out their time. */
export async function systemRecovered(
  parts: { readonly database: Database; readonly contract: Contract; readonly clock: () => number },
  system: string,
): Promise<void> {
  const flows = [...parts.contract.flows.values()].filter((flow) => flow.systems.includes(system))
  await retryNow(
    parts.database,
    flows.map((flow) => flow.name),
    parts.clock(),
  )
}
