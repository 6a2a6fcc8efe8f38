import { existsSync } from 'node:fs'
import { Command } from 'commander'
import type { App, OpenOptions } from '../app.ts'
import type { CheckReport } from '../contract/finding.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Backend } from './backend.ts'
import { EXIT_STATUS_HELP, type ExitStatus } from './exit-status.ts'
import type { Interrupt } from './interrupt.ts'
import { counted } from './print/figures.ts'
import type { Terminal } from './terminal.ts'

/** What every command works with. */
export interface Cli {
  readonly terminal: Terminal
  readonly backend: Backend
  readonly env: Readonly<Record<string, string | undefined>>
  /** Ctrl-C. */
  readonly interrupt: Interrupt
  /** Takes down the status that the process will end with; `interrupted`: also when it was interrupted. */
  end(status: ExitStatus, even?: { readonly interrupted: true }): void
}

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean
  readonly contract?: string
  readonly quiet?: boolean
}

/** A command on a contract, with the options that all have, and its examples and exit statuses in the help. */
export function newCommand(
  name: string,
  description: string,
  examples: readonly (readonly [string, string])[],
): Command {
  return withHelp(
    new Command(name)
      .description(description)
      .option('--json', 'print one JSON object on standard output')
      .option('--contract <path>', 'contract file or folder (default: concordat.yaml, or the folder contract)')
      .option('-q, --quiet', 'show no progress'),
    examples,
  )
}

/** The command with its examples and the exit statuses in the help. */
export function withHelp(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const width = examples.reduce((most, [line]) => Math.max(most, line.length), 0)
  const lines = examples.map(([line, what]) => `  $ ${line.padEnd(width)}   ${what}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}\n\n${EXIT_STATUS_HELP}`)
}

/** The contract of this folder. */
export const contractHere = (): string | undefined => ['concordat.yaml', 'contract'].find((path) => existsSync(path))

/** Where the contract is: as told, else `concordat.yaml`, else the folder `contract`. */
export function contractPath(options: CommonOptions): string {
  if (options.contract !== undefined) {
    if (existsSync(options.contract)) return options.contract
    throw new ConcordatError('contract.unreadable', `There is no contract at ${options.contract}.`, {
      cure: 'Check the path after --contract.',
    })
  }
  const found = contractHere()
  if (found !== undefined) return found
  throw new ConcordatError(
    'contract.unreadable',
    'There is no contract here: neither concordat.yaml nor a folder contract.',
    {
      cure: 'Run `concordat init` to begin one, or `concordat serve` to begin it in the browser, or name one with --contract.',
    },
  )
}

/** Options for reading the contract and opening the application. */
export function openOptions(cli: Cli, options: CommonOptions): OpenOptions {
  const { terminal } = cli
  const onNotice = (text: string): void => terminal.err(terminal.paintErr('dim', text))
  return { contract: contractPath(options), env: cli.env, ...(options.quiet ? {} : { onNotice }) }
}

/** The contract's report, when nothing in it is wrong; else an error that names the first problem. */
export async function soundContract(cli: Cli, options: CommonOptions): Promise<CheckReport> {
  const report = await cli.backend.check(openOptions(cli, options))
  const errors = report.problems.filter((problem) => problem.severity === 'error')
  const first = errors[0]
  if (first !== undefined) {
    throw new ConcordatError(
      'contract.invalid',
      `The contract has ${counted(errors.length, 'problem')}; the first is at ${first.file}:${first.line}:${first.column}: ${first.message}`,
      { cure: `${first.cure} \`concordat check\` lists them all.` },
    )
  }
  return report
}

/** Opens the application on a sound contract, does the work, and closes it whatever happens. */
export async function withApp(
  cli: Cli,
  options: CommonOptions,
  work: (app: App, report: CheckReport) => Promise<ExitStatus>,
  sound?: CheckReport,
): Promise<ExitStatus> {
  const report = sound ?? (await soundContract(cli, options))
  const app = await cli.backend.open(openOptions(cli, options))
  try {
    return await work(app, report)
  } finally {
    await app.close()
  }
}

/** Prints a result as JSON. */
export function printJson(terminal: Terminal, result: unknown): void {
  terminal.out(JSON.stringify(result, null, terminal.width === Infinity ? undefined : 2))
}

/** A whole number from the command line. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new ConcordatError('cli.usage', `"${text}" is not a whole number.`, {
      cure: 'Give digits only, for example 20.',
    })
  }
  return Number(text)
}
