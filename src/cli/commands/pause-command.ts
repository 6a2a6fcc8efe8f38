import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { type Cli, type CommonOptions, newCommand, printJson, withApp } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import { counted } from '../print/figures.ts'

/** `concordat pause`: a flow rests until it is resumed. */
export function pauseCommand(cli: Cli): Command {
  return newCommand('pause', 'Stop a flow from running until it is resumed', [
    ['concordat pause customers', 'the run at hand ends, the next does not begin'],
    ['concordat pause orders --because "stock-taking"', 'with a reason for the others'],
  ])
    .argument('<flow>', 'flow to pause')
    .option('--because <reason>', 'why, for those who see it paused')
    .option('--by <name>', 'who pauses it (default: CONCORDAT_USER, else the name you are signed in with)')
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
  return newCommand('resume', 'Let a paused flow run again', [
    ['concordat resume customers', 'the service runs it at once'],
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
  return newCommand('retry', 'Try refused writes of a flow again, after their cause was mended', [
    ['concordat retry customers', 'every record of the flow that was set aside'],
  ])
    .argument('<flow>', 'flow whose records are tried again')
    .action(async (flow: string, options: CommonOptions) => {
      const status = await withApp(cli, options, async (app) => {
        const rearmed = await app.retry(flow)
        if (options.json) printJson(cli.terminal, { flow, rearmed })
        else if (rearmed === 0) cli.terminal.out(`Nothing of ${flow} was set aside.`)
        else cli.terminal.out(`${counted(rearmed, 'write')} of ${flow} will be tried by the next run.`)
        return EXIT.done
      })
      cli.end(status)
    })
}
