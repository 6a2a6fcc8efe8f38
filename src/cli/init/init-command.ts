import { Command, Option } from 'commander'
import type { StartingPoint } from '../../contract/proposal/starting-points.ts'
import { type Cli, withHelp } from '../command.ts'
import type { InitOptions } from './begin-contract.ts'
import type { Prompter } from './prompter.ts'

/** `concordat init`: begins a contract from what two systems say about themselves. */
export function initCommand(cli: Cli, prompterOf?: () => Prompter): Command {
  const examples = [
    ['concordat init', 'interactive'],
    ['concordat init --from postgres://ann@db1/erp --to mysql://ann@db2/crm', 'asks for the passwords'],
    ['concordat init --yes', 'not interactive; uses the variables ERP_URL and CRM_URL'],
    ['concordat init --from … --to … --flows customers,orders', 'only these flows'],
    ['concordat init --from … --to … --pair customer:contacts', 'pairs two tables with different names'],
    [
      'concordat init --yes --start people-decide --leads erp',
      'answers every question with the careful starting point',
    ],
  ] as const
  // Without --contract and --quiet: it writes a contract, and is done in a moment.
  return withHelp(new Command('init'), examples)
    .description('Draft a contract from two databases; decisions stay open')
    .option('--json', 'print one JSON object on standard output')
    .option('--from <url>', 'database of the first system, postgres://… or mysql://… (default: the variable ERP_URL)')
    .option('--to <url>', 'database of the second system (default: the variable CRM_URL)')
    .option('--from-name <name>', 'name of the first system in the contract (default: erp)')
    .option('--to-name <name>', 'name of the second system in the contract (default: crm)')
    .addOption(
      new Option('--from-connector <kind>', 'connector of the first system, if the URL does not show it').choices([
        'postgres',
        'mysql',
      ]),
    )
    .addOption(new Option('--to-connector <kind>', 'connector of the second system').choices(['postgres', 'mysql']))
    .option('--flows <names>', 'flows to include, separated by commas (default: all)')
    .option(
      '--pair <tables>',
      'pair of tables, such as customer:contacts or people=customer:contacts (repeatable)',
      (pair: string, pairs: string[] | undefined) => [...(pairs ?? []), pair],
    )
    .option('--no-rows', 'read no rows (default: compare the first 1,000 rows of each table)')
    .option('--company <name>', 'name of the company (default: the name of this folder)')
    .option('--timezone <name>', 'time zone of schedules (default: that of this machine)')
    .option('--currency <code>', 'currency of all amounts (default: an open question for each)')
    .addOption(
      new Option('--start <point>', 'answer all questions with a starting point').choices([
        ...(['people-decide', 'automatic', 'equals'] satisfies StartingPoint[]),
      ]),
    )
    .option('--leads <system>', 'with --start: the leading system, or "erp to crm" if ERP is only read')
    .option('--business <person>', 'business owner, such as "Ana Ruiz <ana@company.example>"')
    .option('--technical <person>', 'technical owner (default: the same person)')
    .option('--out <file>', 'contract file to write', 'concordat.yaml')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--force', 'overwrite existing files')
    .action(async (options: InitOptions) => {
      // Proposing and asking are loaded here, because no other command needs them.
      const { beginContract } = await import('./begin-contract.ts')
      await beginContract(cli, options, prompterOf ?? (async () => (await import('./prompter.ts')).terminalPrompter()))
    })
}
