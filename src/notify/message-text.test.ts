import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Alert, AlertEvent } from '../model/alert.ts'
import type { Condition, ConditionKind } from '../model/condition.ts'
import { contentOf, plainText } from './message-text.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')
const PARTS = {
  timezone: 'Europe/Madrid',
  link: 'https://c.example/',
  nameOf: (key: string) => `Name of ${key}`,
  now: NOW,
}

const condition: Condition = {
  kind: 'late',
  key: 'late/customers',
  flows: ['customers'],
  system: null,
  since: NOW,
  count: 3,
  records: [{ record: '42', title: 'Zoë Private' }],
  headline: 'customers is late',
  happened: 'A change waits.',
  meaning: 'CRM is out of date.',
  todo: 'See `concordat status`.',
  path: '/flows/customers',
}
const alert: Alert = {
  id: '7',
  key: condition.key,
  openedAt: NOW,
  beganAt: NOW,
  clearedAt: null,
  endedAt: null,
  returns: 0,
  acknowledged: null,
  muted: null,
  condition,
  told: [{ person: 'tomas', role: 'technical', at: NOW, message: 'm' }],
}
const content = (event: AlertEvent, over: Partial<Alert> = {}) =>
  contentOf({ key: 'k', event, alert: { ...alert, ...over }, people: ['ana'], route: ['mail'] }, PARTS)

test('the beginning: what happened, to which records, what it means, what to do, a link', () => {
  expect(content('begin').subject).toBe('[Concordat] Customers is late')
  expect(plainText(content('begin'))).toBe(
    [
      'What happened\nA change waits.',
      'Which records\n- Zoë Private (record 42)\n- and 2 more',
      'What it means\nCRM is out of date.',
      'What to do\nSee concordat status.',
      'https://c.example/flows/customers',
      'To acknowledge this alert: concordat alerts acknowledge 7',
    ].join('\n\n'),
  )
})

test('an escalation says since when, who was told, and that nobody has acknowledged it', () => {
  const { subject, happened } = content('escalation')
  expect(subject).toBe('[Concordat] Still: Customers is late')
  expect(happened).toBe(
    'This problem started on 23 Nov 2026, 11:00, and nobody has acknowledged it. Already notified: Name of tomas (23 Nov 2026, 11:00). A change waits.',
  )
})

test('the end says from when to when, and asks for nothing', () => {
  const over = content('recovery', { clearedAt: NOW + 3_600_000 })
  expect(over.subject).toBe('[Concordat] Over: Customers is late')
  expect(plainText(over)).toBe(
    'What happened\nThis is over: customers is late. It began on 23 Nov 2026, 11:00 and ended on 23 Nov 2026, 12:00.\n\nWhat to do\nNothing.\n\nhttps://c.example/flows/customers',
  )
})

test('a return says how often', () => {
  expect(content('again', { returns: 1 }).happened).toMatch(/^This problem is back, for the second time\. /)
  expect(content('again', { returns: 2 }).happened).toMatch(/^This problem is back, for the 3rd time\. /)
})

test('L28 no subject holds anything but names of flows and systems, whatever the record, the person or the error', () => {
  const kinds: ConditionKind[] = ['late', 'failing', 'needs you', 'stopped', 'paused', 'system unreachable']
  const events: AlertEvent[] = ['begin', 'again', 'escalation', 'recovery', 'acknowledged']
  const privately = fc.string({ minLength: 3 }).map((text) => `‹${text}›`)
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.constantFrom(...events), privately, (kind, event, text) => {
      const told = alert.told.map((one) => ({ ...one, person: text }))
      const { subject } = content(event, {
        told,
        acknowledged: { by: text, at: NOW },
        condition: {
          ...condition,
          kind,
          happened: text,
          meaning: text,
          todo: text,
          records: [{ record: text, title: text }],
        },
      })
      expect(subject).not.toContain(text)
    }),
  )
})

test('a message to one person has its titles in their language', () => {
  const decided = { key: 'k', event: 'begin' as const, alert, people: ['tomas'], route: ['mail'] }
  const content = contentOf(decided, PARTS)
  expect(plainText(content)).toMatch(/^What happened\n.*What to do\n/s)
  expect(plainText({ ...content, language: 'es' })).toMatch(
    /^Qué ha pasado\n.*Qué registros\n.*Qué significa\n.*Qué hacer\n/s,
  )
})
