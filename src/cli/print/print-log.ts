import type { LogEntry } from '../../model/report.ts'
import type { Outcome } from '../../model/words.ts'
import type { Look, Terminal } from '../terminal.ts'
import { moment } from './figures.ts'
import { changeLines, sentenceLines } from './print-changes.ts'
import { visible } from './text-width.ts'

const LOOKS: Record<Outcome, Look> = {
  intended: 'yellow',
  done: 'green',
  refused: 'red',
  failed: 'red',
  superseded: 'dim',
  'not sent': 'yellow',
}

/** Prints log entries, each with what changed and the rule behind it as a sentence. */
export function printLog(terminal: Terminal, entries: readonly LogEntry[], indent = ''): void {
  const { paint } = terminal
  for (const entry of entries) {
    const parts = [
      paint('dim', `${moment(entry.at)}  run ${entry.run}`),
      paint('bold', `${entry.flow} ${visible(entry.title)}`),
      `${visible(entry.what)}${entry.system === null || entry.what.includes(entry.system) ? '' : ` in ${entry.system}`}`,
      ...(entry.outcome === null ? [] : [paint(LOOKS[entry.outcome], entry.outcome)]),
    ]
    terminal.out(indent + parts.join('  '))
    for (const line of changeLines(terminal, entry.fields, `${indent}    `, entry)) terminal.out(line)
    if (entry.why !== '') {
      for (const line of sentenceLines(terminal, entry.why, `${indent}    `)) terminal.out(paint('dim', line))
    }
  }
}
