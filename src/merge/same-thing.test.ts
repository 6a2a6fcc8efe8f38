/** Law L32 where a row is told from the thing that had its id before. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { flowOf, type FieldChoices } from '../../test/fixtures/merging.ts'
import {
  compareRows,
  hasNothingOf,
  isWhatWasThere,
  sameThing,
  type Circumstances,
  type Comparison,
  type Row,
} from './same-thing.ts'

const RUNS = { numRuns: Number(process.env['CONCORDAT_PROPERTY_RUNS'] ?? 1_000) }

const CHOICES: FieldChoices = {
  master: 'erp',
  onConflict: null,
  editedOutsideMaster: 'revert',
  emptyInMaster: 'keep',
}
/** Found by `phone`; `name` and `email` tell records apart. */
const FLOW = flowOf(['erp', 'crm'], [CHOICES, CHOICES, CHOICES], { match: [{ kind: 'exact', fields: ['phone'] }] })

const aText = fc.constantFrom(null, 'alfa', 'beta', 'gamma', 'delta')
const aRow: fc.Arbitrary<Row> = fc.record({
  reading: fc.tuple(aText, aText, aText),
  rest: fc.tuple(aText, aText),
})
const someCircumstances: fc.Arbitrary<Circumstances> = fc.record({ ended: fc.boolean(), taken: fc.boolean() })
const aTally = fc.record({ same: fc.nat(3), different: fc.nat(3) })
const aComparison: fc.Arbitrary<Comparison> = fc.record({
  keys: fc.record({ same: fc.nat(2), different: fc.nat(2), lost: fc.nat(2) }),
  told: aTally,
  rest: aTally,
  changed: fc.nat(3),
})
const RANK = { other: 0, doubt: 1, same: 2 }

test('L32 a row that is as it was, and has a value that tells, is the same thing', () => {
  fc.assert(
    fc.property(aRow, fc.boolean(), (row, ended) => {
      fc.pre(row.reading.some((value) => value !== null))
      expect(sameThing(compareRows(FLOW, row, row), { ended, taken: false })).toBe('same')
    }),
    RUNS,
  )
})

test('L32 an edit of one field is an edit', () => {
  fc.assert(
    fc.property(aRow, fc.nat(2), aText, fc.boolean(), (row, place, value, taken) => {
      const told = row.reading.slice(0, 2).filter((v, i) => v !== null && i !== place)
      fc.pre(told.length > 0)
      const edited = { ...row, reading: row.reading.map((v, i) => (i === place ? value : v)) }
      expect(sameThing(compareRows(FLOW, row, edited), { ended: false, taken })).toBe('same')
    }),
    RUNS,
  )
})

test('L32 a row that keeps its key while it is looked at is never another thing', () => {
  fc.assert(
    fc.property(aComparison, fc.boolean(), (comparison, taken) => {
      fc.pre(comparison.keys.same > 0)
      expect(sameThing(comparison, { ended: false, taken })).toBe('same')
    }),
    RUNS,
  )
})

test('L32 a row that was there all the time is another thing only where nothing is left of what it was', () => {
  fc.assert(
    fc.property(aComparison, fc.boolean(), (comparison, taken) => {
      fc.pre(sameThing(comparison, { ended: false, taken }) === 'other')
      expect(comparison.keys.same).toBe(0)
      expect(comparison.keys.different + comparison.keys.lost).toBeGreaterThan(0)
      expect(comparison.told.same).toBe(0)
      expect(comparison.told.different).toBeGreaterThan(0)
    }),
    RUNS,
  )
})

test('L32 the more is as it was, the less a row is another thing', () => {
  fc.assert(
    fc.property(aComparison, someCircumstances, fc.constantFrom('keys', 'told', 'rest'), (comparison, how, part) => {
      const more = { ...comparison, [part]: { ...comparison[part], same: comparison[part].same + 1 } }
      const [before, after] = [sameThing(comparison, how), sameThing(more, how)]
      // Where nothing told anything, the first value that does may leave a doubt.
      const { keys, told, rest } = comparison
      const knew = keys.same + keys.different + keys.lost + told.same + told.different + rest.same + rest.different
      if (knew > 0) expect(RANK[after]).toBeGreaterThanOrEqual(RANK[before])
    }),
    RUNS,
  )
})

test('L32 it does not matter which of two rows was first', () => {
  fc.assert(
    fc.property(aRow, aRow, fc.boolean(), (a, b, ended) => {
      fc.pre(a.reading[2] !== null && b.reading[2] !== null)
      const how = { ended, taken: false }
      expect(sameThing(compareRows(FLOW, a, b), how)).toBe(sameThing(compareRows(FLOW, b, a), how))
    }),
    RUNS,
  )
})

test('L32 another record that has the key makes nothing the same thing that would not be', () => {
  fc.assert(
    fc.property(aComparison, fc.boolean(), (comparison, ended) => {
      const [free, taken] = [false, true].map((one) => sameThing(comparison, { ended, taken: one }))
      expect(RANK[taken!]).toBeLessThanOrEqual(RANK[free!])
    }),
    RUNS,
  )
})

test('L32 that what is missing elsewhere has come here settles a doubt, unless most of what nobody maps has stayed', () => {
  fc.assert(
    fc.property(aComparison, someCircumstances, (comparison, how) => {
      const [before, after] = [sameThing(comparison, how), sameThing(comparison, { ...how, came: true })]
      const stayed = comparison.rest.same > comparison.rest.different
      expect(after).toBe(before === 'doubt' && !stayed ? 'other' : before)
    }),
    RUNS,
  )
})

test('L32 a row is what was under another id where it has its keys, and not where most of its values differ', () => {
  fc.assert(
    fc.property(aRow, aRow, (there, here) => {
      const comparison = compareRows(FLOW, there, here)
      fc.pre(isWhatWasThere(comparison))
      expect(here.reading[2]).toBe(there.reading[2])
      expect(comparison.told.same).toBeGreaterThanOrEqual(comparison.told.different)
    }),
    RUNS,
  )
  expect(
    isWhatWasThere(
      compareRows(FLOW, { reading: ['alfa', null, 'one'], rest: [] }, { reading: ['alfa', null, 'one'], rest: [] }),
    ),
  ).toBe(true)
})

test('L32 what others have, too, tells nothing', () => {
  const [before, now] = [
    { reading: ['Alfa Group', 'everywhere', 'one'], rest: [] },
    { reading: ['Replaced Inc', 'everywhere', 'two'], rest: [] },
  ]
  const common = { field: (_: number, value: string) => value === 'everywhere', column: () => false }
  expect(compareRows(FLOW, before, now).told).toEqual({ same: 1, different: 1 })
  expect(compareRows(FLOW, before, now, common).told).toEqual({ same: 0, different: 1 })
})

test('L32 a row with nothing that tells of what was to be made under its id is another thing', () => {
  const made: Row = { reading: ['alfa', 'beta', 'gamma'], rest: [] }
  const holds = (...reading: (string | null)[]): boolean => hasNothingOf(compareRows(FLOW, made, { reading, rest: [] }))
  expect(holds('delta', null, 'delta')).toBe(true)
  expect(holds('delta', 'delta', 'gamma')).toBe(false)
  expect(holds('alfa', 'delta', 'delta')).toBe(false)
  // What many rows hold tells nothing.
  const common = { field: (place: number) => place === 0, column: () => false }
  expect(hasNothingOf(compareRows(FLOW, made, { reading: ['alfa', 'delta', 'delta'], rest: [] }, common))).toBe(true)
  fc.assert(
    fc.property(aRow, (row) => {
      expect(hasNothingOf(compareRows(FLOW, row, row))).toBe(false)
    }),
    RUNS,
  )
})
