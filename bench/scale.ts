import { setTimeout as sleep } from 'node:timers/promises'
import { expectEqual } from './measurement.ts'
import { flowNames, openServiceWorld, tablesOf } from './service-world.ts'
import { onDatabase } from './world.ts'
import { openSigned } from '../test/harness/sign.ts'

const FLOWS = 16
const DELAY_MS = 20
const RECORD_MS = 2
const WORKERS = [1, 2, 4]

export interface ServiceBench {
  readonly text: readonly string[]
  readonly json: object
}

/** How the changes are spread, and what holds a worker up. */
interface Load {
  readonly flows: number
  /** Changes of each flow. */
  readonly each: number
  /** How long system B takes for every record that is written, in milliseconds. */
  readonly recordMs: number
  readonly title: string
}

interface Found {
  readonly workers: number
  readonly seconds: number
  readonly perSecond: number
}

/**
 * How long it takes until changes have landed, with 1, 2 and 4 worker processes that each work on one flow at a time:
 * of 16 flows between systems that answer after 20 ms, and of one large flow into a system that takes 2 ms a record, as
 * a web API does. Waiting, not computing, is what limits one worker.
 */
export async function scale({ records, repeat }: { records: number; repeat: number }): Promise<ServiceBench> {
  const each = Math.max(1, Math.min(500, Math.floor(records / FLOWS)))
  const large = Math.min(10_000, records)
  const loads: Load[] = [
    {
      flows: FLOWS,
      each,
      recordMs: 0,
      title: `${FLOWS} flows with ${each} changes each, systems that answer after ${DELAY_MS} ms`,
    },
    {
      flows: 1,
      each: large,
      recordMs: RECORD_MS,
      title: `one flow with ${large.toLocaleString('en')} changes, a system that takes ${RECORD_MS} ms for each`,
    },
  ]
  const results: { load: Load; found: Found[] }[] = []
  for (const load of loads) results.push({ load, found: await underLoad(load, repeat) })
  return {
    text: [
      ...results.flatMap(({ load, found }) => [
        `scale: ${load.title}`,
        '',
        ...found.map((one) => line(one, found[0]!)),
        '',
      ]),
      '  From the request for a run until all changes had landed (median). Every change was found in the other system.',
    ],
    json: {
      benchmark: 'scale',
      delay_ms: DELAY_MS,
      loads: results.map(({ load, found }) => ({
        flows: load.flows,
        changes: load.flows * load.each,
        record_ms: load.recordMs,
        runs: found,
      })),
    },
  }
}

function line({ workers, seconds, perSecond }: Found, alone: Found): string {
  const rate = Math.round(perSecond).toLocaleString('en')
  return `  ${workers} ${workers === 1 ? 'worker ' : 'workers'}   ${seconds.toFixed(2)} s   ${rate} changes/s   ×${(alone.seconds / seconds).toFixed(2)}`
}

async function underLoad({ flows: count, each, recordMs }: Load, repeat: number): Promise<Found[]> {
  const flows = flowNames(count)
  const world = await openServiceWorld({ flows: count, delayMs: DELAY_MS })
  try {
    await onDatabase(world.a, async (client) => {
      await client.query(tablesOf(flows, 'a'))
      for (const name of flows)
        await client.query(
          `insert into ${name}_a (code, name) select 'C' || i, 'Name ' || i from generate_series(1, ${each}) i`,
        )
    })
    await onDatabase(world.b, (client) => client.query(tablesOf(flows, 'b')))
    const app = await openSigned({ contract: world.contract, env: world.env, databaseUrl: world.store })
    for (const run of await app.run()) expectEqual(`first run of ${run.flow}`, run.status, 'done', run.message)
    if (recordMs > 0) await onDatabase(world.b, (client) => client.query(slowly(flows, recordMs)))
    let round = 0
    const found: Found[] = []
    for (const workers of WORKERS) {
      await Promise.all(Array.from({ length: workers }, () => world.start('worker', '--workers', '1')))
      // Every process has compiled its code and opened its connections before it counts.
      await drain(++round)
      const seconds: number[] = []
      for (let i = 0; i < repeat; i++) seconds.push(await drain(++round))
      await world.stop()
      const median = seconds.toSorted((x, y) => x - y)[Math.floor((seconds.length - 1) / 2)]!
      found.push({ workers, seconds: median, perSecond: (count * each) / median })
    }
    await app.close()
    return found

    async function drain(n: number): Promise<number> {
      await onDatabase(world.a, async (client) => {
        for (const name of flows)
          await client.query(`update ${name}_a set name = $1 || code, updated_at = clock_timestamp()`, [`Round ${n} `])
      })
      const landed = flows.map((name) => `(select count(*) from ${name}_b where name like 'Round ${n} %')`).join(' + ')
      const began = performance.now()
      for (const name of flows) await app.askForRun(name)
      return onDatabase(world.b, async (client) => {
        for (;;) {
          const { rows } = await client.query<{ landed: string }>(`select ${landed} as landed`)
          if (Number(rows[0]!.landed) === count * each) return (performance.now() - began) / 1_000
          if (performance.now() - began > 120_000)
            expectEqual('changes that landed', Number(rows[0]!.landed), count * each)
          await sleep(50)
        }
      })
    }
  } finally {
    await world.close()
  }
}

/** Makes every write of a record take its time. */
const slowly = (flows: readonly string[], ms: number): string =>
  [
    `create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(${ms / 1_000}); return new; end $$;`,
    ...flows.map(
      (name) => `create trigger slowly before insert or update on ${name}_b for each row execute function slowly();`,
    ),
  ].join('\n')
