import type { Edit } from '../../demo/edits.ts'
import type { Verification } from '../../demo/verify.ts'
import { count, counted, duration } from '../print/figures.ts'
import { printRecord } from '../print/print-record.ts'
import { printRuns } from '../print/print-runs.ts'
import { progressLine } from '../print/progress-line.ts'
import { renderTable } from '../print/table.ts'
import { visible, wrap } from '../print/text-width.ts'
import type { Terminal } from '../terminal.ts'
import { disagreementSentences } from './demo-report.ts'
import type { DemoRuns } from './demo-report.ts'
import type { Teller } from './teller.ts'

/** Longest line of prose: what the eye follows easily. */
const PROSE = 88
const INDENT = '   '
/** So many disagreements are printed; `--json` has all. */
const SHOWN = 20

/** Tells the demo to a person, chapter by chapter. `command`: how that person calls concordat here. */
export function narrator(terminal: Terminal, quiet: boolean, command: string): Teller {
  const { paint } = terminal
  const bar = progressLine(terminal, quiet)
  const indented: Terminal = {
    ...terminal,
    width: terminal.width - INDENT.length,
    out: (line) => terminal.out(line === '' ? '' : INDENT + line),
  }
  let chapters = 0

  const chapter = (title: string): void => {
    bar.clear()
    terminal.out('')
    terminal.out(paint('bold', `${++chapters}. ${title}`))
  }
  const say = (text: string, look?: 'green' | 'yellow' | 'red' | 'dim'): void => {
    for (const line of wrap(text, Math.min(PROSE, terminal.width) - INDENT.length)) {
      terminal.out(INDENT + (look ? paint(look, line) : line))
    }
  }
  const listed = (rows: readonly (readonly [number: number, text: string])[]): void => {
    const columns = [
      { title: '', align: 'right' as const },
      { title: '', overflow: 'wrap' as const },
    ]
    const cells = rows.map(([number, text]) => [count(number), text])
    for (const line of renderTable(columns, cells, { width: Math.min(PROSE, terminal.width), indent: `${INDENT}  ` }))
      terminal.out(line)
  }
  const figures = (runs: DemoRuns, planned: boolean): void => {
    bar.clear()
    printRuns(indented, runs.flows, planned)
  }

  return {
    opening() {
      terminal.out(paint('bold', 'Concordat: two systems, one agreement'))
      terminal.out('This demo brings the ERP and the CRM of one company into agreement. It takes about two minutes.')
      terminal.out('It uses its own databases and does not touch any of yours.')
      chapter('Two systems')
    },
    systems(world, home) {
      const { customers, products, orders, invoices } = world.sizes
      say(`Levante Instruments keeps its books in an ERP and its sales in a CRM. Each is a PostgreSQL database:`)
      terminal.out(`${INDENT}  ERP  ${home.urls.erp}`)
      terminal.out(`${INDENT}  CRM  ${home.urls.crm}`)
      say(
        `They hold ${count(customers)} customers, ${count(products)} products, ${count(orders)} orders and ${count(invoices)} invoices, generated from seed ${world.seed}, with realistic errors:`,
      )
      listed(world.mess.map((mess) => [mess.count, mess.what]))
    },
    checked(check, home) {
      chapter('Check: is every question answered?')
      const open = check.questions.length
      say(`The rules are in one file, which you can read and change: ${home.contract}`)
      for (const problem of check.problems) say(`${problem.file}:${problem.line}: ${problem.message}`, 'red')
      const sentences = check.rulebook.flatMap((flow) => flow.sentences)
      // Of each flow, which way it goes; the whole book would be a page of its own.
      for (const { sentences: of } of check.rulebook) {
        const ways = of.filter((sentence) => /\bis master of\b|\bflow\b/.test(sentence))
        if (ways.length > 0) say(`- ${ways.join(' ')}`)
      }
      const flows = counted(check.rulebook.length, 'flow')
      say(
        open === 0
          ? `${flows}, ${count(sentences.length)} decisions, no open question.`
          : `${flows}, ${counted(open, 'open question')}.`,
        open === 0 && check.problems.length === 0 ? 'green' : 'yellow',
      )
      say(`To print all decisions as sentences: ${command} check --rules --contract ${home.contract}`, 'dim')
    },
    planning() {
      chapter('Plan: what would happen?')
    },
    planned(plan) {
      figures(plan, true)
      say(`The run would open ${counted(plan.cases, 'case')}. Nothing has been written yet.`)
    },
    signed(owners) {
      const names = new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(owners)
      say(
        `A flow runs once both its owners have signed its rules. The demo signs for ${names}. They could sign in the browser, or with`,
      )
      terminal.out(`${INDENT}  ${command} approve <flow> --as business|technical --by <person>`)
    },
    firstRunning() {
      chapter('First run')
    },
    ran(runs, note) {
      figures(runs, false)
      say(`Took ${duration(runs.seconds)}.${note === undefined ? '' : ` ${note}`}`)
    },
    verified: (verification) => tellVerification(verification, say),
    waiting(waiting) {
      chapter('Open cases')
      if (waiting.length === 0) say('Nothing.')
      else say('Concordat did not change these records. They wait for a person; everything else is synced:')
      for (const { flow, kind, cause, count: cases, example } of waiting) {
        const finer = cause === '' || cause === kind ? '' : `, ${cause.replaceAll('_', ' ')}`
        terminal.out(`${INDENT}  ${paint('yellow', String(cases).padStart(4))}  ${flow}: ${kind}${finer}`)
        const lines = wrap(`e.g. ${visible(example)}`, Math.min(PROSE, terminal.width) - 11)
        for (const line of lines) terminal.out(`${' '.repeat(11)}${paint('dim', line)}`)
      }
    },
    editing(customer) {
      chapter(`Users edit ${visible(customer)}`)
    },
    edited(edits) {
      for (const edit of edits) tellEdit(edit, say)
    },
    secondRunning() {
      chapter('Second run: only the changes')
    },
    customer(view) {
      chapter('Why? The record of this customer')
      if (view) printRecord(indented, view)
      else say('The customer is not to be found.', 'red')
    },
    resting() {
      chapter('A full run without changes')
    },
    rested(rest) {
      bar.clear()
      const read = rest.flows.reduce((sum, run) => sum + run.read, 0)
      const quietly = rest.writes === 0 && rest.changed_tables.length === 0
      say(
        `Read all ${count(read)} records again in ${duration(rest.seconds)} and wrote ${rest.writes === 0 ? 'nothing' : counted(rest.writes, 'record')}; ` +
          (quietly ? 'both databases are unchanged.' : `changed: ${rest.changed_tables.join(', ') || 'no table'}.`),
        quietly ? 'green' : 'red',
      )
    },
    ending(report) {
      terminal.out('')
      if (report.failures.length === 0)
        terminal.out(paint('green', `Done in ${duration(report.seconds)}: the systems are in agreement.`))
      else
        terminal.out(
          paint(
            'red',
            `Done in ${duration(report.seconds)}, and ${counted(report.failures.length, 'thing')} went wrong, see above.`,
          ),
        )
      terminal.out('')
      terminal.out(paint('bold', 'Try it yourself'))
      const steps: (readonly [string, string])[] = [
        [`${command} demo --open`, 'opens the dashboard and starts the two databases; then, in a second terminal:'],
        [`. ${report.systems.environment}`, 'sets the environment for the commands below'],
        ['', 'change a row with any PostgreSQL client, at the URLs above'],
        [
          `${command} log --contract ${report.systems.contract}`,
          'shows that the change reached the other system, and why',
        ],
        [`${command} cases --contract ${report.systems.contract}`, 'lists the open cases and their choices'],
        [
          `${command} show customers "${visible(report.customer?.title ?? 'Vidal').split(',')[0]}" --contract ${report.systems.contract}`,
          'shows one customer, and the reason for each value',
        ],
      ]
      for (const [line, what] of steps) {
        if (line !== '') terminal.out(`  ${paint('cyan', line)}`)
        terminal.out(`      ${what}`)
      }
    },
    progress: bar.update,
  }
}

type Say = (text: string, look?: 'green' | 'yellow' | 'red' | 'dim') => void

function tellVerification(verification: Verification, say: Say): void {
  const { customers, products, orders, invoices, lines } = verification.compared
  const sentences = disagreementSentences(verification)
  if (sentences.length === 0) {
    say(
      `An independent comparison, which shares no code with the engine, confirms: ${count(customers)} customers, ${count(products)} products, ${count(orders)} orders, ${count(invoices)} invoices and ${count(lines)} lines are in agreement. No record is missing, duplicated or in the wrong system.`,
      'green',
    )
    return
  }
  say(`The systems disagree where they should agree, ${counted(sentences.length, 'time')}:`, 'red')
  for (const sentence of sentences.slice(0, SHOWN)) say(`- ${visible(sentence)}`, 'red')
  if (sentences.length > SHOWN) say(`… and ${count(sentences.length - SHOWN)} more; --json lists them all.`, 'red')
}

function tellEdit({ system, who, did, from, to, expected }: Edit, say: Say): void {
  const change = from === null ? visible(to) : `${visible(from)} → ${visible(to)}`
  say(`${who} ${did} in the ${system.toUpperCase()}: ${change}`)
  say(`   ${expected}`, 'dim')
}
