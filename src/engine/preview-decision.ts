import { rehearsing } from '../connector-kit/rehearsal.ts'
import type { Connector } from '../connector-kit/port.ts'
import type { Contract, Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Language } from '../model/language.ts'
import type { Legend } from '../model/report.ts'
import type { OperationKind } from '../model/words.ts'
import { caseIn, decisionsToCarryOut, findCases, type CaseRow } from '../store/cases/cases.ts'
import type { Database } from '../store/database/database.ts'
import { ensureFlow, ensureFlows, ensureLayout, layouts, publishContract } from '../store/state/flows.ts'
import { IdBlocks } from '../store/database/ids.ts'
import { releaseLease, rehearsedLease } from '../store/service/leases.ts'
import { readLogPage } from '../store/log/log-pages.ts'
import type { LogSearch } from '../store/log/log-scope.ts'
import { ensurePartitions } from '../store/migrate.ts'
import { countOperations } from '../store/log/operations.ts'
import { beginRehearsedRun } from '../store/log/runs.ts'
import { applyRecords } from './apply.ts'
import { carryOut } from './carry-out.ts'
import { Decider } from './decider.ts'
import { noCounts, type FlowWork } from './flow-work.ts'
import { noFindings } from './observe.ts'
import { observeHints } from './observe-hints.ts'
import { openSides } from './open-sides.ts'
import { RecentRecords } from './recent-records.ts'
import { alikeCases, openCase, resolveCase, type CaseDecision } from './resolve-case.ts'
import { runFlow, takeFlow, type Deps } from './run-flow.ts'
import type { Side } from './side.ts'
import { successorsFor } from './successors.ts'
import { tell } from './tell-record.ts'

/*
 * What a decision would do, by doing it: it is stored and carried out by the very code of a run, on connectors that only
 * pretend to write and on a store whose every change is undone. Only the records of the decided cases are gone through;
 * a decision about a limit lets a whole run through, so for that one a whole run is rehearsed.
 */

/** One field that would be written, or a record as a whole. */
export interface DecisionEffect extends Legend {
  readonly case: number | null
  readonly record: string
  readonly title: string
  readonly system: string
  readonly what: OperationKind
  readonly field: string | null
  readonly from: string | null
  readonly to: string | null
}

export interface DecisionPreview {
  /** How many cases would be decided. */
  readonly cases: number
  /** How many of them were gone through for the effects. */
  readonly rehearsed: number
  readonly effects: readonly DecisionEffect[]
  /** By system: records that would be written. */
  readonly writes: Readonly<Record<string, number>>
  readonly more: number
  /** Questions that would be asked next. */
  readonly asks: readonly string[]
}

/** More cases than these are decided alike without each being gone through before. */
const MOST_CASES = 200
const MOST_OPERATIONS = 2_000
const MOST_EFFECTS = 50
/** Shorter than the time after which PostgreSQL looks for deadlocks: it is the rehearsal that gives way, never a run. */
const PATIENCE = `set local lock_timeout = '500ms'`

/** Tells what a decision would do; changes nothing. */
export async function previewDecision(
  deps: Deps,
  contract: Contract,
  id: number,
  decision: Omit<CaseDecision, 'by' | 'expected'>,
  language: Language,
): Promise<DecisionPreview> {
  const { database, clock } = deps
  const first = await openCase(database, id)
  const flow = contract.flows.get(first.flow)
  if (!flow)
    throw new ConcordatError('engine.unknown-flow', `The contract has no decided flow named ${first.flow}.`, {
      cure: 'Decide the flow before its cases.',
    })
  const cases = decision.alike ? await alikeCases(database, first, decision.choice) : [first]
  const now = new Date(clock())
  await ensurePartitions(database, now)
  const { id: flowId } = await ensureFlow(database, flow.name)
  const whole = ['approve', 'write back'].includes(decision.choice) && first.recordId === null
  const lease = whole ? await takeFlow(deps, flowId, flow.name) : null
  const connectors = new Map([...deps.connectors].map(([name, connector]) => [name, rehearsing(connector)]))
  try {
    return await database.rehearse(async (rehearsed) => {
      await rehearsed.query(PATIENCE)
      const [before] = await rehearsed.query<{ id: string | null }>('select max(id) as id from case_file')
      const gone = decision.alike ? cases.slice(0, MOST_CASES) : cases
      for (const row of gone.length === cases.length ? [first] : gone)
        await resolveCase(
          rehearsed,
          contract,
          Number(row.id),
          { ...decision, by: 'preview', alike: decision.alike === true && gone.length === cases.length },
          now,
        )
      const rehearsal = { ...deps, database: rehearsed, connectors }
      const runId = lease
        ? String((await runFlow(rehearsal, contract, flow, { lease: { ...lease, until: Infinity } })).run)
        : await carryOutOnly(rehearsal, contract, flow, flowId, gone)
      return {
        cases: cases.length,
        rehearsed: gone.length,
        ...(await effectsOf(rehearsed, contract, flow, runId, gone, language)),
        asks: await asksSince(rehearsed, flow, Number(before?.id ?? 0), language),
      }
    })
  } catch (error) {
    if ((error as { code?: unknown }).code !== '55P03') throw error
    throw new ConcordatError('engine.busy', `A run of ${flow.name} is writing at this moment.`, {
      cause: error,
      retry: 'now',
      cure: 'Look again in a moment.',
    })
  } finally {
    if (lease) await releaseLease(database, lease).catch(() => {})
  }
}

/** Carries the decisions out and brings their records to the systems, and no others; answers the run. */
async function carryOutOnly(
  deps: Deps & { readonly connectors: ReadonlyMap<string, Connector> },
  contract: Contract,
  flow: Flow,
  flowId: number,
  cases: readonly CaseRow[],
): Promise<string> {
  const { database, clock } = deps
  const now = new Date(clock())
  const contractId = await publishContract(database, contract.fingerprint, deps.contractSource, now)
  const runId = await beginRehearsedRun(database, { flowId, contractId, now })
  const known = await ensureFlows(database, [...contract.flows.values()])
  const { row } = known.get(flow.name)!
  const shapes = await layouts(database, row.id)
  const work: FlowWork = {
    contract,
    flow,
    row,
    sides: await openSides(deps, contract, flow, known, shapes),
    database,
    holder: deps.holder,
    lease: await rehearsedLease(database, flowId),
    runId,
    goldenLayout: await ensureLayout(
      database,
      row.id,
      flow.fields.map((field) => field.name),
      shapes,
    ),
    layouts: shapes,
    successors: await successorsFor(database, flow),
    recordIds: new IdBlocks('record_id'),
    operationIds: new IdBlocks('operation_id'),
    clock,
    counts: noCounts(),
    progress: () => {},
    firstSync: row.firstSyncAt === null,
    rulesChanged: row.rules !== null && row.rules !== flow.fingerprint,
    signal: deps.signal,
    touched: new Map(),
    obstructed: new Map(),
    letThrough: new Set(),
  }
  const mine = new Set(cases.map((one) => one.id))
  const decisions = (await decisionsToCarryOut(database, flowId)).filter((one) => mine.has(one.id))
  const decider = new Decider(work)
  await carryOut(work, decider, decisions)
  const records = decisions.flatMap(({ recordId, resolution }) => {
    const target = /^link (\d+)$/.exec(resolution ?? '')?.[1]
    return [recordId, target].filter((id) => id !== null && id !== undefined)
  })
  await applyRecords(work, decider, [...new Set(records)], noFindings())
  const again = remotesToLookAt(work, decisions)
  if (again.size > 0)
    await observeHints(work, again, {
      recent: { changed: new RecentRecords(0), gone: new RecentRecords(0) },
      begin: async () => {},
      withinRun: false,
      pending: false,
    })
  return runId
}

/** Records that were held back and are to be looked at again. */
function remotesToLookAt(work: FlowWork, decisions: readonly CaseRow[]): Map<Side, string[]> {
  const ids = new Map<Side, string[]>()
  for (const { recordId, sideId, remoteId, resolution } of decisions) {
    const side = work.sides.find((one) => one.id === sideId)
    if (recordId !== null || remoteId === null || resolution !== 'retry' || side === undefined) continue
    ids.set(side, [...(ids.get(side) ?? []), remoteId])
  }
  return ids
}

async function effectsOf(
  database: Database,
  contract: Contract,
  flow: Flow,
  runId: string,
  cases: readonly CaseRow[],
  language: Language,
): Promise<Pick<DecisionPreview, 'effects' | 'writes' | 'more'>> {
  const caseOf = new Map(cases.map((one) => [one.recordId, Number(one.id)]))
  const search: LogSearch = { flows: [flow.name], run: Number(runId), kind: 'operation' }
  const rows = await readLogPage(database, search, { after: null, limit: MOST_OPERATIONS })
  // The oldest first: as they would be written.
  const entries = (await tell(database, contract, rows, language))
    .map((entry, i) => ({ entry, row: rows[i]! }))
    .toReversed()
  const effects = entries.flatMap(({ entry, row }): DecisionEffect[] => {
    const { title, references, line_fields, fields } = entry
    const about = {
      case: caseOf.get(row.recordId) ?? null,
      record: row.recordId ?? '',
      title,
      system: row.system ?? '',
      what: row.what as OperationKind,
      ...(references && { references }),
      ...(line_fields && { line_fields }),
    }
    return fields.length === 0
      ? [{ ...about, field: null, from: null, to: null }]
      : fields.map((field) => ({ ...about, ...field }))
  })
  const sides = new Map(
    (await ensureFlows(database, [flow])).get(flow.name)!.sides.map((side) => [side.id, side.system]),
  )
  const writes: Record<string, number> = {}
  for (const { sideId, count } of await countOperations(database, runId)) {
    const system = sides.get(sideId)
    if (system !== undefined) writes[system] = (writes[system] ?? 0) + count
  }
  return { effects: effects.slice(0, MOST_EFFECTS), writes, more: Math.max(0, effects.length - MOST_EFFECTS) }
}

async function asksSince(database: Database, flow: Flow, before: number, language: Language): Promise<string[]> {
  const open = await findCases(database, { flow: flow.name, state: 'open', under: 'none' })
  return open
    .filter((row) => Number(row.id) > before)
    .slice(0, MOST_EFFECTS)
    .map((row) => caseIn(row.detail, language).sentence)
}
