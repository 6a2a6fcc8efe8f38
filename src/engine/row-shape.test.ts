import { expect, test } from 'vitest'

import { inShape } from './row-shape.ts'

test('columns are found again by name, and child columns too', () => {
  const then = ['id', 'name', 'odd["",', 'items["","sku","qty"]']
  const row = ['1', 'Alfa', 'x', '[["7","pen","2"],["8",null,"3"]]']
  expect(inShape(row, then, then)).toEqual(row)
  expect(inShape(row, then, ['name', 'id', 'phone', 'items["","qty","colour","sku"]', 'odd["",'])).toEqual([
    'Alfa',
    '1',
    null,
    '[["7","2",null,"pen"],["8","3",null,null]]',
    'x',
  ])
})

test('lines that were not there before are none', () => {
  expect(inShape(['1'], ['id'], ['id', 'items["","sku"]'])).toEqual(['1', null])
  expect(inShape(['1', null], ['id', 'items["","sku"]'], ['items["","sku","qty"]'])).toEqual([null])
})
