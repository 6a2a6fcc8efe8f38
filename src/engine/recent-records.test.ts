import { expect, test } from 'vitest'
import { RecentRecords } from './recent-records.ts'

test('a record counts once, and for as long as it is recent', () => {
  const recent = new RecentRecords(1_000)
  recent.note(['1', '2'], 0)
  recent.note(['1', '3'], 600)
  expect(recent.countWithout([], 700)).toBe(3)
  expect(recent.countWithout(['1', '4'], 700)).toBe(2)
  expect(recent.countWithout([], 1_000)).toBe(2)
  expect(recent.countWithout([], 1_600)).toBe(0)
})
