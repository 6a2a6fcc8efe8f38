import { expect, test } from 'vitest'
import { parseDuration, printDuration } from './duration.ts'
import { parseSchedule, printSchedule } from './schedule.ts'

test('durations', () => {
  expect(parseDuration('30 minutes')).toBe(1_800_000)
  expect(parseDuration('1 day')).toBe(86_400_000)
  expect(parseDuration('2 years')).toBe(2 * 365 * 86_400_000)
  for (const text of ['', '30', '30min', '0 minutes', '-1 day', '1.5 hours', '1 fortnight', ' 1 day'])
    expect(parseDuration(text)).toBeNull()
  for (const text of ['45 seconds', '30 minutes', '6 hours', '1 day', '400 days', '1 year'])
    expect(printDuration(parseDuration(text)!)).toBe(text)
})

test('every form of a schedule', () => {
  expect(parseSchedule('real-time')).toEqual({ kind: 'real-time' })
  expect(parseSchedule('hourly')).toEqual({ kind: 'hourly' })
  expect(parseSchedule('every 15 minutes')).toEqual({ kind: 'every', ms: 900_000 })
  expect(parseSchedule('every hour')).toEqual({ kind: 'every', ms: 3_600_000 })
  expect(parseSchedule('nightly at 02:00')).toEqual({ kind: 'nightly', at: '02:00' })
  expect(parseSchedule('cron 0 6,18 * jan-mar mon-fri')).toEqual({
    kind: 'cron',
    expression: '0 6,18 * jan-mar mon-fri',
  })
  expect(parseSchedule('cron */5 0-23/2 1 * 7')).toEqual({ kind: 'cron', expression: '*/5 0-23/2 1 * 7' })
})

test.each([
  ['nightly at 24:00', '`24:00` is not a time of day from 00:00 to 23:59'],
  ['every now and then', '`now and then` is not a duration'],
  ['daily', '`daily` is not a schedule'],
  ['cron 60 * * * *', '`60` is not a minute of a cron schedule (0-59)'],
  ['cron * * 0 * *', '`0` is not a day of month of a cron schedule (1-31)'],
  ['cron * * * * 5-2', '`5-2` is not a day of week of a cron schedule (0-7)'],
  ['cron */0 * * * *', '`*/0` is not a minute of a cron schedule (0-59)'],
  ['cron * * * * * *', 'a cron schedule has 5 fields (minute, hour, day of month, month, day of week), this one has 6'],
])('%s is refused', (text, error) => {
  expect(parseSchedule(text)).toEqual({ error })
})

test('schedules inside a sentence', () => {
  expect(
    ['real-time', 'every 1 hour', 'every 5 minutes', 'hourly', 'nightly at 02:00', 'cron 0 6 * * *'].map((text) => {
      const schedule = parseSchedule(text)
      return 'error' in schedule ? schedule.error : printSchedule(schedule)
    }),
  ).toEqual([
    'continuously',
    'every hour',
    'every 5 minutes',
    'every hour',
    'every night at 02:00',
    'on the schedule `0 6 * * *`',
  ])
})
