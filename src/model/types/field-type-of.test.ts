import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TypeSpec } from '../field-type.ts'
import { Invalid } from '../value.ts'
import { fieldTypeOf } from './field-type-of.ts'

const SPECS: readonly TypeSpec[] = [
  { type: 'text' },
  { type: 'text', maxLength: 5 },
  { type: 'text', empty: 'distinct' },
  { type: 'integer' },
  { type: 'decimal' },
  { type: 'decimal', scale: 3 },
  { type: 'money', currency: 'EUR' },
  { type: 'money', currency: 'JPY' },
  { type: 'money', currency: 'EUR', scale: 4 },
  { type: 'boolean' },
  { type: 'date' },
  { type: 'instant' },
  { type: 'instant', timezone: 'Europe/Madrid' },
  { type: 'instant', timezone: 'America/New_York', precision: 'minutes' },
  { type: 'instant', timezone: 'Australia/Lord_Howe', precision: 'milliseconds' },
  { type: 'choice' },
  { type: 'choice', values: ['enterprise', 'Mid-Market', 'a', 'A'] },
  { type: 'email' },
  { type: 'phone', country: 'ES' },
  { type: 'phone' },
  { type: 'country' },
  { type: 'money', perRow: true },
  { type: 'money', perRow: true, currency: 'EUR' },
  { type: 'binary' },
  { type: 'date', timezone: 'Europe/Madrid', local: 'UTC' },
  { type: 'vat', country: 'ES' },
  { type: 'vat', country: 'FR' },
  { type: 'vat' },
  { type: 'url' },
  { type: 'reference', flow: 'customers' },
  { type: 'lines' },
]

const NASTY: readonly string[] = [
  '',
  ' ',
  '\u00a0\t\n',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff x',
  'e\u0301',
  ' \u0301',
  '\u212b',
  'ﬁ',
  '\u200b',
  '\ufeff1',
  '0',
  '-0',
  '-0.00',
  '+-1',
  '00012',
  '1e3',
  '1e999999999',
  '1e-400',
  '-1.5E+2',
  '.5',
  '5.',
  '.',
  ',',
  '1,',
  '1.2.3',
  '1,2,3',
  '1.234,50',
  '1,234.50',
  '1 234,50 €',
  '($5)',
  '5-',
  '()',
  '(-5)',
  '€',
  '١٢٣',
  '9'.repeat(10_000),
  '1,'.repeat(5_000),
  ' '.repeat(50_000) + 'x' + ' '.repeat(50_000),
  'a@'.repeat(5_000),
  'a.'.repeat(20_000) + '@b.c',
  '+'.repeat(1_000),
  '+34' + '6'.repeat(500),
  'http://'.repeat(500),
  'http://[::1]:80/',
  'https://user:pw@example.com:443/%zz?#',
  'javascript:alert(1)',
  '0000-00-00',
  '0000-00-00 00:00:00',
  '0001-01-01T00:00:00+14:00',
  '0001-01-01',
  '9999-12-31 23:59:59.999999-14:00',
  '2023-02-29',
  '2024-02-29',
  '2024-02-30',
  '1900-02-29',
  '2026-03-29 02:30:00',
  '2026-10-25 02:30:00',
  '1900-01-01 00:00:00',
  'infinity',
  '0044-03-15 BC',
  '2026-11-23T24:00:00Z',
  '2026-11-23 10:00:60',
  '[[',
  '[]',
  '[["a",[1]]]',
  '[["b",["1",null]],["a",[]]]',
  '__proto__',
  'constructor',
  'toString',
  "'; drop table x; --",
  'ſ',
  'İ',
  'ß',
]

const DIGITISH = fc.string({ unit: fc.constantFrom(..."0123456789.,-+ eE()€$\u00a0'"), maxLength: 20 })
const DATEISH = fc.string({ unit: fc.constantFrom(...'0123456789-/.: TZ+'), maxLength: 30 })
const ADDRESSISH = fc.string({ unit: fc.constantFrom(...'abcXYZ012@.:/-_+?#%é ñ'), maxLength: 40 })
const ANY = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  DIGITISH,
  DATEISH,
  ADDRESSISH,
  fc.constantFrom(...NASTY),
  fc.emailAddress(),
  fc.webUrl(),
  fc
    .date({ noInvalidDate: true, min: new Date('0001-01-02'), max: new Date('9999-12-30') })
    .map((date) => date.toISOString()),
  fc.integer({ min: 600_000_000, max: 999_999_999 }).map((number) => `+34 ${number}`),
)

describe.each(SPECS.map((spec) => ({ name: JSON.stringify(spec), spec })))('$name', ({ spec }) => {
  const type = fieldTypeOf(spec)

  test('L29 what is rendered reads as the same canonical value', () => {
    fc.assert(
      fc.property(ANY, (raw) => {
        const canonical = type.parse(raw)
        if (canonical instanceof Invalid) return
        expect(type.parse(type.render(canonical))).toBe(canonical)
      }),
      { numRuns: 400 },
    )
  })

  test('L29 a canonical value is its own canonical form', () => {
    fc.assert(
      fc.property(ANY, (raw) => {
        const canonical = type.parse(raw)
        if (canonical instanceof Invalid) return
        expect(type.parse(canonical)).toBe(canonical)
      }),
      { numRuns: 400 },
    )
  })

  test('L29 every nasty text is answered, soon, and well', () => {
    for (const raw of NASTY) {
      const started = performance.now()
      const canonical = type.parse(raw)
      expect(performance.now() - started, raw.slice(0, 40)).toBeLessThan(500)
      if (canonical instanceof Invalid) expect(canonical.reason.length).toBeLessThan(400)
      else {
        expect(type.parse(type.render(canonical))).toBe(canonical)
        expect(type.parse(canonical)).toBe(canonical)
      }
    }
  })

  test('L29 null reads as null and is rendered as null', () => {
    expect(type.parse(null)).toBe(null)
    expect(type.render(null)).toBe(null)
  })
})
