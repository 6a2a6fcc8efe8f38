/** A thread that plays its share of the seeds, several at a time: while one waits for the store, another goes on. */
import { parentPort, workerData } from 'node:worker_threads'
import type { IncidentKind, Tally } from './incidents.ts'
import type { Violation } from './oracle.ts'
import type { Mode } from './play.ts'
import { openRoom } from './room.ts'
import { playSeed } from './seeds.ts'

export interface Share {
  /** A store for each play that is under way. */
  readonly urls: readonly string[]
  readonly first: number
  readonly step: number
  readonly end: number
  readonly modes: readonly Mode[]
}

export interface SeedResult {
  readonly seed: number
  readonly mode: Mode
  readonly violations: readonly Violation[]
  readonly runs: number
  readonly writes: number
  readonly calls: number
  readonly incidents: readonly IncidentKind[]
  readonly tally: Tally
}

const { urls, first, step, end, modes } = workerData as Share
let seed = first
await Promise.all(urls.map(playOn))

async function playOn(url: string): Promise<void> {
  const room = await openRoom(url)
  while (seed < end) {
    const mine = seed
    seed += step
    for (const mode of modes) {
      const { violations, runs, writes, calls, incidents, tally } = await playSeed(mine, mode, room)
      const result: SeedResult = {
        seed: mine,
        mode,
        violations,
        runs,
        writes,
        calls,
        tally,
        incidents: incidents.map(({ kind }) => kind),
      }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      parentPort!.postMessage(result)
    }
  }
  await room.close()
}
