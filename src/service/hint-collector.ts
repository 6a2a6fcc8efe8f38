import { ConcordatError } from '../model/errors.ts'
import type { Hint } from '../store/service/inbox.ts'

const MOST_WAITING = 50_000
const MOST_AT_ONCE = 2_000

/**
 * Stores hints together: while one statement is on its way, what arrives waits for the next, so that thousands of
 * messages a second cost some dozens of commits. Each call returns when its own hints are stored for good.
 */
export function hintCollector(
  store: (hints: readonly Hint[]) => Promise<void>,
): (hints: readonly Hint[]) => Promise<void> {
  interface Waiting {
    readonly hints: readonly Hint[]
    readonly stored: () => void
    readonly failed: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  let count = 0
  let busy = false

  const flush = async (): Promise<void> => {
    busy = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MOST_AT_ONCE)
      const hints = batch.flatMap((one) => one.hints)
      count -= hints.length
      try {
        await store(hints)
        for (const one of batch) one.stored()
      } catch (error) {
        for (const one of batch) one.failed(error)
      }
    }
    waiting = []
    busy = false
  }
  return (hints) => {
    if (hints.length === 0) return Promise.resolve()
    if (count + hints.length > MOST_WAITING)
      return Promise.reject(
        new ConcordatError('store.unreachable', 'More hints arrive than can be stored.', { retry: 'later' }),
      )
    count += hints.length
    return new Promise((stored, failed) => {
      waiting.push({ hints, stored, failed })
      if (!busy) void flush()
    })
  }
}
