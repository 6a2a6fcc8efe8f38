import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConcordatError } from '../model/errors.ts'
import { ItemFailure, landEach } from './land-each.ts'

const REFUSED = new ConcordatError('connector.rejected-value', 'no')

/** A system that applies a batch whole or not at all and names the bad item only sometimes. */
function system(bad: ReadonlySet<number>, names: (item: number) => boolean) {
  const landed: number[] = []
  const refused: number[] = []
  let attempts = 0
  return {
    landed,
    refused,
    attempts: () => attempts,
    landing: {
      async attempt(items: readonly number[]) {
        attempts++
        const culprit = items.find((item) => bad.has(item))
        if (culprit !== undefined) throw names(culprit) ? new ItemFailure(culprit, REFUSED) : REFUSED
        landed.push(...items)
      },
      refusal: (failure: unknown) => (failure === REFUSED ? REFUSED : null),
      refuse: (item: number) => void refused.push(item),
    },
  }
}

test('all good items land once, in order, and exactly the bad ones are refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.uniqueArray(fc.nat(59)),
      fc.func(fc.boolean()),
      async (size, bad, names) => {
        const items = Array.from({ length: size }, (_, i) => i)
        const remote = system(new Set(bad), names)
        await landEach(items, remote.landing)
        expect(remote.landed).toEqual(items.filter((item) => !bad.includes(item)))
        expect(remote.refused.toSorted((a, b) => a - b)).toEqual(items.filter((item) => bad.includes(item)))
      },
    ),
  )
})

test('one bad record in a thousand costs few attempts', async () => {
  const items = Array.from({ length: 1000 }, (_, i) => i)
  const named = system(new Set([700]), () => true)
  await landEach(items, named.landing)
  expect(named.attempts()).toBeLessThanOrEqual(3)
  const unnamed = system(new Set([700]), () => false)
  await landEach(items, unnamed.landing)
  expect(unnamed.attempts()).toBeLessThanOrEqual(21)
})

test('a failure of the whole call is thrown as it is', async () => {
  const broken = new Error('gone')
  const landing = {
    attempt: () => Promise.reject(broken),
    refusal: () => null,
    refuse: () => expect.unreachable(),
  }
  await expect(landEach([1, 2, 3], landing)).rejects.toBe(broken)
})
