import { Command, Option } from 'commander'
import { homeExists, openHome } from '../../demo/home.ts'
import { DEFAULT_SIZES } from '../../demo/world.ts'
import type { Sizes } from '../../demo/world.ts'
import { ConcordatError } from '../../model/errors.ts'
import { type Cli, printJson, wholeNumber } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import type { ExitStatus } from '../exit-status.ts'
import { narrator } from './narrator.ts'
import { DEMO_PORT, serveDemo } from './serve-demo.ts'
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
  readonly exit?: boolean
  readonly port?: number
  readonly open?: boolean
}

/** How a person in a checkout, or with the package installed, calls us. */
const COMMAND = 'npx concordat'

/** `concordat demo`: the whole way, on two systems of its own. */
export function demoCommand(cli: Cli): Command {
  const examples = [
    ['concordat demo', 'syncs two sample systems, then opens the dashboard'],
    ['concordat demo --exit', 'without the dashboard'],
    ['concordat demo --open', 'opens the dashboard of the last demo'],
    ['concordat demo --customers 200', 'a smaller demo'],
    ['concordat demo --json', 'the results of every step as JSON'],
  ].map(([line, what]) => `  $ ${line!.padEnd(32)} ${what}`)
  // Without the other commands' --contract and exit statuses: the demo brings its own contract, and cases always wait.
  return new Command('demo')
    .description('Demonstrate Concordat on a sample ERP and CRM, then open the dashboard')
    .option('--json', 'print one JSON object on standard output')
    .option('-q, --quiet', 'show no progress')
    .option('--seed <n>', 'seed of the sample data', wholeNumber, 1)
    .option(
      '--customers <n>',
      'number of customers, at least 100; everything else in proportion',
      wholeNumber,
      DEFAULT_SIZES.customers,
    )
    .option('--products <n>', 'number of products', wholeNumber)
    .option('--orders <n>', 'number of orders', wholeNumber)
    .option('--invoices <n>', 'number of invoices', wholeNumber)
    .option('--exit', 'stop after the tour, without the dashboard')
    .addOption(new Option('--open', 'skip the tour: open the dashboard of the last demo').conflicts(['json', 'exit']))
    .option('--port <n>', `port of the dashboard (default: ${DEMO_PORT}, or another one if it is taken)`, wholeNumber)
    .addHelpText(
      'after',
      `\nExamples:\n${examples.join('\n')}\n\nExit status:\n  0    the two systems are in agreement; also after Ctrl-C in the dashboard\n  1    they are not in agreement, or a step failed\n  130  interrupted with Ctrl-C`,
    )
    .action(async (options: DemoOptions) => cli.end(await demo(cli, options), { interrupted: true }))
}

async function demo(cli: Cli, options: DemoOptions): Promise<ExitStatus> {
  const { terminal } = cli
  if ((options.port ?? 0) > 65_535)
    throw new ConcordatError('cli.usage', `${options.port} is not a port.`, { cure: 'Give a number up to 65535.' })
  const sizes = sizesOf(options)
  if (options.open && !homeExists(cli.env)) {
    throw new ConcordatError('cli.usage', 'There is no demo here yet.', { cure: `Run \`${COMMAND} demo\` first.` })
  }
  const home = await openHome(cli.env, (text) => options.quiet || terminal.err(terminal.paintErr('dim', text)))
  try {
    if (options.open) {
      await serveDemo(cli, home, options.port ?? null)
      return EXIT.done
    }
    const tell = options.json ? SILENT : narrator(terminal, options.quiet === true, COMMAND)
    const play = () => playStory(cli, home, { seed: options.seed, sizes }, tell)
    const report = await cli.interrupt.during(play)
    if (report === null) return EXIT.interrupted
    if (options.json) printJson(terminal, report)
    if (report.failures.length > 0) return EXIT.failed
    if (!options.json && !options.exit) await serveDemo(cli, home, options.port ?? null)
    return EXIT.done
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
