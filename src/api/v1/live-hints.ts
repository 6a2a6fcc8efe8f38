import type { LiveEvent } from './schemas/events.ts'
import type { LiveMark } from '../../service/store-facts.ts'

/** Hears of what changed. */
export type Listener = (event: LiveEvent) => void

export interface LiveHints {
  /** Begins to listen; answers how to end it. */
  listen(listener: Listener): () => void
}

/** So often the marks are looked at while anybody listens, however many listen. */
const EVERY_MS = 500

/** Looks for what changed, once for all listeners, and not at all while there are none. */
export function liveHints(look: () => Promise<readonly LiveMark[]>): LiveHints {
  const listeners = new Set<Listener>()
  let known: Map<string, string> | null = null
  let timer: NodeJS.Timeout | null = null
  const keyOf = ({ type, flow }: LiveMark): string => `${type} ${flow ?? ''}`

  const tick = async (): Promise<void> => {
    try {
      const marks = await look()
      const before = known
      known = new Map(marks.map((one) => [keyOf(one), one.mark]))
      if (before !== null)
        for (const one of marks) {
          if (before.get(keyOf(one)) === one.mark) continue
          const event = { type: one.type, ...(one.flow !== null && { flow: one.flow }) }
          for (const listener of listeners) listener(event)
        }
    } catch {
      // The store is away; what changed meanwhile is seen when it is back.
    }
    timer = listeners.size > 0 ? setTimeout(() => void tick(), EVERY_MS) : null
    if (timer === null) known = null
  }
  return {
    listen(listener) {
      listeners.add(listener)
      if (timer === null && listeners.size === 1) {
        known = null
        timer = setTimeout(() => void tick(), 0)
      }
      return () => void listeners.delete(listener)
    },
  }
}
