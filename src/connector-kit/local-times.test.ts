import fc from 'fast-check'
import { expect, test } from 'vitest'
import { localText } from '../model/types/instant.ts'
import { zoneOf } from '../model/types/zone-offset.ts'
import { localFrom } from './local-times.ts'

const ZONES = ['UTC', 'Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Havana']
const UTC = zoneOf('UTC')
const AUTUMN = Date.UTC(2026, 9, 24) / 1000
const printed = (zone: string, seconds: number) =>
  localText(UTC, seconds + zoneOf(zone).ofInstant(seconds)).slice(0, 19)

test('L25 a read of local times begins before everything that was written since, also when the clock goes back', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.oneof(fc.integer({ min: AUTUMN, max: AUTUMN + 12 * 86_400 }), fc.integer({ min: 1.7e9, max: 1.9e9 })),
      fc.integer({ min: 0, max: 7200 }),
      fc.integer({ min: 0, max: 90_000 }),
      (zone, cursor, overlap, later) => {
        const from = localFrom(printed(zone, cursor), overlap * 1000, zone)!
        expect(from <= printed(zone, cursor - overlap + later)).toBe(true)
      },
    ),
    { numRuns: 3000 },
  )
})

test('a read begins no earlier than the overlap, where no clock goes back', () => {
  expect(localFrom('2026-11-25 12:00:00.5', 60_000, 'Europe/Madrid')).toBe('2026-11-25 11:59:00')
  expect(localFrom('2026-10-25 02:59:50', 60_000, 'Europe/Madrid')).toBe('2026-10-25 02:00:00')
  expect(localFrom('2026-03-29 03:00:20', 60_000, 'Europe/Madrid')).toBe('2026-03-29 01:59:20')
  expect(localFrom('-infinity', 60_000, 'Europe/Madrid')).toBeNull()
})
