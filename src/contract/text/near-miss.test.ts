import fc from 'fast-check'
import { expect, test } from 'vitest'
import { didYouMean, nearMiss } from './near-miss.ts'

test.each([
  ['maste', 'master'],
  ['mastre', 'master'],
  ['Master', 'master'],
  ['edge-cases', 'edge_cases'],
  ['late after', 'late_after'],
  ['color', null],
  ['x', null],
])('%s → %s', (written, meant) => {
  expect(nearMiss(written, ['direction', 'master', 'edge_cases', 'late_after', 'match'])).toBe(meant)
})

test('the nearest wins', () => {
  expect(nearMiss('chanes', ['changes', 'chances', 'deletions'])).toBe('changes')
  expect(didYouMean('mach', ['match'])).toBe('; did you mean `match`?')
  expect(didYouMean('zzz', ['match'])).toBe('')
})

test('one swap, one insertion or one deletion in a longer word is found', () => {
  const known = ['deleted_elsewhere', 'created_outside_master', 'existing_records']
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.nat(), fc.constantFrom('drop', 'swap', 'add'), (word, at, how) => {
      const i = at % (word.length - 1)
      const written =
        how === 'drop'
          ? word.slice(0, i) + word.slice(i + 1)
          : how === 'add'
            ? `${word.slice(0, i)}x${word.slice(i)}`
            : word.slice(0, i) + word[i + 1]! + word[i]! + word.slice(i + 2)
      expect(nearMiss(written, known)).toBe(word)
    }),
  )
})
