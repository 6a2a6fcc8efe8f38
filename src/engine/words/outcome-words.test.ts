import { expect, test } from 'vitest'
import { CHANGED_MEANWHILE, outcomeSentence, tellOutcome, THERE_OTHERWISE } from './outcome-words.ts'

test.each([CHANGED_MEANWHILE, THERE_OTHERWISE])('%s is told in both languages', (error) => {
  for (const told of [tellOutcome, outcomeSentence]) {
    expect(told(error, 'en')).toBe(error)
    expect(told(error, 'es')).not.toMatch(/\b(the|it|is|was|in|there|with|sent|changed|made|or)\b/i)
  }
})

test('what a system said stays as it said it, and is marked as a detail within other words', () => {
  const error = 'duplicate key value violates unique constraint'
  expect(tellOutcome(error, 'es')).toBe(error)
  expect(outcomeSentence(error, 'en')).toBe(error)
  expect(outcomeSentence(error, 'es')).toBe(`Detalle técnico: ${error}`)
})
