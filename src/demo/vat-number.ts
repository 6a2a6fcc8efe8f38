import type { Country } from './country.ts'
import type { Random } from './random.ts'

/** A VAT number with a real check digit, in its plain form, e.g. `ESB12345674`. */
export function vatNumber(country: Country, random: Random): string {
  switch (country) {
    case 'ES':
      return spanish(random.pick(['A', 'B']), `${random.pick(['08', '28', '46', '48', '50', '41'])}${random.digits(5)}`)
    case 'FR':
      return french(withLuhn(`${random.integer(3, 8)}${random.digits(7)}`))
    case 'DE':
      return german(`${random.integer(1, 9)}${random.digits(7)}`)
    case 'PT':
      return portuguese(`50${random.digits(6)}`)
    case 'IT':
      return `IT${withLuhn(`0${random.digits(6)}${random.pick(['001', '010', '015', '037', '063'])}`)}`
  }
}

/** The same number with its last digit wrong, as a typing mistake leaves it. */
export function mistyped(vat: string): string {
  return vat.slice(0, -1) + String((Number(vat.at(-1)) + 1) % 10)
}

/** Five ways to write one VAT number. */
export const VAT_WRITINGS: readonly ((vat: string) => string)[] = [
  (vat) => vat,
  (vat) => `${vat.slice(0, 2)} ${vat.slice(2)}`,
  (vat) => `${vat.slice(0, 2).toLowerCase()}${vat.slice(2).toLowerCase()}`,
  (vat) => `${vat.slice(0, 2)}-${vat.slice(2)}`,
  // At home nobody writes the country; a foreign number is written in groups.
  (vat) => (vat.startsWith('ES') ? vat.slice(2) : `${vat.slice(0, 2)} ${vat.slice(2).replace(/(.{3})(?=.)/g, '$1 ')}`),
]

/** Whether the check digits of a plain VAT number are right. Only for the countries of the demo. */
export function isVatNumber(plain: string): boolean {
  const [country, number] = [plain.slice(0, 2), plain.slice(2)]
  switch (country) {
    case 'ES':
      return /^[AB]\d{8}$/.test(number) && spanish(number[0]!, number.slice(1, 8)) === plain
    case 'FR':
      return (
        /^\d{11}$/.test(number) &&
        withLuhn(number.slice(2, 10)) === number.slice(2) &&
        french(number.slice(2)) === plain
      )
    case 'DE':
      return /^\d{9}$/.test(number) && german(number.slice(0, 8)) === plain
    case 'PT':
      return /^\d{9}$/.test(number) && portuguese(number.slice(0, 8)) === plain
    case 'IT':
      return /^\d{11}$/.test(number) && `IT${withLuhn(number.slice(0, 10))}` === plain
    default:
      return false
  }
}

function spanish(letter: string, seven: string): string {
  let sum = 0
  for (let i = 0; i < 7; i++) {
    const digit = Number(seven[i])
    const weighted = i % 2 === 0 ? digit * 2 : digit
    sum += Math.floor(weighted / 10) + (weighted % 10)
  }
  return `ES${letter}${seven}${(10 - (sum % 10)) % 10}`
}

function french(siren: string): string {
  return `FR${String((12 + 3 * (Number(siren) % 97)) % 97).padStart(2, '0')}${siren}`
}

/** ISO 7064, mod 11, 10. */
function german(eight: string): string {
  let product = 10
  for (const digit of eight) {
    const sum = (Number(digit) + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return `DE${eight}${(11 - product) % 10}`
}

function portuguese(eight: string): string {
  let sum = 0
  for (let i = 0; i < 8; i++) sum += Number(eight[i]) * (9 - i)
  const rest = sum % 11
  return `PT${eight}${rest < 2 ? 0 : 11 - rest}`
}

function withLuhn(digits: string): string {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const doubled = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 2 : 1)
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return digits + String((10 - (sum % 10)) % 10)
}
