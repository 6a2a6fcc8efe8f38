import { together } from '../../model/agreement.ts'
import type { FlowRun } from '../../model/report.ts'
import type { RunStatus } from '../../model/words.ts'
import type { Look, Terminal } from '../terminal.ts'
import { count, counted, duration } from './figures.ts'
import { agreementSentence, uncheckedSentence, waitsOnSentences } from './print-agreement.ts'
import { type Column, renderTable } from './table.ts'
import { visible } from './text-width.ts'

const LOOKS: Record<RunStatus, Look> = {
  done: 'green',
  waiting: 'yellow',
  running: 'cyan',
  stopped: 'red',
  failed: 'red',
}

const FIGURES = [
  'read',
  'created',
  'updated',
  'deleted',
  'linked',
  'conflicts',
  'held',
  'quarantined',
  'repaired',
] as const

/** Prints one line a flow: what the run (or the plan) did in figures. Columns that are zero everywhere are left out. */
export function printRuns(terminal: Terminal, runs: readonly FlowRun[], planned = false): void {
  const { paint } = terminal
  const figures = FIGURES.filter((name) => name === 'read' || name === 'updated' || runs.some((run) => run[name] > 0))
  const columns: Column[] = [
    { title: 'flow' },
    ...(planned ? [] : [{ title: 'outcome' }]),
    ...figures.map((title): Column => ({ title, align: 'right' })),
    { title: planned ? 'would write' : 'writes' },
    ...(planned ? [] : [{ title: 'took', align: 'right' as const }]),
  ]
  const rows = runs.map((run) => [
    { text: run.flow, paint: (text: string) => paint('bold', text) },
    ...(planned ? [] : [{ text: run.status, paint: (text: string) => paint(LOOKS[run.status], text) }]),
    ...figures.map((name) => count(run[name])),
    writesText(run),
    ...(planned ? [] : [duration(run.seconds)]),
  ])
  const look = { width: terminal.width, paintTitle: (text: string) => paint('dim', text) }
  for (const line of renderTable(columns, rows, look)) terminal.out(line)
  for (const run of runs) {
    if (run.message !== undefined) {
      const look = run.status === 'failed' || run.status === 'stopped' ? 'red' : 'yellow'
      terminal.out(paint(look, `${run.flow}: ${visible(run.message)}`))
    }
  }
}

function writesText(run: FlowRun): string {
  const writes = Object.entries(run.writes).filter(([, written]) => written > 0)
  return writes.length === 0 ? 'nothing' : writes.map(([system, written]) => `${system} ${count(written)}`).join(', ')
}

const isUnchecked = ({ failure, agreement }: FlowRun): boolean => failure !== undefined && agreement !== undefined

/** Prints how far the records agree after a run, and what waits for people. */
export function printWaiting(terminal: Terminal, runs: readonly FlowRun[]): void {
  // A run that broke off before it had read the systems knows nothing about how they agree now.
  const [unchecked, checked] = [runs.filter(isUnchecked), runs.filter((run) => !isUnchecked(run))]
  const agreements = checked.flatMap((run) => run.agreement ?? [])
  const sentences = [
    ...(agreements.length > 0 ? [agreementSentence(together(agreements)), ...waitsOnSentences(checked)] : []),
    ...(unchecked.length > 0 ? [uncheckedSentence(unchecked.map(({ flow }) => flow))] : []),
  ]
  if (sentences.length > 0) terminal.out(sentences.join(' '))
  const waiting = runs.filter((run) => run.open_cases > 0)
  if (waiting.length === 0) return
  const total = waiting.reduce((sum, run) => sum + run.open_cases, 0)
  const perFlow = waiting.map((run) => `${run.flow} ${count(run.open_cases)}`).join(', ')
  terminal.out(
    terminal.paint('yellow', `${counted(total, 'case')} ${total === 1 ? 'is' : 'are'} open: ${perFlow}.`) +
      ' To list them: concordat cases',
  )
}
