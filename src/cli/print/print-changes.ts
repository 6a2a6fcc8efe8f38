import type { Terminal } from '../terminal.ts'
import { visible, wrap } from './text-width.ts'
import { renderTable } from './table.ts'

type FieldChange = { readonly field: string; readonly from: string | null; readonly to: string | null }

/** A value as people read it: `–` where there is none. */
export function shown(value: string | null | undefined): string {
  return value === null || value === undefined ? '–' : value === '' ? '""' : visible(value)
}

/** The lines of field changes, `field  old → new`. */
export function changeLines(terminal: Terminal, fields: readonly FieldChange[], indent: string): string[] {
  const rows = fields.map(({ field, from, to }) => [
    { text: field, paint: (text: string) => terminal.paint('dim', text) },
    from === null ? shown(to) : `${shown(from)} → ${shown(to)}`,
  ])
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
