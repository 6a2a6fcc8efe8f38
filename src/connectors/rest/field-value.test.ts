import { describe, expect, test } from 'vitest'
import { type Json, parseExactJson, writeExactJson } from '../../connector-kit/http/exact-json.ts'
import type { RestField } from '../../model/rest-description.ts'
import { compareValues, readField, writeField } from './field-value.ts'

const MADRID = 'Europe/Madrid'

const field = (more: Partial<RestField>): RestField => ({
  name: 'f',
  type: 'text',
  path: ['f'],
  required: false,
  readOnly: false,
  hasDefault: false,
  unique: false,
  as: 'plain',
  empty: 'null',
  ...more,
})

const readIn = (of: RestField, json: string) => readField(of, parseExactJson(`{"f":${json}}`), MADRID)
const written = (of: RestField, value: string | null): string | undefined => {
  const json: Json | undefined = writeField(of, value, MADRID)
  return json === undefined ? undefined : writeExactJson(json)
}

describe('a value in a JSON record', () => {
  const pointer = { key: 'objectId', beside: { __type: 'Pointer', className: 'Customer' }, bare: false }
  const cases: readonly (readonly [string, Partial<RestField>, string, string | null, string?])[] = [
    ['text', {}, '"a\\"b"', 'a"b'],
    ['L26 a number with all its digits', { type: 'decimal' }, '12345678901234567890.120', '12345678901234567890.120'],
    ['a number with an exponent', { type: 'decimal' }, '1.5e3', '1500', '1500'],
    ['a small number with an exponent', { type: 'decimal' }, '-2.5E-3', '-0.0025', '-0.0025'],
    ['a number in quotes', { type: 'decimal', as: 'text' }, '"12.50"', '12.50'],
    ['cents', { type: 'decimal', as: 'minor units', scale: 2 }, '1205', '12.05'],
    ['few cents', { type: 'decimal', as: 'minor units', scale: 2 }, '-5', '-0.05'],
    ['yes', { type: 'boolean' }, 'true', 'true'],
    ['a day', { type: 'date' }, '"2026-02-28"', '2026-02-28'],
    ['a moment', { type: 'instant' }, '"2026-03-01T12:00:00.123456Z"', '2026-03-01T12:00:00.123456Z'],
    [
      'a moment with an offset',
      { type: 'instant' },
      '"2026-03-01T13:00:00+01:00"',
      '2026-03-01T12:00:00Z',
      '"2026-03-01T12:00:00Z"',
    ],
    ['local time', { type: 'instant', as: 'local time' }, '"2026-07-01T14:00:00"', '2026-07-01T12:00:00Z'],
    ['seconds since 1970', { type: 'instant', as: 'epoch seconds' }, '1772366400', '2026-03-01T12:00:00Z'],
    [
      'milliseconds since 1970',
      { type: 'instant', as: 'epoch milliseconds' },
      '1772366400120',
      '2026-03-01T12:00:00.12Z',
    ],
    ['a pair', { type: 'integer', as: 'pair' }, '[7, "Acme"]', '7', '7'],
    ['an object with a key', { type: 'integer', as: { key: 'id', beside: {}, bare: false } }, '{"id":7}', '7'],
    ['a pointer', { as: pointer }, '{"__type":"Pointer","className":"Customer","objectId":"x1"}', 'x1'],
    [
      'an object that is written bare',
      { as: { ...pointer, bare: true } },
      '{"objectId":"x1","name":"Acme"}',
      'x1',
      '"x1"',
    ],
    ['null', {}, 'null', null],
    ['an empty text for nothing', { empty: 'empty text' }, '""', null],
    ['no for nothing', { type: 'integer', as: 'pair', empty: 'false' }, 'false', null],
    ['JSON', { type: 'json' }, '{"b":[1.0,null]}', '{"b":[1.0,null]}'],
  ]
  for (const [name, more, json, value, back] of cases)
    test(name, () => {
      expect(readIn(field(more), json)).toBe(value)
      expect(written(field(more), value)).toBe(back ?? json)
    })
})

test('no value can be left out', () => expect(written(field({ empty: 'left out' }), null)).toBeUndefined())

test('what is not of the type is refused, and not repeated', () => {
  const bad: readonly (readonly [Partial<RestField>, string])[] = [
    [{ type: 'integer' }, '1.5'],
    [{ type: 'decimal' }, 'SECRET'],
    [{ type: 'decimal', as: 'minor units', scale: 2 }, '0.005'],
    [{ type: 'boolean' }, 'maybe'],
    [{ type: 'date' }, '2026-02-30'],
    [{ type: 'instant' }, 'tomorrow'],
    [{ type: 'json' }, '{SECRET'],
  ]
  for (const [more, value] of bad) {
    expect(() => written(field(more), value), value).toThrow(/field f is no/)
    expect(() => written(field(more), value), value).not.toThrow(/SECRET/)
  }
})

test('values are in the order of their type', () => {
  expect(compareValues(field({ type: 'decimal' }), '12.5', '12.50')).toBe(0)
  expect(compareValues(field({ type: 'integer' }), '9', '10')).toBeLessThan(0)
  expect(compareValues(field({ type: 'instant' }), '2026-03-01T13:00:00+01:00', '2026-03-01T12:00:00Z')).toBe(0)
  expect(compareValues(field({}), '\uffff', '😀')).toBeLessThan(0)
})
