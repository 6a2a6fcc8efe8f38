import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decided, fakeApp, type } from '../../test/fixtures/command-line.ts'
import type { App } from '../app.ts'
import type { Condition } from '../model/condition.ts'
import { ConcordatError } from '../model/errors.ts'
import type { AlertStanding, AlertView, StatusRow } from '../model/report.ts'

const report = decided(['customers'])

// A command looks for a contract where it is started.
const before = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'concordat-alerts-'))
beforeAll(() => {
  writeFileSync(join(folder, 'concordat.yaml'), '')
  process.chdir(folder)
})
afterAll(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

const alert: AlertView = {
  alert: 7,
  kind: 'late',
  state: 'open',
  flows: ['customers'],
  system: null,
  headline: 'customers is late',
  sentence:
    'A change of a customer has been waiting for CRM since 23 Nov 2026, 10:05; the contract promises 30 minutes.',
  meaning: 'CRM has outdated values of customers.',
  todo: 'See `concordat status`.',
  count: 12,
  records: [{ record: '42', title: 'Acme Instruments' }],
  since: '2026-11-23T10:35:00Z',
  ended: null,
  returns: 0,
  acknowledged_by: null,
  messages: [
    { event: 'begin', to: ['Tomás Vidal'], state: 'sent', at: '2026-11-23T10:36:00Z', channel: 'mail', error: null },
    {
      event: 'escalation',
      to: ['Ana Ruiz'],
      state: 'pending',
      at: '2026-11-23T10:40:00Z',
      channel: null,
      error: 'mail: no.',
    },
  ],
}
const late: Condition = {
  kind: 'late',
  key: 'late/customers',
  flows: ['customers'],
  system: null,
  since: Date.parse(alert.since),
  count: 12,
  records: alert.records,
  headline: alert.headline,
  happened: alert.sentence,
  meaning: alert.meaning,
  todo: alert.todo,
  path: '/flows/customers',
}
const GOOD: AlertStanding = { open: 0, undelivered: [] }
const LOST: AlertStanding = { open: 1, undelivered: [alert.messages[1]!] }

const appWith = (alerts: Partial<App['alerts']>, more: Partial<App> = {}) => {
  const app = fakeApp(more)
  return Object.assign(app, { alerts: { ...app.alerts, ...alerts } })
}

describe('alerts', () => {
  const list = (...alerts: AlertView[]) => appWith({ list: () => Promise.resolve(alerts) })

  test('prints what happened, to which records, what to do and who was told; status 3', async () => {
    const typed = await type(['alerts'], { app: list(alert), report })
    expect(typed.status).toBe(3)
    expect(typed.out).toMatch(/^#7 {2}customers is late {2}open {2}since 10 minutes ago/)
    expect(typed.out).toContain('has been waiting for CRM')
    expect(typed.out).toContain('- Acme Instruments\n    - and 11 more')
    expect(typed.out).toMatch(/Tomás Vidal told by mail, 2026-11-23/)
    expect(typed.out).toMatch(/Ana Ruiz to be notified, because nobody had acknowledged it: not sent yet, mail: no\./)
    expect(typed.out).toContain('concordat alerts acknowledge 7')
    expect((await type(['alerts', '--json'], { app: list(alert), report })).json()).toEqual({ alerts: [alert] })
  })

  test('nothing open: status 0; those that are over only with --history', async () => {
    expect(await type(['alerts'], { app: list(), report })).toMatchObject({ status: 0, out: 'No alert is open.\n' })
    let asked: unknown
    const app = appWith({
      list: (filter) => ((asked = filter), Promise.resolve([{ ...alert, state: 'ended' as const }])),
    })
    expect((await type(['alerts', '--history', '--limit', '5'], { app, report })).status).toBe(0)
    expect(asked).toEqual({ open: false, limit: 6 })
  })

  test('acknowledge takes the name from --by, else from CONCORDAT_USER', async () => {
    const asked: unknown[] = []
    const app = appWith({
      acknowledge: (id, by) => (asked.push([id, by]), Promise.resolve({ ...alert, acknowledged_by: by })),
    })
    const typed = await type(['alerts', 'acknowledge', '7', '--by', 'Ana'], { app, report })
    expect(typed).toMatchObject({ status: 0 })
    expect(typed.out).toMatch(/^Ana looks after alert 7: customers is late\./)
    await type(['alerts', 'acknowledge', '#7'], { app, report, env: { CONCORDAT_USER: 'Tomás' } })
    expect(asked).toEqual([
      [7, 'Ana'],
      [7, 'Tomás'],
    ])
    expect((await type(['alerts', 'acknowledge', 'seven'], { app, report })).err).toContain(
      'is not the number of an alert',
    )
  })

  test('test prints what the other side answered; status 1 when one did not take it', async () => {
    const tests = [
      { channel: 'mail', kind: 'email', to: ['Tomás Vidal'], good: true, answer: '250 OK' },
      { channel: 'chat', kind: 'slack', to: [], good: false, answer: 'Slack answered 404: no_service.' },
    ]
    const app = appWith({ test: () => Promise.resolve(tests) })
    const typed = await type(['alerts', 'test'], { app, report })
    expect(typed.status).toBe(1)
    expect(typed.out).toBe('● mail (email) to Tomás Vidal: 250 OK\n✕ chat (slack): Slack answered 404: no_service.\n')
    expect((await type(['alerts', 'test', '--json'], { app, report })).json()).toEqual({ tests })
    const none = appWith({ test: () => Promise.resolve([]) })
    expect((await type(['alerts', 'test'], { app: none, report })).out).toMatch(/^The contract has no channels/)
  })
})

describe('watch --once', () => {
  const watching = (conditions: readonly Condition[], standing = GOOD, looked = true) =>
    appWith({
      standing: () => Promise.resolve(standing),
      watch: {
        tick: () => Promise.resolve({ looked, conditions, sent: conditions.length, failed: 0 }),
        beat: () => Promise.resolve(),
        endBeat: () => Promise.resolve(),
      },
    })
  const once = (app: App, ...more: string[]) => type(['watch', '--once', ...more], { app, report })

  test('says what is wrong; the exit status is for cron', async () => {
    expect(await once(watching([]))).toMatchObject({ status: 0, out: 'All flows keep what the contract promises.\n' })
    const typed = await once(watching([late]))
    expect(typed.status).toBe(1)
    expect(typed.out).toMatch(/^customers is late: A change of a customer has been waiting for CRM/)
    expect(typed.out).toContain('1 message sent.')
    expect((await once(watching([{ ...late, kind: 'needs you' }]))).status).toBe(3)
    expect((await once(watching([], GOOD, false))).out).toMatch(/^Another process is looking/)
  })

  test('an alert that no channel takes is said, and is a failure', async () => {
    const typed = await once(watching([{ ...late, kind: 'needs you' }], LOST))
    expect(typed.status).toBe(1)
    expect(typed.out).toContain('Alerts are not delivered: no channel reaches Ana Ruiz (mail: no.).')
  })

  test('--json', async () => {
    expect((await once(watching([late]), '--json')).json()).toEqual({
      looked: true,
      conditions: [late],
      messages: { sent: 1, failed_attempts: 0 },
      alerts: GOOD,
    })
  })
})

describe('watch', () => {
  test('goes on when the store is away, and ends when it is asked to', async () => {
    const stop = new AbortController()
    const seen: boolean[] = []
    let looks = 0
    const app = appWith({
      standing: () => Promise.resolve(GOOD),
      storeSeen: (there) => (seen.push(there), Promise.resolve()),
      watch: {
        tick: () => {
          looks++
          if (looks === 1)
            return Promise.reject(new ConcordatError('store.unreachable', 'It is gone.', { retry: 'later' }))
          if (looks === 3) stop.abort()
          return Promise.resolve({ looked: true, conditions: [], sent: 0, failed: 0 })
        },
        beat: () => Promise.resolve(),
        endBeat: () => Promise.resolve(),
      },
    })
    const typed = await type(['watch', '--every', '0'], { app, report, abort: stop.signal })
    expect(typed.status).toBe(130)
    expect(typed.err).toContain('It is gone.')
    expect(typed.out).toBe('All flows keep what the contract promises.\n')
    expect(seen).toEqual([false, true, true])
  })
})

describe('status', () => {
  const row: StatusRow = {
    flow: 'customers',
    status: 'On time',
    why: 'The last run succeeded.',
    last_run: null,
    last_success: '2026-11-23T10:42:00Z',
    records: 1,
    agreement: { in_agreement: 1, allowed_differences: 0, waiting: 0, needs_decision: 0, left_out: 0 },
    waits_on: [],
    open_cases: 0,
    waiting_writes: 0,
    owners: { business: 'Ana Ruiz', technical: 'Tomás Vidal' },
  }
  const status = (standing: AlertStanding, ...argv: string[]) =>
    type(['status', ...argv], {
      app: appWith({ standing: () => Promise.resolve(standing) }, { status: () => Promise.resolve([row]) }),
      report,
    })

  test('L27 says when alerts do not arrive', async () => {
    expect((await status(GOOD)).out).not.toContain('alert')
    const lost = await status(LOST)
    expect(lost.out).toContain('Alerts are not delivered: no channel reaches Ana Ruiz (mail: no.).')
    expect(lost.out).toContain('1 alert is open; to list them: concordat alerts')
    expect((await status(LOST, '--json')).json()).toMatchObject({
      alerts: { open: 1, undelivered: [{ to: ['Ana Ruiz'] }] },
    })
  })
})
