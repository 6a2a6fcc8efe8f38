/**
 * Folders for servers that tests and measurements throw away, and the removal of those whose user was killed
 * before it could do so itself.
 */
import { chmodSync, mkdtempSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { lentAccount, sharedRoot } from './account.ts'
import { layoutOf } from './cluster.ts'
import { tryLock } from './file-lock.ts'
import { othersReach } from './location.ts'
import { stopPostmaster } from './postmaster.ts'

const prefix = 'concordat-throw-away-'

/** A new empty data directory in the temporary folder. */
export function throwAwayDirectory(): string {
  const folder = mkdtempSync(join(parent(), prefix))
  if (lentAccount() !== undefined) chmodSync(folder, 0o711)
  return folder
}

/** Stops and removes throw-away servers that no living process uses. */
export async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(parent()).filter((entry) => entry.startsWith(prefix))) {
    const layout = layoutOf(join(parent(), name))
    try {
      const stat = statSync(layout.root)
      // One that is being made holds its lock only a moment later.
      if (stat.uid !== (process.getuid?.() ?? stat.uid) || Date.now() - stat.mtimeMs < 60_000) continue
      const lock = tryLock(layout.usersLock, 'exclusive')
      if (lock === undefined) continue
      await stopPostmaster(layout.cluster, undefined)
      lock.release()
      await rm(layout.root, { recursive: true, force: true })
    } catch {
      // Another process removes it at this moment; what is left, the next one finds.
    }
  }
}

function parent(): string {
  const temporary = realpathSync(tmpdir())
  return lentAccount() === undefined || othersReach(temporary) ? temporary : sharedRoot
}
