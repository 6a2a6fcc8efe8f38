/** A process that stands still in the middle of a COPY: the server counts it as busy, for as long as it is there. */
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/store/database/database.ts'
import { acquireLease } from '../../src/store/service/leases.ts'
import { migrate } from '../../src/store/migrate.ts'
import { freshDatabase } from '../harness/database.ts'
import { databaseAt } from '../harness/store-clock.ts'

const LEASE_MS = 60_000

test('L16 a process that stands still within a COPY does not keep the flow from its successor', async () => {
  const { url } = await freshDatabase('store')
  const database = await openDatabase(url)
  onTestFinished(() => database.close())
  await migrate(database)
  await database.execute(`insert into flow (name) values ('customers')`)
  const [flow] = await database.query<{ id: number }>('select id from flow')
  const began = Date.now()
  const first = await acquireLease(database, flow!.id, 'first', LEASE_MS)
  expect(first).not.toBeNull()

  const frozen = new pg.Client({ connectionString: url, application_name: 'concordat' })
  await frozen.connect()
  const ended = new Promise<string>((resolve) => frozen.on('error', (error) => resolve(error.message)))
  await frozen.query('begin')
  await frozen.query('select 1 from lease for share')
  await frozen.query('create temporary table half (line text)')
  const copy = frozen.query(copyFrom('copy half from stdin'))
  copy.on('error', () => {})
  copy.write('half of it\n')

  const later = databaseAt(database, () => began + LEASE_MS + 1_000)
  let taken: Awaited<ReturnType<typeof acquireLease>> = null
  for (let attempt = 0; attempt < 8 && taken === null; attempt++)
    taken = await acquireLease(later, flow!.id, 'second', LEASE_MS)
  expect(taken).not.toBeNull()
  await expect(ended).resolves.toMatch(/terminat/)
  first!.release()
  taken!.release()
})
