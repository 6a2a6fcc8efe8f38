import type { Command } from 'commander'
import { ConcordatError } from '../../model/errors.ts'
import {
  type Cli,
  type CommonOptions,
  contractHere,
  newCommand,
  soundContract,
  wholeNumber,
  withApp,
} from '../command.ts'
import type { Begun } from '../../serve.ts'
import { EXIT } from '../exit-status.ts'
import { leftOutSentence, selectFlows } from './flow-selection.ts'

interface ServeCommandOptions extends CommonOptions {
  readonly host: string
  readonly port?: number
  readonly workers?: number
  readonly trustedProxies?: string
}

/** `concordat serve`: runs the flows as their contract promises. */
export function serveCommand(cli: Cli): Command {
  return serviceCommand('serve', 'Run the flows on schedule until stopped, and serve the dashboard and the API', [
    ['concordat serve', 'all decided flows; HTTP on 127.0.0.1:8080; without a contract, drafts one in the browser'],
    ['concordat serve --host 0.0.0.0 --port 80', 'reachable from other machines'],
    ['concordat serve --workers 4', 'at most four flows at once in this process'],
  ])
    .option('--host <address>', 'address for HTTP', '127.0.0.1')
    .option('--port <n>', 'port for HTTP (0: any free port)', wholeNumber, 8080)
    .action((options: ServeCommandOptions) => run(cli, 'serve', options))
}

/** `concordat worker`: one more machine for the flows of a store. */
export function workerCommand(cli: Cli): Command {
  return serviceCommand('worker', 'Add a process or machine that shares the work of `serve`', [
    ['concordat worker', 'shares the work of `concordat serve` on the same DATABASE_URL'],
    ['concordat worker --port 9090', 'with /health, /ready and /metrics'],
  ])
    .option('--host <address>', 'address for HTTP', '127.0.0.1')
    .option('--port <n>', 'port for HTTP (default: no HTTP)', wholeNumber)
    .action((options: ServeCommandOptions) => run(cli, 'worker', options))
}

const serviceCommand = (...command: Parameters<typeof newCommand>): Command =>
  newCommand(...command)
    .option('--trusted-proxies <n>', 'trusted proxies in front of Concordat: their number or addresses')
    .option('--workers <n>', 'maximum number of flows that this process runs at once (default: all)', wholeNumber)

/** There is no contract yet: it is begun in the browser. */
async function begin(cli: Cli, options: ServeCommandOptions): Promise<Begun | null> {
  const { terminal } = cli
  const { signal } = cli.interrupt
  return cli.interrupt.during(() =>
    cli.backend.serveBeginning(
      { contract: 'concordat.yaml', envFile: '.env' },
      {
        listen: { host: options.host, port: options.port ?? 8080, trustedProxies: options.trustedProxies },
        env: cli.env,
        log: (line) => terminal.out(line),
        signal,
        ...(!options.quiet && { onNotice: (text) => terminal.err(terminal.paintErr('dim', text)) }),
        onReady: (url, setupLink) => {
          terminal.err(
            setupLink === null
              ? `There is no contract here yet. Sign in as an admin and draft one in the browser: ${url}/begin`
              : `There is no contract here yet. Create your account and draft one in the browser; this link works for a day: ${setupLink}`,
          )
        },
      },
    ),
  )
}

async function run(cli: Cli, role: 'serve' | 'worker', options: ServeCommandOptions): Promise<void> {
  if (options.workers === 0)
    throw new ConcordatError('cli.usage', 'There must be at least one worker.', { cure: 'Leave --workers out.' })
  if ((options.port ?? 0) > 65_535)
    throw new ConcordatError('cli.usage', `${options.port} is not a port.`, { cure: 'Give a number up to 65535.' })
  if (role === 'serve' && options.contract === undefined && contractHere() === undefined) {
    const begun = await begin(cli, options)
    if (begun === null) return cli.end(EXIT.done, { interrupted: true })
    // The service goes on where the browser is.
    return run({ ...cli, env: { ...cli.env, ...begun.urls } }, role, { ...options, port: begun.port })
  }
  const report = await soundContract(cli, options)
  const leftOut = leftOutSentence(selectFlows(report, []).undecided)
  if (leftOut !== '') cli.terminal.err(cli.terminal.paintErr('yellow', leftOut))
  const { signal } = cli.interrupt
  await withApp(
    cli,
    options,
    async (app) => {
      await cli.interrupt.during(() =>
        cli.backend.serve(app, {
          role,
          listen:
            options.port === undefined
              ? null
              : { host: options.host, port: options.port, trustedProxies: options.trustedProxies },
          ...(options.workers !== undefined && { slots: options.workers }),
          env: cli.env,
          log: (line) => cli.terminal.out(line),
          signal,
          onReady: (url, setupLink) => {
            if (setupLink !== null)
              cli.terminal.err(`There is no account yet. Make the first one here, within a day: ${setupLink}`)
            if (options.quiet || options.json || !cli.terminal.errorIsTerminal) return
            cli.terminal.err(`Running${url === null ? '' : `; health at ${url}/health`}. Ctrl-C stops.`)
          },
        }),
      )
      return EXIT.done
    },
    report,
  )
  // A signal is how the service is meant to end.
  cli.end(EXIT.done, { interrupted: true })
}
