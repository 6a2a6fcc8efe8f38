import { hostname } from 'node:os'
import type { App, OpenOptions } from '../application.ts'
import type { CheckReport } from '../contract/finding.ts'
import { bundle } from '../contract/reading/bundle.ts'
import { readContract } from '../contract/reading/read-contract.ts'
import { readContractFiles } from '../contract/text/read-files.ts'
import { AgreementDesk } from '../engine/agreement-desk.ts'
import { anotherContract, boundAs, foreignContract } from '../engine/contract-binding.ts'
import { titlesOf } from '../engine/legend.ts'
import { pausesOf } from '../engine/pauses.ts'
import { RulesDesk } from '../engine/rules-desk.ts'
import type { Deps } from '../engine/run-flow.ts'
import { tellSignings } from '../engine/tell-signings.ts'
import { ConcordatError } from '../model/errors.ts'
import { AlertDesk } from '../notify/alert-desk.ts'
import { bindContract, contractBinding, type ContractBinding } from '../store/agreements/contract-binding.ts'
import { ToldTime } from '../store/database/told-time.ts'
import { openStore } from '../store/open-store.ts'
import { deciding } from './deciding.ts'
import { HotFlows } from './hot-flows.ts'
import { kindNames } from './kinds.ts'
import { looking } from './looking.ts'
import type { Parts } from './parts.ts'
import { ReachedSystems } from './reached-systems.ts'
import { reaching } from './reaching.ts'
import { readSecret } from './read-secret.ts'
import { running } from './running.ts'
import { IMPATIENT_MS, serving } from './serving.ts'

/*
 * Puts the parts together. Loaded when a command needs the store, and not before: `check` needs none.
 */

/** Opens the store and makes ready to reach the systems; throws when the contract has problems. */
export async function openApplication(options: OpenOptions = {}): Promise<App> {
  const env = options.env ?? process.env
  const path = options.contract ?? 'concordat.yaml'
  const files = readContractFiles(path)
  const secrets = { env, readFile: readSecret }
  const reading = { connectors: kindNames, secrets }
  const check = readContract(files, reading)
  const contract = demandContract(check)
  const { database, url, trouble, stop } = await openStore(options, env, Math.min(64, 6 + 3 * contract.flows.size))
  const known = await contractBinding(database)
  const contractNow = {
    company: contract.company,
    flows: Object.fromEntries(check.rulebook.map(({ flow }) => [flow, contract.flows.get(flow)?.systems ?? []])),
  }
  const foreign = options.anyContract ? null : foreignContract(known, contractNow)
  if (foreign !== null) {
    await stop()
    throw anotherContract(foreign)
  }
  const bind = async (): Promise<ContractBinding> => {
    const bound = boundAs(known, contractNow)
    await bindContract(database, bound)
    return bound
  }
  const time = await ToldTime.begin(database).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const clock = options.clock ?? (() => time.now())
  const systems = new ReachedSystems({ contract, database, secrets, clock, tamper: options.tamper })
  const deps: Deps = {
    database,
    connectors: systems.connectors,
    clock,
    contractSource: bundle(files),
    holder: `process ${process.pid} on ${hostname()}`,
  }
  const alerts = new AlertDesk({
    database,
    contract,
    clock,
    secrets,
    holder: deps.holder,
    titlesOf: (session, ids) => titlesOf(session, contract, ids),
    pausesOf,
    signingsOf: (session) => tellSignings(session, contract),
    storeTrouble: trouble,
    ...(options.impatient && { graceMs: IMPATIENT_MS }),
  })
  const hot = new HotFlows(deps, contract)
  const parts: Parts = {
    options,
    check,
    contract,
    databaseUrl: url,
    time,
    deps,
    systems,
    hot,
    agreement: new AgreementDesk(database, [...contract.flows.values()]),
    rules: new RulesDesk({ database, running: check, source: deps.contractSource, path, reading }),
    alerts,
    bind,
    reopen: () => openApplication({ ...options, contract: path, databaseUrl: url }),
  }
  return {
    database,
    alerts,
    ...looking(parts),
    ...deciding(parts),
    ...reaching(parts),
    ...running(parts),
    ...serving(parts),
    async close() {
      await hot.close()
      await systems.close()
      await stop()
    },
  }
}

function demandContract({ contract, problems }: CheckReport): NonNullable<CheckReport['contract']> {
  if (contract) return contract
  const count = problems.filter((problem) => problem.severity === 'error').length
  throw new ConcordatError('contract.invalid', `The contract has ${count} ${count === 1 ? 'problem' : 'problems'}.`, {
    cure: 'See `concordat check`.',
  })
}
