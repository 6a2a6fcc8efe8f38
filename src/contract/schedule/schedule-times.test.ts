import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Schedule } from '../contract.ts'
import { parseSchedule } from './schedule.ts'
import { nextTime, nextTimes } from './schedule-times.ts'

const MADRID = 'Europe/Madrid'
const at = (text: string): number => Date.parse(text)
const times = (schedule: string, after: string, count: number, zone = MADRID): string[] =>
  nextTimes(parseSchedule(schedule) as Schedule, zone, at(after), count).map((time) => new Date(time).toISOString())

test('a time of day that the clocks skip moves to the end of the gap, once', () => {
  expect(times('nightly at 02:30', '2027-03-27T00:00:00Z', 3)).toEqual([
    '2027-03-27T01:30:00.000Z',
    '2027-03-28T01:00:00.000Z',
    '2027-03-29T00:30:00.000Z',
  ])
})

test('a time of day that the clocks repeat counts the first time only', () => {
  expect(times('nightly at 02:30', '2026-10-24T12:00:00Z', 3)).toEqual([
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
    '2026-10-27T01:30:00.000Z',
  ])
})

test('what runs all day keeps its pace when the clocks move', () => {
  expect(times('hourly', '2026-10-24T23:30:00Z', 4)).toEqual([
    '2026-10-25T00:00:00.000Z',
    '2026-10-25T01:00:00.000Z',
    '2026-10-25T02:00:00.000Z',
    '2026-10-25T03:00:00.000Z',
  ])
  expect(times('cron */30 * * * *', '2027-03-28T00:15:00Z', 4)).toEqual([
    '2027-03-28T00:30:00.000Z',
    '2027-03-28T01:00:00.000Z',
    '2027-03-28T01:30:00.000Z',
    '2027-03-28T02:00:00.000Z',
  ])
})

test('hours begin where the zone has them', () => {
  expect(times('hourly', '2026-11-23T10:00:00Z', 2, 'Asia/Kolkata')).toEqual([
    '2026-11-23T10:30:00.000Z',
    '2026-11-23T11:30:00.000Z',
  ])
})

test.each([
  ['cron 0 6,18 * jan-mar mon-fri', '2026-11-23T00:00:00Z', '2027-01-01T05:00:00.000Z'],
  ['cron 15 9 1 * mon', '2026-11-24T00:00:00Z', '2026-11-30T08:15:00.000Z'],
  ['cron 0 0 29 2 *', '2026-11-24T00:00:00Z', '2028-02-28T23:00:00.000Z'],
  ['cron 5 */6 * * 7', '2026-11-23T00:00:00Z', '2026-11-28T23:05:00.000Z'],
  ['cron 0 8-10/2 * * *', '2026-11-23T07:30:00Z', '2026-11-23T09:00:00.000Z'],
  ['cron 0 9 * * sun,wed', '2026-11-23T12:00:00Z', '2026-11-25T08:00:00.000Z'],
  ['cron 50/5 9 * * *', '2026-11-23T08:51:00Z', '2026-11-23T08:55:00.000Z'],
  ['cron 0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-28T23:00:00.000Z'],
  ['every 15 minutes', '2026-11-23T10:01:00Z', '2026-11-23T10:15:00.000Z'],
])('%s after %s', (schedule, after, first) => {
  expect(times(schedule, after, 1)).toEqual([first])
})

test('a cron schedule that never comes has no next time', () => {
  expect(times('cron 0 0 31 2 *', '2026-11-23T00:00:00Z', 1)).toEqual([])
})

const zone = fc.constantFrom(
  MADRID,
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'America/St_Johns',
  'UTC',
)
const instant = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2032-01-01T00:00:00Z') })

test('every local day has exactly one nightly run, whatever the clocks do', () => {
  fc.assert(
    fc.property(zone, instant, fc.integer({ min: 0, max: 1439 }), (timezone, start, minute) => {
      const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
      const found = nextTimes({ kind: 'nightly', at: clock }, timezone, start, 400)
      const days = found.map((time) => new Date(time).toLocaleDateString('sv', { timeZone: timezone }))
      expect(new Set(days).size).toBe(days.length)
      expect(Date.parse(days.at(-1)!) - Date.parse(days[0]!)).toBe(399 * 86_400_000)
      for (const [i, time] of found.entries()) expect(time).toBeGreaterThan(i === 0 ? start : found[i - 1]!)
      const odd = found.filter(
        (time) => new Date(time).toLocaleTimeString('sv', { timeZone: timezone, timeStyle: 'short' }) !== clock,
      )
      expect(odd.length).toBeLessThanOrEqual(2)
    }),
    { numRuns: 30 },
  )
})

test('the next time does not depend on how far before it one asks', () => {
  const schedule = fc.constantFrom(
    'hourly',
    'every 7 minutes',
    'nightly at 02:30',
    'cron 10 2,3 * * *',
    'cron */20 */2 * * 1-5',
    'cron 0 12 13 * fri',
  )
  fc.assert(
    fc.property(schedule, zone, instant, fc.double({ min: 0, max: 1, noNaN: true }), (text, timezone, start, part) => {
      const parsed = parseSchedule(text) as Schedule
      const next = nextTime(parsed, timezone, start)!
      expect(next).toBeGreaterThan(start)
      expect(nextTime(parsed, timezone, start + Math.floor((next - start - 1) * part))).toBe(next)
    }),
    { numRuns: 200 },
  )
})
