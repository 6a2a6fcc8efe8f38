import type { Canonical, Raw } from '../value.ts'
import type { PhoneForm } from '../written-form.ts'
import { phoneNumber, phoneType } from './phone.ts'

/**
 * Renders phone numbers in a form. A number of another country than the one given, or one that would not read back as
 * the same, is written internationally.
 */
export function phoneRenderer(form: PhoneForm, country: string | undefined): (value: Canonical) => Raw {
  const type = phoneType({ type: 'phone', ...(country !== undefined && { country }) })
  if (form === 'international') return (value) => type.render(value)
  return (value) => {
    if (value === null) return null
    const [main = '', extension] = value.split(';ext=')
    const number = phoneNumber(main)
    const text =
      number === undefined
        ? null
        : form === 'spaced'
          ? number.formatInternational()
          : country === undefined
            ? null
            : number.formatNational().replace(/\D/g, '')
    const written = text === null ? null : extension === undefined ? text : `${text} ext. ${extension}`
    return written !== null && type.parse(written) === value ? written : type.render(value)
  }
}
