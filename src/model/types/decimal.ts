import type { FieldType, TypeSpec } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'
import { plainPoint, readNumber, roundPlain } from './number-text.ts'

/**
 * The type `decimal`: exact, as plain text without needless zeros. With a `scale`, more decimals are rounded to it,
 * halves away from zero.
 */
export function decimalType(spec: Extract<TypeSpec, { type: 'decimal' }>): FieldType {
  const scale = spec.scale ?? null
  return {
    name: 'decimal',
    parse(raw) {
      if (raw === null) return null
      const point = plainPoint(raw)
      if (point === -1) return raw
      if (point > 0) {
        if (scale !== null && raw.length - point - 1 > scale) return roundPlain(raw, scale)
        let end = raw.length
        while (raw.charCodeAt(end - 1) === 48) end--
        return end === raw.length ? raw : raw.slice(0, end - 1 === point ? point : end)
      }
      if (raw.trim() === '') return null
      const number = readNumber(raw, scale)
      if ('problem' in number) return new Invalid(number.problem(quoted(raw)), raw)
      if (number.units.length > 0) return new Invalid(['notANumber', quoted(raw)], raw)
      return scale === null ? number.plain : roundPlain(number.plain, scale)
    },
    render: (value): Raw => value,
  }
}
