/** A thread that plays its share of the seeds. */
import { parentPort, workerData } from 'node:worker_threads'
import type { IncidentKind } from './incidents.ts'
import type { Violation } from './oracle.ts'
import type { Mode } from './play.ts'
import { openRoom } from './room.ts'
import { playSeed } from './seeds.ts'

export interface Share {
  readonly url: string
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
}

const { url, first, step, end, modes } = workerData as Share
const room = await openRoom(url)
for (let seed = first; seed < end; seed += step) {
  for (const mode of modes) {
    const { violations, runs, writes, calls, incidents } = await playSeed(seed, mode, room)
    const result: SeedResult = {
      seed,
      mode,
      violations,
      runs,
      writes,
      calls,
      incidents: incidents.map(({ kind }) => kind),
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort!.postMessage(result)
  }
}
await room.close()
