import { userInfo } from 'node:os'
import { Command, Option } from 'commander'
import { ConcordatError } from '../../model/errors.ts'
import { type Cli, type CommonOptions, newCommand, printJson, wholeNumber, withApp } from '../command.ts'
import { EXIT, EXIT_STATUS_HELP } from '../exit-status.ts'
import { counted } from '../print/figures.ts'
import { printCases } from '../print/print-cases.ts'
import { checkNames } from './flow-selection.ts'

type ListOptions = CommonOptions & {
  flow?: string
  kind?: string
  state: 'open' | 'resolved' | 'all'
  under?: number
  limit?: number
}
type ResolveOptions = CommonOptions & { value?: string; by?: string; allAlike?: boolean }

/** As many as anybody will ever read at once. */
const ALL = 1_000_000

const KINDS = [
  'conflict',
  'ambiguous match',
  'outside edit',
  'held record',
  'quarantined record',
  'breaker tripped',
  'mass deletion',
  'restored system',
]

/** `concordat cases`: what waits for a person, and how to decide it. */
export function casesCommand(cli: Cli): Command {
  // `list` is a command of its own, so that its options cannot swallow those of `resolve`; it is what `cases` alone does.
  const list = newCommand('list', 'List the cases, with the command for each choice (default)', [
    ['concordat cases', 'all open cases, with the command for each choice'],
    ['concordat cases --flow customers --kind conflict', 'only conflicts of one flow'],
    ['concordat cases --state resolved', 'decided cases'],
  ])
    .option('--flow <name>', 'only this flow')
    .addOption(new Option('--kind <kind>', 'only this kind').choices(KINDS))
    .addOption(
      new Option('--state <state>', 'open, resolved or all').choices(['open', 'resolved', 'all']).default('open'),
    )
    .option('--under <case>', 'cases that this case decides too', caseNumber)
    .option('--limit <n>', 'maximum number of cases (default: 20, with --json all)', wholeNumber)
    .action(async (options: ListOptions) => {
      const { flow, kind, state } = options
      const limit = options.limit ?? (options.json ? ALL : 20)
      const status = await withApp(cli, options, async (app, report) => {
        const found = await app.cases({
          ...(flow === undefined ? {} : { flow }),
          ...(kind === undefined ? {} : { kind }),
          state,
          ...(state === 'open' ? { under: options.under ?? 'none' } : {}),
          limit: limit + 1,
        })
        if (found.length === 0) checkNames(report, { flow })
        const cases = found.slice(0, limit)
        if (options.json) printJson(cli.terminal, { cases })
        else if (cases.length === 0) cli.terminal.out(state === 'open' ? 'No case is open.' : 'No case matches.')
        else printCases(cli.terminal, cases)
        if (found.length > limit) cli.terminal.err(`There are more; --limit ${limit * 10} shows more of them.`)
        return cases.some((one) => one.state === 'open') ? EXIT.waiting : EXIT.done
      })
      cli.end(status)
    })

  const resolve = newCommand('resolve', 'Decide a case; the next run carries it out', [
    ['concordat cases resolve 12 erp', 'uses the value of erp'],
    ['concordat cases resolve 12 value --value "info@acme.example"', 'uses this value'],
    ['concordat cases resolve 12 create --all-alike --by Ana', 'decides all open cases of this kind the same way'],
  ])
    .argument('<case>', 'number of the case', caseNumber)
    .argument('<choice...>', 'one of the choices that `concordat cases` shows')
    .option('--value <value>', 'value for the choice “value”')
    .option('--by <name>', 'who decides (default: CONCORDAT_USER, or else your login name)')
    .option('--all-alike', 'decide all open cases of the same flow, kind, cause and field')
    .action(async (id: number, choice: string[], options: ResolveOptions) => {
      const status = await withApp(cli, options, async (app) => {
        const cases = await app.resolve(id, {
          choice: choice.join(' '),
          by: options.by ?? cli.env['CONCORDAT_USER'] ?? userInfo().username,
          ...(options.value === undefined ? {} : { value: options.value }),
          ...(options.allAlike ? { alike: true } : {}),
        })
        if (options.json) printJson(cli.terminal, { cases })
        else {
          cli.terminal.out(
            `${counted(cases.length, 'case')} decided: ${choice.join(' ')}. The next run carries it out: concordat run`,
          )
        }
        return EXIT.done
      })
      cli.end(status)
    })

  // The group has no options of its own: what it does not know goes to `list`.
  return new Command('cases')
    .description('List and decide cases')
    .usage('[list] [options] | resolve [options] <case> <choice...>')
    .addCommand(list, { isDefault: true })
    .addCommand(resolve)
    .addHelpText(
      'after',
      `
Examples:
  $ concordat cases                          everything that waits, with the command for each choice
  $ concordat cases --flow customers         open cases of one flow
  $ concordat cases resolve 12 erp           decide case 12
  $ concordat cases list --help              all options

${EXIT_STATUS_HELP}`,
    )
}

function caseNumber(text: string): number {
  const digits = text.replace(/^#/, '')
  if (!/^\d{1,15}$/.test(digits)) {
    throw new ConcordatError('cli.usage', `"${text}" is not the number of a case.`, {
      cure: '`concordat cases` lists the cases with their numbers.',
    })
  }
  return Number(digits)
}
