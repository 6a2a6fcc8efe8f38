import { readFileSync } from 'node:fs'
import type { CheckReport, OpenQuestion, Problem } from '../../contract/finding.ts'
import { listed } from '../../contract/phrases.ts'
import type { Terminal } from '../terminal.ts'
import { counted } from './figures.ts'
import { renderTable } from './table.ts'
import { cut, textWidth, visible, wrap } from './text-width.ts'

const PROSE_WIDTH = 100

/** Prints what `check` found: problems with their place in the source, then open questions by who must answer. */
export function printCheckReport(terminal: Terminal, report: CheckReport): void {
  const source = sourceLines()
  for (const problem of report.problems) printProblem(terminal, problem, source(problem.file)[problem.line - 1])
  printQuestions(terminal, report.questions)
  printSummary(terminal, report)
}

/** Prints what a look at the systems found, each at its place in the contract. */
export function printLook(terminal: Terminal, problems: readonly Problem[]): void {
  const source = sourceLines()
  for (const problem of problems) printProblem(terminal, problem, source(problem.file)[problem.line - 1])
}

function printProblem(terminal: Terminal, problem: Problem, line: string | undefined): void {
  const { paint } = terminal
  const what = problem.found?.level === 'asked' ? 'answer needed' : problem.severity
  const label = paint(problem.severity === 'error' ? 'red' : 'yellow', what)
  terminal.out(
    `${paint('bold', `${problem.file}:${problem.line}:${problem.column}`)}  ${label}  ${visible(problem.message)}`,
  )
  if (line !== undefined && line.trim() !== '') {
    const number = String(problem.line)
    const before = visible(line.slice(0, problem.column - 1))
    terminal.out(`  ${paint('dim', `${number} |`)} ${cut(visible(line), terminal.width - number.length - 5)}`)
    terminal.out(
      `  ${' '.repeat(number.length)} ${paint('dim', '|')} ${' '.repeat(textWidth(before))}${paint('red', '^')}`,
    )
  }
  terminal.out(`  ${paint('dim', 'way out:')} ${visible(problem.cure)}`)
  terminal.out('')
}

function printQuestions(terminal: Terminal, questions: readonly OpenQuestion[]): void {
  const { paint } = terminal
  const groups = Map.groupBy(questions, whoAnswers)
  for (const [who, asked] of groups) {
    // What several flows leave open alike is asked once: one answer in `defaults` holds for all of them.
    const alike = [...Map.groupBy(asked, subjectOf).values()]
    terminal.out(paint('bold', `${who}: ${counted(alike.length, 'question')}`))
    for (const [question, ...more] of alike as [OpenQuestion, ...OpenQuestion[]][]) {
      terminal.out('')
      const width = Math.min(terminal.width, PROSE_WIDTH)
      for (const line of wrap(visible(question.question), width - 2)) terminal.out(`  ${line}`)
      const flow = question.flow === '' ? '' : `${question.flow} · `
      const place = `${question.file}:${question.line}:${question.column}`
      terminal.out(paint('dim', `  ${flow}${question.setting}  ${place}`))
      if (more.length > 0) {
        const others = `The same of ${listed(more.map((one) => one.flow))}: answer it in \`defaults\` for all of them, or in each.`
        for (const line of wrap(visible(others), width - 2)) terminal.out(paint('dim', `  ${line}`))
      }
      const rows = question.options.map((option) => [
        { text: option.answer, paint: (text: string) => paint('cyan', text) },
        option.means,
      ])
      const columns = [
        { title: '', overflow: 'keep' as const },
        { title: '', overflow: 'wrap' as const },
      ]
      for (const line of renderTable(columns, rows, { width, indent: '    ' })) terminal.out(line)
    }
    terminal.out('')
  }
}

/** What a flow is asked of its own, or what can be answered for all flows at once: with the same answers. */
function subjectOf({ flow, setting, options }: OpenQuestion): string {
  const own = /^(?:match|records|fields)(?:\.|$)/.test(setting)
  return JSON.stringify([own ? flow : '', setting, own ? [] : options.map(({ answer }) => answer)])
}

function whoAnswers(question: OpenQuestion): string {
  const owner = `${question.role} owner`
  return question.owner === null ? `For the ${owner} (nobody is named yet)` : `For ${question.owner}, ${owner}`
}

function printSummary(terminal: Terminal, report: CheckReport): void {
  const { paint } = terminal
  const errors = report.problems.filter((problem) => problem.severity === 'error').length
  const warnings = report.problems.length - errors
  const decided = report.rulebook.filter((flow) => flow.decided).length
  const aside = warnings > 0 ? ` (${counted(warnings, 'warning')})` : ''
  if (errors > 0) {
    terminal.out(paint('red', `The contract has ${counted(errors, 'problem')}${aside}.`))
  } else if (report.questions.length > 0) {
    terminal.out(
      paint(
        'yellow',
        `${counted(report.questions.length, 'decision')} still open${aside}; ${decided} of ${counted(report.rulebook.length, 'flow')} decided.`,
      ),
    )
  } else {
    terminal.out(
      paint(
        'green',
        `The contract is complete${aside}: ${counted(report.rulebook.length, 'flow')}, every decision made.`,
      ),
    )
  }
}

/** Prints the decisions of each flow as sentences, and who owns which field. */
export function printRulebook(terminal: Terminal, report: CheckReport): void {
  const { paint } = terminal
  for (const flow of report.rulebook) {
    terminal.out(paint('bold', flow.flow) + (flow.decided ? '' : paint('yellow', '  not decided yet')))
    for (const sentence of flow.sentences) {
      const [first = '', ...rest] = wrap(visible(sentence), Math.min(terminal.width, PROSE_WIDTH) - 4)
      terminal.out(`  - ${first}`)
      for (const line of rest) terminal.out(`    ${line}`)
    }
    const rows = flow.ownership.map((field) => [field.field, field.owner, field.flows])
    const columns = [{ title: 'field' }, { title: 'owner' }, { title: 'flows', overflow: 'wrap' as const }]
    const look = { width: terminal.width, indent: '  ', paintTitle: (text: string) => paint('dim', text) }
    if (rows.length > 0) for (const line of renderTable(columns, rows, look)) terminal.out(line)
    terminal.out('')
  }
}

function sourceLines(): (file: string) => readonly string[] {
  const read = new Map<string, readonly string[]>()
  return (file) => {
    let lines = read.get(file)
    if (lines === undefined) {
      try {
        lines = readFileSync(file, 'utf8').split(/\r?\n/)
      } catch {
        // The place alone still helps.
        lines = []
      }
      read.set(file, lines)
    }
    return lines
  }
}
