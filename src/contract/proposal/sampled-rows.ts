import { countryCode } from '../../model/types/country.ts'
import type { ProposedField } from './proposal.ts'

/*
 * Rows that were looked at, and when two values of them mean the same. Only counts of them ever leave a proposal, and the
 * values of choices.
 */

/** The first rows of a table, as text; null: it could not be looked at. */
export interface SampledTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** The values of a column, row by row. */
export function valuesOf(table: SampledTable, column: string): readonly (string | null)[] {
  const place = table.columns.indexOf(column)
  return table.rows.map((row) => (place < 0 ? null : (row[place] ?? null)))
}

/** What a value means as this type, so that equal meanings are equal texts; null: nothing. */
export function meaningOf(type: ProposedField['type'], raw: string | null): string | null {
  const text = raw?.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase() ?? ''
  if (text === '') return null
  switch (type) {
    case 'phone': {
      // The country is not known yet: the last eight digits tell numbers apart well enough.
      const digits = text.replaceAll(/\D/g, '')
      return digits.length < 6 ? null : digits.slice(-8)
    }
    case 'vat':
      return text.replaceAll(/[^a-z0-9]/g, '')
    case 'country':
      return countryCode(text) ?? text
    case 'integer':
    case 'decimal':
    case 'money': {
      const number = Number(text)
      return Number.isNaN(number) ? text : String(number)
    }
    case 'boolean':
      return /^(?:t|true|1|y|yes)$/.test(text) ? 'true' : /^(?:f|false|0|n|no)$/.test(text) ? 'false' : text
    case 'date':
      return text.slice(0, 10)
    case 'instant': {
      const ms = Date.parse(text)
      return Number.isNaN(ms) ? text : String(Math.floor(ms / 1000))
    }
    case 'url':
      return text.replace(/^https?:\/\//, '').replace(/\/$/, '')
    case 'text':
    case 'email':
    case 'binary':
    case 'reference':
    case 'lines':
      return text
  }
}

/** Rows of both sides that a key pairs one to one, and how many of the first side it leaves ambiguous. */
export interface Pairing {
  readonly pairs: readonly (readonly [left: number, right: number])[]
  readonly ambiguous: number
}

/** Pairs rows by equal keys; null keys pair nothing. */
export function pairRows(left: readonly (string | null)[], right: readonly (string | null)[]): Pairing {
  const places = (keys: readonly (string | null)[]): Map<string, number[]> => {
    const found = new Map<string, number[]>()
    keys.forEach((key, place) => {
      if (key === null) return
      const same = found.get(key)
      if (same) same.push(place)
      else found.set(key, [place])
    })
    return found
  }
  const others = places(right)
  const pairs: [number, number][] = []
  let ambiguous = 0
  for (const [key, own] of places(left)) {
    const found = others.get(key)
    if (found === undefined) continue
    if (own.length === 1 && found.length === 1) pairs.push([own[0]!, found[0]!])
    else ambiguous += own.length
  }
  return { pairs, ambiguous }
}
