import fc from 'fast-check'
import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { expect, test } from 'vitest'
import { isPlainPhone } from './plain-phone.ts'

const digits = (most: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most })
const international = fc
  .tuple(fc.constantFrom(...getCountries()), digits(14))
  .map(([country, rest]) => `+${getCountryCallingCode(country)}${rest.join('')}`)
const anything = digits(16).map((rest) => `+${rest.join('')}`)

test('what is taken for canonical is what the library makes of it, whatever the default country', () => {
  let taken = 0
  fc.assert(
    fc.property(
      fc.oneof(international, anything),
      fc.constantFrom('ES', 'US', 'GB', 'IT', undefined),
      (text, country) => {
        if (!isPlainPhone(text)) return
        taken++
        const number = parsePhoneNumberFromString(text, { ...(country && { defaultCountry: country }), extract: false })
        expect(number?.isPossible()).toBe(true)
        expect([number?.number, number?.ext]).toEqual([text, undefined])
      },
    ),
    { numRuns: 20_000 },
  )
  expect(taken).toBeGreaterThan(500)
})

test('numbers of shared calling codes, trunk prefixes and all that is written otherwise are left to the library', () => {
  expect(isPlainPhone('+34600111222')).toBe(true)
  for (const text of ['+442079460958', '+12125550123', '+33012345678', '+34 600111222', '600111222', '+346001112', ''])
    expect(isPlainPhone(text)).toBe(false)
})
