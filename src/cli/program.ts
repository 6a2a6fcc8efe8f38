import { Command, CommanderError } from 'commander'
import { ConcordatError } from '../model/errors.ts'
import { alertsCommand } from './commands/alerts-command.ts'
import { approveCommand } from './commands/approve-command.ts'
import { casesCommand } from './commands/cases-command.ts'
import { checkCommand } from './commands/check-command.ts'
import { feedCommand } from './commands/feed-command.ts'
import { logCommand } from './commands/log-command.ts'
import { pauseCommand, resumeCommand, retryCommand } from './commands/pause-command.ts'
import { planCommand } from './commands/plan-command.ts'
import { runCommand } from './commands/run-command.ts'
import { serveCommand, workerCommand } from './commands/serve-command.ts'
import { showCommand } from './commands/show-command.ts'
import { statusCommand } from './commands/status-command.ts'
import { storeCommand } from './commands/store-command.ts'
import { systemsCommand } from './commands/systems-command.ts'
import { watchCommand } from './commands/watch-command.ts'
import { type Cli, printJson } from './command.ts'
import { EXIT, EXIT_STATUS_HELP, type ExitStatus, exitStatusOf } from './exit-status.ts'
import { initCommand } from './init/init-command.ts'
import { Cancelled } from './init/cancelled.ts'
import type { Prompter } from './init/prompter.ts'

export interface ProgramParts extends Omit<Cli, 'end'> {
  readonly version: string
  readonly prompter?: () => Prompter
  /** Commands that are not about a contract at hand. */
  readonly more?: readonly ((cli: Cli) => Command)[]
}

/** Runs one command line (without node and script) and answers the exit status; prints errors, never throws. */
export async function runProgram(argv: readonly string[], parts: ProgramParts): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.done
  let expected = false
  const cli: Cli = {
    ...parts,
    end(ended, even) {
      status = ended
      expected = even?.interrupted === true
    },
  }
  const json = argv.includes('--json')
  const program = buildProgram(cli, parts)
  settle(program, cli)
  try {
    await program.parseAsync(withoutHelpOfUnknown(program, argv), { from: 'user' })
  } catch (error) {
    return reportError(cli, error, json)
  }
  return parts.interrupt.signal.aborted && !expected ? EXIT.interrupted : status
}

/** All commands, as they are parsed and as `--help` shows them. */
export function buildProgram(cli: Cli, parts: ProgramParts): Command {
  const program = new Command('concordat')
    .description('Keeps business systems in agreement, by rules that people decide first.')
    .version(parts.version, '-V, --version', 'print the version')
    .addHelpText(
      'after',
      `
Examples:
  $ concordat init                     draft a contract
  $ concordat check                    list its problems and open questions
  $ concordat plan                     preview a run; writes nothing
  $ concordat approve                  sign its rules as an owner
  $ concordat run                      bring the systems into agreement
  $ concordat serve                    keep them in agreement, on schedule
  $ concordat show customers "Acme"    explain the values of a record

Concordat reads settings from the environment and from a file .env in the working directory. The environment wins.
DATABASE_URL is the PostgreSQL server for Concordat’s own data; without it, Concordat starts an embedded server.

${EXIT_STATUS_HELP}`,
    )
  const commands = [
    initCommand(cli, parts.prompter),
    checkCommand(cli),
    planCommand(cli),
    approveCommand(cli),
    runCommand(cli),
    serveCommand(cli),
    workerCommand(cli),
    statusCommand(cli),
    logCommand(cli),
    showCommand(cli),
    casesCommand(cli),
    alertsCommand(cli),
    watchCommand(cli),
    pauseCommand(cli),
    resumeCommand(cli),
    retryCommand(cli),
    feedCommand(cli, parts.prompter),
    systemsCommand(cli, parts.prompter),
    storeCommand(cli),
    ...(parts.more ?? []).map((make) => make(cli)),
  ]
  for (const command of commands) program.addCommand(command)
  return program
}

/** A command that does not exist is an error, also where its help is asked for. */
function withoutHelpOfUnknown(program: Command, argv: readonly string[]): string[] {
  const [named] = argv[0] === 'help' ? argv.slice(1) : argv
  const isUnknown =
    named !== undefined &&
    !named.startsWith('-') &&
    named !== 'help' &&
    !program.commands.some((command) => command.name() === named || command.aliases().includes(named))
  return isUnknown ? [named] : [...argv]
}

/** Gives every command, nested ones too, the program's way of printing and of failing. */
function settle(command: Command, cli: Cli): void {
  command
    .exitOverride()
    .showHelpAfterError(false)
    .configureOutput({
      writeOut: (text) => cli.terminal.out(text.trimEnd()),
      writeErr: (text) => cli.terminal.err(text.trimEnd()),
      // Reported once, by `reportError`.
      outputError: () => {},
      ...(Number.isFinite(cli.terminal.width) ? { getOutHelpWidth: () => cli.terminal.width } : {}),
    })
  for (const nested of command.commands) settle(nested, cli)
}

function reportError(cli: Cli, error: unknown, json: boolean): ExitStatus {
  const { terminal } = cli
  if (error instanceof Cancelled) {
    terminal.err('Given up; nothing was written.')
    return EXIT.interrupted
  }
  if (error instanceof CommanderError) {
    // Help and version are no failure; help that was not asked for (no command) is.
    if (error.exitCode === 0) return EXIT.done
    if (error.code === 'commander.help') return EXIT.failed
    return reportError(cli, usageError(error), json)
  }
  if (error instanceof ConcordatError && error.code !== 'bug') {
    if (json) printJson(terminal, { error: { code: error.code, message: error.message, cure: error.cure ?? null } })
    else {
      terminal.err(`${terminal.paintErr('red', 'error:')} ${error.message}`)
      if (error.cure !== undefined) terminal.err(error.cure)
    }
    return exitStatusOf(error)
  }
  const message = error instanceof Error ? error.message : String(error)
  const cure = 'Please report it, with the lines below and what you did.'
  if (json) printJson(terminal, { error: { code: 'bug', message: `This is a bug in Concordat: ${message}`, cure } })
  else terminal.err(`${terminal.paintErr('red', 'This is a bug in Concordat:')} ${message}\n${cure}`)
  terminal.err(error instanceof Error ? (error.stack ?? '') : '')
  return EXIT.failed
}

function usageError(error: CommanderError): ConcordatError {
  const said = error.message.replace(/^error: /, '').split('\n')
  const sentence = `${said[0]!.charAt(0).toUpperCase()}${said[0]!.slice(1).replace(/\.$/, '')}.`
  const hint = said.slice(1).join(' ').trim()
  return new ConcordatError('cli.usage', sentence, {
    cure: `${hint === '' ? '' : `${hint} `}\`concordat --help\` lists the commands, \`concordat <command> --help\` its options.`,
  })
}
