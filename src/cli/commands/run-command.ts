import type { Command } from 'commander'
import type { App } from '../../app.ts'
import type { FlowRun } from '../../model/report.ts'
import { type Cli, type CommonOptions, newCommand, printJson, soundContract, withApp } from '../command.ts'
import { EXIT, type ExitStatus } from '../exit-status.ts'
import { printRuns, printWaiting } from '../print/print-runs.ts'
import { progressLine } from '../print/progress-line.ts'
import { leftOutSentence, selectFlows, unsignedSentence } from './flow-selection.ts'

/** `concordat run`: brings the systems into agreement. */
export function runCommand(cli: Cli): Command {
  return newCommand('run', 'Bring the systems into agreement, once', [
    ['concordat run', 'all decided flows'],
    ['concordat run customers orders', 'these flows'],
    ['concordat run --full', 'reads every record, not only changes'],
    ['concordat run --json', 'the result as JSON'],
  ])
    .argument('[flows...]', 'flows to run (default: all decided flows)')
    .option('--full', 'read every record, not only the changes since the last run')
    .action(async (named: string[], options: CommonOptions & { full?: boolean }) => {
      const report = await soundContract(cli, options)
      const { flows, undecided } = selectFlows(report, named)
      const leftOut = leftOutSentence(undecided)
      if (leftOut !== '') cli.terminal.err(cli.terminal.paintErr('yellow', leftOut))
      const work = async (app: App): Promise<ExitStatus> => {
        const unsigned = (await app.signings()).filter((one) => flows.includes(one.flow) && !one.signed)
        // One that was named, or having no other, is an error that the application tells.
        const left = named.length > 0 || unsigned.length === flows.length ? [] : unsigned
        if (left.length > 0) cli.terminal.err(cli.terminal.paintErr('yellow', unsignedSentence(left)))
        const signed = flows.filter((flow) => !left.some((one) => one.flow === flow))
        const progress = progressLine(cli.terminal, options.quiet)
        const { signal } = cli.interrupt
        const runs = await cli.interrupt
          .during(() => app.run({ flows: signed, full: options.full === true, onProgress: progress.update, signal }))
          .finally(progress.clear)
        if (options.json) printJson(cli.terminal, { flows: runs })
        else {
          printRuns(cli.terminal, runs)
          printWaiting(cli.terminal, runs)
        }
        return runsStatus(runs, undecided.length + left.length > 0)
      }
      cli.end(await withApp(cli, options, work, report))
    })
}

/** The worst that happened decides: failed, then undecided, then waiting. */
export function runsStatus(runs: readonly FlowRun[], leftOut: boolean): ExitStatus {
  if (runs.some((run) => run.status === 'failed')) return EXIT.failed
  if (leftOut) return EXIT.undecided
  const waits = runs.some((run) => run.status === 'waiting' || run.status === 'stopped' || run.open_cases > 0)
  return waits ? EXIT.waiting : EXIT.done
}
