import type { FieldType } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'
import { plainPoint, readNumber } from './number-text.ts'

/** The type `integer`: whole numbers of any size, as text; `12.0` is 12, `12.5` has no canonical form. */
export function integerType(): FieldType {
  return {
    name: 'integer',
    parse(raw) {
      if (raw === null) return null
      if (plainPoint(raw) === -1) return raw
      if (raw.trim() === '') return null
      const number = readNumber(raw, 0)
      if ('problem' in number) return new Invalid(number.problem(quoted(raw)), raw)
      if (number.units.length > 0) return new Invalid(['notANumber', quoted(raw)], raw)
      return number.plain.includes('.') ? new Invalid(['notAWholeNumber', quoted(raw)], raw) : number.plain
    },
    render: (value): Raw => value,
  }
}
