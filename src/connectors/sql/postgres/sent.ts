import type { Raw } from '../../../model/value.ts'
import type { Column } from '../table.ts'

/** A value as a column takes it: bytes in hexadecimal digits begin with `\x`, or they would be taken for characters. */
export function sent(column: Column, value: Raw): Raw {
  if (column.kind !== 'binary' || value === null || value.startsWith('\\x')) return value
  return `\\x${value.replace(/^0x/i, '')}`
}
