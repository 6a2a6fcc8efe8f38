import type { Legend } from '../../model/report.ts'
import type { Terminal } from '../terminal.ts'
import { lineChanges, linesOf, linesSummary, lineTeller } from './lines-text.ts'
import { renderTable } from './table.ts'
import { visible, wrap } from './text-width.ts'

type FieldChange = { readonly field: string; readonly from: string | null; readonly to: string | null }

const MOST_LINES = 8

/** A value as people read it: `–` where there is none, lines as their number, a reference as the title of its record. */
export function shown(value: string | null | undefined, titles: Readonly<Record<string, string>> = {}): string {
  if (value === null || value === undefined) return '–'
  if (Object.hasOwn(titles, value)) return visible(titles[value]!)
  const lines = linesOf(value)
  if (lines !== null) return linesSummary(lines)
  return value === '' ? '""' : visible(value)
}

/** The lines of field changes, `field  old → new`; of order lines and the like, only those that differ. */
export function changeLines(
  terminal: Terminal,
  fields: readonly FieldChange[],
  indent: string,
  legend: Legend = {},
): string[] {
  const rows = fields.flatMap(({ field, from, to }) => {
    const label = { text: field, paint: (text: string) => terminal.paint('dim', text) }
    const titles = legend.references?.[field]
    const change = from === null ? shown(to, titles) : `${shown(from, titles)} → ${shown(to, titles)}`
    const [before, after] = [linesOf(from), linesOf(to)]
    if (before === null && after === null) return [[label, change]]
    const changes = lineChanges(before ?? [], after ?? [], lineTeller(field, legend))
    const more = changes.length > MOST_LINES ? [['', `… ${changes.length - MOST_LINES} more`]] : []
    return [[label, change], ...changes.slice(0, MOST_LINES).map((line) => ['', `  ${line}`]), ...more]
  })
  const columns = [
    { title: '', overflow: 'keep' as const },
    { title: '', overflow: 'cut' as const },
  ]
  return renderTable(columns, rows, { width: terminal.width, indent })
}

/** A sentence, wrapped and indented. */
export function sentenceLines(terminal: Terminal, sentence: string, indent: string): string[] {
  const width = Math.max(20, Math.min(terminal.width, 100) - indent.length)
  return wrap(visible(sentence), width).map((line) => indent + line)
}
