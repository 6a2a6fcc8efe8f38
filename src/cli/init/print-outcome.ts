import { existsSync, readFileSync } from 'node:fs'
import type { Proposal } from '../../contract/proposal/proposal.ts'
import { likelyPairs } from '../../contract/proposal/likely-pairs.ts'
import type { Cli } from '../command.ts'
import { renderTable } from '../print/table.ts'

export const ENV_FILE = '.env'

const MOST_NAMED = 8

export interface FlowOutcome {
  readonly flow: string
  readonly tables: Readonly<Record<string, string>>
  readonly fields: readonly string[]
  readonly questions: number
}

export interface Outcome {
  readonly out: string
  readonly proposal: Proposal
  readonly flows: readonly FlowOutcome[]
  /** Questions that are open, each once however many flows it holds for. */
  readonly questions: number
  /** By their keys; null: nobody is named yet. */
  readonly owners: Readonly<Record<'business' | 'technical', string | null>>
  /** Somebody gave up answering. */
  readonly stopped: boolean
}

/** Prints what was written, and the steps that lead from there to a first run. */
export function printOutcome(cli: Cli, { out, proposal, flows, questions, owners, stopped }: Outcome): void {
  const { terminal } = cli
  const { paint } = terminal
  const systems = Object.keys(flows[0]?.tables ?? {})
  if (stopped) terminal.err('Stopped. The file contains your answers; the other questions are open.')
  terminal.out(`Wrote ${paint('bold', out)}, and the URLs to ${paint('bold', ENV_FILE)} (only you can read it).`)
  if (existsSync('.git') && !ignoresEnvFile())
    terminal.out(`Add ${ENV_FILE} to .gitignore, so that no password is committed.`)
  terminal.out('')
  if (flows.length === 0) return printPairing(cli, out, proposal)
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
  if (flows.length > 1 && questions > 0)
    terminal.out(`${questions} answers are enough, because most questions are asked once for all flows.`)
  const named = out === 'concordat.yaml' ? '' : ` --contract ${out}`
  // A command of a hundred names helps nobody.
  const names = flows.length > MOST_NAMED ? 'FLOW …' : flows.map(({ flow }) => flow).join(' ')
  const signs = (as: 'business' | 'technical') =>
    `concordat approve${named} ${names} --as ${as} --by ${owners[as] ?? (as === 'business' ? 'ana' : 'tomas')}`
  const steps = [
    ...(questions > 0
      ? [`Open ${out}, review the fields, and answer the questions: remove the "# " before one answer each.`]
      : [`Open ${out}, and review the fields and the rules.`]),
    `concordat check${named}   lists open questions by person; --rules prints the rules as sentences`,
    `concordat plan${named}    what a run would do; writes nothing`,
    signs('business'),
    `${signs('technical')}   both owners sign the rules`,
    `concordat run${named}     brings the systems into agreement`,
  ]
  terminal.out('')
  terminal.out(paint('bold', 'Next'))
  steps.forEach((step, place) => terminal.out(`  ${place + 1}. ${step}`))
}

/** The way on where no tables look alike. */
function printPairing(cli: Cli, out: string, { systems, unpaired }: Proposal): void {
  const { terminal } = cli
  const [a, b] = systems.map(({ name }) => name) as [string, string]
  const likely = likelyPairs({ unpaired })
  const example = likely.length === 0 ? 'TABLE:TABLE' : likely.map(({ tables }) => tables.join(':')).join(' --pair ')
  terminal.out(`No table of ${a} looks like one of ${b}; the file has what was found, as comments.`)
  terminal.out('')
  terminal.out(terminal.paint('bold', 'Next'))
  terminal.out('  1. Find two tables that hold the same records, one in each system.')
  terminal.out(`  2. concordat init --pair ${example} --force   with your tables; repeat --pair for more of them`)
  terminal.out(`     or complete a flow in ${out} by hand: docs/contract.md explains every setting`)
  terminal.out('  3. concordat check   lists open questions; then run plan, approve (both owners) and run')
}

function ignoresEnvFile(): boolean {
  if (!existsSync('.gitignore')) return false
  return readFileSync('.gitignore', 'utf8')
    .split(/\r?\n/)
    .some((line) => /^\/?(?:\.env|\*?\.env\*?)$/.test(line.trim()))
}
