const FIRST_MS = 5_000
const LONGEST_MS = 5 * 60_000

/** How long to wait after so many failures in a row: twice as long each time, a fifth more or less by chance (0 to 1). */
export function backoff(failures: number, chance: number): number {
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(20, Math.max(0, failures - 1)))
  return Math.round(wait * (0.8 + 0.4 * chance))
}
