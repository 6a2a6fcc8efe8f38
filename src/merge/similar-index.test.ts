import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SimilarIndex, similarity } from './similar-index.ts'

const index = new SimilarIndex()
index.add('1', 'Müller & Söhne GmbH 50667')
index.add('2', 'Instrumentación Olmos A Coruña, S.L.U. 15001')
index.add('3', 'Olmos Hermanos, S.A. 28001')

test('finds the same company spelled differently, and not its namesakes', () => {
  expect(index.search('MULLER & SOHNE, GmbH 50667', 0.92).map((hit) => hit.record)).toEqual(['1'])
  expect(index.search('Instrumentacion Olmos (A Coruna) SLU 15001', 0.85).map((hit) => hit.record)).toEqual(['2'])
  expect(index.search('Talleres Zabala 48001', 0.8)).toEqual([])
})

test('likeness is symmetric, and 1 for the same text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(similarity(a, b)).toBeCloseTo(similarity(b, a), 9)
      if (a.trim() !== '') expect(similarity(a, a)).toBe(1)
    }),
  )
})
