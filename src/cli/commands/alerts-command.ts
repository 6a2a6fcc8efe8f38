import { userInfo } from 'node:os'
import { Command } from 'commander'
import { ConcordatError } from '../../model/errors.ts'
import { type Cli, type CommonOptions, newCommand, printJson, wholeNumber, withApp } from '../command.ts'
import { EXIT, EXIT_STATUS_HELP } from '../exit-status.ts'
import { printAlerts, printChannelTests } from '../print/print-alerts.ts'

type ListOptions = CommonOptions & { history?: boolean; limit?: number }
type AcknowledgeOptions = CommonOptions & { by?: string }
type TestOptions = CommonOptions & { to?: string }

/** `concordat alerts`: what is wrong, who was told, and who looks after it. */
export function alertsCommand(cli: Cli): Command {
  const list = newCommand('list', 'List open alerts (default)', [
    ['concordat alerts', 'open alerts, and who was notified'],
    ['concordat alerts --history', 'ended alerts too'],
  ])
    .option('--history', 'also show ended alerts')
    .option('--limit <n>', 'maximum number of alerts (default: 20)', wholeNumber)
    .action(async (options: ListOptions) => {
      const limit = options.limit ?? 20
      const status = await withApp(cli, options, async (app) => {
        const found = await app.alerts.list({ open: options.history !== true, limit: limit + 1 })
        const alerts = found.slice(0, limit)
        if (options.json) printJson(cli.terminal, { alerts })
        else if (alerts.length === 0)
          cli.terminal.out(options.history ? 'There has been no alert yet.' : 'No alert is open.')
        else printAlerts(cli.terminal, alerts)
        if (found.length > limit) cli.terminal.err(`There are more; --limit ${limit * 10} shows more of them.`)
        return alerts.some((alert) => alert.state !== 'ended') ? EXIT.waiting : EXIT.done
      })
      cli.end(status)
    })

  const acknowledge = newCommand('acknowledge', 'Acknowledge an alert, so that nobody else is notified', [
    ['concordat alerts acknowledge 7', 'you acknowledge alert 7'],
    ['concordat alerts acknowledge 7 --by Ana', 'Ana acknowledges it'],
  ])
    .argument('<alert>', 'number of the alert', alertNumber)
    .option('--by <name>', 'who acknowledges it (default: CONCORDAT_USER, or else your login name)')
    .action(async (id: number, options: AcknowledgeOptions) => {
      const status = await withApp(cli, options, async (app) => {
        const by = options.by ?? cli.env['CONCORDAT_USER'] ?? userInfo().username
        const alert = await app.alerts.acknowledge(id, by)
        if (options.json) printJson(cli.terminal, { alert })
        else
          cli.terminal.out(
            `${alert.acknowledged_by} looks after alert ${id}: ${alert.headline}. Its end is told to those who know of it.`,
          )
        return EXIT.done
      })
      cli.end(status)
    })

  const test = newCommand('test', 'Send a test message, and print the answer of the receiver', [
    ['concordat alerts test', 'through every channel of the contract'],
    ['concordat alerts test mail --to ana', 'through one channel, to one person'],
  ])
    .argument('[channel]', 'name of a channel (default: all channels)')
    .option('--to <person>', 'recipient of the mail, a key of `people` (default: all technical owners)')
    .action(async (channel: string | undefined, options: TestOptions) => {
      const status = await withApp(cli, options, async (app) => {
        const tests = await app.alerts.test(channel, options.to)
        if (options.json) printJson(cli.terminal, { tests })
        else if (tests.length === 0)
          cli.terminal.out('The contract has no channels; add them under `channels:`. Alerts are kept all the same.')
        else printChannelTests(cli.terminal, tests)
        return tests.every((one) => one.good) ? EXIT.done : EXIT.failed
      })
      cli.end(status)
    })

  // The group has no options of its own: what it does not know goes to `list`.
  return new Command('alerts')
    .description('List, acknowledge and test alerts')
    .usage('[list] [options] | acknowledge [options] <alert> | test [options] [channel]')
    .addCommand(list, { isDefault: true })
    .addCommand(acknowledge)
    .addCommand(test)
    .addHelpText(
      'after',
      `
Examples:
  $ concordat alerts                    what is wrong now, and who was told of it
  $ concordat alerts acknowledge 7      acknowledges alert 7: nobody else is notified
  $ concordat alerts test mail          sends a test mail
  $ concordat alerts list --help        all options

${EXIT_STATUS_HELP}`,
    )
}

function alertNumber(text: string): number {
  const digits = text.replace(/^#/, '')
  if (!/^\d{1,15}$/.test(digits)) {
    throw new ConcordatError('cli.usage', `"${text}" is not the number of an alert.`, {
      cure: '`concordat alerts` lists the alerts with their numbers.',
    })
  }
  return Number(digits)
}
