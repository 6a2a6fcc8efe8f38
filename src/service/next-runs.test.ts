import { expect, test } from 'vitest'
import type { Contract, Flow } from '../contract/contract.ts'
import { parseSchedule } from '../contract/schedule/schedule.ts'
import type { FlowService } from '../store/service/flow-service.ts'
import { nextRuns } from './next-runs.ts'

// Monday, 15:00 in Madrid.
const NOW = Date.parse('2026-11-23T14:00:00Z')
const contract = { timezone: 'Europe/Madrid' } as Contract
const flow = (schedule: string) => ({ systems: ['erp'], schedule: { erp: parseSchedule(schedule) } }) as unknown as Flow
const standing = (over: Partial<FlowService> = {}): FlowService => ({
  flow: 'customers',
  paused: null,
  failures: 0,
  failingSince: null,
  retryAt: null,
  asked: null,
  lastSuccess: null,
  lastFull: null,
  served: new Map([['erp', NOW - 1000]]),
  hinted: [],
  refused: false,
  leased: false,
  ...over,
})

test.each([
  ['real-time', 'continuously'],
  ['every 15 minutes', 'now'],
  ['hourly', 'now'],
  ['cron 4 15 * * *', 'in 4 minutes'],
  ['nightly at 15:01', 'within a minute'],
  ['nightly at 22:00', 'today at 22:00'],
  ['nightly at 02:00', 'tomorrow at 02:00'],
  ['cron 0 6 * * fri', 'on Friday at 06:00'],
  ['cron 0 6 1 2 *', 'on 1 February 2027 at 06:00'],
  ['cron 0 0 31 2 *', 'never'],
])('%s runs %s', (schedule, words) => {
  expect(nextRuns(contract, flow(schedule), standing(), NOW)[0]!.words).toBe(words)
})

test('a preview begins with what is overdue and goes on by the clock', () => {
  const missed = standing({ served: new Map([['erp', NOW - 3 * 86_400_000]]) })
  expect(nextRuns(contract, flow('nightly at 02:00'), missed, NOW, 3)[0]!.at).toEqual([
    '2026-11-23T14:00:00.000Z',
    '2026-11-24T01:00:00.000Z',
    '2026-11-25T01:00:00.000Z',
  ])
})

test('after a failure the next run waits for its turn, and a paused flow has none', () => {
  const failing = standing({ failures: 2, retryAt: NOW + 600_000 })
  expect(nextRuns(contract, flow('every 15 minutes'), failing, NOW)[0]!.words).toBe('in 10 minutes')
  expect(nextRuns(contract, flow('hourly'), standing({ paused: { at: NOW, by: null, reason: '' } }), NOW)).toEqual([])
})
