import { openDatabase } from '../../src/store/database.ts'
import { ensurePartitions, migrate } from '../../src/store/migrate.ts'
import { START, type Room } from './play.ts'
import { SessionPool } from './worker.ts'

/** A store to play in, and what closes it. */
export async function openRoom(url: string): Promise<Room & { close(): Promise<void> }> {
  const store = await openDatabase(url, { connections: 16 })
  await migrate(store)
  // What the first run of a month does besides must not tell the first story from the others.
  for (const months of [0, 1, 2]) await ensurePartitions(store, new Date(START + months * 31 * 86_400_000))
  const pool = new SessionPool(store)
  return {
    store,
    pool,
    close: async () => {
      await pool.close()
      await store.close()
    },
  }
}
