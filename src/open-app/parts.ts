import type { App, OpenOptions, RunOptions } from '../application.ts'
import type { Contract } from '../contract/contract.ts'
import type { CheckReport } from '../contract/finding.ts'
import { chosenFlows } from '../contract/reading/chosen-flows.ts'
import type { AgreementDesk } from '../engine/agreement-desk.ts'
import type { RulesDesk } from '../engine/rules-desk.ts'
import type { Deps } from '../engine/run-flow.ts'
import type { AlertDesk } from '../notify/alert-desk.ts'
import type { ContractBinding } from '../store/agreements/contract-binding.ts'
import type { ToldTime } from '../store/database/told-time.ts'
import type { HotFlows } from './hot-flows.ts'
import type { ReachedSystems } from './reached-systems.ts'

/** What an opened application is made of. */
export interface Parts {
  readonly options: OpenOptions
  readonly check: CheckReport
  readonly contract: Contract
  readonly databaseUrl: string
  readonly time: ToldTime
  readonly deps: Deps
  readonly systems: ReachedSystems
  readonly hot: HotFlows
  readonly agreement: AgreementDesk
  readonly rules: RulesDesk
  readonly alerts: AlertDesk
  /** From its first run on the store is this contract's. */
  readonly bind: () => Promise<ContractBinding>
  /** Another application by the contract's file as it is now, on the same store. */
  readonly reopen: () => Promise<App>
}

/** The systems of some flows, each once. */
export const systemsOf = (contract: Contract, flows: readonly string[]): string[] => [
  ...new Set(flows.flatMap((name) => contract.flows.get(name)!.systems)),
]

/** The flows that were asked for, with their systems reached. */
export async function prepare(
  { check, contract, systems }: Parts,
  asked: Pick<RunOptions, 'flows'>,
): Promise<string[]> {
  const names = chosenFlows(check, contract, asked.flows)
  await systems.reach(systemsOf(contract, names))
  return names
}
