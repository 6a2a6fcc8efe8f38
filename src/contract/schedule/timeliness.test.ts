import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Schedule } from '../contract.ts'
import { explainLateness, lateNow, latenessOf, type TimelinessFacts } from './timeliness.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = Date.parse('2026-11-23T10:00:00Z')

const flow = (schedule: Record<string, Schedule>, lateAfterMs = 30 * MINUTE) => ({
  name: 'customers',
  systems: Object.keys(schedule),
  schedule,
  lateAfterMs,
})
const EVERY_5: Schedule = { kind: 'every', ms: 5 * MINUTE }
const both = flow({ erp: EVERY_5, crm: EVERY_5 })
const known = { watchedSince: NOW - 100 * HOUR, looked: NOW, firstSyncDone: true, leasedUntil: null, ended: {} }
const late = (over: Partial<typeof known> | object, waiting: { oldest: number; system: string }[] = [], f = both) =>
  lateNow(f, 'Europe/Madrid', { ...known, ...over }, waiting, NOW)

test('L27 nothing happened at all: late when the next look that was promised is late_after overdue', () => {
  expect(late({ looked: NOW - 34 * MINUTE })).toBeNull()
  expect(late({ looked: NOW - 36 * MINUTE })).toMatchObject({ reason: 'nothing happened', due: NOW - 35 * MINUTE })
})

test('L27 a flow that nobody has ever run is late, counted from when it was first watched', () => {
  expect(late({ looked: null, ended: null, watchedSince: NOW - 34 * MINUTE })).toBeNull()
  expect(late({ looked: null, ended: null, watchedSince: NOW - 36 * MINUTE })).not.toBeNull()
  expect(late({ looked: null, ended: null, watchedSince: null }), 'nobody has promised anything').toBeNull()
})

test('L27 a change that waits longer than late_after is late, however often runs succeed', () => {
  expect(late({}, [{ oldest: NOW - 29 * MINUTE, system: 'crm' }])).toBeNull()
  const found = late({}, [
    { oldest: NOW - MINUTE, system: 'erp' },
    { oldest: NOW - 31 * MINUTE, system: 'crm' },
  ])
  expect(found).toEqual({ reason: 'change waits', system: 'crm', due: NOW - 31 * MINUTE, from: NOW - MINUTE })
})

test('a first sync by a living process is not late, one whose process is gone is', () => {
  const begun = { looked: null, watchedSince: NOW - 5 * HOUR, firstSyncDone: false }
  expect(late({ ...begun, leasedUntil: NOW + 1 })).toBeNull()
  expect(late({ ...begun, leasedUntil: NOW - 1 })).not.toBeNull()
})

test('after a pause the promise begins anew', () => {
  expect(late({ looked: NOW - 50 * HOUR, watchedSince: NOW - MINUTE })).toBeNull()
  expect(late({ watchedSince: NOW - MINUTE }, [{ oldest: NOW - 50 * HOUR, system: 'crm' }])).toBeNull()
})

test('the system with the tightest schedule is the one that is late', () => {
  const mixed = flow({ erp: { kind: 'real-time' }, crm: { kind: 'nightly', at: '02:00' } })
  expect(late({ looked: NOW - 31 * MINUTE }, [], mixed)).toMatchObject({ system: 'erp' })
  const nightly = flow({ erp: { kind: 'nightly', at: '02:00' }, crm: { kind: 'nightly', at: '02:00' } })
  // 02:00 in Madrid was nine hours ago; the look before it does not count, the one after it does.
  expect(late({ looked: NOW - 10 * HOUR }, [], nightly)).toMatchObject({ due: NOW - 9 * HOUR })
  expect(late({ looked: NOW - 8 * HOUR }, [], nightly)).toBeNull()
})

test('the reason reads as a sentence, without a name of a record', () => {
  const time = () => 'noon'
  const waits = late({}, [{ oldest: NOW - HOUR, system: 'crm' }])!
  expect(explainLateness(both, waits, NOW, time)).toBe(
    'A change of a customer has been waiting for CRM since noon; the contract promises 30 minutes.',
  )
  const nothing = late({ looked: NOW - HOUR })!
  expect(explainLateness(both, nothing, NOW - HOUR, time)).toBe(
    'No run has succeeded since noon; the contract promises to check ERP for changes of customers every 5 minutes, and to succeed within 30 minutes.',
  )
  expect(explainLateness(both, waits, NOW, time, 'es')).toMatch(/^Un cambio de un registro de .* espera a .* desde /)
  expect(explainLateness(both, nothing, null, time, 'es')).toMatch(/^Aún no ha salido bien ninguna ejecución; .* cada /)
  expect(explainLateness(both, nothing, null, time)).toMatch(/^No run has succeeded yet; /)
})

const schedules = fc.oneof(
  fc.constant<Schedule>({ kind: 'real-time' }),
  fc.constant<Schedule>({ kind: 'hourly' }),
  fc.integer({ min: 1, max: 600 }).map((minutes): Schedule => ({ kind: 'every', ms: minutes * MINUTE })),
  fc.integer({ min: 0, max: 23 }).map((h): Schedule => ({ kind: 'nightly', at: `${String(h).padStart(2, '0')}:30` })),
  fc
    .constantFrom('*/15 * * * *', '0 6 * * 1-5', '30 4 1 * *')
    .map((expression): Schedule => ({ kind: 'cron', expression })),
)
const flows = fc
  .tuple(schedules, schedules, fc.integer({ min: 1, max: 24 * 60 }))
  .map(([erp, crm, minutes]) => flow({ erp, crm }, minutes * MINUTE))
const times = fc.integer({ min: NOW - 40 * 24 * HOUR, max: NOW })
const facts: fc.Arbitrary<TimelinessFacts> = fc.record({
  promisedSince: times,
  looked: fc.option(times),
  waiting: fc.option(fc.record({ since: times, system: fc.constantFrom('erp', 'crm') })),
  firstSyncUnderWay: fc.constant(false),
})
const zones = fc.constantFrom('UTC', 'Europe/Madrid', 'America/New_York')

test('L27 without a success every flow becomes late in the end, never before late_after is over', () => {
  fc.assert(
    fc.property(flows, zones, facts, (f, zone, given) => {
      const found = latenessOf(f, zone, given)!
      const latest = Math.max(given.promisedSince, given.looked ?? -Infinity)
      // The rarest schedule above comes once a month.
      expect(found.from).toBeLessThanOrEqual(latest + f.lateAfterMs + 32 * 24 * HOUR)
      const begins = Math.max(given.promisedSince, Math.min(latest, given.waiting?.since ?? Infinity))
      expect(found.from).toBeGreaterThanOrEqual(begins + f.lateAfterMs)
    }),
  )
})

test('a success later on never makes a flow late sooner, a change that waits never later', () => {
  fc.assert(
    fc.property(flows, zones, facts, times, (f, zone, given, at) => {
      const before = latenessOf(f, zone, given)!.from
      const looked = Math.max(given.looked ?? -Infinity, at)
      expect(latenessOf(f, zone, { ...given, looked })!.from).toBeGreaterThanOrEqual(before)
      if (given.waiting === null)
        expect(latenessOf(f, zone, { ...given, waiting: { since: at, system: 'crm' } })!.from).toBeLessThanOrEqual(
          before,
        )
    }),
  )
})
