/** The laws of `docs/merge.md` where records without a link are told apart. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { aValue, anInstant, flowOf } from '../../test/fixtures/merging.ts'
import type { Flow } from '../contract/contract.ts'
import { type Candidate, correlate } from './correlate.ts'
import { matchKeys } from './match-key.ts'

const someCandidates: fc.Arbitrary<Candidate[]> = fc.uniqueArray(
  fc.record({
    record: fc.integer({ min: 1, max: 9 }).map(String),
    taken: fc.boolean(),
    changedAt: anInstant,
    filled: fc.nat(3),
  }),
  { selector: (candidate) => candidate.record, maxLength: 5 },
)
const byRule = fc.array(someCandidates, { maxLength: 3 })
const duplicates = fc.constantFrom('ask' as const, 'oldest' as const, 'most complete' as const)

test('L3 a record that has a counterpart already is never found again', () => {
  fc.assert(
    fc.property(byRule, duplicates, (rules, choice) => {
      const result = correlate(rules, choice)
      if (result.situation !== 'found') return
      const found = rules.flat().filter((candidate) => candidate.record === result.record)
      expect(found.some((candidate) => !candidate.taken)).toBe(true)
    }),
  )
})

test('L3 where people want to be asked, only a single free candidate is taken', () => {
  fc.assert(
    fc.property(byRule, (rules) => {
      const first = rules.find((candidates) => candidates.length > 0)
      const { situation } = correlate(rules, 'ask')
      const expected = !first ? 'absent' : first.length === 1 && !first[0]!.taken ? 'found' : 'ambiguous'
      expect(situation).toBe(expected)
    }),
  )
})

test('L9 the order of the candidates does not matter', () => {
  fc.assert(
    fc.property(someCandidates, duplicates, (candidates, choice) => {
      const [one, other] = [correlate([candidates], choice), correlate([candidates.toReversed()], choice)]
      const sorted = (result: typeof one) =>
        result.situation === 'ambiguous' ? { ...result, candidates: result.candidates.toSorted() } : result
      expect(sorted(other)).toEqual(sorted(one))
    }),
  )
})

test('L11 a record without a time of change is not taken for the oldest', () => {
  const candidate = (record: string, changedAt: string | null): Candidate => ({
    record,
    taken: false,
    changedAt,
    filled: 1,
  })
  const found = correlate([[candidate('1', null), candidate('2', '2026-11-23T10:00:00Z')]], 'oldest')
  expect(found).toEqual({ situation: 'found', record: '2', rule: 'duplicate: oldest' })
})

const field = { master: 'erp', onConflict: null, editedOutsideMaster: 'revert', emptyInMaster: 'keep' } as const
const flow = flowOf(['erp', 'crm'], [field, field, field], {
  match: [
    { kind: 'exact', fields: ['name'] },
    { kind: 'exact', fields: ['email', 'phone'] },
  ] satisfies Flow['match'],
})

test('L7 records share a key exactly when all values of a rule are there and the same, whatever their case', () => {
  const values = fc.tuple(
    aValue,
    fc.constantFrom(null, '', 'x', 'X', 'xy', 'y'),
    fc.constantFrom(null, 'y', 'xy', 'Xy'),
  )
  fc.assert(
    fc.property(values, values, (one, other) => {
      const [a, b] = [matchKeys(flow, one), matchKeys(flow, other)]
      for (const [rule, places] of [[0], [1, 2]].entries()) {
        const complete = (record: readonly (string | null)[]) =>
          places.every((i) => record[i] !== null && record[i] !== '')
        expect(a[rule] === null).toBe(!complete(one))
        const same = places.every((i) => one[i]?.toLowerCase() === other[i]?.toLowerCase())
        expect(a[rule] !== null && a[rule] === b[rule]).toBe(complete(one) && complete(other) && same)
      }
    }),
  )
})

test('a key is a signed 64-bit integer, and the same on every day', () => {
  const [key] = matchKeys(flow, ['a', null, null])
  expect(BigInt.asIntN(64, BigInt(key!)).toString()).toBe(key)
  expect(matchKeys(flow, ['a', null, null])).toEqual([key, null])
})
