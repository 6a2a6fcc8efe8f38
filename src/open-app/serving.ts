import type { Serving } from '../application.ts'
import { chosenFlows } from '../contract/reading/chosen-flows.ts'
import { signedFlows } from '../engine/tell-signings.ts'
import { workShards } from '../engine/work-shards.ts'
import { listenToFeeds } from '../service/listen-to-feeds.ts'
import { tidy } from '../service/tidy.ts'
import { type Parts, systemsOf } from './parts.ts'

/** So often the demo looks for what is wrong, and so long it waits before it tells. */
export const IMPATIENT_MS = 2_000

/** Running the flows as their contract promises, for as long as this process lives. */
export function serving(parts: Parts): Serving {
  const { check, contract, deps, systems, hot, alerts, rules, time, options, databaseUrl, bind, reopen } = parts
  const { database, clock } = deps
  return {
    async successor() {
      if ((await rules.waitsFor()) !== 'taking up') return null
      const next = await reopen()
      // The file may have been saved once more in between.
      if ((await rules.waitsFor(next.check)) === 'taking up') return next
      await next.close()
      return null
    },
    async startService({ slots, ...service }) {
      const { startService } = await import('../service/service.ts')
      await bind()
      const flows = chosenFlows(check, contract, undefined)
      return startService({
        ...service,
        contract,
        database,
        databaseUrl,
        signed: () => signedFlows(database, contract),
        clock,
        clockOff: async () => {
          await time.ask()
          return time.off()
        },
        chance: Math.random,
        name: deps.holder,
        flows,
        slots: slots ?? Math.min(32, flows.length),
        watch: async () => void (await alerts.watch.tick()),
        // One process tells; a worker may have lost its way to the store where others have not.
        ...(service.role === 'serve' && { storeSeen: (there: boolean) => alerts.storeSeen(there) }),
        ...(options.impatient && { watchMs: IMPATIENT_MS }),
        beat: () => alerts.watch.beat(),
        endBeat: () => alerts.watch.endBeat(),
        tidy: () => tidy(database, contract, service.telling, clock()),
        async run(flow, { signal, ...run }) {
          await systems.reach(flow.systems)
          return hot.of(flow).run(run, signal)
        },
        async help(flow, signal) {
          await systems.reach(flow.systems)
          await workShards({ ...deps, signal }, contract, flow)
        },
        async follow(flow, hints) {
          await systems.reach(flow.systems)
          const reports = await Promise.all([...hints].map(([system, ids]) => hot.of(flow).take(system, ids)))
          return { wantsRun: reports.some((report) => report.wantsRun) }
        },
        feeds: async (hinted) => {
          const sources = systemsOf(contract, flows).map((system) => ({
            contract,
            system,
            open: () => systems.installedFeed(system),
          }))
          return listenToFeeds(sources, hinted, service.telling)
        },
      })
    },
  }
}
