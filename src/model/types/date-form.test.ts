import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateRenderer } from './date-form.ts'
import { fieldTypeOf } from './field-type-of.ts'

const ZONES = [
  'UTC',
  'Europe/Madrid',
  'America/New_York',
  'Pacific/Kiritimati',
  'America/Sao_Paulo',
  'Africa/Cairo',
  'America/Havana',
]
const KINDS = ['instant', 'local timestamp', 'date', 'text', undefined] as const

const day = fc
  .date({ min: new Date('1900-01-02T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

test('L29 a day that is written into any kind of column reads as that day, in any zone, on days when clocks change', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.constantFrom(...ZONES),
      fc.constantFrom(...KINDS),
      fc.oneof(day, fc.constantFrom('2026-03-29', '2026-10-25', '2018-11-04', '2026-04-24', '2026-11-01')),
      (timezone, local, kind, value) => {
        const type = fieldTypeOf({ type: 'date', timezone, local })
        const written = dateRenderer(kind, timezone, local)(value)!
        // A column of moments prints them in UTC, one of local times without any zone.
        const moment = fieldTypeOf({ type: 'instant' }).parse(written)
        expect(type.parse(kind === 'instant' ? (moment as string) : written)).toBe(value)
        expect(type.parse(value)).toBe(value)
      },
    ),
    { numRuns: 3000 },
  )
})

test('a moment is the day that it is there; what has no zone is of the zone of its system', () => {
  const madrid = fieldTypeOf({ type: 'date', timezone: 'Europe/Madrid', local: 'UTC' })
  expect(madrid.parse('2026-03-31 22:00:00+00')).toBe('2026-04-01')
  expect(madrid.parse('2026-03-31T21:59:59.999Z')).toBe('2026-03-31')
  expect(madrid.parse('2026-03-31 22:00:00')).toBe('2026-04-01')
  expect(madrid.parse('2026-03-31')).toBe('2026-03-31')
  expect(madrid.parse('31.03.2026')).toBe('2026-03-31')
  expect(fieldTypeOf({ type: 'date' }).parse('2026-03-31 22:00:00+00')).toBe('2026-03-31')
})
