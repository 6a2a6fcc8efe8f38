import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A small disk of its own that a test fills. */
export interface SmallDisk {
  readonly folder: string
  /** Leaves so many bytes free. */
  fill(free: number): void
  empty(): void
  remove(): void
}

/** `size`: as `mount` takes it, e.g. `192m`. Null, and said loudly, where this process may not mount one. */
export function smallDisk(size: string): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), 'concordat-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0711`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    const line = '!'.repeat(100)
    console.warn(`\n${line}\n!! SKIPPED: a full disk cannot be tried, because no small disk can be mounted here:`)
    console.warn(`!! ${String(error).split('\n')[0]}. Run the tests as root.\n${line}\n`)
    rmSync(folder, { recursive: true })
    return null
  }
  // The account that root lends to PostgreSQL has to pass through.
  chmodSync(folder, 0o711)
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill(free) {
      const { bavail, bsize } = statfsSync(folder)
      try {
        writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - free)))
      } catch (error) {
        // Somebody else took room meanwhile: then it is full, too.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    },
    empty: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
