import type { RunOptions, Running } from '../application.ts'
import type { ChangeFeed } from '../connector-kit/change-feed.ts'
import { chosenFlows } from '../contract/reading/chosen-flows.ts'
import { carryOutWoken } from '../engine/carry-out-woken.ts'
import { followFeed } from '../engine/flow-feed.ts'
import { HotFlow } from '../engine/hot-flow.ts'
import { planFlows } from '../engine/plan.ts'
import { inDependencyOrder, runFlow, type Deps } from '../engine/run-flow.ts'
import { demandSigned } from '../engine/tell-signings.ts'
import { ConcordatError } from '../model/errors.ts'
import type { FlowRun } from '../model/report.ts'
import { watchAnew } from '../store/alerts/watch-facts.ts'
import type { Database } from '../store/database/database.ts'
import { askForRun, flowServices, pauseFlow, rearmQuarantined, resumeFlow } from '../store/service/flow-service.ts'
import { ensureFlow } from '../store/state/flows.ts'
import { waitsOn } from '../store/state/waits-on.ts'
import { type Parts, prepare, systemsOf } from './parts.ts'

/** Running flows in this process, and asking the service to. */
export function running(parts: Parts): Running {
  const { check, contract, deps, systems, agreement, bind } = parts
  const { database, clock } = deps
  const depsOf = (run: RunOptions): Deps => ({
    ...deps,
    ...(run.onProgress && { onProgress: run.onProgress }),
    ...(run.signal && { signal: run.signal }),
  })
  return {
    async plan(run = {}) {
      const names = await prepare(parts, run)
      return planFlows(depsOf(run), contract, names, {
        ...(run.full && { full: true }),
        ...(run.limit !== undefined && { limit: run.limit }),
        ...(run.language && { language: run.language }),
      })
    },
    async run(run = {}) {
      const names = await withoutPaused(database, await prepare(parts, run), run.flows)
      await demandSigned(database, contract, names)
      await bind()
      const reports: FlowRun[] = []
      for (const flow of inDependencyOrder(contract, names)) {
        if (run.signal?.aborted) break
        reports.push(await runFlow(depsOf(run), contract, flow, { ...(run.full && { full: true }) }))
      }
      const runs = await carryOutWoken(depsOf(run), contract, reports)
      agreement.forget()
      const agreed = await agreement.now()
      const blocked = await waitsOn(database, [...contract.flows.values()])
      return runs.map((one) => ({
        ...one,
        agreement: agreed.get(one.flow)!,
        waits_on: blocked.flatMap(({ flow, ...rest }) => (flow === one.flow ? [rest] : [])),
      }))
    },
    async follow({ signal, onReady, onTrouble, ...asked }) {
      const names = await prepare(parts, asked)
      await demandSigned(database, contract, names)
      await bind()
      const flows = new Map(names.map((name) => [name, new HotFlow(deps, contract, contract.flows.get(name)!)]))
      const followed: { system: string; feed: ChangeFeed }[] = []
      for (const system of systemsOf(contract, names)) {
        const feed = await systems.installedFeed(system)
        if (feed) followed.push({ system, feed })
      }
      onReady?.(flows)
      const trouble = onTrouble && { onTrouble }
      await Promise.all(followed.map((one) => followFeed({ ...one, contract, flows, signal, ...trouble })))
      for (const flow of flows.values()) await flow.close()
      return followed.map(({ system }) => system)
    },
    async pause(flow, { by, reason }) {
      chosenFlows(check, contract, [flow])
      await ensureFlow(database, flow)
      return pauseFlow(database, flow, { by, reason: reason ?? '', now: new Date(clock()) })
    },
    async resume(flow) {
      chosenFlows(check, contract, [flow])
      await watchAnew(database, flow, new Date(clock()))
      return resumeFlow(database, flow)
    },
    async retry(flow) {
      chosenFlows(check, contract, [flow])
      const count = await rearmQuarantined(database, flow)
      await askForRun(database, flow, false, new Date(clock()))
      return count
    },
    async askForRun(flow, asked = {}) {
      chosenFlows(check, contract, [flow])
      await ensureFlow(database, flow)
      await askForRun(database, flow, asked.full === true, new Date(clock()))
    },
  }
}

/** Flows that are not paused; one that was asked for by name and is paused is said so. */
async function withoutPaused(
  database: Database,
  names: string[],
  asked: readonly string[] | undefined,
): Promise<string[]> {
  const paused = (await flowServices(database, names)).filter((one) => one.paused)
  const named = paused.find((one) => asked?.includes(one.flow))
  if (named) {
    const { by, reason } = named.paused!
    throw new ConcordatError(
      'engine.paused',
      `The flow ${named.flow} is paused${by === null ? '' : ` by ${by}`}${reason === '' ? '.' : `: ${reason}`}`,
      { cure: `Let it go on with \`concordat resume ${named.flow}\`.` },
    )
  }
  return names.filter((name) => !paused.some((one) => one.flow === name))
}
