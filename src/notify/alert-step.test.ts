import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Alert } from '../model/alert.ts'
import type { Condition } from '../model/condition.ts'
import { alertStep, calmMs, type Decided, type OwnerRule, type StepInput } from './alert-step.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const T0 = Date.parse('2026-11-23T10:00:00Z')

function late(flows: string[] = ['customers'], since = T0): Condition {
  return {
    kind: 'late',
    key: `late/${flows.join(',')}`,
    flows,
    system: null,
    since,
    count: 1,
    records: [],
    headline: 'customers is late',
    happened: '',
    meaning: '',
    todo: '',
    path: '/',
  }
}

const RULES: readonly OwnerRule[] = [
  { person: 'tomas', role: 'technical', delayMs: 0, route: ['mail', 'chat'] },
  { person: 'ana', role: 'business', delayMs: HOUR, route: ['mail'] },
]

/** Steps through time, keeping what is stored as the store does. */
class Story {
  alerts: Alert[] = []
  readonly rules: (flow: string) => readonly OwnerRule[]
  sentBy: StepInput['sentBy'] = () => 'mail'

  constructor(rules: readonly OwnerRule[] | ((flow: string) => readonly OwnerRule[]) = RULES) {
    this.rules = typeof rules === 'function' ? rules : () => rules
  }

  step(now: number, ...conditions: Condition[]): Decided[] {
    const { alerts, messages } = alertStep({
      conditions,
      alerts: this.alerts,
      now,
      rulesOf: this.rules,
      routeOf: (person) => RULES.find((rule) => rule.person === person)?.route ?? ['mail'],
      sentBy: (message) => this.sentBy(message),
    })
    for (const alert of alerts) {
      const id = alert.id ?? String(this.alerts.length + 1)
      this.alerts = [...this.alerts.filter((one) => one.id !== id), { ...alert, id }]
    }
    return [...messages]
  }

  acknowledge(at: number): void {
    this.alerts = this.alerts.map((alert) => ({ ...alert, acknowledged: { by: 'Tomás', at } }))
  }
}

const told = (messages: readonly Decided[]) => messages.map((m) => `${m.event} ${m.people.join('+')}`)

test('L27 a condition is told once when it begins and once when it is over', () => {
  const story = new Story()
  expect(told(story.step(T0, late()))).toEqual(['begin tomas'])
  for (let i = 1; i < 50; i++) expect(story.step(T0 + i * MINUTE, late())).toEqual([])
  expect(told(story.step(T0 + 50 * MINUTE))).toEqual(['recovery tomas'])
  expect(story.step(T0 + 51 * MINUTE)).toEqual([])
})

test('the other owner is told after the delay of the contract, and both of the end', () => {
  const story = new Story()
  story.step(T0, late())
  expect(story.step(T0 + 59 * MINUTE, late())).toEqual([])
  expect(told(story.step(T0 + 60 * MINUTE, late()))).toEqual(['escalation ana'])
  expect(story.step(T0 + 61 * MINUTE, late())).toEqual([])
  expect(told(story.step(T0 + 62 * MINUTE))).toEqual(['recovery tomas', 'recovery ana'])
})

test('who acknowledges keeps the others from being told; the end is told to those who knew', () => {
  const story = new Story()
  story.step(T0, late())
  story.acknowledge(T0 + MINUTE)
  expect(story.step(T0 + 2 * HOUR, late())).toEqual([])
  expect(told(story.step(T0 + 3 * HOUR))).toEqual(['recovery tomas'])
})

test('the delay counts from when it began, also when nobody was watching then', () => {
  expect(told(new Story().step(T0 + 2 * HOUR, late()))).toEqual(['begin tomas', 'begin ana'])
})

test('people who are reached alike share a message, and one who owns both sides is told once', () => {
  const alike: OwnerRule[] = [
    { person: 'tomas', role: 'technical', delayMs: 0, route: ['mail'] },
    { person: 'ana', role: 'business', delayMs: 0, route: ['mail'] },
  ]
  expect(told(new Story(alike).step(T0, late()))).toEqual(['begin tomas+ana'])
  const one: OwnerRule[] = alike.map((rule) => ({ ...rule, person: 'ana' }))
  expect(told(new Story(one).step(T0, late()))).toEqual(['begin ana'])
})

test('one trouble of several flows is told once to each owner, and to those of a flow that joins later', () => {
  const story = new Story((flow) => [
    {
      person: flow === 'orders' ? 'olga' : 'tomas',
      role: 'technical',
      delayMs: 0,
      route: ['mail', flow === 'orders' ? 'chat' : 'pager'],
    },
  ])
  const down = (flows: string[]): Condition => ({
    ...late(flows),
    kind: 'system unreachable',
    key: 'erp',
    system: 'erp',
  })
  expect(told(story.step(T0, down(['customers', 'products'])))).toEqual(['begin tomas'])
  expect(told(story.step(T0 + MINUTE, down(['customers', 'products', 'orders'])))).toEqual(['begin olga'])
})

test('without a channel nobody is told, and who can be reached later is told then', () => {
  const rules: OwnerRule[] = [{ person: 'tomas', role: 'technical', delayMs: 0, route: [] }]
  const story = new Story((): OwnerRule[] => rules)
  expect(story.step(T0, late())).toEqual([])
  expect(story.alerts).toHaveLength(1)
  rules[0] = { ...rules[0]!, route: ['mail'] }
  expect(told(story.step(T0 + MINUTE, late()))).toEqual(['begin tomas'])
})

test('who could not be told of the beginning is not told of the end', () => {
  const story = new Story()
  story.step(T0, late())
  story.sentBy = () => undefined
  expect(story.step(T0 + MINUTE)).toEqual([])
})

test('the end goes by the channel that took the beginning', () => {
  const story = new Story()
  story.step(T0, late())
  story.sentBy = () => 'chat'
  expect(story.step(T0 + MINUTE)[0]!.route).toEqual(['chat', 'mail'])
})

test('a trouble that is back soon is told as such, and then must be calm for longer', () => {
  const story = new Story()
  story.step(T0, late())
  expect(told(story.step(T0 + MINUTE))).toEqual(['recovery tomas'])
  expect(told(story.step(T0 + 2 * MINUTE, late()))).toEqual(['again tomas'])
  // Up and down: nobody hears of it.
  for (let i = 3; i < 30; i++) expect(story.step(T0 + i * MINUTE, ...(i % 2 === 0 ? [late()] : []))).toEqual([])
  expect(story.step(T0 + 30 * MINUTE)).toEqual([])
  expect(story.step(T0 + 58 * MINUTE)).toEqual([])
  expect(told(story.step(T0 + 29 * MINUTE + calmMs(1)))).toEqual(['recovery tomas'])
})

test('a trouble that is back after a long calm is a new one', () => {
  const story = new Story()
  story.step(T0, late())
  story.step(T0 + MINUTE)
  expect(told(story.step(T0 + 2 * HOUR, late(['customers'], T0 + 2 * HOUR)))).toEqual(['begin tomas'])
  expect(new Set(story.alerts.map((alert) => alert.id)).size).toBe(2)
})

const worlds = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 45 })), { minLength: 1, maxLength: 200 })

test('L27 however it comes and goes: nobody hears of an end before a beginning, nor twice of either', () => {
  fc.assert(
    fc.property(worlds, (steps) => {
      const story = new Story()
      const open = new Map<string, boolean>()
      const keys = new Set<string>()
      let now = T0
      for (const [there, minutes] of steps) {
        now += minutes * MINUTE
        for (const { event, people, key } of story.step(now, ...(there ? [late(['customers'], now)] : []))) {
          expect(keys.has(key), 'a key of its own').toBe(false)
          keys.add(key)
          for (const person of people) {
            expect(open.get(person) ?? false).toBe(event === 'recovery')
            open.set(person, event !== 'recovery')
          }
        }
        // Whoever answers at once knows whenever something is wrong.
        if (there) expect(open.get('tomas')).toBe(true)
      }
      for (let i = 0; i < 20; i++) story.step((now += HOUR))
      expect(story.alerts.every((alert) => alert.endedAt !== null)).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test('what flaps every minute for a day is told a handful of times', () => {
  const story = new Story()
  let messages = 0
  for (let minute = 0; minute < 24 * 60; minute++) {
    const now = T0 + minute * MINUTE
    messages += story.step(now, ...(minute % 2 === 0 ? [late(['customers'], now)] : [])).length
  }
  expect(messages).toBeLessThanOrEqual(4)
})

test('a look that is repeated after a crash decides the same', () => {
  fc.assert(
    fc.property(worlds, (steps) => {
      const story = new Story()
      let now = T0
      for (const [there, minutes] of steps) {
        now += minutes * MINUTE
        const conditions = there ? [late(['customers'], now)] : []
        const before = story.alerts
        const first = story.step(now, ...conditions).map((message) => message.key)
        const after = story.alerts
        story.alerts = before
        expect(story.step(now, ...conditions).map((message) => message.key)).toEqual(first)
        expect(story.alerts).toEqual(after)
      }
    }),
    { numRuns: 50 },
  )
})
