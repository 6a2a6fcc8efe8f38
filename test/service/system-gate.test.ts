import { expect, onTestFinished, test } from 'vitest'

import { ConcordatError, type ErrorCode } from '../../src/model/errors.ts'
import { systemGate } from '../../src/service/system-gate.ts'
import { openDatabase } from '../../src/store/database/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { claimTrial, systemHealths } from '../../src/store/systems/system-health.ts'
import { freshFromTemplate } from '../harness/database.ts'
import { databaseAt } from '../harness/store-clock.ts'

/** Gates of two workers on one store; `recovered` names systems as they come back. */
async function twoWorkers(callsPerSecond: number | null = null) {
  const { url } = await freshFromTemplate('gate', async (template) => {
    const database = await openDatabase(template)
    await migrate(database)
    await database.close()
  })
  const recovered: string[] = []
  const worker = async () => {
    const database = await openDatabase(url)
    onTestFinished(() => database.close())
    const gate = systemGate({
      database,
      system: 'shop',
      callsPerSecond,
      clock: Date.now,
      chance: () => 0.5,
      onRecovery: async (system) => void recovered.push(system),
    })
    return { database, gate }
  }
  const [one, other] = await Promise.all([worker(), worker()])
  return { one, other, recovered }
}

const fails = (code: ErrorCode, retryAfter?: number) => async (): Promise<never> => {
  throw new ConcordatError(code, 'No.', { retry: 'later', ...(retryAfter !== undefined && { retryAfter }) })
}

test('all workers share one budget of calls', async () => {
  const { one, other } = await twoWorkers(40)
  let calls = 0
  const began = performance.now()
  const work = async ({ gate }: typeof one): Promise<void> => {
    for (let i = 0; i < 30; i++) await gate.call(async () => void calls++)
  }
  await Promise.all([work(one), work(other)])
  expect(calls).toBe(60)
  // 60 calls at 40 a second, less the quarter of a second that may be booked ahead by each of the two.
  expect(performance.now() - began).toBeGreaterThan(900)
})

test('what one worker is told to wait, all of them wait; the call itself is then made again', async () => {
  const { one, other } = await twoWorkers()
  let told = 0
  const began = performance.now()
  const turnedAwayOnce = async (): Promise<string> => (told++ === 0 ? fails('connector.rate-limited', 2)() : 'done')
  const first = one.gate.call(turnedAwayOnce)
  await expect.poll(async () => (await systemHealths(one.database)).length).toBe(1)
  const second = await other.gate.call(async () => performance.now())
  expect(second - began).toBeGreaterThan(1_800)
  expect(await first).toBe('done')
  expect(performance.now() - began).toBeGreaterThan(1_800)
})

test('a long wait is not sat out: the call is refused, and says how long', async () => {
  const { one, other } = await twoWorkers()
  await expect(one.gate.call(fails('connector.rate-limited', 120))).rejects.toMatchObject({ retryAfter: 120 })
  let called = false
  await expect(other.gate.call(async () => (called = true))).rejects.toMatchObject({ code: 'connector.rate-limited' })
  expect(called).toBe(false)
})

test('failures count over all workers; the third closes the system, one of them tries it, and the first answer opens it', async () => {
  const { one, other, recovered } = await twoWorkers()
  for (const { gate } of [one, other]) await expect(gate.call(fails('connector.unreachable'))).rejects.toThrow('No.')
  expect((await systemHealths(one.database))[0]).toMatchObject({ failures: 2, retryAt: null })
  await expect(other.gate.call(fails('connector.timeout'))).rejects.toThrow('No.')
  const [closed] = await systemHealths(one.database)
  expect(closed).toMatchObject({ failures: 3, askedWait: false, code: 'connector.timeout' })
  const then = closed!.retryAt! + 1
  expect(then).toBeGreaterThan(Date.now())
  expect(
    await claimTrial(
      databaseAt(one.database, () => then),
      'shop',
      30_000,
    ),
  ).toBe(true)
  expect(
    await claimTrial(
      databaseAt(other.database, () => then),
      'shop',
      30_000,
    ),
  ).toBe(false)
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  await one.gate.call(async () => 'an answer')
  expect(await systemHealths(one.database)).toEqual([])
  expect(recovered).toEqual(['shop'])
})

test('what a system dislikes about a record says nothing about the system', async () => {
  const { one } = await twoWorkers()
  for (let i = 0; i < 5; i++) await expect(one.gate.call(fails('connector.rejected-value'))).rejects.toThrow('No.')
  expect(await systemHealths(one.database)).toEqual([])
})
