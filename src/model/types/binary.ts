import { hexDigits } from '../bytes.ts'
import type { FieldType } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'

/** The type `binary`: bytes as hexadecimal digits in small letters; no bytes at all are a value, unlike null. */
export function binaryType(): FieldType {
  return {
    name: 'binary',
    parse: (raw) => (raw === null ? null : (hexDigits(raw.trim()) ?? new Invalid(['notBytes', quoted(raw)], raw))),
    render: (value): Raw => (value === null ? null : `\\x${value}`),
  }
}
