import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TypeSpec } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { fieldTypeOf } from './field-type-of.ts'

/** Groups of texts that mean the same under a type, and what they mean; `refused` means nothing. */
const REFUSED = Symbol('refused')
const MEANINGS: readonly [TypeSpec, string | null | typeof REFUSED, readonly string[]][] = [
  [{ type: 'text' }, 'Café Olé', ['Café Olé', ' Café Olé ', 'Cafe\u0301 Ole\u0301', 'Café Olé\n', '\u00a0Café Olé']],
  [{ type: 'text' }, 'a  b', ['a  b', 'a  b   ']],
  [{ type: 'text' }, null, ['', '  ', '\t']],
  [{ type: 'text', empty: 'distinct' }, '', ['', '  ']],
  [{ type: 'text', maxLength: 3 }, '🙂🙂🙂', ['🙂🙂🙂', ' 🙂🙂🙂']],
  [{ type: 'text', maxLength: 3 }, REFUSED, ['abcd', 'a\0b', '\ud800']],
  [{ type: 'integer' }, '12', ['12', '012', '+12', '12.0', '12.000', ' 12 ', '1.2e1']],
  [{ type: 'integer' }, '1234', ['1234', '1,234', '1 234', "1'234", '1.234e3']],
  [
    { type: 'integer' },
    '123456789012345678901234567890',
    ['123456789012345678901234567890', '123,456,789,012,345,678,901,234,567,890'],
  ],
  [{ type: 'integer' }, '0', ['0', '-0', '000', '0.0']],
  [{ type: 'integer' }, REFUSED, ['12.5', '1.234', 'twelve', '12 €', '0x10', '1_000', '1e-1']],
  [
    { type: 'decimal' },
    '1234.5',
    ['1234.5', '1234.50', '1.234,50', '1,234.50', '1 234,5', '1234,5', '1.2345e3', '+1234.5'],
  ],
  [{ type: 'decimal' }, '1.234', ['1.234', '1.2340', '01.234']],
  [{ type: 'decimal' }, '0.123', ['0.123', '0,123', '.123', '00.123']],
  [
    { type: 'decimal' },
    '-1234567.8',
    ['-1234567.8', '-1.234.567,8', '(1,234,567.80)', '1,234,567.8-', '−1234567.8', '-12,34,567.8'],
  ],
  [{ type: 'decimal' }, '1000', ['1000', '1e3', '1000.000', '1.000e3']],
  [{ type: 'decimal' }, REFUSED, ['1,234', '1.2,3.4', '1,23,4', '1..2', '5 €', 'NaN', 'Infinity', '--1', '(1', '1)']],
  [{ type: 'decimal', scale: 2 }, '1234', ['1,234', '1234', '1234.004', '1233.995']],
  [{ type: 'decimal', scale: 2 }, '-1.01', ['-1.005', '-1.01', '-1,01']],
  [
    { type: 'money', currency: 'EUR' },
    '1234.50',
    ['1234.5', '1.234,50', '1,234.50', '1 234,50 €', '€1,234.50', 'EUR 1234.50', '1234.5000', '1234.495'],
  ],
  [{ type: 'money', currency: 'EUR' }, '1.23', ['1.234', '1.23', '1,23']],
  [{ type: 'money', currency: 'EUR' }, '0.00', ['0', '-0', '0.00', '0,00 €', '-0.001']],
  [{ type: 'money', currency: 'EUR' }, '-5.00', ['-5', '(5)', '-5,00 €', '€-5', '-€5', '5-']],
  [{ type: 'money', currency: 'EUR' }, '90071992547409931.10', ['90071992547409931.1', '90.071.992.547.409.931,10']],
  [{ type: 'money', currency: 'EUR' }, REFUSED, ['$5', '5 USD', 'five', '5 € 5']],
  [{ type: 'money', currency: 'USD' }, '1234.50', ['$1,234.50', 'US$ 1234.5', '1234.5 USD']],
  [{ type: 'money', currency: 'JPY' }, '1234', ['1234', '¥1,234', '1234.00']],
  [{ type: 'money', currency: 'KWD' }, '1.234', ['1.234', '1.2340']],
  [{ type: 'money', currency: 'EUR', scale: 4 }, '1.2345', ['1.2345', '1,2345']],
  [{ type: 'money', perRow: true }, '1.234 KWD', ['1.234 KWD', 'KWD 1.2340', '1.234kwd', ' KWD1.234 ']],
  [{ type: 'money', perRow: true }, '1234 JPY', ['1234 JPY', 'JPY 1,234', '1234.00 JPY', '¥1,234 JPY']],
  [{ type: 'money', perRow: true }, REFUSED, ['5', '5 XYZ', 'EUR', '5 EUR USD', '$5 EUR']],
  [{ type: 'money', perRow: true, currency: 'EUR' }, '5.00 EUR', ['5', '5 €', '5.00 EUR', 'EUR5']],
  [{ type: 'binary' }, '00ff', ['00ff', '00FF', '\\x00ff', '0x00FF', ' 00ff ']],
  [{ type: 'binary' }, '', ['', '\\x']],
  [{ type: 'binary' }, REFUSED, ['0', 'xyz', '0x0', '\\xzz', '00 ff']],
  [{ type: 'boolean' }, 'true', ['t', 'true', 'TRUE', '1', 'yes', 'Y', 'sí', 'si', 'Sí ', 'on', 'oui', 'ja', '1.0']],
  [{ type: 'boolean' }, 'false', ['f', 'false', '0', 'No', 'n', 'off', 'nein', '0.00']],
  [{ type: 'boolean' }, REFUSED, ['2', 'maybe', 'yesno']],
  [
    { type: 'date' },
    '2026-11-23',
    [
      '2026-11-23',
      '2026-11-23T10:00:00Z',
      '2026-11-23 23:59:59.9+14',
      '23/11/2026',
      '11/23/2026',
      '23-11-2026',
      '23.11.2026',
      '2026/11/23',
      '20261123',
      ' 2026-11-23 ',
    ],
  ],
  [{ type: 'date' }, '2026-06-05', ['5.6.2026', '05.06.2026', '2026-6-5']],
  [{ type: 'date' }, '2026-05-05', ['5/5/2026', '05.05.2026']],
  [{ type: 'date' }, null, ['', '0000-00-00', '0000-00-00 00:00:00']],
  [
    { type: 'date' },
    REFUSED,
    [
      '05/06/2026',
      '2023-02-29',
      '1900-02-29',
      '2026-13-01',
      '23/11/26',
      '2026-11-23 rubbish',
      'infinity',
      '0000-01-01',
      '202611',
    ],
  ],
  [{ type: 'date' }, '2024-02-29', ['2024-02-29', '29/02/2024', '2/29/2024']],
  [
    { type: 'instant' },
    '2026-11-23T10:00:00.123456Z',
    [
      '2026-11-23 10:00:00.123456+00',
      '2026-11-23T11:00:00.123456+01:00',
      '2026-11-23T10:00:00.1234567Z',
      '2026-11-23 10:00:00.123456',
      '2026-11-23 04:30:00.123456-0530',
    ],
  ],
  [
    { type: 'instant' },
    '2026-11-23T00:00:00Z',
    ['2026-11-23', '2026-11-23 00:00', '2026-11-23T00:00:00.000Z', '2026-11-22 23:30:00-00:30'],
  ],
  [
    { type: 'instant' },
    REFUSED,
    ['2026-02-30 10:00:00', '10:00', '1764000000', '2026-11-23T25:00Z', '0001-01-01T00:00:00+01', 'infinity'],
  ],
  [
    { type: 'instant', timezone: 'Europe/Madrid' },
    '2026-07-01T08:00:00Z',
    ['2026-07-01 10:00:00', '2026-07-01T08:00:00Z', '2026-07-01 10:00:00+02'],
  ],
  // The clock goes from 02:00 to 03:00: what was skipped moves on by the gap.
  [
    { type: 'instant', timezone: 'Europe/Madrid' },
    '2026-03-29T01:30:00Z',
    ['2026-03-29 02:30:00', '2026-03-29 03:30:00'],
  ],
  // The clock goes from 03:00 to 02:00: the first of the two.
  [
    { type: 'instant', timezone: 'Europe/Madrid' },
    '2026-10-25T00:30:00Z',
    ['2026-10-25 02:30:00', '2026-10-25 02:30:00+02'],
  ],
  [
    { type: 'instant', precision: 'seconds' },
    '2026-11-23T10:00:59Z',
    ['2026-11-23T10:00:59.999Z', '2026-11-23T10:00:59Z'],
  ],
  [
    { type: 'instant', precision: 'minutes' },
    '2026-11-23T10:00:00Z',
    ['2026-11-23T10:00:59.999Z', '2026-11-23T10:00Z'],
  ],
  [{ type: 'choice', values: ['Enterprise', 'small'] }, 'Enterprise', ['Enterprise', 'enterprise', ' ENTERPRISE ']],
  [{ type: 'choice', values: ['a', 'A'] }, 'A', ['A', ' A']],
  [{ type: 'choice', values: ['Enterprise', 'small'] }, REFUSED, ['medium']],
  [
    { type: 'email' },
    'ana@acme.example',
    ['ana@acme.example', ' Ana@ACME.example', 'mailto:ana@acme.example', 'Ana Ruiz <ana@acme.example>'],
  ],
  [
    { type: 'email' },
    'ana@bücher.example',
    ['ana@bücher.example', 'ana@xn--bcher-kva.example', 'ana@BÜCHER.example', 'ana@bu\u0308cher.example'],
  ],
  [
    { type: 'email' },
    REFUSED,
    ['ana', 'ana@', '@acme.example', 'ana@acme', 'a b@acme.example', 'a@b@c.example', 'ana@10.0.0.1'],
  ],
  [
    { type: 'phone', country: 'ES' },
    '+34600111222',
    [
      '+34 600 111 222',
      '600111222',
      '600 11 12 22',
      '0034600111222',
      '+34-600-111-222',
      '(+34) 600.111.222',
      'tel:+34600111222',
      '+34600111222\u00a0',
    ],
  ],
  [{ type: 'phone', country: 'ES' }, '+442079460958', ['+44 20 7946 0958', '0044 20 7946 0958', '+44 (0)20 7946 0958']],
  [{ type: 'phone', country: 'US' }, '+34600111222', ['+34 600 111 222', '0034 600 111 222', '011 34 600 111 222']],
  [
    { type: 'phone', country: 'ES' },
    '+34912345678;ext=12',
    ['912 345 678 ext. 12', '+34 912345678 x12', '+34912345678;ext=12'],
  ],
  [{ type: 'phone', country: 'ES' }, REFUSED, ['12-AB', '123', '+34 6', 'call me']],
  [{ type: 'phone' }, REFUSED, ['600111222']],
  [
    { type: 'country' },
    'ES',
    [
      'ES',
      'es',
      'ESP',
      'Spain',
      'España',
      'SPAIN',
      'Espagne',
      'Spanien',
      'espana',
      '724',
      ' Spain ',
      'Reino de España'.slice(9),
    ],
  ],
  [
    { type: 'country' },
    'GB',
    ['GB', 'UK', 'United Kingdom', 'Reino Unido', 'Royaume-Uni', 'Great Britain', 'The United Kingdom'],
  ],
  [
    { type: 'country' },
    'US',
    ['US', 'USA', 'United States', 'United States of America', 'Estados Unidos', 'EE.UU.', 'U.S.A.', 'États-Unis'],
  ],
  [{ type: 'country' }, 'GR', ['GR', 'EL', 'Greece', 'Grecia']],
  [{ type: 'country' }, 'CI', ["Côte d'Ivoire", 'Cote d’Ivoire', 'CIV']],
  [{ type: 'country' }, REFUSED, ['Atlantis', 'XX', 'Q']],
  [
    { type: 'vat', country: 'ES' },
    'ESB58378431',
    ['B58378431', 'ESB58378431', 'ES B-58378431', 'es b58.378.431', 'ES-B58378431'],
  ],
  [{ type: 'vat', country: 'ES' }, 'DE136695976', ['DE136695976', 'DE 136 695 976']],
  [{ type: 'vat', country: 'GR' }, 'EL094259216', ['EL094259216', 'GR094259216', '094259216']],
  [{ type: 'vat' }, 'FR40303265045', ['FR 40 303 265 045', 'FR40303265045']],
  [{ type: 'vat', country: 'ES' }, REFUSED, ['B58378432', 'ESB58378430', 'n/a', '12']],
  [{ type: 'vat' }, REFUSED, ['B58378431']],
  [
    { type: 'url' },
    'https://acme.example',
    [
      'https://acme.example',
      'acme.example',
      'HTTPS://Acme.Example/',
      'https://acme.example:443',
      '//acme.example',
      ' acme.example/ ',
    ],
  ],
  [
    { type: 'url' },
    'http://acme.example/Shop?a=B',
    ['http://acme.example/Shop?a=B', 'HTTP://ACME.example:80/Shop?a=B'],
  ],
  [{ type: 'url' }, REFUSED, ['acme', 'javascript:alert(1)', 'mailto:a@b.example', 'http://', 'a b.example']],
  [{ type: 'reference', flow: 'customers' }, '42', ['42', ' 42 ']],
  [{ type: 'lines' }, '[["a",["1"]],["b",[null]]]', ['[["b",[null]],["a",["1"]]]', ' [["a",["1"]], ["b",[null]]]']],
  [{ type: 'lines' }, null, ['[]', '']],
]

describe('L29 texts with one meaning read as one value', () => {
  test.each(
    MEANINGS.map(([spec, meaning, texts]) => ({
      name: `${JSON.stringify(spec)} ${String(meaning)}`,
      spec,
      meaning,
      texts,
    })),
  )('L29 $name', ({ spec, meaning, texts }) => {
    const type = fieldTypeOf(spec)
    for (const text of texts) {
      const canonical = type.parse(text)
      if (meaning === REFUSED) expect(canonical, text).toBeInstanceOf(Invalid)
      else expect(canonical, text).toBe(meaning)
    }
  })
})

test('L29 an amount is the same in every notation', () => {
  const type = fieldTypeOf({ type: 'money', currency: 'EUR' })
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (cents) => {
      const size = String(cents < 0n ? -cents : cents).padStart(3, '0')
      const whole = size.slice(0, -2)
      const decimals = size.slice(-2)
      const sign = cents < 0n ? '-' : ''
      const grouped = (by: string): string => whole.replace(/\B(?=(\d{3})+$)/g, by)
      const expected = `${sign}${whole}.${decimals}`
      for (const text of [
        expected,
        `${sign}${whole},${decimals}`,
        `${sign}${grouped('.')},${decimals} €`,
        `${sign}${grouped(',')}.${decimals}`,
        `€${sign}${grouped(' ')},${decimals}`,
        `${sign}${grouped("'")}.${decimals}00`,
        `${sign}${whole}${decimals}e-2`,
      ]) {
        expect(type.parse(text), text).toBe(expected)
      }
    }),
  )
})

test('L29 an instant is the same at every offset', () => {
  const utc = fieldTypeOf({ type: 'instant' })
  const madrid = fieldTypeOf({ type: 'instant', timezone: 'Europe/Madrid' })
  const dates = fc.date({ noInvalidDate: true, min: new Date('1850-01-01'), max: new Date('2100-01-01') })
  fc.assert(
    fc.property(dates, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, minutes) => {
      const expected = utc.parse(date.toISOString())
      const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1)
      const size = Math.abs(minutes)
      const offset = `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
      expect(utc.parse(local + offset)).toBe(expected)
      expect(madrid.parse(local + offset)).toBe(expected)
      // PostgreSQL's `timestamp` drops the offset; what it keeps reads as the same instant, but for the repeated hour.
      const rendered: Raw = madrid.render(expected as string)
      const kept = rendered!.replace(/[-+][\d:]+$/, '')
      const again = madrid.parse(kept) as string
      const apart = Math.abs(Date.parse(again.replace(/(\.\d{3})\d*/, '$1')) - date.getTime())
      expect([0, 3_600_000]).toContain(apart)
    }),
    { numRuns: 1_000 },
  )
})
