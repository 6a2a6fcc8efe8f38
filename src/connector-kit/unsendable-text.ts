import { hexDigits } from '../model/bytes.ts'
import type { ColumnKind } from '../model/column-facts.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Raw } from '../model/value.ts'
import type { CreateItem, LineInsert, LinesPatch, UpdateItem } from './port.ts'

interface Target {
  readonly name: string
  readonly columns: ReadonlyMap<string, { readonly kind: ColumnKind }>
}

/** A table as it was opened, and the tables of its child rows. */
interface Targets {
  readonly table: Target
  readonly children: readonly { readonly name: string; readonly table: Target }[]
}

/**
 * The refusal of an item with a text that no database keeps as it is (NUL, half of a surrogate pair), or that is none for a
 * column of bytes; or null. Without this check a driver would replace the character, or MySQL the bytes, without a word.
 */
export function unsendableText(item: CreateItem | UpdateItem, { table, children }: Targets): ConcordatError | null {
  let error = rowFault('set' in item ? item.set : item.values, table)
  for (const name in item.lines) {
    const lines: readonly LineInsert[] | LinesPatch = item.lines[name]!
    const child = children.find((candidate) => candidate.name === name)?.table ?? table
    for (const row of 'insert' in lines ? patchRows(lines) : lines) error ??= rowFault(row.values, child)
  }
  return error
}

function patchRows(patch: LinesPatch): LineInsert[] {
  return [...patch.insert, ...patch.update.map((line) => ({ values: line.set }))]
}

function rowFault(values: Readonly<Record<string, Raw>>, { name: object, columns }: Target): ConcordatError | null {
  for (const name in values) {
    const value = values[name]
    if (value === null || value === undefined) continue
    if (columns.get(name)?.kind === 'binary') {
      if (hexDigits(value) !== null) continue
      const message = `Column ${name} of table ${object} holds bytes, and what is to be written there is not bytes in hexadecimal digits.`
      return new ConcordatError('connector.rejected-value', message, { cure: 'Give the field `type: binary`.' })
    }
    const fault = value.includes('\0') ? 'a NUL character' : value.isWellFormed() ? null : 'half of a surrogate pair'
    if (fault !== null) {
      const message = `The text for column ${name} of table ${object} holds ${fault}, which cannot be stored.`
      return new ConcordatError('connector.rejected-value', message, { cure: 'Remove the character.' })
    }
  }
  return null
}
