import { expect, test } from 'vitest'
import type { TiableCase } from '../store/cases/tied-cases.ts'
import { decidedBy } from './tie-cases.ts'

const alike = (id: string, recordId: string, candidates: readonly string[]): TiableCase => ({
  id,
  kind: 'ambiguous match',
  recordId,
  candidates,
  awaited: null,
  under: null,
})
const waits = (id: string, awaited: string): TiableCase => ({
  ...alike(id, `r${id}`, []),
  kind: 'held record',
  awaited,
})

test('of a pair, the older case is the decision', () => {
  expect([...decidedBy([alike('1', 'a', ['b']), alike('2', 'b', ['a'])])]).toEqual([['2', '1']])
})

test('of three, the case that knows both others is the decision', () => {
  const cases = [alike('1', 'b', ['a']), alike('2', 'c', ['a']), alike('3', 'a', ['b', 'c'])]
  expect(decidedBy(cases)).toEqual(
    new Map([
      ['1', '3'],
      ['2', '3'],
    ]),
  )
})

test('what waits for a case that follows another one is decided by that one', () => {
  const cases = [alike('1', 'a', ['b']), alike('2', 'b', ['a']), waits('3', '2')]
  expect(decidedBy(cases).get('3')).toBe('1')
})

test('cases that wait for each other are decisions of their own, so that nothing waits for ever', () => {
  expect(decidedBy([waits('1', '2'), waits('2', '1')]).size).toBeLessThan(2)
})

test('a case about somebody else stands alone', () => {
  expect(decidedBy([alike('1', 'a', ['x']), alike('2', 'b', ['y'])]).size).toBe(0)
})
