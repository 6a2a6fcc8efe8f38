import { createRequire } from 'node:module'
import anyAscii from 'any-ascii'
import countries from 'i18n-iso-countries/index.js'
import type { FieldType } from '../field-type.ts'
import { type Canonical, Invalid, type Raw } from '../value.ts'
import { COUNTRY_LANGUAGES, type CountryLanguage } from '../written-form.ts'
import { COUNTRY_ALIASES } from './country-aliases.ts'
import { quoted } from './quoted.ts'
import { remembered } from './remembered.ts'

/*
 * country: the two letters of ISO 3166, from two or three letters, the three digits, or a name in one of our languages,
 * whatever its case, accents, article and punctuation. A name that means two countries in two languages means none.
 */

const require = createRequire(import.meta.url)
let languages: ReadonlyMap<CountryLanguage, Names> | undefined
type Names = Readonly<Record<string, string | string[]>>

/** Names by code in each language; loaded when the first name is read or written. */
function inLanguages(): ReadonlyMap<CountryLanguage, Names> {
  languages ??= new Map(
    COUNTRY_LANGUAGES.map((language) => [
      language,
      (require(`i18n-iso-countries/langs/${language}.json`) as { countries: Names }).countries,
    ]),
  )
  return languages
}

const CODES: ReadonlySet<string> = new Set(Object.keys(countries.getAlpha2Codes()))
let names: ReadonlyMap<string, string | null> | undefined

/** The type `country`. */
export function countryType(): FieldType {
  const parse = remembered(5_000, read)
  return {
    name: 'country',
    parse: (raw) => (raw === null || raw === '' || CODES.has(raw) ? raw || null : parse(raw)),
    render: (value): Raw => value,
  }
}

/** The two letters of a country by its code or name; undefined when it is none. */
export function countryCode(text: string): string | undefined {
  const known = byCodeOrName(text)
  if (known !== undefined) return known
  // `U.K.`, `G. B.`
  if (/^(?:\p{L}\.\s?){2,4}$/u.test(text)) return byCodeOrName(text.replace(/[.\s]/g, ''))
  // `Iran, Islamic Republic of`
  const [, first, rest] = /^([^,]+),([^,]+)$/.exec(text) ?? []
  if (first !== undefined) return byCodeOrName(`${rest} ${first}`)
  // `USA (United States)`, where both say the same.
  const [, outside = '', inside = ''] = /^([^()]+)\(([^()]+)\)$/.exec(text.trim()) ?? []
  const one = outside === '' ? undefined : byCodeOrName(outside.trim())
  return one !== undefined && one === byCodeOrName(inside.trim()) ? one : undefined
}

function byCodeOrName(text: string): string | undefined {
  const code = countries.toAlpha2(text.toUpperCase())
  if (code !== undefined && CODES.has(code)) return code
  names ??= nameTable()
  return names.get(foldCountry(text)) ?? undefined
}

/** What a country is called in a language, the usual name first. */
export function namesIn(language: CountryLanguage, code: string): readonly string[] {
  return [inLanguages().get(language)?.[code] ?? []].flat()
}

function read(raw: string): Canonical | Invalid {
  const text = raw.normalize('NFC').trim()
  if (text === '') return null
  return (text.length <= 100 ? countryCode(text) : undefined) ?? new Invalid(['notACountry', quoted(raw)], raw)
}

function nameTable(): ReadonlyMap<string, string | null> {
  const table = new Map<string, string | null>()
  for (const names of inLanguages().values()) {
    for (const [code, spellings] of Object.entries(names)) {
      for (const name of [spellings].flat()) {
        const key = foldCountry(name)
        const known = table.get(key)
        table.set(key, known === undefined || known === code ? code : null)
      }
    }
  }
  for (const [code, aliases] of Object.entries(COUNTRY_ALIASES))
    for (const alias of aliases) table.set(foldCountry(alias), code)
  return table
}

/** A name without case, accents, punctuation and its article. */
function foldCountry(name: string): string {
  return anyAscii(name)
    .toLowerCase()
    .replace(/&/g, 'and')
    .replace(/[^a-z]+/g, ' ')
    .trim()
    .replace(/^(?:the|el|los|las|la|les|le|l|die|der|das) (?=.)/, '')
    .replace(/^st /, 'saint ')
}
