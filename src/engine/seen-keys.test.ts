import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeenKeys } from './seen-keys.ts'

const key = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)

test('a key that was added is never denied', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
      const seen = new SeenKeys()
      for (const one of keys) seen.add(one)
      expect(keys.every((one) => seen.mayHave(one))).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test('most keys that were not added are denied', () => {
  const seen = new SeenKeys()
  const [added, other] = [fc.sample(key, 1_000), fc.sample(key, 1_000)]
  for (const one of added) seen.add(one)
  expect(other.filter((one) => seen.mayHave(one) && !added.includes(one)).length).toBeLessThan(100)
})
