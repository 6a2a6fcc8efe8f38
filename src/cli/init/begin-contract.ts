import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { chooseFlows, propose } from '../../contract/proposal/propose.ts'
import type { Proposal } from '../../contract/proposal/proposal.ts'
import { type ContractDraft, urlVariable, writeContract } from '../../contract/proposal/write-contract.ts'
import { ConcordatError } from '../../model/errors.ts'
import { type Cli, printJson } from '../command.ts'
import { printLook } from '../print/print-findings.ts'
import { EXIT } from '../exit-status.ts'
import { counted } from '../print/figures.ts'
import { renderTable } from '../print/table.ts'
import { type Answers, askFlow, askPeople } from './ask-decisions.ts'
import { writeEnvFile } from './env-file.ts'
import type { Prompter } from './prompter.ts'
import { introspectSources, readSources, type SourceOptions } from './sources.ts'

export type InitOptions = SourceOptions & {
  json?: boolean
  flows?: string
  company?: string
  timezone?: string
  currency?: string
  out: string
  yes?: boolean
  force?: boolean
}

const ENV_FILE = '.env'

/** Reads two systems, proposes a contract between them and writes it; asks what it can where somebody is there. */
export async function beginContract(
  cli: Cli,
  options: InitOptions,
  prompterOf: () => Prompter | Promise<Prompter>,
): Promise<void> {
  const asks = cli.terminal.interactive && !options.yes && !options.json
  const prompter = asks ? await prompterOf() : null
  if (existsSync(options.out) && !options.force) {
    throw new ConcordatError('cli.usage', `${options.out} is already there.`, {
      cure: 'Choose another file with --out, or replace it with --force.',
    })
  }
  const sources = await readSources(cli, options, prompter)
  const found = propose(await introspectSources(cli, sources))
  const proposal = await pickFlows(found, options.flows, prompter)
  const draft = await completeDraft(options, proposal, prompter)

  const urls = Object.fromEntries(sources.map(({ name, url }) => [urlVariable(name), url]))
  writeEnvFile(ENV_FILE, urls, options.force === true)
  writeFileSync(options.out, writeContract(draft))
  const report = await cli.backend.check({ contract: options.out, env: { ...cli.env, ...urls } })
  const seen = await cli.backend.look({ contract: options.out, env: { ...cli.env, ...urls } })

  const flows = proposal.flows.map((flow) => ({
    flow: flow.name,
    tables: Object.fromEntries(flow.tables.map((table, side) => [proposal.systems[side as 0 | 1].name, table.object])),
    fields: flow.fields.map((field) => field.name),
    unmapped: Object.fromEntries(flow.unmapped.map((names, side) => [proposal.systems[side as 0 | 1].name, names])),
    questions: report.questions.filter((question) => question.flow === flow.name).length,
  }))
  if (options.json) {
    printJson(cli.terminal, {
      contract: options.out,
      env: ENV_FILE,
      flows,
      questions: report.questions.length,
      problems: [...report.problems, ...seen],
    })
  } else printOutcome(cli, options.out, flows, report.questions.length)
  for (const problem of report.problems) {
    cli.terminal.err(`${problem.file}:${problem.line}:${problem.column}: ${problem.message}`)
  }
  if (!options.json) printLook(cli.terminal, seen)
  cli.end(report.problems.some((problem) => problem.severity === 'error') ? EXIT.undecided : EXIT.done)
}

async function pickFlows(found: Proposal, wanted: string | undefined, prompter: Prompter | null): Promise<Proposal> {
  const names = found.flows.map((flow) => flow.name)
  if (names.length === 0) {
    const [a, b] = found.systems
    throw new ConcordatError('cli.usage', `No table of ${a.name} looks like one of ${b.name}.`, {
      cure: 'Check that both URLs point to the right databases; tables need a primary key of one column. docs/contract.md shows how to write a contract by hand.',
    })
  }
  if (wanted !== undefined) {
    const chosen = wanted
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
    const unknown = chosen.find((name) => !names.includes(name))
    if (unknown !== undefined || chosen.length === 0) {
      throw new ConcordatError('cli.usage', `There is nothing to make a flow "${unknown ?? ''}" of.`, {
        cure: `What looks alike in both systems: ${names.join(', ')}.`,
      })
    }
    return chooseFlows(found, chosen)
  }
  if (prompter === null) return found
  const options = found.flows.map((flow) => ({
    value: flow.name,
    label: flow.name,
    hint: `${flow.tables[0].object} ↔ ${flow.tables[1].object}, ${counted(flow.fields.length, 'field')}`,
  }))
  return chooseFlows(found, await prompter.chooseMany('Which of these shall be kept in agreement?', options))
}

async function completeDraft(
  options: InitOptions,
  proposal: Proposal,
  prompter: Prompter | null,
): Promise<ContractDraft> {
  if (options.currency !== undefined && !/^[A-Za-z]{3}$/.test(options.currency)) {
    throw new ConcordatError('cli.usage', `"${options.currency}" is not a currency.`, {
      cure: 'Give its three letters, such as EUR.',
    })
  }
  const folder = basename(resolve('.'))
  const answers: Answers = {}
  const draft: ContractDraft = {
    company:
      options.company ?? (await prompter?.text('Name of the company', { initial: folder })) ?? (folder || 'Company'),
    timezone: options.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    proposal,
    people: [],
    answers,
    currency: options.currency?.toUpperCase() ?? null,
  }
  if (prompter === null) return draft
  if (
    !(await prompter.confirm('Answer the questions of the business now? They can also be answered later, in the file.'))
  ) {
    return draft
  }
  const { people, business, technical } = await askPeople(prompter)
  const complete = { ...draft, people }
  for (const flow of proposal.flows) {
    answers[flow.name] = { 'owners.business': business, 'owners.technical': technical }
    await askFlow(prompter, complete, flow, answers)
  }
  return complete
}

interface FlowOutcome {
  readonly flow: string
  readonly tables: Readonly<Record<string, string>>
  readonly fields: readonly string[]
  readonly questions: number
}

function printOutcome(cli: Cli, out: string, flows: readonly FlowOutcome[], questions: number): void {
  const { terminal } = cli
  const { paint } = terminal
  const systems = Object.keys(flows[0]?.tables ?? {})
  terminal.out(`Wrote ${paint('bold', out)}, and the URLs to ${paint('bold', ENV_FILE)} (only you can read it).`)
  if (existsSync('.git') && !ignoresEnvFile())
    terminal.out(`Add ${ENV_FILE} to .gitignore, so that no password is committed.`)
  terminal.out('')
  const columns = [
    { title: 'flow' },
    ...systems.map((title) => ({ title })),
    { title: 'fields', align: 'right' as const },
    { title: 'open questions', align: 'right' as const },
  ]
  const rows = flows.map((flow) => [
    flow.flow,
    ...systems.map((system) => flow.tables[system] ?? ''),
    String(flow.fields.length),
    String(flow.questions),
  ])
  const look = { width: terminal.width, paintTitle: (text: string) => paint('dim', text) }
  for (const line of renderTable(columns, rows, look)) terminal.out(line)
  const named = out === 'concordat.yaml' ? '' : ` --contract ${out}`
  const steps = [
    ...(questions > 0
      ? [`Open ${out}, look over the fields, and answer the questions: take the "# " off one answer each.`]
      : []),
    `concordat check${named}   what is still open, and who must answer`,
    `concordat plan${named}    what a run would do; writes nothing`,
    `concordat run${named}     brings the systems into agreement`,
  ]
  terminal.out('')
  terminal.out(paint('bold', 'Next'))
  steps.forEach((step, place) => terminal.out(`  ${place + 1}. ${step}`))
}

function ignoresEnvFile(): boolean {
  if (!existsSync('.gitignore')) return false
  return readFileSync('.gitignore', 'utf8')
    .split(/\r?\n/)
    .some((line) => /^\/?(?:\.env|\*?\.env\*?)$/.test(line.trim()))
}
