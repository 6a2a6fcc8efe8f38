import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Mode } from './play.ts'

export const USAGE = `npm run simulate -- [options]

Plays stories of users, faults and crashes on the engine, and says which laws broke.

  --seeds N            how many (default 100, or 1 where --seed names one)
  --seed S             the first one (default: one that nobody has seen; it is printed)
  --mode M             safety, liveness or both (default)
  --workers W          threads that play (default: one a processor)
  --lanes L            stories that a thread plays at the same time (default 3)
  --story FILE         plays one story from a file instead
  --tell               prints what happened
  --ablations          switches the engine's mechanisms off, one after the other, and sees that each is missed; begins at
                       seed 1, in both modes, and writes docs/ablations.md
  --only TEXT          only ablations whose mechanism contains this text; writes no table
  --json               prints the result as JSON
  --help               prints this

Ends with status 1 when a law broke, when an ablation was not missed, or when the faults of 200 seeds or more were too few.`

/** What cannot be understood, in words for whoever typed it. */
export class UsageError extends Error {}

export interface Options {
  readonly help: boolean
  readonly modes: readonly Mode[]
  /** The first seed, when one was named. */
  readonly seed: number | undefined
  readonly seeds: number
  readonly workers: number
  readonly lanes: number
  readonly story: string | undefined
  readonly tell: boolean
  readonly ablations: boolean
  readonly only: string | undefined
  readonly json: boolean
}

const MODES: Readonly<Record<string, readonly Mode[]>> = {
  both: ['safety', 'liveness'],
  safety: ['safety'],
  liveness: ['liveness'],
}

export function readOptions(args: readonly string[]): Options {
  const values = parsed(args)
  const modes = MODES[values.mode]
  if (!modes) throw new UsageError(`--mode is safety, liveness or both, not “${values.mode}”.`)
  if (values.only !== undefined && !values.ablations) throw new UsageError('--only belongs to --ablations.')
  if (values.story !== undefined && !existsSync(values.story)) throw new UsageError(`There is no file ${values.story}.`)
  const seed = values.seed === undefined ? undefined : whole('seed', values.seed, 0)
  return {
    ...values,
    modes,
    seed,
    seeds: values.seeds === undefined ? (seed === undefined ? 100 : 1) : whole('seeds', values.seeds, 1),
    workers: values.workers === undefined ? availableParallelism() : whole('workers', values.workers, 1),
    lanes: whole('lanes', values.lanes, 1),
    story: values.story,
    only: values.only,
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        seeds: { type: 'string' },
        seed: { type: 'string' },
        mode: { type: 'string', default: 'both' },
        workers: { type: 'string' },
        lanes: { type: 'string', default: '3' },
        story: { type: 'string' },
        tell: { type: 'boolean', default: false },
        ablations: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0])
  }
}

function whole(name: string, text: string, least: number): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < least)
    throw new UsageError(`--${name} takes a whole number from ${least} on, not “${text}”.`)
  return number
}
