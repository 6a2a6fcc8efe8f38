import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readContract } from '../contract/reading/read-contract.ts'
import type { FlowSigning } from '../model/report.ts'
import type { FlowFacts } from '../store/alerts/watch-facts.ts'
import { conditionsOf, lateFlows, type LateRecords, type Look } from './conditions.ts'

const TEXT = readFileSync(new URL('../../test/fixtures/complete.yaml', import.meta.url), 'utf8')
const CONTRACT = readContract([{ name: 'c.yaml', text: TEXT }]).contract!
const MINUTE = 60_000
const NOW = Date.parse('2026-11-23T10:00:00Z')

const good = (flow: string): FlowFacts => ({
  flow,
  watchedSince: NOW - 1e9,
  looked: NOW,
  firstSyncDone: true,
  leasedUntil: null,
  ended: { status: 'done', message: null, errorCode: null, errorSystem: null, at: NOW },
  repaired: { count: 0, at: NOW },
  troubleSince: null,
})
const failed = (flow: string, errorCode: string, errorSystem: string | null, since = NOW - 2 * MINUTE): FlowFacts => ({
  ...good(flow),
  ended: { status: 'failed', message: 'It said no.', errorCode, errorSystem, at: since },
  troubleSince: since,
})
const look = (over: Partial<Look> = {}): Look => ({
  contract: CONTRACT,
  now: NOW,
  flows: [...CONTRACT.flows.keys()].map(good),
  waiting: [],
  cases: [],
  pauses: new Map(),
  heartbeats: [],
  ...over,
})
const found = (over: Partial<Look> = {}, records: LateRecords = new Map()) => {
  const whole = look(over)
  return conditionsOf(whole, lateFlows(whole), records)
}
const withFlow = (...facts: FlowFacts[]) => [
  ...look().flows.filter((one) => !facts.some((other) => other.flow === one.flow)),
  ...facts,
]

test('nothing is wrong when nothing is', () => {
  expect(found()).toEqual([])
})

test('L27 a scheduler that fell silent is a condition of all flows; one that ended on purpose, or another that lives, is none', () => {
  const [dead, ...rest] = found({ heartbeats: [{ process: 'a', beatAt: NOW - 3 * MINUTE }] })
  expect(rest).toEqual([])
  expect(dead).toMatchObject({ key: 'scheduler dead', flows: ['customers', 'products', 'orders', 'invoices'] })
  expect(
    found({
      heartbeats: [
        { process: 'a', beatAt: NOW - 3 * MINUTE },
        { process: 'b', beatAt: NOW },
      ],
    }),
  ).toEqual([])
  expect(found({ heartbeats: [] })).toEqual([])
})

test('a system that cannot be reached is one condition of all flows that need it, once it lasts', () => {
  const flows = withFlow(
    failed('customers', 'connector.unreachable', 'erp'),
    failed('products', 'connector.timeout', 'erp'),
  )
  const all = found({ flows })
  expect(all).toHaveLength(1)
  expect(all[0]).toMatchObject({
    key: 'system unreachable/erp',
    flows: ['customers', 'products'],
    headline: 'ERP cannot be reached',
  })
  const just = withFlow(failed('customers', 'connector.unreachable', 'erp', NOW - MINUTE / 2))
  expect(found({ flows: just })).toEqual([])
})

test('refused credentials, a changed schema and other failures count at once', () => {
  const kinds = (code: string, system: string | null) =>
    found({ flows: withFlow(failed('orders', code, system, NOW)) }).map((one) => one.key)
  expect(kinds('connector.refused-credentials', 'crm')).toEqual(['credentials refused/crm'])
  expect(kinds('connector.no-such-field', 'crm')).toEqual(['schema changed/crm'])
  expect(kinds('bug', null)).toEqual(['failing/orders'])
  expect(kinds('connector.unreachable', null)).toEqual(['failing/orders'])
})

test('L27 a limit that tripped, and a record that pauses its flow, are stops; other cases need somebody', () => {
  const group = (flow: string, kind: 'conflict' | 'breaker tripped' | 'quarantined record') => ({
    flow,
    kind,
    count: 3,
    since: NOW,
    records: [{ record: '1', title: 'Ana Ruiz' }],
  })
  const cases = [
    group('customers', 'conflict'),
    group('customers', 'breaker tripped'),
    group('customers', 'quarantined record'),
    group('orders', 'quarantined record'),
  ]
  expect(found({ cases }).map((one) => one.key)).toEqual([
    'needs you/customers/conflict',
    'stopped/customers/breaker tripped',
    'needs you/customers/quarantined record',
    'stopped/orders/quarantined record',
  ])
})

test('L27 a paused flow is a condition, and is neither late nor failing meanwhile', () => {
  const pauses = new Map([['customers', { by: 'Ana', since: NOW - MINUTE, reason: 'stocktaking' }]])
  const flows = withFlow({ ...failed('customers', 'connector.unreachable', 'erp'), looked: NOW - 1e8 })
  const all = found({ flows, pauses })
  expect(all.map((one) => one.key)).toEqual(['paused/customers'])
  expect(all[0]!.happened).toContain('stocktaking')
})

test('L27 a flow whose change waits too long is late, with the records by name', () => {
  const waiting = [{ flow: 'customers', system: 'crm', oldest: NOW - 31 * MINUTE }]
  const [one] = found({ waiting }, new Map([['customers', { count: 7, records: [{ record: '4', title: 'Acme' }] }]]))
  expect(one).toMatchObject({ key: 'late/customers', count: 7, since: NOW - MINUTE, records: [{ title: 'Acme' }] })
  expect(found({ flows: withFlow({ ...good('customers'), looked: NOW - 31 * MINUTE }) }).map((c) => c.key)).toEqual([
    'late/customers',
  ])
})

test('what a full pass repaired is told until one repairs nothing', () => {
  const repaired = { count: 4, at: NOW }
  expect(found({ flows: withFlow({ ...good('customers'), repaired }) })).toMatchObject([
    { key: 'repaired by scan/customers', count: 4 },
  ])
})

test('L28 keys and headlines name flows and systems, never a person or a record', () => {
  const secret = 'Zoë Private'
  const all = found(
    {
      heartbeats: [{ process: 'a', beatAt: NOW - 3 * MINUTE }],
      flows: withFlow({
        ...failed('orders', 'bug', null),
        ended: { ...failed('orders', 'bug', null).ended!, message: secret },
      }),
      cases: (['conflict', 'held record', 'mass deletion'] as const).map((kind) => ({
        flow: 'products',
        kind,
        count: 2,
        since: NOW,
        records: [{ record: '1', title: secret }],
      })),
      pauses: new Map([['invoices', { by: secret, since: NOW, reason: secret }]]),
      waiting: [{ flow: 'customers', system: 'crm', oldest: NOW - 31 * MINUTE }],
    },
    new Map([['customers', { count: 1, records: [{ record: '4', title: secret }] }]]),
  )
  expect(all.length).toBeGreaterThanOrEqual(6)
  for (const one of all) {
    expect(one.key + one.headline + one.path).not.toContain(secret)
    for (const text of [one.headline, one.happened, one.meaning, one.todo])
      expect(text).not.toMatch(/undefined|null|NaN|\[object/)
  }
})

test('the dashboard says all of it in Spanish, and never names a command in any language', () => {
  const failures = ['bug', 'connector.unreachable', 'connector.forbidden', 'connector.schema-changed']
  const kinds = [
    'conflict',
    'ambiguous match',
    'outside edit',
    'held record',
    'quarantined record',
    'breaker tripped',
    'mass deletion',
  ] as const
  const all = [
    ...failures.flatMap((code) => found({ flows: withFlow(failed('orders', code, 'erp')) })),
    ...kinds.flatMap((kind) => found({ cases: [{ flow: 'products', kind, count: 2, since: NOW, records: [] }] })),
    ...found({
      heartbeats: [{ process: 'a', beatAt: NOW - 3 * MINUTE }],
      flows: withFlow({ ...good('orders'), repaired: { count: 2, at: NOW } }),
      pauses: new Map([['invoices', { by: 'Ana', since: NOW, reason: null }]]),
      waiting: [{ flow: 'customers', system: 'crm', oldest: NOW - 31 * MINUTE }],
      unsigned: new Map([['products', UNSIGNED]]),
    }),
  ]
  expect(new Set(all.map(({ kind }) => kind)).size).toBe(10)
  for (const one of all) {
    const [english, spanish] = [
      { ...one, ...one.page!.en },
      { ...one, ...one.page!.es },
    ]
    expect(english.todo).not.toMatch(/`?concordat /)
    expect(spanish.happened.split('Detalle técnico')[0]).not.toMatch(LEFT_OVER)
    for (const part of ['headline', 'happened', 'meaning', 'todo'] as const) {
      expect(spanish[part]).not.toBe(english[part])
      if (part !== 'happened') expect(spanish[part]).not.toMatch(LEFT_OVER)
      expect(spanish[part]).not.toMatch(/`?concordat |undefined|null|NaN/)
    }
  }
})

const UNSIGNED = {
  flow: 'products',
  fingerprint: 'x',
  signed: false,
  why: 'Nobody has signed.',
  business: { person: 'ana', said: null },
  technical: { person: 'tomas', said: null },
} as unknown as FlowSigning
/** English words that no Spanish sentence has. */
const LEFT_OVER = /\b(the|is|was|of|and|its|held|from|until|flow|what)\b/i
