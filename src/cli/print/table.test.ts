import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderTable } from './table.ts'
import { cut, pad, textWidth, visible, wrap } from './text-width.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('東京都千代田区', 'Zoë 👩‍👩‍👧 Müller', 'a b c', ''),
)

test('wide and combined characters take the columns that a terminal gives them', () => {
  expect(textWidth('Acme')).toBe(4)
  expect(textWidth('東京')).toBe(4)
  expect(textWidth('e\u0301')).toBe(1)
  expect(textWidth('👩‍👩‍👧')).toBe(2)
})

test('a value cannot steer the terminal', () => {
  expect(visible('a\u001b[31mb\r\nc\u202ed')).toBe('a·[31mb·⏎c·d')
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => !/\p{Cc}/u.test(visible(any))))
})

test('what is cut fits, and what fits is not cut', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 30 }), (any, width) => {
      const fitting = cut(any, width)
      expect(textWidth(fitting)).toBeLessThanOrEqual(width)
      if (textWidth(any) <= width) expect(fitting).toBe(any)
      expect(textWidth(pad(fitting, width))).toBe(width)
    }),
  )
})

test('wrapping loses nothing but blanks', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 30 }), (any, width) => {
      const lines = wrap(any, width)
      // What is one character to a reader is never taken apart, however wide it is.
      const widest = Math.max(width, ...[...new Intl.Segmenter().segment(any)].map((one) => textWidth(one.segment)))
      expect(lines.join('').replaceAll(' ', '')).toBe(any.replaceAll(' ', ''))
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(widest)
    }),
  )
})

test('a table is as wide as the terminal at most', () => {
  const columns = [
    { title: 'flow' },
    { title: 'why', overflow: 'wrap' as const },
    { title: 'n', align: 'right' as const },
  ]
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, text, fc.nat(99_999).map(String)), { maxLength: 8 }),
      fc.integer({ min: 24, max: 90 }),
      (rows, width) => {
        for (const line of renderTable(columns, rows, { width })) expect(textWidth(line)).toBeLessThanOrEqual(width)
      },
    ),
  )
})

test('without a terminal nothing is cut', () => {
  const long = 'x'.repeat(500)
  expect(renderTable([{ title: 'a' }], [[long]], { width: Infinity })).toEqual(['a', long])
})
