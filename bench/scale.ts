import { setTimeout as sleep } from 'node:timers/promises'
import { openApp } from '../src/app.ts'
import { expectEqual } from './measurement.ts'
import { flowNames, openServiceWorld, tablesOf } from './service-world.ts'
import { onDatabase } from './world.ts'

const FLOWS = 16
const DELAY_MS = 20
const WORKERS = [1, 2, 4]

export interface ServiceBench {
  readonly text: readonly string[]
  readonly json: object
}

/**
 * How long it takes until the changes of 16 flows have landed, with 1, 2 and 4 worker processes that each work on one
 * flow at a time, between systems that answer after 20 ms: waiting, not computing, is what limits one worker.
 */
export async function scale({ records, repeat }: { records: number; repeat: number }): Promise<ServiceBench> {
  const flows = flowNames(FLOWS)
  const each = Math.max(1, Math.min(500, Math.floor(records / FLOWS)))
  const world = await openServiceWorld({ flows: FLOWS, delayMs: DELAY_MS })
  try {
    await onDatabase(world.a, async (client) => {
      await client.query(tablesOf(flows, 'a'))
      for (const name of flows)
        await client.query(
          `insert into ${name}_a (code, name) select 'C' || i, 'Name ' || i from generate_series(1, ${each}) i`,
        )
    })
    await onDatabase(world.b, (client) => client.query(tablesOf(flows, 'b')))
    const app = await openApp({ contract: world.contract, env: world.env, databaseUrl: world.store })
    for (const run of await app.run()) expectEqual(`first run of ${run.flow}`, run.status, 'done', run.message)
    let round = 0
    const found: { workers: number; seconds: number; perSecond: number }[] = []
    for (const workers of WORKERS) {
      await Promise.all(Array.from({ length: workers }, () => world.start('worker', '--workers', '1')))
      // Every process has compiled its code and opened its connections before it counts.
      await drain(++round)
      const seconds: number[] = []
      for (let i = 0; i < repeat; i++) seconds.push(await drain(++round))
      await world.stop()
      const median = seconds.toSorted((x, y) => x - y)[Math.floor((seconds.length - 1) / 2)]!
      found.push({ workers, seconds: median, perSecond: (FLOWS * each) / median })
    }
    await app.close()
    return {
      text: [
        `scale: ${FLOWS} flows with ${each} changes each, systems that answer after ${DELAY_MS} ms, one flow at a time a worker`,
        '',
        ...found.map(
          ({ workers, seconds, perSecond }) =>
            `  ${workers} ${workers === 1 ? 'worker ' : 'workers'}   ${seconds.toFixed(2)} s   ${Math.round(perSecond).toLocaleString('en')} changes/s   ×${(found[0]!.seconds / seconds).toFixed(2)}`,
        ),
        '',
        '  From the request for a run until all changes had landed (median). Every change was found in the other system.',
      ],
      json: { benchmark: 'scale', flows: FLOWS, changes: FLOWS * each, delay_ms: DELAY_MS, runs: found },
    }

    async function drain(n: number): Promise<number> {
      await onDatabase(world.a, async (client) => {
        for (const name of flows)
          await client.query(`update ${name}_a set name = $1 || code, updated_at = clock_timestamp()`, [`Round ${n} `])
      })
      const count = flows.map((name) => `(select count(*) from ${name}_b where name like 'Round ${n} %')`).join(' + ')
      const began = performance.now()
      for (const name of flows) await app.askForRun(name)
      return onDatabase(world.b, async (client) => {
        for (;;) {
          const { rows } = await client.query<{ landed: string }>(`select ${count} as landed`)
          if (Number(rows[0]!.landed) === FLOWS * each) return (performance.now() - began) / 1_000
          if (performance.now() - began > 120_000)
            expectEqual('changes that landed', Number(rows[0]!.landed), FLOWS * each)
          await sleep(50)
        }
      })
    }
  } finally {
    await world.close()
  }
}
