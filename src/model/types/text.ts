import type { FieldType, TypeSpec } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'

/*
 * text: Unicode NFC, blanks at both ends cut, everything between kept. Empty is null, or with `empty: distinct` a value
 * of its own. A text that is longer than `maxLength` characters, holds NUL or broken Unicode has no canonical form,
 * because no two databases would keep it alike.
 */

/** The type `text`. */
export function textType(spec: Extract<TypeSpec, { type: 'text' }>): FieldType {
  const maxLength = spec.maxLength ?? Infinity
  const empty = spec.empty === 'distinct' ? '' : null
  return {
    name: 'text',
    parse(raw) {
      if (raw === null) return null
      const text = tidyText(raw)
      if (text === null) return new Invalid(['brokenText'], raw)
      if (text === '') return empty
      if (text.length > maxLength && characters(text) > maxLength) {
        return new Invalid(['longText', characters(text), maxLength], raw)
      }
      return text
    },
    render: (value): Raw => value,
  }
}

/** NFC and trimmed; null when the text holds NUL or broken Unicode. */
export function tidyText(raw: string): string | null {
  if (isTidyAscii(raw)) return raw
  const text = raw.normalize('NFC').trim()
  return text.includes('\0') || !text.isWellFormed() ? null : text
}

function isTidyAscii(raw: string): boolean {
  const last = raw.length - 1
  if (last < 0) return true
  if (raw.charCodeAt(0) <= 32 || raw.charCodeAt(last) <= 32) return false
  for (let i = 0; i <= last; i++) {
    const code = raw.charCodeAt(i)
    if (code > 126 || code === 0) return false
  }
  return true
}

function characters(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++
  return count
}
