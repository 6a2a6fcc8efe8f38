import type { AlertMessageView, AlertStanding, AlertView, ChannelTest } from '../../model/report.ts'
import type { Terminal } from '../terminal.ts'
import { count, moment, when } from './figures.ts'
import { sentenceLines } from './print-changes.ts'
import { visible } from './text-width.ts'

/** Prints alerts: what happened, what to do, and who was told. */
export function printAlerts(terminal: Terminal, alerts: readonly AlertView[]): void {
  const { paint } = terminal
  for (const alert of alerts) {
    const state =
      alert.state === 'open'
        ? paint('red', 'open')
        : alert.state === 'ended'
          ? paint('green', 'over')
          : paint('yellow', `${visible(alert.acknowledged_by ?? 'somebody')} is working on it`)
    const since = `since ${when(alert.since, terminal.now())}${alert.ended === null ? '' : `, until ${moment(alert.ended)}`}`
    terminal.out(
      `${paint('bold', `#${alert.alert}`)}  ${paint('bold', visible(alert.headline))}  ${state}  ${paint('dim', since)}`,
    )
    for (const line of sentenceLines(terminal, alert.sentence, '    ')) terminal.out(line)
    for (const record of alert.records) terminal.out(`    - ${visible(record.title)}`)
    if (alert.records.length > 0 && alert.count > alert.records.length)
      terminal.out(`    - and ${count(alert.count - alert.records.length)} more`)
    if (alert.state !== 'ended') for (const line of sentenceLines(terminal, alert.todo, '    ')) terminal.out(line)
    for (const message of alert.messages) terminal.out(`    ${paint('dim', messageLine(message))}`)
    if (alert.state === 'open') terminal.out(`    ${paint('cyan', `concordat alerts acknowledge ${alert.alert}`)}`)
    terminal.out('')
  }
}

const EVENTS: Record<AlertMessageView['event'], string> = {
  begin: 'told',
  again: 'notified that it is back',
  escalation: 'notified, because nobody had acknowledged it',
  recovery: 'notified that it is over',
  acknowledged: 'notified that it was acknowledged',
  test: 'test',
}

function messageLine({ event, to, state, at, channel, error }: AlertMessageView): string {
  const who = to.join(', ')
  switch (state) {
    case 'sent':
      return `${who} ${EVENTS[event]} by ${channel}, ${moment(at)}`
    case 'pending':
      return `${who} to be ${EVENTS[event]}${error === null ? '' : `: not sent yet, ${error}`}`
    case 'failed':
      return `${who} could not be ${EVENTS[event]}: ${error ?? 'given up'}`
    case 'cancelled':
      return `${who} not ${EVENTS[event]}: was not notified of the start`
  }
}

/** Prints what became of test messages, a line a channel. */
export function printChannelTests(terminal: Terminal, tests: readonly ChannelTest[]): void {
  for (const { channel, kind, to, good, answer } of tests) {
    const sign = good ? terminal.paint('green', '●') : terminal.paint('red', '✕')
    const who = to.length === 0 ? '' : ` to ${to.join(', ')}`
    terminal.out(`${sign} ${channel} (${kind})${who}: ${visible(answer)}`)
  }
}

/** The facts about alerts that `status` shows below the flows: only where there are some. */
export function alertLines({ open, undelivered }: AlertStanding): string[] {
  const lines: string[] = []
  if (undelivered.length > 0) {
    const who = [...new Set(undelivered.flatMap((message) => message.to))].join(', ')
    lines.push(`Alerts are not delivered: no channel reaches ${who} (${undelivered[0]!.error ?? 'no answer'}).`)
  }
  if (open > 0)
    lines.push(`${count(open)} ${open === 1 ? 'alert is' : 'alerts are'} open; to list them: concordat alerts`)
  return lines
}
