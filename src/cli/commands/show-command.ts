import type { Command } from 'commander'
import { ConcordatError } from '../../model/errors.ts'
import { type Cli, type CommonOptions, newCommand, printJson, wholeNumber, withApp } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import { count } from '../print/figures.ts'
import { printRecord } from '../print/print-record.ts'
import { unknownFlow } from './flow-selection.ts'

type ShowOptions = CommonOptions & { all?: boolean; limit: number }

/** `concordat show`: one record across the systems, and why each value is what it is. */
export function showCommand(cli: Cli): Command {
  return newCommand('show', 'Show one record in all systems, the owner of each field, and why each value won', [
    ['concordat show customers "Acme"', 'the record that contains “Acme”'],
    ['concordat show customers crm:1042', 'the record with the id 1042 in crm'],
    ['concordat show orders 17 --json', 'record 17 as JSON'],
    ['concordat show customers "Ltd" --all', 'all matching records'],
  ])
    .argument('<flow>', 'flow of the record')
    .argument('<record>', 'record id, system:id, or text in its values')
    .option('--all', 'show all matching records, not only a single one')
    .option('--limit <n>', 'maximum number of records with --all', wholeNumber, 20)
    .action(async (flow: string, query: string, options: ShowOptions) => {
      const status = await withApp(cli, options, async (app, report) => {
        const known = report.rulebook.map((one) => one.flow)
        if (!known.includes(flow)) throw unknownFlow(flow, known)
        const views = await app.show(flow, query, options.limit)
        if (views.length === 0) {
          throw new ConcordatError('engine.unknown-record', `No record of ${flow} fits "${query}".`, {
            cure: 'Search with a shorter text, or with system:id. Concordat knows only records that a run has read.',
          })
        }
        const [view] = views
        if (!options.all && views.length > 1) throw severalRecords(flow, query, views, options.limit)
        if (options.json) printJson(cli.terminal, options.all ? { records: views } : view)
        else {
          views.forEach((one, place) => {
            if (place > 0) cli.terminal.out('')
            printRecord(cli.terminal, one)
          })
        }
        return EXIT.done
      })
      cli.end(status)
    })
}

function severalRecords(
  flow: string,
  query: string,
  views: readonly { readonly record: string; readonly title: string }[],
  limit: number,
): ConcordatError {
  const shown = views.slice(0, 10).map((view) => `${view.record} (${view.title})`)
  const many = views.length >= limit ? `At least ${count(views.length)}` : count(views.length)
  const more = views.length > shown.length ? ', …' : ''
  return new ConcordatError('cli.usage', `${many} records of ${flow} fit "${query}": ${shown.join(', ')}${more}.`, {
    cure: `Show one by its id, for example \`concordat show ${flow} ${views[0]!.record}\`, or all with --all.`,
  })
}
