import type { Command } from 'commander'
import type { App } from '../../app.ts'
import {
  type Cli,
  type CommonOptions,
  newCommand,
  openOptions,
  printJson,
  soundContract,
  wholeNumber,
  withApp,
} from '../command.ts'
import { EXIT, type ExitStatus } from '../exit-status.ts'
import { printLook } from '../print/print-findings.ts'
import { printPlan } from '../print/print-plan.ts'
import { progressLine } from '../print/progress-line.ts'
import { leftOutSentence, selectFlows } from './flow-selection.ts'
import { runsStatus } from './run-command.ts'

/** `concordat plan`: the dry run. */
export function planCommand(cli: Cli): Command {
  return newCommand('plan', 'Show exactly what a run would do, and write nothing', [
    ['concordat plan', 'figures, and a sample of the writes with their reasons'],
    ['concordat plan customers --limit 50', 'one flow, more of its writes'],
    ['concordat plan --json', 'the same for a program'],
  ])
    .argument('[flows...]', 'flows to plan (default: all that are decided)')
    .option('--full', 'as `run --full`: read every record')
    .option('--limit <n>', 'writes to show for each flow and system', wholeNumber, 5)
    .action(async (named: string[], options: CommonOptions & { full?: boolean; limit: number }) => {
      const report = await soundContract(cli, options)
      const { flows, undecided } = selectFlows(report, named)
      const leftOut = leftOutSentence(undecided)
      if (leftOut !== '') cli.terminal.err(cli.terminal.paintErr('yellow', leftOut))
      const found = await cli.backend.look(openOptions(cli, options), flows)
      if (!options.json) printLook(cli.terminal, found)
      const work = async (app: App): Promise<ExitStatus> => {
        const progress = progressLine(cli.terminal, options.quiet)
        const { limit } = options
        const { signal } = cli.interrupt
        const plan = await cli.interrupt
          .during(() => app.plan({ flows, full: options.full === true, limit, onProgress: progress.update, signal }))
          .finally(progress.clear)
        if (options.json) printJson(cli.terminal, { ...plan, findings: found })
        else printPlan(cli.terminal, plan)
        const status = runsStatus(plan.flows, undecided.length > 0)
        return status === EXIT.done && plan.cases.length > 0 ? EXIT.waiting : status
      }
      cli.end(await withApp(cli, options, work, report))
    })
}
