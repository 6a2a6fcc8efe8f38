import { openDatabase, type Session } from '../src/store/database/database.ts'
import { startEmbedded } from '../src/store/embedded/embedded-server.ts'
import { migrate } from '../src/store/migrate.ts'
import { listRuns, type RunSearch } from '../src/store/log/run-list.ts'
import { type FilterPages, PAGE, pagesOf, resultOf } from './pages.ts'
import type { ServiceBench } from './scale.ts'

const EVERY_MS = 5_000

/** A part of the time that a million runs take. */
const ago = (part: number): string => new Date(Date.now() - part * 1_000_000 * EVERY_MS).toISOString()

/** Each filter alone, and some together. `orders` ran seldom and long ago, `products` never. */
const SEARCHES: Readonly<Record<string, Omit<RunSearch, 'flows'> & { readonly flows?: readonly string[] }>> = {
  none: {},
  'something came of it': { dull: false },
  'nothing came of it': { dull: true },
  since: { since: ago(0.001) },
  until: { until: ago(0.5) },
  'until, flow': { until: ago(0.9), flows: ['customers'] },
  'a stretch': { since: ago(0.6), until: ago(0.5) },
  flow: { flows: ['customers'] },
  'flow: seldom runs': { flows: ['orders'] },
  'flow: never ran': { flows: ['products'] },
  'two flows': { flows: ['orders', 'customers'], dull: false },
  'status: done': { status: 'done' },
  'status: done, seldom runs': { flows: ['orders'], status: 'done' },
  'status: failed': { status: 'failed' },
  'kind: incremental': { kind: 'incremental' },
  'kind: full': { kind: 'full' },
  'kind and status': { kind: 'incremental', status: 'done' },
  'kind and status of none': { kind: 'full', status: 'done' },
  'wrote something': { changed: true },
  'wrote nothing': { changed: false },
  'wrote something, seldom runs': { flows: ['orders'], changed: true },
}

/**
 * Lists of runs over a store with ten runs for each record, nearly all of one flow that runs all the time and of which
 * nothing comes: first pages, and pages from somewhere in the middle or far back.
 */
export async function runs({ records, repeat }: { records: number; repeat: number }): Promise<ServiceBench> {
  const server = await startEmbedded({ ephemeral: true })
  try {
    await server.createDatabase('bench_store')
    const database = await openDatabase(server.url('bench_store'))
    try {
      await migrate(database)
      const count = records * 10
      await fill(database, count)
      const found: FilterPages[] = []
      for (const [filter, search] of Object.entries(SEARCHES)) {
        const timed = async (before: number | null): Promise<number> => {
          const began = performance.now()
          await listRuns(database, { flows: null, ...search }, { before, limit: PAGE + 1 })
          return performance.now() - began
        }
        found.push(
          await pagesOf(
            filter,
            repeat,
            () => timed(null),
            (n) => timed(1 + ((n * 104_729) % count)),
          ),
        )
      }
      return resultOf('runs', `${count.toLocaleString('en')} runs`, repeat, found)
    } finally {
      await database.close()
    }
  } finally {
    await server.stop()
  }
}

/** Of the oldest, some are of a flow that ran no more, some wrote something. */
async function fill(session: Session, count: number): Promise<void> {
  await session.query(`
    insert into contract_version (fingerprint, source, published_at) values (md5('v1'), '', now());
    insert into flow (name, first_sync_at, last_success) select name, now(), now() from unnest('{customers,orders,products}'::text[]) name;
    insert into run (flow_id, contract_id, kind, status, started_at, finished_at, report)
      select case when r between 1000 and 1299 then 2 else 1 end, 1, 'incremental', 'done', at, at + interval '1 s',
        case when r < 2000 and r % 100 = 0 then '{"writes":{"b":400},"updated":400}'::jsonb else '{"writes":{"b":0},"updated":0}' end
      from generate_series(1, ${count}) r cross join lateral (select now() - (${count} - r) * interval '${EVERY_MS} ms' as at) x;
    analyze run; analyze flow`)
}
