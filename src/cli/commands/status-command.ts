import type { Command } from 'commander'
import { type Cli, type CommonOptions, newCommand, printJson, withApp } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import { alertLines } from '../print/print-alerts.ts'
import { printStatus } from '../print/print-status.ts'

/** `concordat status`: how each flow stands. */
export function statusCommand(cli: Cli): Command {
  return newCommand('status', 'Show the state of each flow: On time, Late, Failing, Needs you, Paused, Never run', [
    ['concordat status', 'one line per flow'],
    ['concordat status --json', 'the same as JSON; exit status 1 if a flow is failing, 3 if one needs a person'],
  ]).action(async (options: CommonOptions) => {
    const status = await withApp(cli, options, async (app) => {
      const rows = await app.status()
      const alerts = await app.alerts.standing()
      if (options.json) printJson(cli.terminal, { flows: rows, alerts })
      else {
        printStatus(cli.terminal, rows)
        const lines = alertLines(alerts)
        if (lines.length > 0) cli.terminal.out(['', ...lines].join('\n'))
      }
      if (rows.some((row) => row.status === 'Failing')) return EXIT.failed
      return rows.some((row) => row.open_cases > 0 || row.status === 'Needs you') ? EXIT.waiting : EXIT.done
    })
    cli.end(status)
  })
}
