import { expectAgreement, expectEqual, measuredRun, median, type Measurement } from './measurement.ts'
import type { BenchOptions, BenchResult } from './benchmark.ts'
import { rawCopy } from './raw-copy.ts'
import type { World } from './world.ts'

/** The first run of a flow: every customer of system A is created in system B, with links, images and full history. */
export async function firstSync(world: World, { records, repeat }: BenchOptions): Promise<BenchResult> {
  const runs: Measurement[] = []
  const raws: number[] = []
  for (let i = 0; i < repeat; i++) {
    await world.reset(records)
    raws.push(await rawCopy(world))
    const worker = await world.worker()
    const run = await measuredRun(world, worker)
    await worker.close()
    expectEqual('records created', run.report.created, records)
    await expectAgreement(world, records)
    runs.push(run)
  }
  const seconds = median(runs.map((run) => run.seconds))
  const raw = median(raws)
  return {
    unit: 'records',
    perSecond: records / seconds,
    runs: runs.map((run, i) => ({ name: `first sync ${i + 1}`, items: records, run })),
    raw: { perSecond: records / raw, ratio: raw / seconds },
    notes: [
      'The raw limit is COPY of the same rows from A to B through Node, in the same run, without looking at them.',
    ],
  }
}
