import { createRequire } from 'node:module'
import type * as Stdnum from 'stdnum'
import type { FieldType, TypeSpec } from '../field-type.ts'
import { type Canonical, Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'
import { countryCode } from './country.ts'
import { remembered } from './remembered.ts'

/*
 * vat: the country's two letters as VAT numbers write them (`EL` for Greece) and the number without blanks and points:
 * `ESB58378431`. Check digits are verified where the country's rule is known, elsewhere only the characters. A number
 * without a prefix belongs to the field's `country`; a prefix counts only when the rest is a number of that country.
 */

const require = createRequire(import.meta.url)
let library: typeof Stdnum | undefined

/** The library with the rules of all countries; loaded when the first number is read, because that takes long. */
const numbers = () => (library ??= require('stdnum') as typeof Stdnum)

interface Check {
  validate(value: string): { isValid: boolean; compact?: string }
}

const OTHER_CHECKS: Readonly<Record<string, string>> = {
  GB: 'vat',
  NO: 'mva',
  AR: 'cuit',
  AU: 'abn',
  BR: 'cnpj',
  CL: 'rut',
  CO: 'nit',
  IN: 'gstin',
  IS: 'vsk',
  MX: 'rfc',
  RS: 'pib',
  TR: 'vkn',
  US: 'ein',
  ZA: 'vat',
}

/** The type `vat`. */
export function vatType(spec: Extract<TypeSpec, { type: 'vat' }>): FieldType {
  const home = spec.country === undefined ? undefined : prefixCountry(spec.country.toUpperCase())
  const parse = remembered(20_000, (text) => read(text, home))
  return {
    name: 'vat',
    parse: (raw) => (raw === null || raw === '' ? null : parse(raw)),
    render: (value): Raw => value,
  }
}

function read(raw: string, home: string | undefined): Canonical | Invalid {
  const text = raw
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s./,:_-]/g, '')
  if (text === '') return null
  if (text.length <= 30 && /^[A-Z0-9&Ñ+*]+$/.test(text)) {
    const prefix = /^[A-Z]{2}/.exec(text)?.[0]
    const foreign = prefix === undefined ? undefined : prefixCountry(prefix)
    const found =
      (foreign !== undefined && foreign === home && checked(foreign, text.slice(2))) ||
      (foreign !== undefined && checked(foreign, text.slice(2))) ||
      (home !== undefined && checked(home, text))
    if (found) return found
  }
  const shown = quoted(raw)
  return new Invalid(home === undefined ? ['notAVatNumberWithPrefix', shown] : ['notAVatNumberOf', shown, home], raw)
}

/** The canonical form of a number of one country, or false. */
function checked(country: string, number: string): string | false {
  const prefix = country === 'GR' ? 'EL' : country
  const check = checkOf(country)
  if (check === undefined) return /^(?=.*\d)[A-Z0-9]{3,20}$/.test(number) && prefix + number
  let compact: string | undefined
  try {
    const result = check.validate(number)
    if (result.isValid) compact = result.compact
  } catch {
    // The library throws for some shapes that it did not foresee: not a number of that country.
  }
  if (compact === undefined) return false
  compact = compact.toUpperCase().replace(/[^A-Z0-9&Ñ+*]/g, '')
  return prefix + (compact.startsWith(prefix) ? compact.slice(2) : compact)
}

function checkOf(country: string): Check | undefined {
  const name = OTHER_CHECKS[country]
  const { euVat, stdnum } = numbers()
  return euVat[country]?.[0] ?? (name === undefined ? undefined : stdnum[country]?.[name])
}

function prefixCountry(letters: string): string | undefined {
  if (letters === 'XI') return 'GB'
  return countryCode(letters)
}
