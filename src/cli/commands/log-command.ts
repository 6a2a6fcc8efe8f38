import { type Command, Option } from 'commander'
import { ConcordatError } from '../../model/errors.ts'
import type { LogFilter } from '../../model/report.ts'
import type { Outcome } from '../../model/words.ts'
import { type Cli, type CommonOptions, newCommand, printJson, wholeNumber, withApp } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import { printLog } from '../print/print-log.ts'
import { checkNames } from './flow-selection.ts'

const OUTCOMES: readonly Outcome[] = ['intended', 'done', 'refused', 'failed', 'superseded', 'not sent']

type LogOptions = CommonOptions & LogFilter & { limit: number }

/** `concordat log`: who or what changed which value, when, by which rule. */
export function logCommand(cli: Cli): Command {
  return newCommand('log', 'List changes with their time and rule, newest first', [
    ['concordat log --record "Acme"', 'all entries of records that contain “Acme”'],
    ['concordat log --flow customers --field email', 'every change of one field'],
    ['concordat log --outcome refused --since 2h', 'refused writes of the last two hours'],
    ['concordat log --system crm --run 12 --json', 'what run 12 wrote to crm, as JSON'],
  ])
    .option('--flow <name>', 'only this flow')
    .option('--record <which>', 'record id, system:id, or text in its values')
    .option('--field <name>', 'only changes of this field')
    .option('--system <name>', 'only this system')
    .addOption(new Option('--outcome <word>', 'only writes with this outcome').choices(OUTCOMES))
    .option('--run <number>', 'only this run', wholeNumber)
    .option('--since <time>', 'start time: 2026-11-23, 2026-11-23T10:00, or an age such as 30m, 2h, 7d')
    .option('--until <time>', 'end time, in the same form')
    .option('--limit <n>', 'maximum number of entries', wholeNumber, 50)
    .action(async (options: LogOptions) => {
      const { json: _json, contract: _contract, quiet: _quiet, since, until, limit, ...rest } = options
      const now = cli.terminal.now()
      const filter: LogFilter = {
        ...rest,
        ...(since === undefined ? {} : { since: timeOf(since, now) }),
        ...(until === undefined ? {} : { until: timeOf(until, now) }),
        limit: limit + 1,
      }
      const status = await withApp(cli, options, async (app, report) => {
        const found = await app.log(filter)
        if (found.length === 0) checkNames(report, filter)
        const entries = found.slice(0, limit)
        if (options.json) printJson(cli.terminal, { entries })
        else if (entries.length === 0) cli.terminal.out('Nothing in the log fits.')
        else printLog(cli.terminal, entries)
        if (found.length > limit) cli.terminal.err(`There is more; --limit ${limit * 10} shows more of it.`)
        return EXIT.done
      })
      cli.end(status)
    })
}

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 7 * 86_400e3 }

/** A time from the command line as ISO 8601 in UTC: a date or date and time in the reader's zone, or `2h` (ago). */
export function timeOf(text: string, now: Date): string {
  const back = /^(\d{1,6})\s*([smhdw])$/.exec(text)
  if (back !== null) return new Date(now.getTime() - Number(back[1]) * UNITS[back[2]!]!).toISOString()
  // A bare date would be read as UTC; people mean their own midnight.
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text)
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(at.getTime())) {
    throw new ConcordatError('cli.usage', `"${text}" is not a time.`, {
      cure: 'Write 2026-11-23, 2026-11-23T10:00, or an age such as 30m, 2h, 7d.',
    })
  }
  return at.toISOString()
}
