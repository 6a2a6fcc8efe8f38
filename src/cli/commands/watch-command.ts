import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { App } from '../../app.ts'
import type { AlertStanding } from '../../model/report.ts'
import { ConcordatError } from '../../model/errors.ts'
import { type Cli, type CommonOptions, newCommand, printJson, wholeNumber, withApp } from '../command.ts'
import { EXIT, type ExitStatus } from '../exit-status.ts'
import { counted } from '../print/figures.ts'
import { alertLines } from '../print/print-alerts.ts'
import { visible } from '../print/text-width.ts'

type WatchOptions = CommonOptions & { once?: boolean; every: number }
type WatchReport = Awaited<ReturnType<App['alerts']['watch']['tick']>>

/** `concordat watch`: a watchdog of its own, which notices when nothing happens at all. */
export function watchCommand(cli: Cli): Command {
  return newCommand('watch', 'See whether the flows keep what the contract promises, and tell their owners', [
    ['concordat watch', 'look every 30 seconds until Ctrl-C'],
    ['concordat watch --once', 'look once, for cron; status 1 when something is wrong, 3 when cases wait'],
  ])
    .option('--once', 'look once, send what is due, and end')
    .option('--every <seconds>', 'how often to look', wholeNumber, 30)
    .action(async (options: WatchOptions) => {
      const status = await withApp(cli, options, (app) =>
        options.once ? lookOnce(cli, app, options) : cli.interrupt.during(() => keepLooking(cli, app, options)),
      )
      cli.end(status)
    })
}

async function lookOnce(cli: Cli, app: App, options: WatchOptions): Promise<ExitStatus> {
  // There may be no later attempt: a channel that fails gives way to the next one at once.
  const report = await app.alerts.watch.tick({ triesPerChannel: 1 })
  const standing = await app.alerts.standing()
  if (options.json) printJson(cli.terminal, jsonOf(report, standing))
  else {
    for (const line of linesOf(report, standing)) cli.terminal.out(line)
  }
  return statusOf(report, standing)
}

/** Looks until it is stopped. A store that is away for a while is no reason to end. */
async function keepLooking(cli: Cli, app: App, options: WatchOptions): Promise<ExitStatus> {
  const { terminal, interrupt } = cli
  let said = ''
  while (!interrupt.signal.aborted) {
    try {
      const report = await app.alerts.watch.tick()
      await app.alerts.storeSeen(true)
      if (report.looked) {
        const lines = linesOf(report, await app.alerts.standing())
        const text = lines.join('\n')
        if (options.json) terminal.out(JSON.stringify(jsonOf(report, await app.alerts.standing())))
        else if (text !== said) lines.forEach((line) => terminal.out(line))
        said = text
      }
    } catch (error) {
      if (!(error instanceof ConcordatError) || error.retry === 'never') throw error
      terminal.err(`${terminal.paintErr('red', 'error:')} ${error.message}`)
      if (error.code === 'store.unreachable') await app.alerts.storeSeen(false)
      said = ''
    }
    await sleep(options.every * 1000, undefined, { signal: interrupt.signal }).catch(() => {})
  }
  return EXIT.done
}

function linesOf(report: WatchReport, standing: AlertStanding): string[] {
  if (!report.looked) return ['Another process is looking at this moment.']
  return [
    ...(report.conditions.length === 0
      ? ['All flows keep what the contract promises.']
      : report.conditions.map((one) => `${visible(one.headline)}: ${visible(one.happened)}`)),
    ...(report.sent > 0 ? [`${counted(report.sent, 'message')} sent.`] : []),
    ...alertLines({ ...standing, open: 0 }),
  ]
}

const jsonOf = (report: WatchReport, standing: AlertStanding) => ({
  looked: report.looked,
  conditions: report.conditions,
  messages: { sent: report.sent, failed_attempts: report.failed },
  alerts: standing,
})

function statusOf(report: WatchReport, standing: AlertStanding): ExitStatus {
  const waits = (kind: string): boolean => kind === 'needs you' || kind === 'paused' || kind === 'repaired by scan'
  if (standing.undelivered.length > 0 || report.conditions.some((one) => !waits(one.kind))) return EXIT.failed
  return report.conditions.length > 0 ? EXIT.waiting : EXIT.done
}
