import type { Contract, Flow } from '../contract/contract.ts'
import { rehearsing } from '../connector-kit/rehearsal.ts'
import type { Language } from '../model/language.ts'
import type { FlowRun, PlanReport, PlannedOperation } from '../model/report.ts'
import type { OperationKind } from '../model/words.ts'
import { findCases } from '../store/cases/cases.ts'
import type { Session } from '../store/database/database.ts'
import { ensureFlow, ensureFlows } from '../store/state/flows.ts'
import { acquireLease, leaseHolder, releaseLease, type Lease } from '../store/service/leases.ts'
import { readLogPage } from '../store/log/log-pages.ts'
import type { LogSearch } from '../store/log/log-scope.ts'
import { ConcordatError } from '../model/errors.ts'
import { LEASE_MS } from './flow-work.ts'
import { inDependencyOrder, runFlow, type Deps } from './run-flow.ts'
import { tellCases } from './tell-cases.ts'
import { tell } from './tell-record.ts'
import { trustSystems } from './trust-systems.ts'

/**
 * What `run` would do, by doing it: the same code on connectors that only pretend to write and on a store whose every
 * change is undone. Flows are planned together, so that orders find the customers that would be created before them.
 */
export async function planFlows(
  deps: Deps,
  contract: Contract,
  names: readonly string[],
  options: { full?: boolean; limit?: number; language?: Language },
): Promise<PlanReport> {
  const flows = inDependencyOrder(contract, names)
  const leases = new Map<string, Lease>()
  try {
    for (const flow of flows) {
      const row = await ensureFlow(deps.database, flow.name)
      const lease = await acquireLease(deps.database, row.id, deps.holder, LEASE_MS, deps.steady)
      if (!lease) {
        const holder = await leaseHolder(deps.database, row.id)
        throw new ConcordatError(
          'engine.busy',
          `The flow ${flow.name} is being run by ${holder ?? 'another process'}.`,
          { retry: 'later', cure: 'Plan again when that run has ended.' },
        )
      }
      leases.set(flow.name, lease)
    }
    await noteSystems(deps, contract, flows)
    const connectors = new Map([...deps.connectors].map(([name, connector]) => [name, rehearsing(connector)]))
    return await deps.database.rehearse(async (database) => {
      const runs: FlowRun[] = []
      const operations: PlannedOperation[] = []
      const before = await lastCase(database)
      for (const flow of flows) {
        const lease = leases.get(flow.name)!
        // Time stands still for a rehearsal: its commits never count.
        const run = await runFlow({ ...deps, database, connectors }, contract, flow, {
          ...(options.full && { full: true }),
          lease: { ...lease, until: Infinity, hasEnded: () => false },
        })
        runs.push(run)
        operations.push(...(await plannedOperations(database, contract, run, options.limit ?? 20, options.language)))
      }
      const opened = (await findCases(database, { state: 'open', under: 'none' })).filter(
        (row) => Number(row.id) > before && names.includes(row.flow),
      )
      return { flows: runs, operations, cases: await tellCases(database, contract, opened, options.language) }
    })
  } finally {
    for (const lease of leases.values()) await releaseLease(deps.database, lease).catch(() => {})
  }
}

/**
 * The rules are agreed on for the systems that the plan shows: where nothing is linked yet, another one asks from now on.
 * What is wrong with them the rehearsal runs into itself, and tells.
 */
async function noteSystems(deps: Deps, contract: Contract, flows: readonly Flow[]): Promise<void> {
  const known = await ensureFlows(deps.database, [...contract.flows.values()])
  const systems = [...new Set(flows.flatMap((flow) => flow.systems))]
  try {
    await trustSystems(deps, contract, systems, known)
  } catch (error) {
    if (!(error instanceof ConcordatError)) throw error
  }
}

async function lastCase(session: Session): Promise<number> {
  const [row] = await session.query<{ id: string | null }>('select max(id) as id from case_file')
  return Number(row?.id ?? 0)
}

async function plannedOperations(
  session: Session,
  contract: Contract,
  run: FlowRun,
  limit: number,
  language?: Language,
): Promise<PlannedOperation[]> {
  const result: PlannedOperation[] = []
  for (const system of Object.keys(run.writes)) {
    const search: LogSearch = { flows: [run.flow], run: run.run, system, kind: 'operation' }
    const rows = await readLogPage(session, search, { after: null, limit })
    for (const [i, entry] of (await tell(session, contract, rows, language)).entries()) {
      result.push({
        flow: run.flow,
        system,
        kind: rows[i]!.what as OperationKind,
        record: entry.record ?? '',
        title: entry.title,
        remote_id: null,
        fields: entry.fields,
        why: entry.why,
        ...(entry.references && { references: entry.references }),
        ...(entry.line_fields && { line_fields: entry.line_fields }),
      })
    }
  }
  return result
}
