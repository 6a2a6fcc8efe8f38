import type { FieldType } from '../field-type.ts'
import { decodeLines, encodeLines } from '../lines.ts'
import { Invalid, type Raw } from '../value.ts'

/** The type `lines`: canonical lines text; a system's child rows become one through the mapping, never here. */
export function linesType(): FieldType {
  return {
    name: 'lines',
    parse(raw) {
      const lines = decodeLines(raw)
      return lines === null ? new Invalid(['noLines'], raw) : encodeLines(lines)
    },
    render: (value): Raw => value,
  }
}
