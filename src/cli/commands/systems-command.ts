import { hostname, userInfo } from 'node:os'
import { Command } from 'commander'
import type { App } from '../../app.ts'
import { ConcordatError } from '../../model/errors.ts'
import { type Cli, type CommonOptions, newCommand, printJson, withApp } from '../command.ts'
import { EXIT, EXIT_STATUS_HELP, type ExitStatus } from '../exit-status.ts'
import { Cancelled } from '../init/cancelled.ts'
import { type Prompter, terminalPrompter } from '../init/prompter.ts'
import { counted } from '../print/figures.ts'
import { measureCommand } from './measure-command.ts'
import { printSystems } from '../print/print-systems.ts'

type ByOptions = CommonOptions & { by?: string }
type ConfirmOptions = ByOptions & { anywhere?: boolean }
type StartOverOptions = ByOptions & { yes?: boolean; flow?: string[] }

/** `concordat systems`: which database each system is, and what to do when another one answers. */
export function systemsCommand(cli: Cli, prompter: () => Prompter = terminalPrompter): Command {
  const { terminal } = cli
  const decider = (options: ByOptions) => {
    const by = options.by ?? cli.env['CONCORDAT_USER'] ?? userInfo().username
    const address = `${userInfo().username}@${hostname()}`
    return { by, actor: { kind: 'command line', account: null, who: by, address } } as const
  }
  const BY = ['--by <name>', 'who says so (default: CONCORDAT_USER, or else your login name)'] as const

  const list = newCommand('list', 'Show the database of each system (default)', [
    ['concordat systems', 'the known database of each system, and the database that answers now'],
    ['concordat systems --json', 'the same as JSON; exit status 3 if a different database answers'],
  ]).action(async (options: CommonOptions) => {
    const work = async (app: App): Promise<ExitStatus> => {
      const systems = await app.systems.list()
      if (options.json) printJson(terminal, { systems })
      else printSystems(terminal, systems)
      if (systems.some((one) => one.state === 'another' || one.elsewhere.length > 0)) return EXIT.waiting
      return systems.some((one) => one.error !== null) ? EXIT.failed : EXIT.done
    }
    cli.end(await withApp(cli, options, work))
  })

  const confirm = newCommand('confirm', 'Confirm that a moved database is the same system, after a comparison', [
    ['concordat systems confirm erp', 'a new host, a restored copy, a replica that took over'],
    ['concordat systems confirm erp --anywhere', 'accepts future address changes without asking'],
  ])
    .argument('<system>', 'system of the contract')
    .option('--anywhere', 'from now on, check only the server and the database, not the address')
    .option(...BY)
    .action(async (system: string, options: ConfirmOptions) => {
      const work = async (app: App): Promise<ExitStatus> => {
        const confirmed = await app.systems.confirm(system, options.anywhere === true, decider(options))
        if (options.json) printJson(terminal, confirmed)
        else {
          for (const { flow, looked, same, changed, other, gone } of confirmed.compared)
            terminal.out(
              `${flow}: ${counted(looked, 'linked record')} compared: ${same} as they were, ${changed} changed, ${other} something else, ${gone} not there.`,
            )
          if (confirmed.compared.length === 0)
            terminal.out('No record was linked yet, so there was nothing to compare.')
          terminal.out(`${system} is from now on also: ${confirmed.identity}.`)
        }
        return EXIT.done
      }
      cli.end(await withApp(cli, options, work))
    })

  const startOver = newCommand('start-over', 'Accept new databases for systems; their flows begin with a first sync', [
    ['concordat systems start-over erp crm', 'from test to production: shows what will be discarded, then asks'],
    ['concordat systems start-over erp crm --yes', 'without confirmation'],
    [
      'concordat systems start-over erp --flow orders',
      'only the orders: the contract now names another table for them',
    ],
  ])
    .argument('<systems...>', 'systems of the contract whose database or table was replaced')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--flow <flows...>', 'only these flows and the flows that refer to them, within the same databases')
    .option(...BY)
    .action(async (names: string[], options: StartOverOptions) => {
      const systems = [...new Set(names)]
      const work = async (app: App): Promise<ExitStatus> => {
        const before = await app.systems.preview(systems, options.flow)
        if (!options.json) {
          terminal.out('What was known of the records of these flows goes out of use; what was done stays in the log:')
          for (const { flow, records } of before.flows) terminal.out(`  ${flow}: ${counted(records, 'record')}`)
        }
        if (!options.yes) await agree(options.json === true)
        const done = await app.systems.startOver(systems, decider(options), options.flow)
        if (options.json) printJson(terminal, done)
        else
          terminal.out(
            'The next run begins with a first sync, as in a new installation. See what it would do with: concordat plan',
          )
        return EXIT.done
      }
      cli.end(await withApp(cli, options, work))
    })

  async function agree(json: boolean): Promise<void> {
    if (!terminal.interactive || json)
      throw new ConcordatError('cli.usage', 'Nothing was changed: nobody agreed to it.', {
        cure: 'Check which flows start over, then add --yes.',
      })
    if (!(await prompter().confirm('Start over?'))) throw new Cancelled('Given up.')
  }

  const measure = measureCommand(cli, prompter)

  // The group has no options of its own: what it does not know goes to `list`.
  return new Command('systems')
    .alias('system')
    .description('Show the database of each system, confirm a moved or new one, test an API')
    .usage(
      '[list] [options] | confirm [options] <system> | start-over [options] <systems...> | test [options] <system>',
    )
    .addCommand(list, { isDefault: true })
    .addCommand(confirm)
    .addCommand(startOver)
    .addCommand(measure)
    .addHelpText(
      'after',
      `
Examples:
  $ concordat systems                        the database of each system, and the one that answers now
  $ concordat systems confirm erp            the ERP was moved; compares its records first
  $ concordat systems start-over erp crm     the databases are new; begins with a first sync
  $ concordat systems test crm               differences between its API and the description
  $ concordat systems list --help            all options

${EXIT_STATUS_HELP}`,
    )
}
