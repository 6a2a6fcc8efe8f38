import { expectAgreement, expectEqual, measuredRun, median } from './measurement.ts'
import type { BenchOptions, BenchResult, NamedRun } from './benchmark.ts'
import { onDatabase, type World } from './world.ts'

const EDITS = 1_000
/** Records that are edited on both sides. */
const COMMON = 100

/**
 * 1,000 edits in each system, made since the last run, to records spread over the whole table; 100 of them are the same
 * records on both sides: half in different fields, half in the same field, where the newest edit wins.
 */
export async function incremental(world: World, { records, repeat }: BenchOptions): Promise<BenchResult> {
  const edits = Math.min(EDITS, Math.floor(records / 2))
  await world.reset(records)
  const setUp = await world.worker()
  await measuredRun(world, setUp)
  await backdate(world)
  await measuredRun(world, setUp, { full: true })
  await setUp.close()

  const worker = await world.worker()
  const runs: NamedRun[] = []
  for (let i = 0; i < repeat; i++) {
    await edit(world, i, edits, records)
    const run = await measuredRun(world, worker)
    expectEqual('kind of the run', run.report.kind, 'incremental')
    expectEqual('records updated', run.report.updated, 2 * edits - Math.min(COMMON, edits) / 2)
    runs.push({ name: i === 0 ? 'in a fresh process' : `in the same process, ${i + 1}`, items: 2 * edits, run })
    await expectAgreement(world, records)
    await backdate(world, i)
    await measuredRun(world, worker, { full: true })
  }
  await worker.close()
  const seconds = median(runs.map(({ run }) => run.seconds))
  return {
    unit: 'changes',
    perSecond: (2 * edits) / seconds,
    runs,
    notes: [
      `${edits} + ${edits} edits, ${COMMON} of them to the same records on both sides.`,
      'Before, the times of change were moved into the past and taken in by a full pass, so that the overlap which an incremental run looks back holds a handful of rows and not the whole table.',
    ],
  }
}

/** As if what was done until now had been done long ago; spread, as times of change are. */
async function backdate(world: World, round = -1): Promise<void> {
  const recent = round < 0 ? '' : `where %s > now() - interval '12 hours'`
  for (const [url, table, column] of [
    [world.a, 'customers', 'updated_at'],
    [world.b, 'accounts', 'modified_at'],
  ] as const) {
    await onDatabase(url, async (client) => {
      if (round < 0) await client.query('checkpoint')
      await client.query(`alter table ${table} disable trigger touch`)
      await client.query(
        `update ${table} set ${column} = now() - interval '1 day' - (id * 7919 % 63072000) * interval '1 second' ${recent.replace('%s', column)}`,
      )
      await client.query(`alter table ${table} enable trigger touch`)
      await client.query(`vacuum analyze ${table}`)
    })
  }
}

/** Records of A: 0, step, 2·step …; of B: those plus one, but the first `COMMON` of them are the same records. */
async function edit(world: World, round: number, edits: number, records: number): Promise<void> {
  const step = Math.floor(records / edits)
  const numbers = (from: number, offset: number, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `C-${String(1 + (from + n) * step + offset).padStart(8, '0')}`)
  const half = COMMON / 2
  const change = async (
    url: string,
    table: string,
    key: string,
    set: string,
    which: readonly string[],
  ): Promise<void> =>
    onDatabase(url, async (client) => {
      const { rowCount } = await client.query(`update ${table} set ${set} where ${key} = any($1)`, [which])
      expectEqual('edited rows', rowCount, which.length)
    })
  const inA = (set: string, which: readonly string[]) => change(world.a, 'customers', 'number', set, which)
  const inB = (set: string, which: readonly string[]) => change(world.b, 'accounts', 'account_no', set, which)
  await inA(`credit_limit = credit_limit + 1, city = 'Gijón ${round}'`, numbers(half, 0, edits - half))
  await inB(`phone = '+3491' || lpad((id % 10000000)::text, 7, '${round % 10}')`, numbers(half, 0, half))
  await inB(`phone = '+3493' || lpad((id % 10000000)::text, 7, '${round % 10}')`, numbers(COMMON, 1, edits - COMMON))
  await inA(`email = 'a.' || id || '.${round}@older.example'`, numbers(0, 0, half))
  await inB(`email = 'b.' || id || '.${round}@newer.example'`, numbers(0, 0, half))
}
