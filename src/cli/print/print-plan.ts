import type { PlanReport, PlannedOperation } from '../../model/report.ts'
import type { Terminal } from '../terminal.ts'
import { count, counted } from './figures.ts'
import { printCases } from './print-cases.ts'
import { changeLines, sentenceLines } from './print-changes.ts'
import { printRuns } from './print-runs.ts'
import { visible } from './text-width.ts'

/** Prints what a run would do: figures, a sample of its writes with the reason of each, the cases it would open. */
export function printPlan(terminal: Terminal, report: PlanReport): void {
  const { paint } = terminal
  printRuns(terminal, report.flows, true)
  terminal.out('')
  for (const [flow, ofFlow] of Map.groupBy(report.operations, (operation) => operation.flow)) {
    const run = report.flows.find((one) => one.flow === flow)
    for (const [system, operations] of Map.groupBy(ofFlow, (operation) => operation.system)) {
      const all = run?.writes[system] ?? operations.length
      const sample = all > operations.length ? `, the first ${count(operations.length)}` : ''
      terminal.out(paint('bold', `${flow} in ${system}: ${counted(all, 'write')}${sample}`))
      for (const operation of operations) printOperation(terminal, operation)
      terminal.out('')
    }
  }
  if (report.cases.length > 0) {
    terminal.out(paint('bold', 'Cases that a run would open'))
    terminal.out('')
    printCases(terminal, report.cases, true)
  }
  const writes = report.flows.reduce((sum, run) => sum + Object.values(run.writes).reduce((a, b) => a + b, 0), 0)
  terminal.out(
    writes === 0
      ? 'A run would write nothing.'
      : `A run would make ${counted(writes, 'write')}. This preview wrote nothing.`,
  )
}

function printOperation(terminal: Terminal, operation: PlannedOperation): void {
  const { paint } = terminal
  const id = operation.remote_id === null ? '' : paint('dim', `  ${visible(operation.remote_id)}`)
  terminal.out(`  ${paint('cyan', operation.kind)}  ${visible(operation.title)}${id}`)
  for (const line of changeLines(terminal, operation.fields, '      ', operation)) terminal.out(line)
  for (const line of sentenceLines(terminal, operation.why, '      ')) terminal.out(paint('dim', line))
}
