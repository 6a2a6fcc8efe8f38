import type { CaseView } from '../../model/report.ts'
import type { Terminal } from '../terminal.ts'
import { count, counted, when } from './figures.ts'
import { sentenceLines, shown } from './print-changes.ts'
import { renderTable } from './table.ts'
import { visible } from './text-width.ts'

/** Prints cases grouped by flow and kind: values side by side, and the very command for each choice. */
export function printCases(terminal: Terminal, cases: readonly CaseView[], planned = false): void {
  const { paint } = terminal
  const groups = Map.groupBy(cases, (one) => `${one.flow} · ${one.kind} · ${one.cause}`)
  for (const [, group] of groups) {
    const { flow, kind, cause } = group[0]!
    const finer = cause === '' || cause === kind ? '' : ` (${cause.replaceAll('_', ' ')})`
    terminal.out(paint('bold', `${flow}: ${kind}${finer}, ${count(group.length)}`))
    for (const one of group) printCase(terminal, one, planned)
    const open = group.filter((one) => one.state === 'open')
    if (!planned && open.length > 1) {
      terminal.out(paint('dim', `  To decide all of these the same way, add --all-alike to the command.`))
    }
    terminal.out('')
  }
}

function printCase(terminal: Terminal, one: CaseView, planned: boolean): void {
  const { paint } = terminal
  const title = `${visible(one.title)}${one.field === null ? '' : ` · ${one.field}`}`
  const number = planned ? '-' : `#${one.case}`
  const record = one.record === null ? '' : paint('dim', `  record ${one.record}`)
  const opened = planned ? '' : paint('dim', `  opened ${when(one.opened, terminal.now())}`)
  terminal.out(`  ${paint('bold', number)}  ${title}${record}${opened}`)
  for (const line of sentenceLines(terminal, one.sentence, '      ')) terminal.out(line)
  if (one.decides > 0)
    terminal.out(
      paint(
        'dim',
        `      It decides about ${counted(one.decides, 'other case')}, too: concordat cases --under ${one.case}`,
      ),
    )
  const values = Object.entries(one.values).map(([system, value]) => [
    { text: system, paint: (text: string) => paint('dim', text) },
    shown(value, one.references?.[one.field ?? system]),
  ])
  const columns = [
    { title: '', overflow: 'keep' as const },
    { title: '', overflow: 'cut' as const },
  ]
  for (const line of renderTable(columns, values, { width: terminal.width, indent: '      ' })) terminal.out(line)
  if (one.state === 'resolved') {
    const at = one.resolved === null ? '' : `, ${when(one.resolved, terminal.now())}`
    terminal.out(`      ${paint('green', 'resolved')} ${visible(one.resolution ?? '')}${at}`)
  } else if (!planned) {
    const rows = one.choices.map(({ choice, means }) => [
      { text: resolveCommand(one.case, choice), paint: (text: string) => paint('cyan', text) },
      means,
    ])
    const wrapping = [
      { title: '', overflow: 'keep' as const },
      { title: '', overflow: 'wrap' as const },
    ]
    for (const line of renderTable(wrapping, rows, { width: terminal.width, indent: '      ' })) terminal.out(line)
  }
}

/** The command that decides a case. */
export function resolveCommand(id: number, choice: string): string {
  // A choice that a shell would read otherwise is quoted; single quotes keep everything but themselves.
  const safe = /^[\w.:@+-]+$/.test(choice) ? choice : `'${choice.replaceAll("'", `'\\''`)}'`
  return `concordat cases resolve ${id} ${safe}${choice === 'value' ? ' --value …' : ''}`
}
