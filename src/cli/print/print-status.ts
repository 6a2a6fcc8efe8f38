import { together } from '../../model/agreement.ts'
import type { StatusRow } from '../../model/report.ts'
import type { FlowStatus } from '../../model/words.ts'
import type { Look, Terminal } from '../terminal.ts'
import { count, counted, when } from './figures.ts'
import { agreementSentence, uncheckedSentence, waitsOnSentences } from './print-agreement.ts'
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
    { title: 'agree', align: 'right' },
    { title: 'wait', align: 'right' },
    { title: 'to decide', align: 'right' },
    { title: 'left out', align: 'right' },
    { title: 'cases', align: 'right' },
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
      count(row.agreement.in_agreement),
      count(row.agreement.waiting),
      count(row.agreement.needs_decision),
      count(row.agreement.left_out),
      count(row.open_cases),
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
    const ran = all.filter((row) => row.status !== 'Never run')
    if (ran.length === 0) return 'No flow has run yet.'
    const bad = all.filter((row) => row.status === 'Failing' || row.status === 'Late')
    // A flow that waits for a person without a case has stopped.
    const stopped = all.filter((row) => row.status === 'Needs you' && row.open_cases === 0)
    const never = all.filter((row) => row.status === 'Never run')
    // What a run could not look at may have become anything since.
    const isUnchecked = (row: StatusRow): boolean => row.status === 'Failing' || stopped.includes(row)
    const [unchecked, checked] = [ran.filter(isUnchecked), ran.filter((row) => !isUnchecked(row))]
    return [
      ...bad.map((row) => `${row.flow} is ${row.status.toLowerCase()}.`),
      ...(stopped.length > 0
        ? [`${stopped.map((row) => row.flow).join(', ')} ${stopped.length === 1 ? 'needs' : 'need'} you.`]
        : []),
      ...(never.length > 0
        ? [`${never.map((row) => row.flow).join(', ')} ${never.length === 1 ? 'has' : 'have'} never run.`]
        : []),
      ...(checked.length > 0
        ? [agreementSentence(together(checked.map((row) => row.agreement))), ...waitsOnSentences(checked)]
        : []),
      ...(unchecked.length > 0 ? [uncheckedSentence(unchecked.map((row) => row.flow))] : []),
      ...(cases > 0 ? [`${counted(cases, 'case')} ${cases === 1 ? 'is' : 'are'} open.`] : []),
    ].join(' ')
  }
}
