import type { FieldType } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { tidyText } from './text.ts'

/** The type `reference`: the id of another record, as text without blanks around it; the mapping finds the record. */
export function referenceType(): FieldType {
  return {
    name: 'reference',
    parse(raw) {
      if (raw === null || raw === '') return null
      const id = tidyText(raw)
      if (id === null) return new Invalid(['brokenId'], raw)
      return id === '' ? null : id
    },
    render: (value): Raw => value,
  }
}
