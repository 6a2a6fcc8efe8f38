import type { Layout } from '../connector-kit/port.ts'
import type { RowShape } from '../contract/mapping/mapping.ts'
import type { Raw } from '../model/value.ts'

/*
 * Rows in the shape of another day: a column was added to a table or taken away, the contract maps others. Shapes are
 * lists of column names; lines have the columns of their child rows, as JSON, behind their name.
 */

/** Shape of a layout as the store keeps it. */
export function layoutNames(layout: Layout): string[] {
  const lines = new Map([...layout.lines].map(([name, line]) => [line.place, `${name}${JSON.stringify(line.columns)}`]))
  return layout.columns.map((column, place) => lines.get(place) ?? column)
}

/** A shape that the store kept, for a mapping. */
export function shapeOf(names: readonly string[]): RowShape {
  const lines = new Map<string, { place: number; columns: readonly string[] }>()
  const columns = names.map((stored, place) => {
    const shape = linesShape(stored)
    if (shape === null) return stored
    lines.set(shape.name, { place, columns: shape.columns })
    return shape.name
  })
  return { columns, lines }
}

/** A row of shape `then` in shape `now`, child rows included; columns that it does not have are null. */
export function inShape(values: readonly Raw[], then: readonly string[], now: readonly string[]): readonly Raw[] {
  return now.map((name) => {
    const place = then.indexOf(name)
    if (place >= 0) return values[place] ?? null
    const lines = linesShape(name)
    if (lines === null) return null
    const before = then.findIndex((other) => linesShape(other)?.name === lines.name)
    return before < 0 ? null : childRows(values[before] ?? null, linesShape(then[before]!)!.columns, lines.columns)
  })
}

function childRows(raw: Raw, then: readonly string[], now: readonly string[]): Raw {
  if (raw === null) return null
  const rows = JSON.parse(raw) as Raw[][]
  return JSON.stringify(rows.map((row) => now.map((column) => row[then.indexOf(column)] ?? null)))
}

/** Name and child columns of a column that holds lines; null for any other. */
function linesShape(name: string): { name: string; columns: readonly string[] } | null {
  const at = name.indexOf('["",')
  if (at < 0) return null
  try {
    return { name: name.slice(0, at), columns: JSON.parse(name.slice(at)) as string[] }
  } catch {
    // Some table has a column with such a name.
    return null
  }
}
