import { Command, Option } from 'commander'
import { homeExists, openHome } from '../../demo/home.ts'
import type { DemoHome } from '../../demo/home.ts'
import { DEFAULT_SIZES } from '../../demo/world.ts'
import type { Sizes } from '../../demo/world.ts'
import { ConcordatError } from '../../model/errors.ts'
import { type Cli, printJson, wholeNumber } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import type { ExitStatus } from '../exit-status.ts'
import { narrator } from './narrator.ts'
import { playStory } from './story.ts'
import { SILENT } from './teller.ts'

interface DemoOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly seed: number
  readonly customers: number
  readonly products?: number
  readonly orders?: number
  readonly invoices?: number
  readonly keep?: boolean
  readonly open?: boolean
}

/** How a person in a checkout, or with the package installed, calls us. */
const COMMAND = 'npx concordat'

/** `concordat demo`: the whole way, on two systems of its own. */
export function demoCommand(cli: Cli): Command {
  const examples = [
    ['concordat demo', 'tell the story, from two systems that have never met to two that agree'],
    ['concordat demo --keep', 'and keep the databases open afterwards, until Ctrl-C'],
    ['concordat demo --open', 'open the databases of the last demo, until Ctrl-C'],
    ['concordat demo --customers 200', 'a small world'],
    ['concordat demo --json', 'the figures of every step, for a program'],
  ].map(([line, what]) => `  $ ${line!.padEnd(32)} ${what}`)
  // Without the other commands' --contract and exit statuses: the demo brings its own contract, and cases always wait.
  return new Command('demo')
    .description('Show the whole way on an ERP and a CRM made for the purpose, in about two minutes')
    .option('--json', 'print one JSON object on standard output')
    .option('-q, --quiet', 'show no progress')
    .option('--seed <n>', 'another world of the same kind', wholeNumber, 1)
    .option(
      '--customers <n>',
      'how many customers, at least 100; everything else in proportion',
      wholeNumber,
      DEFAULT_SIZES.customers,
    )
    .option('--products <n>', 'how many products', wholeNumber)
    .option('--orders <n>', 'how many orders', wholeNumber)
    .option('--invoices <n>', 'how many invoices', wholeNumber)
    .addOption(new Option('--keep', 'keep the databases open at the end, until Ctrl-C').conflicts('json'))
    .addOption(
      new Option('--open', 'tell no story: open the databases of the last demo, until Ctrl-C').conflicts([
        'json',
        'keep',
      ]),
    )
    .addHelpText(
      'after',
      `\nExamples:\n${examples.join('\n')}\n\nExit status:\n  0    the two systems agree wherever they should\n  1    they do not, or something failed\n  130  interrupted with Ctrl-C`,
    )
    .action(async (options: DemoOptions) => cli.end(await demo(cli, options)))
}

async function demo(cli: Cli, options: DemoOptions): Promise<ExitStatus> {
  const { terminal } = cli
  const sizes = sizesOf(options)
  if (options.open && !homeExists(cli.env)) {
    throw new ConcordatError('cli.usage', 'There is no demo here yet.', { cure: `Run \`${COMMAND} demo\` first.` })
  }
  const home = await openHome(cli.env, (text) => options.quiet || terminal.err(terminal.paintErr('dim', text)))
  try {
    if (options.open) return await keepOpen(cli, home)
    const tell = options.json ? SILENT : narrator(terminal, options.quiet === true, COMMAND)
    const play = () => playStory(cli, home, { seed: options.seed, sizes }, tell)
    const report = await cli.interrupt.during(play)
    if (report === null) return EXIT.interrupted
    if (options.json) printJson(terminal, report)
    if (options.keep) return await keepOpen(cli, home)
    return report.failures.length === 0 ? EXIT.done : EXIT.failed
  } finally {
    await home.close()
  }
}

/** The world's sizes: what was named, and the rest in proportion to the customers. */
function sizesOf(options: DemoOptions): Sizes {
  const { customers } = options
  const share = (size: number) => Math.max(20, Math.round((size * customers) / DEFAULT_SIZES.customers))
  const sizes = {
    customers,
    products: options.products ?? share(DEFAULT_SIZES.products),
    orders: options.orders ?? share(DEFAULT_SIZES.orders),
    invoices: options.invoices ?? share(DEFAULT_SIZES.invoices),
  }
  const least: Sizes = { customers: 100, products: 20, orders: 20, invoices: 20 }
  for (const [name, size] of Object.entries(sizes) as [keyof Sizes, number][]) {
    if (size >= least[name] && size <= 99_000) continue
    throw new ConcordatError('cli.usage', `--${name} ${size} is not possible.`, {
      cure: `Give a number from ${least[name]} to 99000.`,
    })
  }
  return sizes
}

/** Holds the server until Ctrl-C, and says how to reach it. */
async function keepOpen(cli: Cli, home: DemoHome): Promise<never> {
  const { terminal } = cli
  terminal.out('')
  terminal.out('The databases are open; press Ctrl-C to close them.')
  terminal.out(`  ERP        ${home.urls.erp}`)
  terminal.out(`  CRM        ${home.urls.crm}`)
  terminal.out(`  Concordat  ${home.storeUrl}`)
  terminal.out(`In another terminal, for the concordat commands:  . ${home.environment}`)
  // Ctrl-C ends the process, and the server with it. Without a timer the process would find nothing left to do.
  setInterval(() => {}, 60_000)
  return new Promise<never>(() => {})
}
