/** Who may take a flow from whom. */
import { beforeEach, expect, test } from 'vitest'
import { openDatabase, type Database } from '../../src/store/database/database.ts'
import { acquireLease, releaseLease, renewLease, type Lease } from '../../src/store/service/leases.ts'
import { migrate } from '../../src/store/migrate.ts'
import { freshDatabase } from '../harness/database.ts'
import { databaseAt } from '../harness/store-clock.ts'

const TTL = 60_000
const BEGAN = Date.UTC(2026, 2, 5, 9)

let database: Database
let flow: number
const alive = new Set<Lease>()
beforeEach(async () => {
  database = await openDatabase((await freshDatabase('store')).url)
  await migrate(database)
  const [row] = await database.query<{ id: number }>(`insert into flow (name) values ('customers') returning id`)
  flow = row!.id
  return async () => {
    for (const lease of alive) end(lease)
    await database.close()
  }
})

const take = async (holder: string, after: number): Promise<Lease | null> => {
  const lease = await acquireLease(
    databaseAt(database, () => BEGAN + after),
    flow,
    holder,
    TTL,
  )
  if (lease) alive.add(lease)
  return lease
}

/** The holder's session with the store ends, and says nothing. */
const end = (lease: Lease): void => {
  alive.delete(lease)
  lease.release()
}

test('L17 a flow is taken at once from a process that has ended, and not from one that is alive', async () => {
  const first = await take('first', 0)
  expect(await take('second', 1_000)).toBeNull()
  end(first!)
  // The server needs a moment to end a session.
  await expect.poll(() => take('second', 2_000)).not.toBeNull()
})

test('L17 a process notices that the server has ended the session which shows that it is alive', async () => {
  const lease = await take('first', 0)
  expect(lease!.hasEnded!()).toBe(false)
  await database.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (
       select oid from pg_database where datname = current_database())`,
  )
  await expect.poll(() => lease!.hasEnded!()).toBe(true)
  await expect.poll(() => take('second', 1_000)).not.toBeNull()
})

test('L17 a flow that was taken from a process that stood still is its new holder’s, also when that process ends', async () => {
  const frozen = await take('frozen', 0)
  const holder = await take('holder', TTL + 1_000)
  expect(holder).not.toBeNull()
  end(frozen!)
  // The server needs a moment to end a session.
  const locks = `select 1 from pg_locks l join pg_database d on d.oid = l.database
    where l.locktype = 'advisory' and d.datname = current_database()`
  await expect.poll(() => database.query(locks), { timeout: 20_000 }).toEqual([])
  expect(await take('third', TTL + 2_000)).toBeNull()
  await renewLease(
    databaseAt(database, () => BEGAN + TTL + 3_000),
    holder!,
    TTL,
  )
  alive.delete(holder!)
  await releaseLease(database, holder!)
  expect(await take('third', TTL + 4_000)).not.toBeNull()
})

test('L16 whoever takes a flow that was given up is alive to others from the first moment, and taken over at once when it ends', async () => {
  const first = await take('first', 0)
  // The end of its session takes a while.
  await releaseLease(database, { ...first!, release: () => {} })
  const second = await take('second', 1_000)
  expect(await database.query('select holder, has_lock as alive from lease')).toEqual([
    { holder: 'second', alive: true },
  ])
  end(second!)
  // The server needs a moment to end a session.
  await expect.poll(() => take('third', 2_000), { timeout: 20_000 }).not.toBeNull()
})
