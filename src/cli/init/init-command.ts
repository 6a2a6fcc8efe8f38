import { Command, Option } from 'commander'
import type { StartingPoint } from '../../contract/proposal/starting-points.ts'
import { type Cli, withHelp } from '../command.ts'
import type { InitOptions } from './begin-contract.ts'
import type { Prompter } from './prompter.ts'

/** `concordat init`: begins a contract from what two systems say about themselves. */
export function initCommand(cli: Cli, prompterOf?: () => Prompter): Command {
  const examples = [
    ['concordat init', 'guided, question by question'],
    ['concordat init --from postgres://ann@db1/erp --to mysql://ann@db2/crm', 'asks for both passwords'],
    ['concordat init --yes', 'without questions, from the variables ERP_URL and CRM_URL'],
    ['concordat init --from … --to … --flows customers,orders', 'only these flows'],
    ['concordat init --from … --to … --pair customer:contacts', 'puts two tables together that are called differently'],
    ['concordat init --yes --start people-decide --leads erp', 'with every decision made the careful way'],
  ] as const
  // Without --contract and --quiet: it writes a contract, and is done in a moment.
  return withHelp(new Command('init'), examples)
    .description('Begin a contract: look at two systems, propose flows, leave the decisions open')
    .option('--json', 'print one JSON object on standard output')
    .option('--from <url>', 'database of the first system, postgres://… or mysql://… (default: the variable ERP_URL)')
    .option('--to <url>', 'database of the second system (default: the variable CRM_URL)')
    .option('--from-name <name>', 'what the contract calls the first system (default: erp)')
    .option('--to-name <name>', 'what the contract calls the second system (default: crm)')
    .addOption(
      new Option('--from-connector <kind>', 'connector of the first system, where the URL does not say it').choices([
        'postgres',
        'mysql',
      ]),
    )
    .addOption(new Option('--to-connector <kind>', 'connector of the second system').choices(['postgres', 'mysql']))
    .option('--flows <names>', 'flows to begin with, separated by commas (default: all that are found)')
    .option(
      '--pair <tables>',
      'tables that belong together, such as customer:contacts or people=customer:contacts (repeatable)',
      (pair: string, pairs: string[] | undefined) => [...(pairs ?? []), pair],
    )
    .option('--no-rows', 'look at no rows: without it the first 1,000 of each table are read, to compare values')
    .option('--company <name>', 'name of the company (default: the name of this folder)')
    .option('--timezone <name>', 'time zone of schedules (default: that of this machine)')
    .option('--currency <code>', 'currency of all amounts (default: an open question for each)')
    .addOption(
      new Option('--start <point>', 'decide as this starting point does, to be read and signed').choices([
        ...(['people-decide', 'automatic', 'equals'] satisfies StartingPoint[]),
      ]),
    )
    .option('--leads <system>', 'with --start: who has the last word; "erp to crm" when ERP is only read')
    .option('--business <person>', 'who decides the business rules, such as "Ana Ruiz <ana@company.example>"')
    .option('--technical <person>', 'who looks after the technology (default: the same person)')
    .option('--out <file>', 'contract file to write', 'concordat.yaml')
    .option('-y, --yes', 'ask nothing')
    .option('--force', 'replace what is there')
    .action(async (options: InitOptions) => {
      // Proposing and asking are loaded here, because no other command needs them.
      const { beginContract } = await import('./begin-contract.ts')
      await beginContract(cli, options, prompterOf ?? (async () => (await import('./prompter.ts')).terminalPrompter()))
    })
}
