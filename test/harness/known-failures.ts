/*
 * What the engine does not do yet as the laws demand. The suite runs these tests, expects them to fail, and prints the
 * list at its end; a test that has begun to pass fails the suite until it is taken off the list.
 */
import { test } from 'vitest'

interface KnownFailure {
  /** Title of the test, or name of the story of the simulation that is switched off. */
  readonly name: string
  /** What happens today, in one sentence. */
  readonly today: string
}

export const KNOWN_FAILURES: readonly KnownFailure[] = []

/** `test`, or `test.fails` when the title is on the list. */
export function lawTest(title: string, body: () => Promise<void>, timeoutMs?: number): void {
  const known = KNOWN_FAILURES.some(({ name }) => name === title)
  ;(known ? test.fails : test)(title, body, timeoutMs)
}

export function printKnownFailures(): void {
  if (KNOWN_FAILURES.length === 0) return
  console.log(`\nKnown failures (${KNOWN_FAILURES.length}), expected by the suite:`)
  for (const { name, today } of KNOWN_FAILURES) console.log(`  ${name}\n    ${today}`)
}
