/** Whatever a system does otherwise than its description says is found, and nothing else. */
import { expect, test } from 'vitest'
import type { Passport } from '../../src/model/passport.ts'
import { measuredSystem } from './measured-system.ts'
import { MISREADS } from './misbehaving-reads.ts'
import { MISWRITES } from './misbehaving-writes.ts'

test('a system that does what its description says differs in nothing, and holds no record of ours afterwards', async () => {
  const system = await measuredSystem()
  const before = [...system.database.table('parties').rows.keys()]
  const passport = await system.measure()
  expect(passport.found).toEqual({})
  expect(passport.objects).toEqual({ parties: { written: true, found: {} }, orders: { written: true, found: {} } })
  expect(passport.edits).toEqual([])
  expect(passport.left).toEqual([])
  expect([...system.database.table('parties').rows.keys()]).toEqual(before)
  expect(system.database.table('orders').rows.size).toBe(5)
})

test.each([...MISREADS, ...MISWRITES])('found: $way ($quirk)', async ({ quirk, object, at, adapt, begin, parties }) => {
  const system = await measuredSystem(adapt, parties)
  begin(system)
  const passport = await system.measure()
  const found = object === null ? passport.found : passport.objects[object]!.found
  expect(Object.keys(found)).toEqual([quirk])
  if (at) expect(found[quirk]).toEqual(at)
  // The other object may misbehave in the same way, in no other.
  expect(new Set(allFound(passport))).toEqual(new Set([quirk]))
  expect(passport.left).toEqual([])
})

test('what was begun and is interrupted leaves no record behind', async () => {
  const { connector, database } = await measuredSystem()
  const interrupt = new AbortController()
  const passport = await connector.measure!({
    writes: ['parties', 'orders'],
    given: {},
    date: '2026-12-01',
    signal: interrupt.signal,
    onStep: (_, step) => {
      if (step === 'changing fields') interrupt.abort()
    },
  })
  expect(passport.unmeasured).toContainEqual({ object: 'parties', what: 'the rest', why: 'it was interrupted' })
  expect(Object.keys(passport.objects)).toEqual(['parties'])
  expect(database.table('parties').rows.size).toBe(12)
})

/** All that was found, in the system and its objects. */
const allFound = ({ found, objects }: Passport): string[] =>
  [found, ...Object.values(objects).map((one) => one.found)].flatMap((quirks) => Object.keys(quirks))
