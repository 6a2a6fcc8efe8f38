import fc from 'fast-check'
import countries from 'i18n-iso-countries'
import { describe, expect, test } from 'vitest'
import { COUNTRY_FORMS, COUNTRY_LANGUAGES, PHONE_FORMS } from '../written-form.ts'
import { countryRenderer } from './country-form.ts'
import { fieldTypeOf } from './field-type-of.ts'
import { phoneRenderer } from './phone-form.ts'

const CODES = Object.keys(countries.getAlpha2Codes())

describe('L29 whatever form a value is written in, it reads as the same value', () => {
  test.each(COUNTRY_FORMS.flatMap((form) => COUNTRY_LANGUAGES.map((language) => [form, language] as const)))(
    'countries as %s in %s',
    (form, language) => {
      const render = countryRenderer(form, language)
      const { parse } = fieldTypeOf({ type: 'country' })
      for (const code of CODES) expect(parse(render(code))).toBe(code)
      expect(render(null)).toBeNull()
    },
  )

  test.each(
    PHONE_FORMS.flatMap((form) => ['ES', 'GB', 'US', 'IT', 'AR', 'MX', undefined].map((c) => [form, c] as const)),
  )('phone numbers as %s for %s', (form, country) => {
    const render = phoneRenderer(form, country)
    const { parse } = fieldTypeOf({ type: 'phone', ...(country !== undefined && { country }) })
    const digits = fc.stringMatching(/^[1-9]\d{5,13}$/)
    fc.assert(
      fc.property(
        fc.constantFrom('', '34', '44', '1', '39', '54', '52'),
        digits,
        fc.boolean(),
        (prefix, number, extended) => {
          const value = parse(`+${prefix}${number}${extended ? ' ext. 12' : ''}`)
          fc.pre(typeof value === 'string')
          expect(parse(render(value))).toBe(value)
        },
      ),
    )
  })
})

test('countries are written as people know them', () => {
  const written = (form: (typeof COUNTRY_FORMS)[number], language: (typeof COUNTRY_LANGUAGES)[number]) =>
    ['ES', 'FI', 'GB', 'US'].map(countryRenderer(form, language))
  expect(written('code', 'en')).toEqual(['ES', 'FI', 'GB', 'US'])
  expect(written('code3', 'en')).toEqual(['ESP', 'FIN', 'GBR', 'USA'])
  expect(written('name', 'en')).toEqual(['Spain', 'Finland', 'United Kingdom', 'United States of America'])
  expect(written('name', 'es')).toEqual(['España', 'Finlandia', 'Reino Unido', 'Estados Unidos'])
})

test('phone numbers are written without a prefix only in their own country', () => {
  expect(phoneRenderer('national', 'ES')('+34600111222')).toBe('600111222')
  expect(phoneRenderer('national', 'GB')('+442079460958')).toBe('02079460958')
  expect(phoneRenderer('national', 'ES')('+442079460958')).toBe('+442079460958')
  expect(phoneRenderer('national', 'ES')('+34912345678;ext=12')).toBe('912345678 ext. 12')
  expect(phoneRenderer('spaced', undefined)('+34600111222')).toBe('+34 600 11 12 22')
  expect(phoneRenderer('international', 'ES')('+34600111222')).toBe('+34600111222')
})
