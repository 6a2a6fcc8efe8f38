import type { StatusRow } from '../../model/report.ts'
import type { FlowStatus } from '../../model/words.ts'
import type { Look, Terminal } from '../terminal.ts'
import { ago, count, counted, when } from './figures.ts'
import { type Column, renderTable } from './table.ts'

/** Sign and colour of each status; the word itself always stands beside them. */
const SIGNS: Record<FlowStatus, { sign: string; look: Look }> = {
  'On time': { sign: '●', look: 'green' },
  Late: { sign: '◐', look: 'yellow' },
  Failing: { sign: '✕', look: 'red' },
  'Needs you': { sign: '◆', look: 'yellow' },
  Paused: { sign: '‖', look: 'dim' },
  'Never run': { sign: '○', look: 'dim' },
}

/** Prints one sentence of truth, then a line a flow. */
export function printStatus(terminal: Terminal, rows: readonly StatusRow[]): void {
  const { paint } = terminal
  if (rows.length === 0) {
    terminal.out('The contract has no flows yet.')
    return
  }
  terminal.out(paint('bold', sentenceOfTruth(rows)))
  terminal.out('')
  const columns: Column[] = [
    { title: 'flow', overflow: 'keep' },
    { title: 'status', overflow: 'keep' },
    { title: 'records', align: 'right' },
    { title: 'cases', align: 'right' },
    { title: 'unwritten', align: 'right' },
    { title: 'last success', overflow: 'wrap' },
    { title: 'next run', overflow: 'wrap' },
    { title: 'owners', overflow: 'wrap' },
    { title: 'why', overflow: 'wrap' },
  ]
  const cells = rows.map((row) => {
    const { sign, look } = SIGNS[row.status]
    return [
      { text: row.flow, paint: (text: string) => paint('bold', text) },
      { text: `${sign} ${row.status}`, paint: (text: string) => paint(look, text) },
      count(row.records),
      count(row.open_cases),
      count(row.waiting_writes),
      row.last_success === null ? 'never' : when(row.last_success, terminal.now()),
      nextRun(row),
      [...new Set([row.owners.business, row.owners.technical])].join(', '),
      row.why,
    ]
  })
  const look = { width: terminal.width, paintTitle: (text: string) => paint('dim', text) }
  for (const line of renderTable(columns, cells, look)) terminal.out(line)

  function nextRun({ next_runs = [] }: StatusRow): string {
    const [first] = next_runs.toSorted((a, b) => ((a.at[0] ?? '~') < (b.at[0] ?? '~') ? -1 : 1))
    return first === undefined ? '–' : first.words
  }

  function sentenceOfTruth(all: readonly StatusRow[]): string {
    const cases = all.reduce((sum, row) => sum + row.open_cases, 0)
    const bad = all.filter((row) => row.status === 'Failing' || row.status === 'Late')
    const needs = cases > 0 ? `; ${counted(cases, 'case')} ${cases === 1 ? 'needs' : 'need'} a person` : ''
    if (bad.length > 0) return `${bad.map((row) => `${row.flow} is ${row.status.toLowerCase()}`).join(', ')}${needs}.`
    // A flow that waits for a person without a case has stopped.
    const stopped = all.filter((row) => row.status === 'Needs you' && row.open_cases === 0)
    if (stopped.length > 0)
      return `${stopped.map((row) => row.flow).join(', ')} ${stopped.length === 1 ? 'needs' : 'need'} you${needs}.`
    if (all.every((row) => row.status === 'Never run')) return 'Nothing has run yet.'
    const oldest = all
      .map((row) => row.last_success)
      .reduce((a, b) => (a === null || b === null ? null : a < b ? a : b))
    return oldest === null
      ? `Not every flow has run yet${needs}.`
      : `In agreement as of ${ago(oldest, terminal.now())}${needs}.`
  }
}
