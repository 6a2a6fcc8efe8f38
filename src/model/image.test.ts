import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeImage, encodeImage, imageValue } from './image.ts'

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', '\b', '\f', '\v', '\0', 'N', 'n', 't', '0', 'é', '😀') }),
  fc.constantFrom('\\N', '\\\\N', '', 'null', '\\.'),
)
const row = fc.array(fc.option(hostile), { minLength: 1 })

test('a row comes back from its image, value by value', () => {
  fc.assert(
    fc.property(row, (values) => {
      const image = encodeImage(values)
      expect(decodeImage(image)).toEqual(values)
      values.forEach((value, place) => expect(imageValue(image, place)).toBe(value))
    }),
  )
})

test('an image is one line that PostgreSQL can store, and different rows have different images', () => {
  fc.assert(
    fc.property(row, row, (one, other) => {
      // oxlint-disable-next-line no-control-regex
      expect(encodeImage(one)).not.toMatch(/[\n\r\0]/)
      expect(encodeImage(one) === encodeImage(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
    }),
  )
})
