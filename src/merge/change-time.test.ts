import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareChangeTimes, countsWrites, laterOf } from './change-time.ts'

const aNumber = fc.oneof(
  fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
  fc.tuple(fc.integer({ min: -99, max: 99 }), fc.nat(999)).map(([whole, rest]) => `${whole}.${rest}`),
)
const aTime = fc.oneof(
  fc.constant(null),
  aNumber,
  fc.constantFrom('2026-11-23T10:00:00Z', '2026-11-23T10:00:00.5Z', '2026-11-23T10:00:01Z'),
)

test('L11 numbers compare as numbers, however many digits they have', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
      expect(Math.sign(compareChangeTimes(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0)
    }),
  )
  expect(compareChangeTimes('9', '10')).toBeLessThan(0)
  expect(compareChangeTimes('1.5', '1.50')).toBe(0)
  expect(compareChangeTimes('1.45', '1.5')).toBeLessThan(0)
  expect(compareChangeTimes('1', '1.05')).toBeLessThan(0)
  expect(compareChangeTimes('0010', '9')).toBeGreaterThan(0)
})

test('L11 one order for all of them: nothing, numbers, instants', () => {
  fc.assert(
    fc.property(fc.array(aTime, { minLength: 3, maxLength: 3 }), ([a, b, c]) => {
      expect(Math.sign(compareChangeTimes(a!, b!))).toBe(-Math.sign(compareChangeTimes(b!, a!)) + 0)
      if (compareChangeTimes(a!, b!) <= 0 && compareChangeTimes(b!, c!) <= 0)
        expect(compareChangeTimes(a!, c!)).toBeLessThanOrEqual(0)
    }),
  )
  expect(laterOf('9', '10')).toBe('10')
  expect(laterOf(null, null)).toBeNull()
  expect(countsWrites('12')).toBe(true)
  expect(countsWrites('2026-11-23T10:00:00Z')).toBe(false)
})
