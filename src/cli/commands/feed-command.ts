import { Command } from 'commander'
import { ConcordatError } from '../../model/errors.ts'
import type { App } from '../../app.ts'
import type { FeedReport } from '../../model/report.ts'
import { type Cli, type CommonOptions, newCommand, printJson, withApp } from '../command.ts'
import { EXIT, EXIT_STATUS_HELP, type ExitStatus } from '../exit-status.ts'
import { Cancelled } from '../init/cancelled.ts'
import { type Prompter, terminalPrompter } from '../init/prompter.ts'
import { counted } from '../print/figures.ts'

type FeedOptions = CommonOptions & { yes?: boolean }

/** `concordat feed`: what tells of changes in a system, shown before it is installed there. */
export function feedCommand(cli: Cli, prompter: () => Prompter = terminalPrompter): Command {
  const { terminal } = cli

  const status = newCommand(
    'status',
    'Show the change feed of a system, and the SQL that would installs it, after a preview',
    [
      ['concordat feed status erp', 'the state of the feed, and the SQL statements for an administrator'],
      ['concordat feed status erp --json', 'the same as JSON'],
    ],
  )
    .argument('<system>', 'system of the contract')
    .action(async (system: string, options: CommonOptions) => {
      const work = async (app: App): Promise<ExitStatus> => {
        const report = await app.feed(system)
        if (options.json) printJson(terminal, report)
        else {
          printState(report)
          if (report.statements.length > 0) printStatements('Installing would run:', report.statements)
        }
        return EXIT.done
      }
      cli.end(await withApp(cli, options, work))
    })

  const changing = (
    name: 'install' | 'remove',
    description: string,
    examples: readonly (readonly [string, string])[],
  ): Command =>
    newCommand(name, description, examples)
      .argument('<system>', 'system of the contract')
      .option('-y, --yes', 'do not ask for confirmation')
      .action(async (system: string, options: FeedOptions) => {
        const work = async (app: App): Promise<ExitStatus> => {
          const before = await app.feed(system)
          if (before.state === 'none') {
            throw new ConcordatError('connector.unsupported', `There are no change feeds for ${system}: it is polled.`)
          }
          const statements = name === 'install' ? before.statements : before.removal
          if (!options.json) {
            if (statements.length === 0) printState(before)
            else printStatements(`This would be run in ${system}:`, statements)
          }
          if (statements.length > 0 && !options.yes) await agree(system, options.json === true)
          const after =
            statements.length === 0
              ? before
              : await (name === 'install' ? app.installFeed(system) : app.removeFeed(system))
          if (options.json) printJson(terminal, { ...after, ran: statements })
          else if (statements.length > 0) printState(after)
          return EXIT.done
        }
        cli.end(await withApp(cli, options, work))
      })

  const install = changing('install', 'Install a change feed in a system, after a preview', [
    ['concordat feed install erp', 'shows the SQL statements, then asks for confirmation'],
    ['concordat feed install erp --yes', 'without confirmation'],
  ])
  const remove = changing('remove', 'Remove a change feed from a system', [
    ['concordat feed remove erp', 'shows the SQL statements, then asks for confirmation'],
  ])

  async function agree(system: string, json: boolean): Promise<void> {
    if (!terminal.interactive || json) {
      throw new ConcordatError('cli.usage', `Nothing was changed in ${system}: nobody agreed to it.`, {
        cure: 'Read what `concordat feed status` shows, then add --yes.',
      })
    }
    if (!(await prompter().confirm(`Run this in ${system}?`))) throw new Cancelled('Given up.')
  }

  function printState(report: FeedReport): void {
    terminal.out(sentenceOf(report))
    for (const note of report.notes) terminal.out(note)
  }

  function printStatements(title: string, statements: readonly string[]): void {
    terminal.out(terminal.paint('bold', title))
    terminal.out('')
    for (const statement of statements) terminal.out(`${statement};`)
    terminal.out('')
  }

  return new Command('feed')
    .description('Install, inspect or remove a change feed in a system')
    .usage('install | status | remove <system>')
    .addCommand(install)
    .addCommand(status)
    .addCommand(remove)
    .addHelpText(
      'after',
      `
Examples:
  $ concordat feed status erp      the state of the feed, and the SQL that installs it
  $ concordat feed install erp     installs it, after a preview
  $ concordat feed remove erp      removes it

${EXIT_STATUS_HELP}`,
    )
}

function sentenceOf({ system, state, waiting }: FeedReport): string {
  switch (state) {
    case 'none':
      return `There are no change feeds for ${system}: it is polled.`
    case 'absent':
      return `${system} has no change feed: it is polled.`
    case 'partial':
      return `The change feed of ${system} is not complete.`
    case 'installed':
      return `The change feed of ${system} is installed; ${counted(waiting ?? 0, 'change')} ${waiting === 1 ? 'is' : 'are'} waiting.`
  }
}
