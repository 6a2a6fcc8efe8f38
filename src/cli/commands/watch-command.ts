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
  return newCommand('watch', 'Check that flows run and are on time, and notify their owners', [
    ['concordat watch', 'check every 30 seconds until Ctrl-C'],
    ['concordat watch --once', 'check once, for cron; exit status 1 if there is a problem, 3 if cases are open'],
  ])
    .option('--once', 'check once, send due messages, and exit')
    .option('--every <seconds>', 'interval between checks', wholeNumber, 30)
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
