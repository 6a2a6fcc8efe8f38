import { setTimeout as sleep } from 'node:timers/promises'
import { ConcordatError } from '../model/errors.ts'
import type { Mood } from '../model/playground.ts'

/** How long a slow system takes for each call. */
const SLOW_MS = 1_500
/** How long a busy system asks to be left alone. */
const WAIT_SECONDS = 3

/** What the demo's systems are made to do with Concordat's calls. */
export class Moods {
  readonly #moods = new Map<string, Mood>()

  of(system: string): Mood {
    return this.#moods.get(system) ?? 'up'
  }

  set(system: string, mood: Mood): void {
    this.#moods.set(system, mood)
  }

  /** The gate that every call to the system goes through. */
  gate(system: string): { call<T>(work: () => Promise<T>): Promise<T> } {
    return {
      call: async (work) => {
        switch (this.of(system)) {
          case 'up':
            return work()
          case 'slow':
            await sleep(SLOW_MS)
            return work()
          case 'down':
            throw new ConcordatError(
              'connector.unreachable',
              `${system} cannot be reached: it is switched off in the playground.`,
              {
                retry: 'later',
                cure: 'Switch it on again.',
              },
            )
          case 'busy':
            throw new ConcordatError('connector.rate-limited', `${system} answers: too many requests (429).`, {
              retry: 'later',
              retryAfter: WAIT_SECONDS,
              cure: 'Switch it back in the playground.',
            })
        }
      },
    }
  }
}
