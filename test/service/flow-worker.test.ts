import { expect, onTestFinished, test } from 'vitest'

import { checkContract } from '../../src/app.ts'
import type { FlowRun } from '../../src/model/report.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import { flowWorker, type WorkerParts } from '../../src/service/flow-worker.ts'
import { jsonTelling } from '../../src/service/json-telling.ts'
import { openDatabase, type Database } from '../../src/store/database/database.ts'
import { askForRun, enrol } from '../../src/store/service/flow-service.ts'
import { storeHints } from '../../src/store/service/inbox.ts'
import { migrate } from '../../src/store/migrate.ts'
import { freshFromTemplate } from '../harness/database.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { contractOf } from '../engine/template.ts'

const NOW = Date.now()
const RAN = { status: 'done', writes: {}, created: 0, updated: 0, deleted: 0, conflicts: 0, held: 0, quarantined: 0 }
const ran = (over: Partial<FlowRun> = {}): FlowRun => ({ ...RAN, run: 1, flow: 'customers', ...over }) as FlowRun

/** A worker on a store of its own; `did` notes what it did. */
async function worker(parts: Partial<Pick<WorkerParts, 'run' | 'follow'>>) {
  const { url } = await freshFromTemplate('flow_worker', async (template) => {
    const database = await openDatabase(template)
    await migrate(database)
    await database.close()
  })
  const database = await openDatabase(url)
  const folder = mkdtempSync(join(tmpdir(), 'concordat-flow-worker-'))
  onTestFinished(async () => {
    await database.close()
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'concordat.yaml')
  writeFileSync(file, stringify(contractOf({}, { customers: { schedule: 'nightly at 02:00' } })))
  const contract = checkContract({ contract: file }).contract!
  const sides = ['erp', 'crm'].map((system) => ({ flow: 'customers', system }))
  await enrol(database, sides, NOW)
  const did: string[] = []
  const said: string[] = []
  const work = flowWorker({
    contract,
    database,
    clock: Date.now,
    chance: () => 0.5,
    signed: async () => new Set(['customers']),
    telling: jsonTelling((line) => said.push(line)),
    run: async (flow, request) => {
      did.push(`run ${request.systems?.join(' ')}${request.full ? ' full' : ''}`)
      return parts.run ? parts.run(flow, request) : ran()
    },
    ...(parts.follow && {
      follow: async (flow, hints) => {
        did.push(`follow ${[...hints].map(([system, ids]) => `${system} ${ids.join(' ')}`).join(', ')}`)
        return parts.follow!(flow, hints)
      },
    }),
  })
  return { database, did, said, look: () => work('customers', new AbortController().signal) }
}

const hintOf = (system: string, database: Database, ...remoteIds: (string | null)[]): Promise<void> =>
  storeHints(
    database,
    remoteIds.map((remoteId) => ({ flow: 'customers', system, remoteId, message: null })),
    new Date(),
  )
const hint = (database: Database, ...remoteIds: (string | null)[]) => hintOf('erp', database, ...remoteIds)
const waiting = async (database: Database): Promise<number> =>
  (await database.query('select 1 from inbox where done_at is null')).length

test('nothing due, nothing done', async () => {
  const { did, look } = await worker({})
  await look()
  expect(did).toEqual([])
})

test('hints about single records are followed without a run, each record once', async () => {
  const { database, did, look } = await worker({ follow: async () => ({ wantsRun: false }) })
  await hint(database, '1', '2', '1')
  await look()
  expect(did).toEqual(['follow erp 1 2'])
  expect(await waiting(database)).toBe(0)
})

test('a run serves hints that name no record, and those that want one', async () => {
  const { database, did, look } = await worker({ follow: async () => ({ wantsRun: true }) })
  await hint(database, null)
  await look()
  expect(did).toEqual(['run erp'])
  await hint(database, '3')
  await look()
  expect(did.slice(1)).toEqual(['follow erp 3', 'run erp'])
  expect(await waiting(database)).toBe(0)
})

test('a hint that names no record is served by a run that looked at its system', async () => {
  const { database, did, look } = await worker({
    run: async (_, { systems }) => {
      // It comes while another system is looked at.
      if (did.length === 1) await hintOf('crm', database, null)
      return ran({ kind: systems!.length === 2 ? 'full' : 'incremental' })
    },
  })
  await hint(database, null)
  await look()
  expect(did).toEqual(['run erp', 'run crm'])
  expect(await waiting(database)).toBe(0)
})

test('L12 a run of what changed leaves hints about single records to be followed: one may say that a record is gone', async () => {
  const { database, did, look } = await worker({ follow: async () => ({ wantsRun: false }) })
  await hint(database, '5')
  await askForRun(database, 'customers', false, new Date())
  await look()
  expect(did).toEqual(['run erp crm', 'follow erp 5'])
  await hint(database, null, '6')
  await look()
  expect(did.slice(2)).toEqual(['run erp', 'follow erp 6'])
  expect(await waiting(database)).toBe(0)
})

test('a run that looks at everything serves all hints that were there before it', async () => {
  const { database, did, look } = await worker({
    run: async () => ran({ kind: 'full' }),
    follow: async () => ({ wantsRun: false }),
  })
  await hint(database, null, '5')
  await look()
  expect(did).toEqual(['run erp'])
  expect(await waiting(database)).toBe(0)
})

test('what failed is not taken for done: hints and requests stay, and the wait is noted', async () => {
  const { database, did, look } = await worker({
    run: async () => ran({ status: 'failed', failure: { code: 'connector.unreachable' }, message: 'Away.' }),
  })
  await hint(database, '1')
  await askForRun(database, 'customers', true, new Date())
  await look()
  await look()
  expect(did).toEqual(['run erp crm full'])
  expect(await waiting(database)).toBe(1)
  expect(await database.query('select failures, asked_full, retry_at > now() as waits from flow_service')).toEqual([
    { failures: 1, asked_full: true, waits: true },
  ])
})

test('a flow that another process works on is left to it', async () => {
  const { database, did, look } = await worker({
    run: async () => {
      throw new ConcordatError('engine.busy', 'Somebody runs it.', { retry: 'later' })
    },
  })
  await askForRun(database, 'customers', false, new Date())
  await look()
  expect(did).toEqual(['run erp crm'])
  expect(await database.query('select failures, asked_at is null as served from flow_service')).toEqual([
    { failures: 0, served: false },
  ])
})

test('hints about single records overtake a run that is under way', async () => {
  let end: () => void = () => {}
  const { database, did, look } = await worker({
    run: () => new Promise((resolve) => (end = () => resolve(ran()))),
    follow: async () => ({ wantsRun: false }),
  })
  await askForRun(database, 'customers', false, new Date())
  const looking = look()
  await expect.poll(() => did.length).toBe(1)
  await hint(database, '7')
  await expect.poll(() => did, { timeout: 10_000 }).toEqual(['run erp crm', 'follow erp 7'])
  await expect.poll(() => waiting(database)).toBe(0)
  end()
  await looking
  expect(did).toHaveLength(2)
})

test('L28 the message of a bug, which may hold a value, is neither logged nor stored', async () => {
  const { database, said, look } = await worker({
    run: async () => {
      throw new TypeError('cannot read Zenobia Quillfeather')
    },
  })
  await askForRun(database, 'customers', false, new Date())
  await look()
  expect(await database.query('select failures from flow_service')).toEqual([{ failures: 1 }])
  expect(said.join()).toContain('TypeError at')
  expect(said.join()).not.toContain('Zenobia')
})
