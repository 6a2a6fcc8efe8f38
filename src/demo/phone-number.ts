import type { Country } from './country.ts'
import type { Random } from './random.ts'

/** A telephone number: country calling code and national number, trunk zero (where there is one) left out. */
export interface Phone {
  readonly code: string
  readonly area: string
  readonly rest: string
  /** What people dial before the area at home. */
  readonly trunk: string
}

/** A number that its country could have given out. */
export function phoneNumber(country: Country, random: Random): Phone {
  switch (country) {
    case 'ES':
      return {
        code: '34',
        area: random.pick(['961', '963', '915', '917', '933', '944', '954']),
        rest: random.digits(6),
        trunk: '',
      }
    case 'FR':
      return {
        code: '33',
        area: random.pick(['1', '4', '5']),
        rest: `${random.pick(['40', '42', '56', '72', '78'])}${random.digits(6)}`,
        trunk: '0',
      }
    case 'DE':
      return {
        code: '49',
        area: random.pick(['30', '89', '40', '69']),
        rest: `${random.integer(2, 9)}${random.digits(6)}`,
        trunk: '0',
      }
    case 'PT':
      return {
        code: '351',
        area: random.pick(['21', '22']),
        rest: `${random.pick(['3', '4', '5', '7', '8'])}${random.digits(6)}`,
        trunk: '',
      }
    case 'IT':
      // In Italy the leading zero is part of the number, from abroad too.
      return {
        code: '39',
        area: random.pick(['02', '06', '011', '051']),
        rest: `${random.integer(2, 8)}${random.digits(6)}`,
        trunk: '',
      }
  }
}

/** `+34961234567`. */
export function plainPhone({ code, area, rest }: Phone): string {
  return `+${code}${area}${rest}`
}

/** Five ways to write one number, all of which a switchboard in Spain can dial. */
export const PHONE_WRITINGS: readonly ((phone: Phone) => string)[] = [
  plainPhone,
  ({ code, area, rest }) => `+${code} ${area} ${pairs(rest)}`,
  ({ code, area, rest }) => `00${code}${area}${rest}`,
  ({ code, area, rest, trunk }) => `+${code} (${trunk}${area}) ${rest.slice(0, 3)}-${rest.slice(3)}`,
  (phone) =>
    phone.code === '34' ? `${phone.area} ${pairs(phone.rest)}` : `00 ${phone.code} ${phone.area}.${phone.rest}`,
]

function pairs(digits: string): string {
  return digits.replace(/(\d\d\d?)(?=(\d\d)+$)/g, '$1 ')
}
