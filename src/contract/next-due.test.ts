import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Schedule } from './contract.ts'
import { nextDue } from './next-due.ts'
import { parseSchedule } from './schedule.ts'

const schedule = (text: string): Schedule => {
  const parsed = parseSchedule(text)
  if ('error' in parsed) throw new Error(parsed.error)
  return parsed
}
const due = (text: string, after: string, zone = 'Europe/Madrid'): string | null => {
  const at = nextDue(schedule(text), Date.parse(after), zone)
  return at === null ? null : new Date(at).toISOString()
}

test('intervals count from the last look', () => {
  expect(due('real-time', '2026-11-23T10:00:00Z')).toBe('2026-11-23T10:00:00.000Z')
  expect(due('every 15 minutes', '2026-11-23T10:01:00Z')).toBe('2026-11-23T10:16:00.000Z')
  expect(due('hourly', '2026-11-23T10:01:00Z')).toBe('2026-11-23T11:01:00.000Z')
})

test('a time of day is that of the zone, strictly after', () => {
  expect(due('nightly at 02:00', '2026-11-23T00:59:59Z')).toBe('2026-11-23T01:00:00.000Z')
  expect(due('nightly at 02:00', '2026-11-23T01:00:00Z')).toBe('2026-11-24T01:00:00.000Z')
  expect(due('nightly at 02:00', '2026-07-01T12:00:00Z')).toBe('2026-07-02T00:00:00.000Z')
  expect(due('nightly at 23:30', '2026-11-23T05:00:00Z', 'America/New_York')).toBe('2026-11-24T04:30:00.000Z')
})

test('a time that clocks skip is due when they have gone forward', () => {
  // On 29 March 2026 02:00 becomes 03:00 in Madrid.
  expect(due('nightly at 02:30', '2026-03-28T20:00:00Z')).toBe('2026-03-29T01:30:00.000Z')
  expect(due('nightly at 02:30', '2026-03-29T01:30:00Z')).toBe('2026-03-30T00:30:00.000Z')
})

test('a time that comes twice is due the first time only', () => {
  // On 25 October 2026 03:00 becomes 02:00 in Madrid.
  expect(due('nightly at 02:30', '2026-10-24T20:00:00Z')).toBe('2026-10-25T00:30:00.000Z')
  expect(due('nightly at 02:30', '2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z')
})

test('cron: lists, ranges, steps and names', () => {
  expect(due('cron 30 6 * * 1-5', '2026-11-20T12:00:00Z')).toBe('2026-11-23T05:30:00.000Z')
  expect(due('cron */20 8-9 * * *', '2026-11-23T07:25:00Z')).toBe('2026-11-23T07:40:00.000Z')
  expect(due('cron 0 0 1 jan *', '2026-11-23T07:25:00Z', 'UTC')).toBe('2027-01-01T00:00:00.000Z')
  expect(due('cron 0 9 * * sun,wed', '2026-11-23T12:00:00Z', 'UTC')).toBe('2026-11-25T09:00:00.000Z')
  expect(due('cron 0 9 * * 7', '2026-11-23T12:00:00Z', 'UTC')).toBe('2026-11-29T09:00:00.000Z')
  expect(due('cron 50/5 9 * * *', '2026-11-23T09:51:00Z', 'UTC')).toBe('2026-11-23T09:55:00.000Z')
})

test('cron: of a day of month and a day of week that are both given, either will do', () => {
  expect(due('cron 0 0 13 * fri', '2026-11-09T00:00:00Z', 'UTC')).toBe('2026-11-13T00:00:00.000Z')
  expect(due('cron 0 0 15 * fri', '2026-11-13T00:00:00Z', 'UTC')).toBe('2026-11-15T00:00:00.000Z')
})

test('cron: 29 February may be years away, 30 February never comes', () => {
  expect(due('cron 0 0 29 2 *', '2096-03-01T00:00:00Z', 'UTC')).toBe('2104-02-29T00:00:00.000Z')
  expect(due('cron 0 0 30 2 *', '2026-01-01T00:00:00Z', 'UTC')).toBeNull()
})

const zones = fc.constantFrom('UTC', 'Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata')
const moments = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) })

test('what is due comes after, within a day and the hour that clocks may take, and at that time of day', () => {
  fc.assert(
    fc.property(moments, zones, fc.integer({ min: 0, max: 1439 }), (after, zone, minute) => {
      const at = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
      const next = nextDue({ kind: 'nightly', at }, after, zone)!
      expect(next).toBeGreaterThan(after)
      expect(next - after).toBeLessThanOrEqual(25 * 3_600_000)
      const local = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' })
      // Where it differs, clocks have skipped that time: an hour before, there was another offset.
      if (local.format(next) !== at) {
        const offset = (t: number) =>
          new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).format(t)
        expect(offset(next - 2 * 3_600_000).split('GMT')[1]).not.toBe(offset(next).split('GMT')[1])
      }
    }),
    { numRuns: 500 },
  )
})

test('a cron schedule of every day is the nightly one', () => {
  fc.assert(
    fc.property(
      moments,
      zones,
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      (after, zone, h, m) => {
        const at = `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`
        expect(nextDue({ kind: 'cron', expression: `${m} ${h} * * *` }, after, zone)).toBe(
          nextDue({ kind: 'nightly', at }, after, zone),
        )
      },
    ),
    { numRuns: 300 },
  )
})
