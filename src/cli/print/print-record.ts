import type { RecordView } from '../../model/report.ts'
import type { Terminal } from '../terminal.ts'
import { printCases } from './print-cases.ts'
import { shown } from './print-changes.ts'
import { linesOf, lineTeller } from './lines-text.ts'
import { printLog } from './print-log.ts'
import { type Cell, type Column, renderTable } from './table.ts'
import { visible } from './text-width.ts'

/** Prints one record across its systems: fields side by side, links, the time line, open cases. */
export function printRecord(terminal: Terminal, view: RecordView): void {
  const { paint } = terminal
  terminal.out(
    `${paint('bold', visible(view.title))}  ${paint('dim', `${view.flow}, record ${view.record}, version ${view.version}`)}`,
  )
  const links = view.links.map(
    (link) => `${link.system} ${visible(link.id)}${link.state === 'live' ? '' : ` (${link.state})`}`,
  )
  terminal.out(links.length === 0 ? 'Linked to no system.' : `In ${links.join(', ')}`)
  terminal.out('')

  const systems = Object.keys(view.systems)
  const fields = [
    ...new Set([...Object.keys(view.golden), ...systems.flatMap((name) => Object.keys(view.systems[name]!))]),
  ]
  const columns: Column[] = [
    { title: 'field', overflow: 'keep' },
    { title: 'owner', overflow: 'keep' },
    { title: 'agreed', overflow: 'wrap' },
    ...systems.map((title): Column => ({ title, overflow: 'wrap' })),
  ]
  const rows = fields.map((field) => [
    { text: field, paint: (text: string) => paint('bold', text) },
    view.owners[field] ?? '',
    shown(view.golden[field], view.references?.[field]),
    ...systems.map((name): Cell => systemCell(terminal, view, name, field)),
  ])
  const look = { width: terminal.width, paintTitle: (text: string) => paint('dim', text) }
  for (const line of renderTable(columns, rows, look)) terminal.out(line)

  for (const field of fields) {
    const lines = linesOf(view.golden[field])
    if (lines === null) continue
    terminal.out('')
    terminal.out(paint('bold', `${field}, as agreed`))
    const width = lines.reduce((most, line) => Math.max(most, line.values.length), 0)
    const values = lines.map(lineTeller(field, view))
    const names = view.line_fields?.[field] ?? []
    const valueColumns = Array.from({ length: width }, (_, i): Column => ({ title: names[i] ?? '' }))
    for (const line of renderTable(valueColumns, values, { ...look, indent: '  ' })) terminal.out(line)
  }

  if (view.timeline.length > 0) {
    terminal.out('')
    terminal.out(paint('bold', 'Time line'))
    printLog(terminal, view.timeline, '  ')
  }
  if (view.cases.length > 0) {
    terminal.out('')
    printCases(terminal, view.cases)
  }
}

function systemCell(terminal: Terminal, view: RecordView, system: string, field: string): Cell {
  const held = view.systems[system]!
  // A field that the system does not hold at all is blank; one that is empty there is a dash.
  if (!(field in held)) return ''
  const text = shown(held[field], view.references?.[field])
  if (held[field] === (view.golden[field] ?? null)) return text
  return { text: `${text} ≠`, paint: (padded) => terminal.paint('yellow', padded) }
}
