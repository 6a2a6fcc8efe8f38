import { Command } from 'commander'
import { type Cli, type CommonOptions, newCommand, openOptions, printJson, soundContract } from '../command.ts'
import { EXIT, EXIT_STATUS_HELP } from '../exit-status.ts'

/** `concordat store`: which contract the store belongs to. */
export function storeCommand(cli: Cli): Command {
  const confirm = newCommand(
    'confirm',
    'Confirm a renamed company or a replaced system in the contract of this store',
    [['concordat store confirm', 'the company was renamed, or a system was replaced']],
  ).action(async (options: CommonOptions) => {
    await soundContract(cli, options)
    const app = await cli.backend.open({ ...openOptions(cli, options), anyContract: true })
    try {
      const bound = await app.confirmContract()
      if (options.json) printJson(cli.terminal, bound)
      else cli.terminal.out(`The store belongs to this contract of ${bound.company}. What it knows goes on.`)
    } finally {
      await app.close()
    }
    cli.end(EXIT.done)
  })

  return new Command('store')
    .description('Manage which contract the store belongs to')
    .usage('confirm [options]')
    .addCommand(confirm)
    .addHelpText(
      'after',
      `
Examples:
  $ concordat store confirm             the company was renamed, or a system was replaced

${EXIT_STATUS_HELP}`,
    )
}
