import type { Canonical, Raw } from './value.ts'

/*
 * The canonical form of child rows (order lines): JSON text `[[key, [value, …]], …]`, sorted by key, so that two lists
 * with the same lines are the same string whatever order a system keeps them in. A record without lines has null.
 *
 * A key is JSON text of the line's key values. Lines that share one get an ordinal behind it (`["A"]#2`), counted in
 * the order of their values, so that the same lines have the same keys on both sides.
 */

/** One line: its key and its sub-fields' values in the order of the contract. */
export interface Line {
  readonly key: string
  readonly values: readonly Canonical[]
}

/** The key of a line whose key values these are. */
export function lineKey(keyValues: readonly Canonical[]): string {
  return JSON.stringify(keyValues)
}

/** Tells lines with equal keys apart and sorts by key; the answer's `place` is each line's place in the argument. */
export function arrangeLines(
  lines: readonly Line[],
): { readonly key: string; readonly values: readonly Canonical[]; readonly place: number }[] {
  const arranged = lines.map((line, place) => ({ key: line.key, values: line.values, place, order: '' }))
  const keys = new Set<string>()
  let twice = false
  for (const line of arranged) {
    if (keys.has(line.key)) twice = true
    keys.add(line.key)
  }
  if (twice) {
    for (const line of arranged) line.order = JSON.stringify(line.values)
    arranged.sort((a, b) => compare(a.key, b.key) || compare(a.order, b.order))
    let previous = ''
    let ordinal = 1
    for (const line of arranged) {
      ordinal = line.key === previous ? ordinal + 1 : 1
      previous = line.key
      if (ordinal > 1) line.key = `${line.key}#${ordinal}`
    }
  }
  return arranged.toSorted((a, b) => compare(a.key, b.key))
}

/** Lines with distinct keys → canonical text; null for none. */
export function encodeLines(lines: readonly Line[]): Canonical {
  if (lines.length === 0) return null
  return JSON.stringify(lines.toSorted((a, b) => compare(a.key, b.key)).map((line) => [line.key, line.values]))
}

/** Canonical text → lines; null when the text is not one. */
export function decodeLines(text: Raw): Line[] | null {
  if (text === null || text.trim() === '') return []
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  if (!Array.isArray(parsed)) return null
  const lines: Line[] = []
  for (const entry of parsed as unknown[]) {
    if (!Array.isArray(entry) || entry.length !== 2) return null
    const [key, values] = entry as [unknown, unknown]
    if (typeof key !== 'string' || !Array.isArray(values)) return null
    if (!values.every((value) => value === null || typeof value === 'string')) return null
    lines.push({ key, values: values as Canonical[] })
  }
  return lines
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
