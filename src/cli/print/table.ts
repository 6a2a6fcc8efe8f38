import { cut, pad, textWidth, visible, wrap } from './text-width.ts'

/** A column of a printed table. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** What happens when the table is wider than the terminal; `keep` (default for right-aligned) never shrinks. */
  readonly overflow?: 'cut' | 'wrap' | 'keep'
}

/** A cell: its text, and how the padded text is painted. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string }

export interface TableLook {
  /** Columns of the terminal; Infinity: as wide as the content. */
  readonly width: number
  readonly indent?: string
  readonly paintTitle?: (text: string) => string
}

const GAP = '  '
const NARROWEST = 6

const textOf = (cell: Cell | undefined): string =>
  visible(cell === undefined ? '' : typeof cell === 'string' ? cell : cell.text)

/** The lines of a table that fits `look.width`. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: TableLook): string[] {
  const indent = look.indent ?? ''
  const widths = columns.map((column, c) =>
    rows.reduce((most, row) => Math.max(most, textWidth(textOf(row[c]))), textWidth(column.title)),
  )
  shrink(widths, columns, look.width - textWidth(indent) - GAP.length * (columns.length - 1))

  const lines: string[] = []
  if (columns.some((column) => column.title !== '')) {
    const titles = columns.map((column, c) => pad(cut(column.title, widths[c]!), widths[c]!, column.align)).join(GAP)
    lines.push(indent + (look.paintTitle ?? ((text) => text))(titles.trimEnd()))
  }
  for (const row of rows) lines.push(...renderRow(columns, widths, row).map((line) => indent + line))
  return lines
}

function renderRow(columns: readonly Column[], widths: readonly number[], row: readonly Cell[]): string[] {
  const cells = columns.map((column, c) => {
    const text = textOf(row[c])
    return overflowOf(column) === 'wrap' ? wrap(text, widths[c]!) : [cut(text, widths[c]!)]
  })
  const height = cells.reduce((most, lines) => Math.max(most, lines.length), 1)
  return Array.from({ length: height }, (_, h) => {
    const last = cells.findLastIndex((lines) => (lines[h] ?? '') !== '')
    return columns
      .slice(0, last + 1)
      .map((column, c) => {
        const line = cells[c]![h] ?? ''
        const padded = c === last && column.align !== 'right' ? line : pad(line, widths[c]!, column.align)
        const cell = row[c]
        return typeof cell === 'object' ? cell.paint(padded) : padded
      })
      .join(GAP)
  })
}

const overflowOf = (column: Column) => column.overflow ?? (column.align === 'right' ? 'keep' : 'cut')

/** Takes columns off the widest shrinkable column, again and again, until the table fits or nothing can shrink. */
function shrink(widths: number[], columns: readonly Column[], available: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - available
  while (excess > 0) {
    let widest = -1
    columns.forEach((column, c) => {
      if (overflowOf(column) !== 'keep' && (widest < 0 || widths[c]! > widths[widest]!)) widest = c
    })
    if (widest < 0 || widths[widest]! <= NARROWEST) return
    widths[widest]! -= 1
    excess -= 1
  }
}
