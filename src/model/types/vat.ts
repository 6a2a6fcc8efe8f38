import { createRequire } from 'node:module'
import type * as Stdnum from 'stdnum'
import type { FieldType, TypeSpec } from '../field-type.ts'
import { type Canonical, Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'
import { countryCode } from './country.ts'
import { remembered } from './remembered.ts'

/*
 * vat: the country's two letters as VAT numbers write them (`EL` for Greece, `XI` for Northern Ireland) and the number
 * without blanks and points: `ESB58378431`. Check digits are verified where the country's rule is known, elsewhere only
 * the characters. A prefix says whose rule a number must keep, whatever the field's `country`; only what is a number of
 * that country as it stands (`GD001` of Great Britain, many of Mexico's) needs none of its prefix. Names of the tax behind a
 * number (`MWST`, `TVA`, `IVA`, `MVA`), and what it is called before it (`CIF`, `NIF`, `VAT no.`), make no other number of it.
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

/** Countries whose companies have numbers of another one. */
const NUMBERS_OF: Readonly<Record<string, string>> = { MC: 'FR', IM: 'GB', AX: 'FI' }

/** Whose rule a number keeps, and the letters that it is written with. */
interface Issuer {
  readonly country: string
  readonly prefix: string
}

/** The type `vat`. */
export function vatType(spec: Extract<TypeSpec, { type: 'vat' }>): FieldType {
  const home = spec.country === undefined ? undefined : issuerOf(spec.country.toUpperCase())
  const parse = remembered(20_000, (text) => read(text, home))
  return {
    name: 'vat',
    parse: (raw) => (raw === null || raw === '' ? null : parse(raw)),
    render: (value): Raw => value,
  }
}

function read(raw: string, home: Issuer | undefined): Canonical | Invalid {
  const text = raw
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s./,:_-]/g, '')
  if (text === '') return null
  if (text.length <= 30 && /^[A-Z0-9&Ñ+*]+$/.test(text)) {
    const foreign = foreignOf(text)
    const bare = text.replace(LABEL, '').replace(TAX_BEHIND, '')
    const found =
      (foreign && checked(foreign, text.slice(2))) ||
      (home && checked(home, text)) ||
      // What the number is called is no country: `NIF` not Nicaragua, `VAT` not the Vatican.
      (bare === text
        ? (foreign && unchecked(foreign, text.slice(2))) ||
          // A number with another country's prefix that breaks its rule is none of a country whose rule nobody knows.
          (home && !(foreign && checkOf(foreign.country)) && unchecked(home, text))
        : labelled(bare, home))
    if (found) return found
  }
  const shown = quoted(raw)
  return new Invalid(
    home === undefined ? ['notAVatNumberWithPrefix', shown] : ['notAVatNumberOf', shown, home.country],
    raw,
  )
}

/** How people call the number, before it. */
const LABEL =
  /^(?:VAT(?:ID|NO|NR|REG)*|TAXID|TIN|CIF|NIF|P?IVA|TVA|UST(?:ID)?(?:NR)?|MWST(?:NR)?|BTW(?:NR)?)(?=[A-Z0-9])/
/** The name of the tax, behind it. */
const TAX_BEHIND = /(?<=\d[A-Z]?)(?:MWST|UST|TVA|IVA|VAT|BTW)$/

const foreignOf = (text: string): Issuer | undefined => issuerOf(/^[A-Z]{2}/.exec(text)?.[0] ?? '')

/** What stands beside a label has to keep a rule: nothing else tells that the label is one. */
function labelled(bare: string, home: Issuer | undefined): string | false | undefined {
  const foreign = foreignOf(bare)
  return (foreign && checked(foreign, bare.slice(2))) || (home && checked(home, bare))
}

/** The canonical form of a number that keeps the rule of its country; false also where no rule is known. */
function checked({ country, prefix }: Issuer, number: string): string | false {
  if (country === 'CH') return swiss(number)
  const check = checkOf(country)
  if (check === undefined) return false
  let compact: string | undefined
  try {
    const result = check.validate(completed(country, number))
    if (result.isValid) compact = result.compact
  } catch {
    // The library throws for some shapes that it did not foresee: not a number of that country.
  }
  if (compact === undefined) return false
  compact = compact.toUpperCase().replace(/[^A-Z0-9&Ñ+*]/g, '')
  const own = country === 'GR' ? 'EL' : country
  return prefix + (compact.startsWith(own) ? compact.slice(2) : compact)
}

/** The characters alone, where a country's rule is not known. */
function unchecked({ country, prefix }: Issuer, number: string): string | false {
  return checkOf(country) === undefined && /^(?=.*\d)[A-Z0-9]{3,20}$/.test(number) && prefix + number
}

/** The name of the tax, in the language of the canton, and whether it is there at all, says nothing about the company. */
function swiss(number: string): string | false {
  const digits = /^(?:CH)?E?(\d{9})(?:MWST|TVA|IVA|TPV|VAT)?$/.exec(number)?.[1]
  return digits !== undefined && numbers().stdnum['CH']!['uid']!.validate(`CHE${digits}`).isValid && `CHE${digits}`
}

/** With what some leave out: the name of Norway's tax, the zero before Greek numbers of old. */
function completed(country: string, number: string): string {
  if (country === 'NO' && /^\d{9}$/.test(number)) return `${number}MVA`
  return country === 'GR' && /^\d{8}$/.test(number) ? `0${number}` : number
}

function checkOf(country: string): Check | undefined {
  const name = OTHER_CHECKS[country]
  const { euVat, stdnum } = numbers()
  return euVat[country]?.[0] ?? (name === undefined ? undefined : stdnum[country]?.[name])
}

function issuerOf(letters: string): Issuer | undefined {
  if (letters === 'XI') return { country: 'GB', prefix: 'XI' }
  const named = letters === '' ? undefined : countryCode(letters)
  if (named === undefined) return undefined
  const country = NUMBERS_OF[named] ?? named
  return { country, prefix: country === 'GR' ? 'EL' : country }
}
