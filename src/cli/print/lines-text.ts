import { decodeLines, type Line } from '../../model/lines.ts'
import type { Legend } from '../../model/report.ts'
import { counted } from './figures.ts'
import { visible } from './text-width.ts'

/** The lines that a value holds (order lines, invoice lines); null when it is a plain value. */
export function linesOf(value: string | null | undefined): readonly Line[] | null {
  if (value === null || value === undefined || !value.startsWith('[["')) return null
  const lines = decodeLines(value)
  return lines === null || lines.length === 0 ? null : lines
}

/** `3 lines`. */
export function linesSummary(lines: readonly Line[]): string {
  return counted(lines.length, 'line')
}

/** How the values of a field's lines are told: each with what stands before it, references by their titles. */
export function lineTeller(field: string, legend: Legend): (line: Line) => readonly string[] {
  const names = legend.line_fields?.[field]
  const titles = names?.map((name) => legend.references?.[`${field}.${name}`])
  return (line) => line.values.map((value, i) => (value === null ? '–' : visible(titles?.[i]?.[value] ?? value)))
}

/** Lines that went (`-`) and came (`+`), in the order of their keys; an edited line is both. */
export function lineChanges(
  from: readonly Line[],
  to: readonly Line[],
  tell: (line: Line) => readonly string[],
): readonly string[] {
  const lineText = (line: Line): string => tell(line).join('  ')
  const before = new Map(from.map((line) => [line.key, lineText(line)]))
  const after = new Map(to.map((line) => [line.key, lineText(line)]))
  const keys = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  return keys.flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)]
    if (old === now) return []
    return [...(old === undefined ? [] : [`- ${old}`]), ...(now === undefined ? [] : [`+ ${now}`])]
  })
}
