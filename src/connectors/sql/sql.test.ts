import { expect, test } from 'vitest'

import { all, bind, joined, sql, textOf } from './sql.ts'

const written = (piece: ReturnType<typeof sql>) => [textOf(piece, (i) => `$${i + 1}`), piece.values]

test('a piece keeps its values in the order of its text, however it was put together', () => {
  const first = sql`a = ${bind('1')}`
  const both = all([first, sql`b in (${joined([bind('2'), bind(null)], ', ')})`, 'c'])
  expect(written(sql`select ${'"x"'} from t where ${both} or ${first}`)).toEqual([
    'select "x" from t where a = $1 and b in ($2, $3) and c or a = $4',
    ['1', '2', null, '1'],
  ])
})

test('no condition is met by everything', () => {
  expect(written(all([]))).toEqual(['true', []])
})

test('a text that looks like a gap is none', () => {
  expect(written(sql`${'"a?b$1"'} = ${bind('?')}`)).toEqual(['"a?b$1" = $1', ['?']])
})
