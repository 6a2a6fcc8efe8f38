import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openApp } from '../src/app.ts'
import { startEmbedded } from '../src/store/embedded/embedded-server.ts'
import type { LogPlace } from '../src/store/log/log-pages.ts'
import type { LogSearch } from '../src/store/log/log-scope.ts'
import { fillStore, OPERATIONS_EACH } from './log-store.ts'
import { type FilterPages, PAGE, pagesOf, resultOf } from './pages.ts'
import type { ServiceBench } from './scale.ts'
import { CONTRACT } from './world.ts'

/** Each filter alone, and some together; the texts name one record, many, and none. */
const FILTERS: readonly (readonly [name: string, search: (n: number, records: number) => Partial<LogSearch>])[] = [
  ['none', () => ({})],
  ['flow', () => ({ flows: ['customers'] })],
  ['record: id', (n, records) => ({ record: String(1 + ((n * 104_729) % records)) })],
  ['record: system:id', (n, records) => ({ record: `b:${14 + 1 + ((n * 104_729) % (records - 20))}` })],
  ['record: text of one', (n, records) => ({ record: `c${1 + ((n * 104_729) % records)}@example` })],
  ['record: text of many', () => ({ record: 'Sevilla' })],
  ['record: text of some', (n) => ({ record: `Calle ${n % 900}\t` })],
  ['record: text of none', (n) => ({ record: `nobody ${n}` })],
  ['field', (n) => ({ field: ['name', 'email', 'phone', 'city'][n % 4]! })],
  ['field: rare', () => ({ field: 'customer_since' })],
  ['field: never written', () => ({ field: 'number' })],
  ['system', (n) => ({ system: ['a', 'b'][n % 2]! })],
  ['outcome: done', () => ({ outcome: 'done' })],
  ['outcome: refused', () => ({ outcome: 'refused' })],
  ['outcome: failed', () => ({ outcome: 'failed' })],
  ['outcome: superseded', () => ({ outcome: 'superseded' })],
  ['outcome: not sent', () => ({ outcome: 'not sent' })],
  ['outcome: intended', () => ({ outcome: 'intended' })],
  ['kind: operation', () => ({ kind: 'operation' })],
  ['kind: revision', () => ({ kind: 'revision' })],
  ['kind: case', () => ({ kind: 'case' })],
  ['what: create', () => ({ what: 'create' })],
  ['what: update', () => ({ what: 'update' })],
  ['what: delete', () => ({ what: 'delete' })],
  ['what: restore', () => ({ what: 'restore' })],
  ['run', (n) => ({ run: 1 + ((n * 617) % 2000) })],
  ['rules', (n) => ({ rules: FINGERPRINTS[n % 3]! })],
  ['since', (n) => ({ since: daysAgo(n % 90) })],
  ['until', (n) => ({ until: daysAgo(n % 90) })],
  ['a day', (n) => ({ since: daysAgo(1 + (n % 88)), until: daysAgo(n % 88) })],
  ['field in a run', (n) => ({ field: 'email', run: 500 + ((n * 617) % 1500) })],
  ['refused in a system by rules', (n) => ({ outcome: 'refused', system: 'b', rules: FINGERPRINTS[n % 3]! })],
  ['field and text', (n, records) => ({ field: 'phone', record: `c${1 + ((n * 104_729) % records)}@example` })],
  ['rare field and text of many', () => ({ field: 'customer_since', record: 'Sevilla' })],
]

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString()
/** md5 of `v1`, `v2`, `v3`. */
const FINGERPRINTS = [
  '6654c734ccab8f440ff0825eb443dc7f',
  '1b267619c4812cc46ee281747884ca50',
  '43a03299a3c3fed3d8ce7b820f3aca81',
]

/**
 * The log over a store with a million operations: first pages, and pages from somewhere in the middle or far back, for every
 * filter. What is measured is the search and putting it into words, as `GET /log` does it.
 */
export async function log({ records, repeat }: { records: number; repeat: number }): Promise<ServiceBench> {
  const server = await startEmbedded({ ephemeral: true })
  const folder = mkdtempSync(join(tmpdir(), 'concordat-bench-'))
  const contract = join(folder, 'concordat.yaml')
  writeFileSync(contract, CONTRACT)
  try {
    await server.createDatabase('bench_store')
    const url = server.url('bench_store')
    const app = await openApp({ contract, env: { A_URL: url, B_URL: url }, databaseUrl: url })
    try {
      await fillStore(app.database, records)
      const found: FilterPages[] = []
      for (const [filter, search] of FILTERS) {
        const timed = async (n: number, after: LogPlace | null): Promise<number> => {
          const began = performance.now()
          await app.screens.logPage({ flows: null, ...search(n, records) }, { after, limit: PAGE }, 'en')
          return performance.now() - began
        }
        const deep = (n: number): LogPlace => ({ at: daysAgo((n * 37) % 89), kind: 'operation', id: '9000000000' })
        found.push(
          await pagesOf(
            filter,
            repeat,
            (n) => timed(n, null),
            (n) => timed(n, deep(n)),
          ),
        )
      }
      const operations = records * OPERATIONS_EACH
      const title = `${operations.toLocaleString('en')} operations, ${(operations / 2).toLocaleString('en')} revisions`
      return resultOf('log', title, repeat, found)
    } finally {
      await app.close()
    }
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
