import { ConcordatError } from '../model/errors.ts'
import type { Raw } from '../model/value.ts'
import type { CreateItem, LineInsert, LinesPatch, UpdateItem } from './port.ts'

/**
 * The refusal of an item with a text that no database keeps as it is (NUL, half of a surrogate pair), or null. Without
 * this check a driver would replace the character without a word.
 */
export function unsendableText(item: CreateItem | UpdateItem, object: string): ConcordatError | null {
  let error = rowFault('set' in item ? item.set : item.values, object)
  for (const name in item.lines) {
    const lines: readonly LineInsert[] | LinesPatch = item.lines[name]!
    for (const row of 'insert' in lines ? patchRows(lines) : lines) error ??= rowFault(row.values, object)
  }
  return error
}

function patchRows(patch: LinesPatch): LineInsert[] {
  return [...patch.insert, ...patch.update.map((line) => ({ values: line.set }))]
}

function rowFault(values: Readonly<Record<string, Raw>>, object: string): ConcordatError | null {
  for (const name in values) {
    const value = values[name]
    if (value === null || value === undefined) continue
    const fault = value.includes('\0') ? 'a NUL character' : value.isWellFormed() ? null : 'half of a surrogate pair'
    if (fault !== null) {
      const message = `The text for column ${name} of table ${object} holds ${fault}, which cannot be stored.`
      return new ConcordatError('connector.rejected-value', message, { cure: 'Remove the character.' })
    }
  }
  return null
}
