import type { FieldType, TypeSpec } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'
import { tidyText } from './text.ts'

/**
 * The type `choice`: one of the contract's values, matched exactly, else without regard to case where only one value
 * fits. Without a list any text is a value.
 */
export function choiceType(spec: Extract<TypeSpec, { type: 'choice' }>): FieldType {
  const exact = new Set(spec.values?.map((value) => tidyText(value) ?? value))
  const folded = new Map<string, string | null>()
  for (const value of exact) folded.set(fold(value), folded.has(fold(value)) ? null : value)
  const listed = [...exact].map((value) => `"${value}"`).join(', ')
  return {
    name: 'choice',
    parse(raw) {
      if (raw === null) return null
      if (exact.has(raw)) return raw
      const text = tidyText(raw)
      if (text === '') return null
      if (text === null) return new Invalid(['brokenText'], raw)
      if (spec.values === undefined || exact.has(text)) return text
      return folded.get(fold(text)) ?? new Invalid(['noneOf', quoted(raw), listed], raw)
    },
    render: (value): Raw => value,
  }
}

function fold(text: string): string {
  return text.toLowerCase().normalize('NFC')
}
