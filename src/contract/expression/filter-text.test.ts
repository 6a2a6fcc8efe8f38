import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Filter } from '../../model/filter.ts'
import { demandedValues, parseFilter, printFilter } from './filter-text.ts'

const parse = (text: string) => {
  const parsed = parseFilter(text)
  if ('error' in parsed) throw new Error(`${parsed.error.at}: ${parsed.error.message}`)
  return parsed.filter
}
const errorOf = (text: string) => {
  const parsed = parseFilter(text)
  return 'error' in parsed ? [parsed.error.at, parsed.error.message] : null
}

test('comparisons, lists, patterns and null', () => {
  expect(parse("type = 'customer'")).toEqual({ op: '=', field: 'type', value: 'customer' })
  expect(parse('a != 5')).toEqual({ op: '<>', field: 'a', value: '5' })
  expect(parse('a>=-1.5')).toEqual({ op: '>=', field: 'a', value: '-1.5' })
  expect(parse('active = TRUE')).toEqual({ op: '=', field: 'active', value: 'true' })
  expect(parse("s IN ('a', 'it''s', 3)")).toEqual({ op: 'in', field: 's', values: ['a', "it's", '3'] })
  expect(parse("name like 'A%'")).toEqual({ op: 'like', field: 'name', value: 'A%' })
  expect(parse("name not like 'A%'")).toEqual({ op: 'not', of: { op: 'like', field: 'name', value: 'A%' } })
  expect(parse('"order" is not null')).toEqual({ op: 'is not null', field: 'order' })
  expect(parse('a.b is null')).toEqual({ op: 'is null', field: 'a.b' })
})

test('`and` binds closer than `or`, `not` closest', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((field) => ({ op: 'is null', field }))
  expect(parse('a is null or b is null and c is null')).toEqual({ op: 'or', of: [a, { op: 'and', of: [b, c] }] })
  expect(parse('(a is null or b is null) and not c is null')).toEqual({
    op: 'and',
    of: [
      { op: 'or', of: [a, b] },
      { op: 'not', of: c },
    ],
  })
})

test('errors name the place and what is expected there', () => {
  expect(errorOf('')).toEqual([0, 'Here the name of a column is expected'])
  expect(errorOf("type 'x'")).toEqual([
    5,
    'Here a comparison is expected: `=`, `<>`, `<`, `<=`, `>`, `>=`, `in`, `like` or `is null`',
  ])
  expect(errorOf('type = customer')).toEqual([7, "Text stands in single quotes: 'customer'"])
  expect(errorOf("type = 'x")).toEqual([7, 'This text has no closing quote'])
  expect(errorOf('a = null')).toEqual([4, 'Nothing is ever `= null`; write `is null`'])
  expect(errorOf('(a = 1')).toEqual([6, 'Here `)` is expected'])
  expect(errorOf('a = 1; drop table x')).toEqual([5, '`;` has no place in a condition'])
  expect(errorOf('a = 1 b = 2')).toEqual([6, 'Here `and`, `or` or the end is expected, not `b`'])
  expect(errorOf('a in ()')).toEqual([
    6,
    'Here a value is expected: text in single quotes, a number, `true` or `false`',
  ])
  expect(errorOf('('.repeat(500))?.[1]).toBe('The condition has too many parentheses')
  expect(errorOf(`a = '${'x'.repeat(5000)}'`)?.[1]).toBe('The condition is longer than 4000 characters')
})

test('only the equalities that every record must have are demanded', () => {
  expect(demandedValues(parse("type = 'customer' and (kind = 1 and x is null)"))).toEqual({
    type: 'customer',
    kind: '1',
  })
  expect(demandedValues(parse("type = 'a' or type = 'b'"))).toEqual({})
  expect(demandedValues(parse("not type = 'a' and b <> 1"))).toEqual({})
})

const field = fc.constantFrom('a', 'b_c', 'x.y', 'order', 'weird name')
const value = fc.string({ maxLength: 8 })
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    fc.record({ op: fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'like'), field, value }) as fc.Arbitrary<Filter>,
    fc.record({ op: fc.constant('in' as const), field, values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
    fc.record({ op: fc.constantFrom('is null', 'is not null'), field }) as fc.Arbitrary<Filter>,
    fc.record({ op: fc.constant('not' as const), of: tie('filter') }),
    fc.record({
      op: fc.constantFrom('and', 'or'),
      of: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }) as fc.Arbitrary<Filter>,
  ),
}))

test('a printed filter reads as the same filter', () => {
  fc.assert(
    fc.property(filter, (f) => {
      expect(parse(printFilter(f))).toEqual(f)
    }),
  )
})

test('any text is a filter or has an error inside it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 80 }),
        fc
          .array(fc.constantFrom('a', ' ', '=', "'", '(', ')', 'and', 'not', 'in', 'is', 'null', '1', ','), {
            maxLength: 30,
          })
          .map((p) => p.join(' ')),
      ),
      (text) => {
        const parsed = parseFilter(text)
        if ('error' in parsed) {
          expect(parsed.error.at).toBeGreaterThanOrEqual(0)
          expect(parsed.error.at).toBeLessThanOrEqual(text.length)
        } else expect(parse(printFilter(parsed.filter))).toEqual(parsed.filter)
      },
    ),
  )
})
