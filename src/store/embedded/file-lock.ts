/**
 * Locks between processes that the operating system releases when their holder dies, however it dies.
 *
 * Node has no flock of its own, but its SQLite has: an exclusive transaction on an empty database file is an
 * exclusive lock, a read transaction a shared one. So no lock is ever stale and no pid file must be believed.
 */
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

export type LockMode = 'shared' | 'exclusive'

/** A lock that is held until `release` or the end of the process; releasing twice does nothing. */
export interface FileLock {
  release(): void
}

const busy = 5

/** Takes the lock if that is possible at once. */
export function tryLock(path: string, mode: LockMode): FileLock | undefined {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    if (mode === 'exclusive') {
      database.exec('begin exclusive')
    } else {
      database.exec('begin')
      database.prepare('select count(*) from sqlite_master').get()
    }
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === busy) return undefined
    throw error
  }
  return {
    release: () => {
      if (database.isOpen) database.close()
    },
  }
}

/** Waits for the lock; undefined when it did not come within `milliseconds`. */
export async function waitForLock(
  path: string,
  mode: LockMode,
  milliseconds: number,
  onWait?: () => void,
): Promise<FileLock | undefined> {
  const began = performance.now()
  let told = false
  for (;;) {
    const lock = tryLock(path, mode)
    if (lock !== undefined) return lock
    const waited = performance.now() - began
    if (waited > milliseconds) return undefined
    if (waited > 1_000 && !told) {
      told = true
      onWait?.()
    }
    await sleep(20 + Math.random() * 30)
  }
}
