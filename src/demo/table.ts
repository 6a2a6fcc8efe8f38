/** A cell before loading. */
export type Cell = string | number | boolean | null

/** The rows of one table. */
export interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** The rows in the text form that PostgreSQL's COPY takes. */
export function copyText(table: Table): string {
  return table.rows.map((row) => `${row.map(copyCell).join('\t')}\n`).join('')
}

function copyCell(cell: Cell): string {
  if (cell === null) return '\\N'
  return String(cell).replace(/[\\\t\n\r]/g, (char) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n' })[char] ?? '\\r')
}
