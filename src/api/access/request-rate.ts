/** Counts what each caller asks for, in this process, so that one of them cannot take it from the others. */
export interface RequestRate {
  /** Counts a request; answers 0, or in how many seconds to come again. */
  take(caller: string, now: number): number
}

/** So many requests at once, and so many a second after that. */
export function requestRate(burst: number, perSecond: number): RequestRate {
  const buckets = new Map<string, { level: number; at: number }>()
  return {
    take(caller, now) {
      // Buckets that have drained say nothing; they go before they become many.
      if (buckets.size >= 10_000)
        for (const [key, { level, at }] of buckets) if (level <= ((now - at) / 1000) * perSecond) buckets.delete(key)
      const { level, at } = buckets.get(caller) ?? { level: 0, at: now }
      const left = Math.max(0, level - ((now - at) / 1000) * perSecond)
      if (left + 1 > burst) return Math.max(1, Math.ceil((left + 1 - burst) / perSecond))
      buckets.set(caller, { level: left + 1, at: now })
      return 0
    },
  }
}
