import type { Contract } from '../contract/contract.ts'
import type { FlowRun } from '../model/report.ts'
import { flowsWithKept, wokenMarks } from '../store/state/dirty.ts'
import { inDependencyOrder, runFlow, type Deps } from './run-flow.ts'

/*
 * Flows run one after the other, parents first, so that what a flow wrote may be what an earlier one waits for: a
 * customer is deleted when its orders have gone. Such flows get another turn, in which they look at nothing.
 */

/** Each turn lets at least one more record go, or is the last; a chain of flows is no longer than this. */
const MOST_TURNS = 8

/** Carries out what has come free since the flows were run; answers their reports, each with what came after it. */
export async function carryOutWoken(deps: Deps, contract: Contract, reports: readonly FlowRun[]): Promise<FlowRun[]> {
  const { database, clock, signal } = deps
  let result = [...reports]
  const able = (): string[] =>
    result.flatMap(({ flow, status }) => (status === 'done' || status === 'waiting' ? [flow] : []))
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    if (signal?.aborted) break
    const woken = new Set((await wokenMarks(database, new Date(clock()))).map((mark) => mark.flow))
    // Once, so that people hear of what stays: everything has been looked at by now.
    if (turn === 0) for (const flow of await flowsWithKept(database)) woken.add(flow)
    const names = able().filter((name) => woken.has(name))
    if (names.length === 0) break
    let wrote = false
    for (const flow of inDependencyOrder(contract, names).toReversed()) {
      const more = await runFlow(deps, contract, flow, { systems: [] })
      result = result.map((report) => (report.flow === flow.name ? together(report, more) : report))
      if (Object.values(more.writes).some((count) => count > 0)) wrote = true
    }
    if (!wrote) break
  }
  return result
}

function together(first: FlowRun, second: FlowRun): FlowRun {
  const sum = (of: (report: FlowRun) => number): number => of(first) + of(second)
  return {
    ...second,
    kind: first.kind,
    read: sum((report) => report.read),
    unchanged: first.unchanged,
    linked: sum((report) => report.linked),
    held: sum((report) => report.held),
    quarantined: sum((report) => report.quarantined),
    conflicts: sum((report) => report.conflicts),
    repaired: sum((report) => report.repaired),
    created: sum((report) => report.created),
    updated: sum((report) => report.updated),
    deleted: sum((report) => report.deleted),
    seconds: sum((report) => report.seconds),
    writes: Object.fromEntries(
      Object.keys(second.writes).map((system) => [system, sum((report) => report.writes[system] ?? 0)]),
    ),
  }
}
