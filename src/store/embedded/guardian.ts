import { ConcordatError } from '../../model/errors.ts'
import type { EmbeddedServer } from './embedded-server.ts'

/*
 * Sees to it that the embedded server is there for as long as this process uses it: whoever of its users notices first that
 * it has been killed starts it again, on the same port, so that connections come back by themselves.
 */

const LOOK_MS = 500
/** Where it cannot be started it is tried again, ever more seldom. */
const LONGEST_WAIT_MS = 30_000

export interface Guardian {
  /** Why the server is away and cannot be started; null while all is well. */
  trouble(): string | null
  stop(): Promise<void>
}

/** Looks after the server until it is stopped. */
export function guard(server: Pick<EmbeddedServer, 'revive'>, onNotice: (text: string) => void): Guardian {
  let trouble: string | null = null
  let failures = 0
  let ended = false
  let timer: NodeJS.Timeout
  let looking: Promise<void> = Promise.resolve()
  const look = async (): Promise<void> => {
    try {
      if (await server.revive()) onNotice('The embedded database had ended without us; it was started again.')
      trouble = null
      failures = 0
    } catch (error) {
      const said = saying(error)
      if (said !== trouble) onNotice(said)
      trouble = said
      failures++
    }
    next()
  }
  const next = (): void => {
    if (ended) return
    const wait = Math.min(LONGEST_WAIT_MS, LOOK_MS * 2 ** failures)
    timer = setTimeout(() => void (looking = look()), wait)
    timer.unref()
  }
  next()
  return {
    trouble: () => trouble,
    async stop() {
      ended = true
      clearTimeout(timer)
      await looking
    },
  }
}

function saying(error: unknown): string {
  const { message } = error as Error
  const cure = error instanceof ConcordatError ? error.cure : undefined
  return `The embedded database has ended and cannot be started again: ${message}${cure === undefined ? '' : ` ${cure}`}`
}
