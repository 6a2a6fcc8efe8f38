import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Flow, Schedule } from '../contract/contract.ts'
import { parseSchedule } from '../contract/schedule/schedule.ts'
import { nextTimes } from '../contract/schedule/schedule-times.ts'
import type { FlowService } from '../store/service/flow-service.ts'
import { dueOf } from './due.ts'

const ZONE = 'Europe/Madrid'
const MINUTE = 60_000
const START = Date.parse('2026-10-20T00:00:00Z')
const flow = (erp: string, crm: string): Flow =>
  ({
    name: 'customers',
    systems: ['erp', 'crm'],
    schedule: { erp: parseSchedule(erp) as Schedule, crm: parseSchedule(crm) as Schedule },
  }) as unknown as Flow
const standing = (over: Partial<FlowService> = {}): FlowService => ({
  flow: 'customers',
  paused: null,
  failures: 0,
  failingSince: null,
  retryAt: null,
  asked: null,
  lastSuccess: null,
  lastFull: START,
  served: new Map([
    ['erp', START],
    ['crm', START],
  ]),
  hinted: [],
  refused: false,
  leased: false,
  ...over,
})
const due = (of: Flow, given: Partial<FlowService>, at: number, closed = new Map<string, number>()) =>
  dueOf(of, ZONE, standing(given), closed, at)

const hourlyAndNightly = flow('hourly', 'nightly at 02:00')

test('each system has its own schedule', () => {
  expect(due(hourlyAndNightly, {}, START + 59 * MINUTE)).toMatchObject({ kind: 'idle', until: START + 60 * MINUTE })
  expect(due(hourlyAndNightly, {}, START + 60 * MINUTE)).toMatchObject({
    kind: 'run',
    // 02:00 in Madrid is midnight in UTC, the very moment from which on it counts.
    systems: ['erp'],
  })
  expect(due(hourlyAndNightly, {}, START + 24 * 60 * MINUTE)).toMatchObject({ systems: ['erp', 'crm'] })
})

test('what was missed is caught up once', () => {
  const late = START + 5 * 24 * 60 * MINUTE + 7 * MINUTE
  expect(due(hourlyAndNightly, {}, late)).toMatchObject({ kind: 'run', systems: ['erp', 'crm'] })
  const served = new Map([
    ['erp', late],
    ['crm', late],
  ])
  expect(due(hourlyAndNightly, { served }, late + 1)).toMatchObject({ kind: 'idle' })
})

test('once a night the next look by schedule is a full pass at all systems; a hint does not bring it forward', () => {
  const night = START + 24 * 60 * MINUTE
  const served = new Map([
    ['erp', night],
    ['crm', night],
  ])
  expect(due(hourlyAndNightly, {}, START + 23 * 60 * MINUTE)).toMatchObject({ full: false, systems: ['erp'] })
  expect(due(hourlyAndNightly, { hinted: ['crm'], served }, night + 1)).toMatchObject({ because: 'hint', full: false })
  expect(due(hourlyAndNightly, {}, night)).toMatchObject({ full: true, systems: ['erp', 'crm'] })
  expect(due(hourlyAndNightly, { lastFull: night }, night)).toMatchObject({ full: false })
  expect(due(hourlyAndNightly, { lastFull: null }, START + 60 * MINUTE)).toMatchObject({ full: true })
})

test('a paused flow rests, whatever is due, hinted or asked for', () => {
  const paused = { at: START, by: 'ana', reason: '' }
  const asked = { at: START, full: true }
  expect(due(hourlyAndNightly, { paused, asked, hinted: ['erp'] }, START + 1e9)).toEqual({ kind: 'idle', until: null })
})

test('a system in trouble holds up the flows that need it, and only as long as it is closed', () => {
  const at = START + 61 * MINUTE
  expect(due(hourlyAndNightly, {}, at, new Map([['crm', at + 5]]))).toEqual({ kind: 'idle', until: at + 5 })
  expect(due(hourlyAndNightly, {}, at, new Map([['crm', at]]))).toMatchObject({ kind: 'run' })
  expect(due(hourlyAndNightly, {}, at, new Map([['shop', at + 5]]))).toMatchObject({ kind: 'run' })
})

test('after a failure the whole flow is tried again when its wait is over, not before', () => {
  const failing = { failures: 3, retryAt: START + 100 }
  expect(due(hourlyAndNightly, failing, START + 99)).toEqual({ kind: 'idle', until: START + 100 })
  expect(due(hourlyAndNightly, failing, START + 100)).toMatchObject({ because: 'retry', systems: ['erp', 'crm'] })
})

test('a flow that a refused write stops rests until somebody decides or asks; others go on', () => {
  const stopping = { ...hourlyAndNightly, onFailure: { then: 'pause flow' } } as Flow
  const others = { ...hourlyAndNightly, onFailure: { then: 'quarantine' } } as Flow
  const refused = { refused: true, hinted: ['crm'] }
  expect(due(stopping, refused, START + 60 * MINUTE)).toEqual({ kind: 'idle', until: null })
  const asked = { at: START, full: false }
  expect(due(stopping, { ...refused, asked }, START + 1)).toMatchObject({ because: 'asked' })
  expect(due(stopping, { hinted: ['crm'] }, START + 1)).toMatchObject({ because: 'hint' })
  expect(due(others, refused, START + 1)).toMatchObject({ because: 'hint' })
})

test('a hint starts a run of its system at once', () => {
  expect(due(hourlyAndNightly, { hinted: ['crm'] }, START + 1)).toMatchObject({ because: 'hint', systems: ['crm'] })
})

test('whenever the service looks, at its own times or late, each system runs once for all times that have passed', () => {
  const schedule = fc.constantFrom('nightly at 02:30', 'hourly', 'every 20 minutes', 'cron 15 2,3 * * *')
  // How long the service sleeps, or is away, between two looks.
  const pauses = fc.array(fc.integer({ min: 1, max: 9 * 60 }), { minLength: 50, maxLength: 150 })
  fc.assert(
    fc.property(schedule, schedule, pauses, (erp, crm, minutes) => {
      const both = flow(erp, crm)
      const served = new Map([
        ['erp', START],
        ['crm', START],
      ])
      const runs: Record<string, number[]> = { erp: [], crm: [] }
      let now = START
      for (const wait of minutes) {
        now += wait * MINUTE
        const verdict = due(both, { served: new Map(served), lastFull: now }, now)
        if (verdict.kind === 'idle') continue
        for (const system of verdict.systems) {
          runs[system]!.push(now)
          served.set(system, now)
        }
      }
      for (const system of ['erp', 'crm']) {
        const planned = nextTimes(both.schedule[system]!, ZONE, START, 5_000).filter((time) => time <= now)
        // Between two runs there is at least one planned time, and after the last run none that a look has seen.
        let before = START
        for (const run of runs[system]!) {
          expect(planned.some((time) => time > before && time <= run)).toBe(true)
          before = run
        }
        expect(planned.some((time) => time > before)).toBe(false)
      }
    }),
    { numRuns: 40 },
  )
})
