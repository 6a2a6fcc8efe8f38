import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { type Cli, type CommonOptions, newCommand, printJson, withApp } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import { counted } from '../print/figures.ts'

/** `concordat pause`: a flow rests until it is resumed. */
export function pauseCommand(cli: Cli): Command {
  return newCommand('pause', 'Pause a flow until somebody resumes it', [
    ['concordat pause customers', 'the current run finishes; the next does not start'],
    ['concordat pause orders --because "stock-taking"', 'with a reason that others see'],
  ])
    .argument('<flow>', 'flow to pause')
    .option('--because <reason>', 'reason that others see')
    .option('--by <name>', 'who pauses it (default: CONCORDAT_USER, or else your login name)')
    .action(async (flow: string, options: CommonOptions & { because?: string; by?: string }) => {
      const by = options.by ?? cli.env['CONCORDAT_USER'] ?? userInfo().username
      const status = await withApp(cli, options, async (app) => {
        const changed = await app.pause(flow, { by, ...(options.because !== undefined && { reason: options.because }) })
        if (options.json) printJson(cli.terminal, { flow, paused: true, changed })
        else
          cli.terminal.out(
            changed
              ? `${flow} is paused. Let it go on with: concordat resume ${flow}`
              : `${flow} was paused already; nothing changed.`,
          )
        return EXIT.done
      })
      cli.end(status)
    })
}

/** `concordat resume`: a paused flow goes on. */
export function resumeCommand(cli: Cli): Command {
  return newCommand('resume', 'Resume a paused flow', [
    ['concordat resume customers', 'the service then runs it at once'],
  ])
    .argument('<flow>', 'flow to resume')
    .action(async (flow: string, options: CommonOptions) => {
      const status = await withApp(cli, options, async (app) => {
        const changed = await app.resume(flow)
        if (options.json) printJson(cli.terminal, { flow, paused: false, changed })
        else cli.terminal.out(changed ? `${flow} goes on.` : `${flow} was not paused; nothing changed.`)
        return EXIT.done
      })
      cli.end(status)
    })
}

/** `concordat retry`: what was set aside is tried again. */
export function retryCommand(cli: Cli): Command {
  return newCommand('retry', 'Retry the refused writes of a flow, after you have fixed the cause', [
    ['concordat retry customers', 'retries every quarantined record of the flow'],
  ])
    .argument('<flow>', 'flow to retry')
    .action(async (flow: string, options: CommonOptions) => {
      const status = await withApp(cli, options, async (app) => {
        const rearmed = await app.retry(flow)
        if (options.json) printJson(cli.terminal, { flow, rearmed })
        else if (rearmed === 0) cli.terminal.out(`${flow} has no quarantined writes.`)
        else cli.terminal.out(`${counted(rearmed, 'write')} of ${flow} will be tried by the next run.`)
        return EXIT.done
      })
      cli.end(status)
    })
}
