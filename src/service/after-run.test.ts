import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Flow } from '../contract/contract.ts'
import { afterFailure } from './after-run.ts'
import { backoff } from './backoff.ts'

const flow = (then: 'quarantine' | 'pause flow') => ({ onFailure: { then, retryMs: 3_600_000 } }) as Flow
const FRESH = { failures: 0, failingSince: null }
const away = { code: 'connector.unreachable' as const, retryAfterMs: null }

test('trouble that passes is retried, and what the system asks for is the least', () => {
  expect(afterFailure(flow('quarantine'), FRESH, away, 1_000, 0.5)).toEqual({
    kind: 'retry',
    failures: 1,
    failingSince: 1_000,
    retryAt: 6_000,
  })
  const asked = { code: 'connector.rate-limited' as const, retryAfterMs: 60_000 }
  expect(afterFailure(flow('quarantine'), FRESH, asked, 1_000, 0.5)).toMatchObject({ retryAt: 61_000 })
})

test('trouble that lasts longer than the contract retries pauses a flow that is to pause, and only that', () => {
  const long = { failures: 50, failingSince: 0 }
  expect(afterFailure(flow('pause flow'), long, away, 3_600_000, 0.5)).toEqual({ kind: 'pause' })
  expect(afterFailure(flow('pause flow'), long, away, 3_599_999, 0.5)).toMatchObject({ kind: 'retry' })
  expect(afterFailure(flow('quarantine'), long, away, 1e9, 0.5)).toMatchObject({ kind: 'retry', failingSince: 0 })
})

test.each(['connector.refused-credentials', 'connector.schema-changed', 'connector.no-such-field'] as const)(
  '%s needs a person and pauses at once',
  (code) => {
    expect(afterFailure(flow('quarantine'), FRESH, { code, retryAfterMs: null }, 0, 0.5)).toEqual({ kind: 'pause' })
  },
)

test('waits grow, stay within five minutes and a fifth, and differ from worker to worker', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const wait = backoff(failures, chance)
      expect(wait).toBeGreaterThanOrEqual(4_000)
      expect(wait).toBeLessThanOrEqual(360_000)
      expect(backoff(failures + 1, chance)).toBeGreaterThanOrEqual(wait)
    }),
  )
  expect(backoff(1, 0)).not.toBe(backoff(1, 1))
})
