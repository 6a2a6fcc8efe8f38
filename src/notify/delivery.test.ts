import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterAttempt, type Attempt } from './delivery.ts'

const HOUR = 3_600_000
const failed = (over: Partial<Extract<Attempt, { kind: 'failed' }>> = {}): Attempt => ({
  kind: 'failed',
  lasting: false,
  retryAfterMs: null,
  error: 'no',
  ...over,
})
const fresh = { createdAt: 0, channels: 2, channel: 0, tries: 0, rounds: 0 }
const after = (message: Partial<typeof fresh>, attempt: Attempt, now = 0, tries = 3) =>
  afterAttempt({ ...fresh, ...message }, attempt, now, 0.5, { triesPerChannel: tries })

test('a failure that may pass is tried again after a growing pause, then the next channel at once', () => {
  expect(after({}, failed())).toMatchObject({ state: 'pending', channel: 0, tries: 1, nextAt: 30_000 })
  expect(after({ tries: 1 }, failed())).toMatchObject({ channel: 0, tries: 2, nextAt: 60_000 })
  expect(after({ tries: 2 }, failed())).toEqual({ state: 'pending', channel: 1, tries: 0, rounds: 0, nextAt: 0 })
})

test('a failure that lasts goes on to the next channel at once', () => {
  expect(after({}, failed({ lasting: true }))).toMatchObject({ channel: 1, tries: 0, nextAt: 0 })
})

test('Retry-After is honoured, unless another channel can be asked meanwhile', () => {
  expect(after({}, failed({ retryAfterMs: 90_000 }))).toMatchObject({ channel: 0, nextAt: 90_000 })
  expect(after({}, failed({ retryAfterMs: HOUR }))).toMatchObject({ channel: 1, nextAt: 0 })
  expect(after({ channels: 1 }, failed({ retryAfterMs: HOUR }))).toMatchObject({ channel: 0, nextAt: HOUR })
})

test('when all channels have failed it begins again, and gives up after a day', () => {
  expect(after({ channel: 1, tries: 2 }, failed())).toMatchObject({
    state: 'pending',
    channel: 0,
    rounds: 1,
    nextAt: 60_000,
  })
  expect(after({ channel: 1, tries: 2, rounds: 30 }, failed(), 24 * HOUR)).toMatchObject({ state: 'failed' })
})

test('a message that nobody takes tries every channel, never waits for more than half an hour, and ends', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.infiniteStream(fc.boolean()),
      (channels, tries, lasting) => {
        let message = { ...fresh, channels }
        let now = 0
        const tried = new Set<number>()
        for (let i = 0; i < 5_000; i++) {
          tried.add(message.channel)
          const next = afterAttempt(message, failed({ lasting: lasting.next().value as boolean }), now, Math.random(), {
            triesPerChannel: tries,
          })
          if (next.state !== 'pending') {
            expect(next.state).toBe('failed')
            expect(now).toBeGreaterThanOrEqual(24 * HOUR)
            expect(tried.size).toBe(channels)
            return
          }
          expect(next.nextAt).toBeGreaterThanOrEqual(now)
          expect(next.nextAt - now).toBeLessThanOrEqual(35 * 60_000)
          now = next.nextAt
          message = { ...message, ...next }
        }
        throw new Error('it never ended')
      },
    ),
    { numRuns: 50 },
  )
})
