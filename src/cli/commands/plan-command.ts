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
  return newCommand('plan', 'Show what a run would do, without writing anything', [
    ['concordat plan', 'totals, and examples of the writes with their reasons'],
    ['concordat plan customers --limit 50', 'one flow, with up to 50 examples'],
    ['concordat plan --json', 'the same as JSON'],
  ])
    .argument('[flows...]', 'flows to plan (default: all decided flows)')
    .option('--full', 'read every record, like `run --full`')
    .option('--limit <n>', 'example writes for each flow and system', wholeNumber, 5)
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
