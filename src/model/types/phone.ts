import { createRequire } from 'node:module'
import type * as Phones from 'libphonenumber-js/max'
import type { CountryCode, PhoneNumber } from 'libphonenumber-js/max'
import type { FieldType, TypeSpec } from '../field-type.ts'
import { type Canonical, Invalid, type Raw } from '../value.ts'
import { isPlainPhone } from './plain-phone.ts'
import { quoted } from './quoted.ts'
import { remembered } from './remembered.ts'

/*
 * phone: E.164 (`+34600111222`), an extension behind it as `;ext=12`. A number without a country's prefix belongs to
 * the field's `country`. It must be possible for its country, that is have a length that numbers there have: whether it
 * is in use today is beyond any list of ours.
 */

const require = createRequire(import.meta.url)
let library: typeof Phones | undefined

/** The library with its table of the world's numbers; loaded when the first number is read, because that takes long. */
const numbers = () => (library ??= require('libphonenumber-js/max') as typeof Phones)

/** The type `phone`. */
export function phoneType(spec: Extract<TypeSpec, { type: 'phone' }>): FieldType {
  // Parsing costs microseconds: canonical numbers are remembered too, because the other systems hold them.
  const step = remembered(20_000, (text) => once(text, countryOf(spec)))
  const parse = remembered(20_000, (text) => read(text, countryOf(spec), step))
  return {
    name: 'phone',
    parse: (raw) => (raw === null || raw === '' ? null : isPlainPhone(raw) ? raw : parse(raw)),
    render: (value): Raw => (value === null ? null : value.replace(';ext=', ' ext. ')),
  }
}

function countryOf({ country }: { country?: string }): CountryCode | undefined {
  return country !== undefined && numbers().isSupportedCountry(country) ? country : undefined
}

/** A canonical number as its parts, without its extension; undefined when it is none. */
export function phoneNumber(canonical: string): PhoneNumber | undefined {
  return numbers().parsePhoneNumberFromString(canonical, { extract: false })
}

function read(
  raw: string,
  country: CountryCode | undefined,
  step: (text: string) => string | null,
): Canonical | Invalid {
  const text = raw
    .normalize('NFKC')
    .trim()
    .replace(/^tel:/i, '')
    .replace(/^\((\+\d{1,3})\)/, '$1')
  if (text === '') return null
  let canonical = text.length > 100 ? null : step(text)
  // What is read from the canonical form must be the same again; where the library strips once more, that is the form.
  for (let turn = 0; canonical !== null && turn < 3; turn++) {
    const again = step(canonical)
    if (again === canonical) return canonical
    canonical = again
  }
  const shown = quoted(raw)
  if (text.startsWith('+')) return new Invalid(['notAPhone', shown], raw)
  return new Invalid(country ? ['notAPhoneOf', shown, country] : ['notAPhoneWithPrefix', shown], raw)
}

function once(text: string, country: CountryCode | undefined): string | null {
  let number = numbers().parsePhoneNumberFromString(text, {
    ...(country && { defaultCountry: country }),
    extract: false,
  })
  if (!number?.isPossible() && text.startsWith('00'))
    number = numbers().parsePhoneNumberFromString(`+${text.slice(2)}`, { extract: false })
  if (!number?.isPossible()) return null
  return number.ext ? `${number.number};ext=${number.ext}` : number.number
}
