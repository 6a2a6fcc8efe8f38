import { expectAgreement, expectEqual, measuredRun } from './measurement.ts'
import type { BenchOptions, BenchResult, NamedRun } from './benchmark.ts'
import { onDatabase, type World } from './world.ts'

/**
 * A full pass over both systems when nothing has changed. The first one after the first sync reads what system B has
 * made of the records row by row, and stores the digests that let later ones go by whole key ranges.
 */
export async function rest(world: World, { records, repeat }: BenchOptions): Promise<BenchResult> {
  await world.reset(records)
  const worker = await world.worker()
  await measuredRun(world, worker)
  await onDatabase(world.a, (client) => client.query('checkpoint'))
  const runs: NamedRun[] = []
  for (let i = 0; i <= repeat; i++) {
    const run = await measuredRun(world, worker, { full: true })
    expectEqual('kind of the run', run.report.kind, 'full')
    expectEqual('rows read', run.report.read, 2 * records)
    expectEqual('rows unchanged', run.report.unchanged, 2 * records)
    expectEqual(
      'writes',
      Object.values(run.report.writes).reduce((sum, n) => sum + n, 0),
      0,
    )
    runs.push({ name: i === 0 ? 'first full pass' : `full pass ${i + 1}`, items: records, run })
  }
  await worker.close()
  await expectAgreement(world, records)
  const later = runs
    .slice(1)
    .map(({ run }) => run.seconds)
    .toSorted((x, y) => x - y)
  return {
    unit: 'record pairs',
    perSecond: records / later[Math.floor((later.length - 1) / 2)]!,
    runs,
    notes: [
      'A record pair is a record in both systems. The figure is that of the later passes; the first one stores digests.',
    ],
  }
}
