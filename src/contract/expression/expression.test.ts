import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Invalid, type Raw } from '../../model/value.ts'
import { compileExpression, expressionColumns } from './expression.ts'

const COLUMNS = ['street', 'city', 'n', 'm', 'order no']

function run(source: string, row: Readonly<Record<string, Raw>> = {}): Raw | Invalid {
  const compiled = compileExpression(source, COLUMNS)
  if (!compiled.ok) throw new Error(`${compiled.message} at ${compiled.offset}`)
  return compiled.evaluate(COLUMNS.map((column) => row[column] ?? null))
}

describe('expressions', () => {
  const row = { street: 'Mayor 1', city: 'Madrid', n: '19.90', m: '1.234,50', 'order no': 'A-7' }
  test.each([
    [`street + ', ' + city`, 'Mayor 1, Madrid'],
    [`number(n) * 3`, '59.7'],
    [`text(number(m) + number(n))`, '1254.4'],
    [`number(n) * 0.1`, '1.99'],
    [`number(7) / 2`, '3.5'],
    [`7 / 2`, '3'],
    [`round(number("2.005"), 2)`, '2.01'],
    [`number("1") / 3`, '0.33333333333333333333'],
    [`number(n) > 19.8 ? "dear" : "cheap"`, 'dear'],
    [`number(n) == number("19.9")`, 'true'],
    [`number(n) != 19.9`, 'false'],
    [`upper(street) + city.lower()`, 'MAYOR 1madrid'],
    [`street.split(" ")[1]`, '1'],
    [`join(split(street, " "), "-")`, 'Mayor-1'],
    [`street.split(" ").map(part, part + "!").join("")`, 'Mayor!1!'],
    [`replace(street, "a", "o")`, 'Moyor 1'],
    [`left(city, 3)`, 'Mad'],
    [`re2(city, "^M.*d$") ? "yes" : "no"`, 'yes'],
    [`column("order no") + city`, 'A-7Madrid'],
    [`city in ["Madrid", "Toledo"]`, 'true'],
    [`size(city)`, '6'],
    [`null`, null],
  ])('%s gives %s', (source, expected) => {
    expect(run(source, row)).toBe(expected)
  })

  test.each([
    [`street + ', ' + city`, null],
    [`number(n) * 3`, null],
    [`orElse(street, "?") + city`, '?Madrid'],
    [`coalesce(street, n, city)`, 'Madrid'],
    [`coalesce(street, n)`, null],
    [`street == null`, 'true'],
    [`null != street`, 'false'],
    [`isNull(street + city) ? "none" : "some"`, 'none'],
    [`street == null ? null : city`, null],
    [`city == null ? null : city`, 'Madrid'],
    [`street == "x" || city == "Madrid"`, 'true'],
    [`street == "x" && city == "Madrid"`, null],
    [`street == "x" ? "a" : "b"`, null],
    [`upper(street)`, null],
  ])('an empty column: %s gives %s', (source, expected) => {
    expect(run(source, { city: 'Madrid' })).toBe(expected)
  })

  test('blank text is no number: empty', () => {
    expect(run('number(n) + 1', { n: ' ' })).toBe(null)
  })

  test.each([
    [`streat + city`, 'there is no column "streat"', 0],
    [`street + 1`, '"+" does not work on text and whole number', 0],
    [`city + (street + 1)`, 'does not work', 8],
    [`street +`, 'Unexpected token', 8],
    [`city.matches("(a+)+$")`, 're2', 0],
    [`re2(city, "(a")`, 'pattern', 10],
    [`split(city, ",")`, 'gives a list', 0],
    [`cel.bind(x, city, x)`, 'no function', 0],
    [`timestamp(city)`, 'there is no function "timestamp"', 0],
    [`city.split("").map(a, city.split("").map(b, b))`, 'within another loop', 22],
    [`column("nope")`, 'there is no column "nope"', 0],
    [`column(city)`, 'quotation marks', 0],
    [`coalesce(city, 1)`, 'of one kind', 15],
    [`upper(1)`, 'no function takes these arguments', 0],
    [`${'('.repeat(50)}city${')'.repeat(50)}`, 'at most 32 levels', 0],
    [`[${'1,'.repeat(150)}1].size()`, 'at most 100 elements', 0],
    ['', 'Unexpected token', 0],
  ])('%s is refused', (source, message, offset) => {
    const compiled = compileExpression(source, COLUMNS)
    if (compiled.ok) throw new Error('compiled')
    expect(compiled.message).toContain(message)
    if (offset > 0) expect(compiled.offset).toBe(offset)
  })

  test('what fails while evaluating is Invalid', () => {
    for (const source of [
      'street.split(",")[5]',
      'number(city)',
      'int(city)',
      '1 / (size(city) - 6)',
      'number(1) / 0',
    ]) {
      expect(run(source, { street: 'a', city: 'Madrid' }), source).toBeInstanceOf(Invalid)
    }
  })

  test('texts cannot be blown up', () => {
    const long = 'a'.repeat(30_000)
    for (const source of [
      'replace(street, "a", street)',
      'replace(replace(street, "a", "aaaaaaaaaa"), "a", "aaaaaaaaaaaaaaaaaa")',
      'street.split("").map(c, street).join(street)',
      'street + street + street',
      'number(street)',
      're2(street, "(a+)+$") ? street + street : ""',
    ]) {
      const started = performance.now()
      expect(run(source, { street: long }), source).toBeInstanceOf(Invalid)
      expect(performance.now() - started, source).toBeLessThan(1_000)
    }
    expect(
      (run('street.split("").map(c, street).join("")', { street: 'a'.repeat(2_000) }) as Invalid).reason,
    ).toContain('too long')
  })

  test('columns are found, loop variables are none', () => {
    expect(expressionColumns('street + city')).toEqual(['street', 'city'])
    expect(expressionColumns('street.split(" ").map(part, part + city).join("")')).toEqual(['street', 'city'])
    expect(expressionColumns('orElse(column("order no"), isNull(n) ? "" : "x")')).toEqual(['order no', 'n'])
    expect(expressionColumns('street +')).toEqual([])
  })

  test('no text makes the compiler throw', () => {
    const words = fc.constantFrom(
      'street',
      'city',
      '+',
      '==',
      'null',
      '(',
      ')',
      '"a"',
      '.',
      'map',
      ',',
      '?',
      ':',
      '1',
      'number',
      '[',
      ']',
      '!',
      '`',
      '{',
      '}',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
          fc.string(),
        ),
        (source) => {
          const compiled = compileExpression(source, COLUMNS)
          if (compiled.ok) compiled.evaluate(['a', null, '1', ' ', 'x'])
          else expect(compiled.offset).toBeLessThanOrEqual(source.length)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
