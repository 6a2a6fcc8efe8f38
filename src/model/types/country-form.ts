import countries from 'i18n-iso-countries/index.js'
import type { Canonical, Raw } from '../value.ts'
import type { CountryForm, CountryLanguage } from '../written-form.ts'
import { countryType, namesIn } from './country.ts'

/** Renders countries in a form. What would not read back as the same country is written as its two letters. */
export function countryRenderer(form: CountryForm, language: CountryLanguage): (value: Canonical) => Raw {
  const type = countryType()
  if (form === 'code') return (value) => value
  const known = new Map<string, string>()
  return (value) => {
    if (value === null) return null
    let written = known.get(value)
    if (written === undefined) {
      const wanted = form === 'code3' ? [countries.alpha2ToAlpha3(value)] : namesIn(language, value)
      written = wanted.find((text) => text !== undefined && type.parse(text) === value) ?? value
      known.set(value, written)
    }
    return written
  }
}
