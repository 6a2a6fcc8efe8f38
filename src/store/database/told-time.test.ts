import { expect, test } from 'vitest'
import type { Session } from './database.ts'
import { ToldTime } from './told-time.ts'

/** A machine and a store whose clocks a test turns; an answer takes 20 ms. */
async function machine() {
  const clocks = { store: 1_000_000, wall: 940_000, steady: 5 }
  const pass = (ms: number, suspended = false): void => {
    clocks.store += ms
    clocks.wall += ms
    if (!suspended) clocks.steady += ms
  }
  let questions = 0
  const session = {
    query: async () => {
      questions++
      pass(10)
      const ms = String(clocks.store)
      pass(10)
      return [{ ms }]
    },
  } as unknown as Session
  const time = await ToldTime.begin(
    session,
    () => clocks.wall,
    () => clocks.steady,
  )
  return { clocks, pass, time, questions: () => questions }
}

test('L34 a process goes by the store’s clock, and says how far its own is off', async () => {
  const { clocks, pass, time, questions } = await machine()
  expect(time.now()).toBe(clocks.store)
  expect(time.off()).toBe(-60_000)
  pass(3_600_000)
  expect(time.now()).toBe(clocks.store)
  expect(questions()).toBe(1)
})

test('L34 a clock that is set moves nothing', async () => {
  const { clocks, time, questions } = await machine()
  clocks.wall += 7_200_000
  expect(time.now()).toBe(clocks.store)
  expect(time.off()).toBe(7_140_000)
  expect(questions()).toBe(2)
})

test('L34 after a machine was suspended the store is asked for the time again', async () => {
  const { clocks, pass, time, questions } = await machine()
  pass(600_000, true)
  time.now()
  await Promise.resolve()
  await Promise.resolve()
  expect(questions()).toBe(2)
  expect(time.now()).toBe(clocks.store)
  expect(time.off()).toBe(-60_000)
})
