import type { ColumnFacts } from '../../model/column-facts.ts'
import { Invalid, type Raw } from '../../model/value.ts'

/** Adds a column to what is written where it must change for the row to hold `raw`; or says why the column cannot. */
export type Put = (raw: Raw, current: readonly Raw[] | null, set: Record<string, Raw>) => Invalid | null

/**
 * Writes one column. A text column that cannot be null says "no value" by an empty text; `blankReads`: that is how an
 * empty text is read there. Any other column that cannot be null gets the null, and its system judges it: a zero that
 * nobody entered is worse than a refusal.
 */
export function columnPut(column: string, place: number, facts: ColumnFacts | undefined, blankReads: boolean): Put {
  const textOnly = facts !== undefined && !facts.nullable && facts.kind === 'text'
  return (raw, current, set) => {
    if (current === null) {
      // A new record keeps the system's default where we have no value.
      if (raw === null && (!textOnly || facts.hasDefault)) return null
    }
    if (raw === null && textOnly && !blankReads) return new Invalid(['cannotBeEmpty', column], null)
    const wanted = raw === null && textOnly ? '' : raw
    if (current === null || current[place] !== wanted) set[column] = wanted
    return null
  }
}
