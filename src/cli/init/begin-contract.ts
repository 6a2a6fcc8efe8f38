import { existsSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Both, Proposal } from '../../contract/proposal/proposal.ts'
import {
  leadsAnswers,
  startFrom,
  type StartingPoint,
  startingPointsFor,
} from '../../contract/proposal/starting-points.ts'
import { holdsMoney, isCurrency } from '../../contract/proposal/amounts.ts'
import type { CheckReport, OpenQuestion } from '../../contract/finding.ts'
import { type ContractDraft, urlVariable } from '../../contract/proposal/contract-draft.ts'
import { writeContract } from '../../contract/proposal/write-contract.ts'
import { ConcordatError } from '../../model/errors.ts'
import { type Cli, printJson } from '../command.ts'
import { printLook } from '../print/print-findings.ts'
import { EXIT } from '../exit-status.ts'
import { askDecisions } from './ask-decisions.ts'
import { Cancelled } from './cancelled.ts'
import { chooseTables } from './choose-flows.ts'
import { writeEnvFile } from '../../contract/text/env-file.ts'
import { type Owners, withOwners } from '../../contract/proposal/owners.ts'
import { askOwners, namedOwners } from './owners.ts'
import type { Prompter } from './prompter.ts'
import { lookAtRows, printEvidence } from './look-at-rows.ts'
import { ENV_FILE, printOutcome } from './print-outcome.ts'
import { readSources, type Source, type SourceOptions } from './sources.ts'

export type InitOptions = SourceOptions & {
  json?: boolean
  flows?: string
  rows?: boolean
  pair?: string[]
  company?: string
  timezone?: string
  currency?: string
  start?: StartingPoint
  leads?: string
  business?: string
  technical?: string
  out: string
  yes?: boolean
  force?: boolean
}

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
  const given = readAnswers(options)
  const sources = await readSources(cli, options, prompter)
  if (given.start !== null) demandLeads(given.start, sources)
  const chosen = await chooseTables(cli.terminal, sources, options, prompter)
  const proposal = options.rows === false ? chosen : await lookAtRows(cli, sources, chosen)
  if (!options.json) printEvidence(cli, proposal)
  let draft = await beginDraft(options, given, proposal, prompter)
  let stopped = false
  // Without a flow there is nothing to decide yet.
  if (prompter !== null && proposal.flows.length > 0)
    try {
      await complete(cli, given, prompter, draft, (kept) => (draft = kept))
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error
      stopped = true
    }

  const urls = Object.fromEntries(sources.map(({ name, url }) => [urlVariable(name), url]))
  writeEnvFile(ENV_FILE, urls, options.force === true)
  writeFileSync(options.out, writeContract(draft))
  const opened = { contract: options.out, env: { ...cli.env, ...urls } }
  const report = proposal.flows.length === 0 ? NOTHING_YET : await cli.backend.check(opened)
  const seen = proposal.flows.length === 0 ? [] : await cli.backend.look(opened)

  const flows = proposal.flows.map((flow) => ({
    flow: flow.name,
    tables: Object.fromEntries(flow.tables.map((table, side) => [proposal.systems[side as 0 | 1].name, table.object])),
    fields: flow.fields.map((field) => field.name),
    unmapped: Object.fromEntries(flow.unmapped.map((names, side) => [proposal.systems[side as 0 | 1].name, names])),
    questions: report.questions.filter((question) => question.flow === flow.name).length,
  }))
  const questions = openQuestions(report.questions)
  if (options.json) {
    printJson(cli.terminal, {
      contract: options.out,
      env: ENV_FILE,
      flows,
      unpaired: Object.fromEntries(
        proposal.systems.map(({ name }, side) => [name, proposal.unpaired[side as 0 | 1].map((table) => table.name)]),
      ),
      questions,
      problems: [...report.problems, ...seen],
    })
  } else printOutcome(cli, { out: options.out, proposal, flows, questions, owners: ownersOf(draft), stopped })
  for (const problem of report.problems) {
    cli.terminal.err(`${problem.file}:${problem.line}:${problem.column}: ${problem.message}`)
  }
  if (!options.json) printLook(cli.terminal, seen)
  const wrong = report.problems.some((problem) => problem.severity === 'error')
  cli.end(stopped ? EXIT.interrupted : wrong ? EXIT.undecided : EXIT.done)
}

/** A contract without a flow is a problem for `check`, and a beginning here. */
const NOTHING_YET: Pick<CheckReport, 'problems' | 'questions'> = { problems: [], questions: [] }

/** What the options answer, checked before anything is connected to. */
interface Given {
  readonly start: { readonly start: StartingPoint; readonly leads: string } | null
  readonly owners: Owners | null
  readonly currency: string | null
}

function readAnswers(options: InitOptions): Given {
  const { start, leads, currency } = options
  if (currency !== undefined && !isCurrency(currency)) {
    throw new ConcordatError('cli.usage', `"${currency}" is not a currency.`, {
      cure: 'Give its three letters, such as EUR.',
    })
  }
  if (start === undefined && leads !== undefined)
    throw new ConcordatError('cli.usage', '--leads needs a starting point.', {
      cure: 'Add --start people-decide or --start automatic.',
    })
  if (start !== undefined && start !== 'equals' && leads === undefined)
    throw new ConcordatError('cli.usage', `The starting point ${start} needs a leading system.`, {
      cure: 'Add --leads erp, or --leads "erp to crm" if ERP is only read.',
    })
  return {
    start: start === undefined ? null : { start, leads: leads ?? 'neither' },
    owners: namedOwners(options),
    currency: currency?.toUpperCase() ?? null,
  }
}

function demandLeads({ start, leads }: NonNullable<Given['start']>, [a, b]: Both<Source>): void {
  const known = leadsAnswers([a.name, b.name])
    .map(({ answer }) => answer)
    .filter((answer) => startingPointsFor(answer).some((one) => one.start === start))
  if (known.includes(leads)) return
  throw new ConcordatError('cli.usage', `"${leads}" cannot lead the starting point ${start}.`, {
    cure: `Give one of these after --leads: ${known.map((one) => JSON.stringify(one)).join(', ')}.`,
  })
}

/** A question that several flows leave open is answered once, in `defaults`. */
function openQuestions(questions: readonly OpenQuestion[]): number {
  const own = (setting: string): boolean => setting === 'match' || setting === 'fields' || setting.startsWith('fields.')
  return new Set(questions.map(({ flow, setting }) => (own(setting) ? `${flow} ${setting}` : setting))).size
}

const ownersOf = ({ defaults }: ContractDraft) => ({
  business: defaults['owners.business'] ?? null,
  technical: defaults['owners.technical'] ?? null,
})

/** What is known without asking about the decisions. */
async function beginDraft(
  options: InitOptions,
  given: Given,
  proposal: Proposal,
  prompter: Prompter | null,
): Promise<ContractDraft> {
  const folder = basename(resolve('.')) || 'Company'
  const company = options.company ?? (await prompter?.text('Name of the company', { initial: folder })) ?? folder
  const timezone = options.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const currency = given.currency ?? (prompter !== null && holdsMoney(proposal) ? await askCurrency(prompter) : null)
  const begun = { company, timezone, proposal, people: [], defaults: {}, answers: {}, currency }
  const draft = given.owners === null ? begun : withOwners(begun, given.owners)
  return given.start === null ? draft : startFrom(draft, given.start.start, given.start.leads)
}

async function askCurrency(prompter: Prompter): Promise<string | null> {
  const text = await prompter.text('In which currency are the amounts? Three letters (Enter: decide later)', {
    placeholder: 'EUR',
    optional: true,
    check: (given) => (isCurrency(given) ? undefined : 'Write its three letters, such as EUR.'),
  })
  return text === '' ? null : text.toUpperCase()
}

/** Asks for the owners and the decisions, as far as the options leave them open; what was answered is kept at once. */
async function complete(
  cli: Cli,
  given: Given,
  prompter: Prompter,
  draft: ContractDraft,
  keep: (draft: ContractDraft) => void,
): Promise<void> {
  if (given.start !== null && given.owners !== null) return
  const owned = given.owners === null ? withOwners(draft, await askOwners(prompter)) : draft
  keep(owned)
  if (given.start === null) await askDecisions(cli.terminal, prompter, owned, keep)
}
