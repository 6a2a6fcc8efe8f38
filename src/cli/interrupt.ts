import { EXIT } from './exit-status.ts'
import type { Terminal } from './terminal.ts'

/**
 * Ctrl-C: the first one lets work that can end in order do so (see `during`), the second ends the process at once; work
 * that cannot end in order ends at the first. Nothing is lost either way: the next run takes up what this one left.
 */
export interface Interrupt {
  readonly signal: AbortSignal
  /** Marks work that watches `signal`. */
  during<T>(work: () => Promise<T>): Promise<T>
}

/** Listens to SIGINT and SIGTERM of the process. */
export function processInterrupt(terminal: Terminal): Interrupt {
  const controller = new AbortController()
  let watching = 0
  const interrupted = (): void => {
    if (controller.signal.aborted || watching === 0) process.exit(EXIT.interrupted)
    controller.abort()
    terminal.err('\nStopping after the batch at hand; press Ctrl-C again to stop at once.')
  }
  process.on('SIGINT', interrupted)
  process.on('SIGTERM', interrupted)
  return {
    signal: controller.signal,
    async during(work) {
      watching++
      try {
        return await work()
      } finally {
        watching--
      }
    },
  }
}
