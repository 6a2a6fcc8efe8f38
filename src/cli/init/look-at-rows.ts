import { withEvidence } from '../../contract/proposal/evidence.ts'
import type { Both, Proposal, ProposedField } from '../../contract/proposal/proposal.ts'
import { MOST_ROWS, sampledColumns } from '../../contract/proposal/sampled-columns.ts'
import type { SampledTable } from '../../contract/proposal/sampled-rows.ts'
import type { Cli } from '../command.ts'
import { counted } from '../print/figures.ts'
import { renderTable } from '../print/table.ts'
import type { Source } from './sources.ts'

const MOST_SHOWN = 12
const SIDES = [0, 1] as const

/**
 * The proposal with what the first rows of its tables say. Rows are read, never written, and of their values nothing is kept
 * but the few that choices consist of.
 */
export async function lookAtRows(cli: Cli, sources: Both<Source>, proposal: Proposal): Promise<Proposal> {
  if (proposal.flows.length === 0) return proposal
  cli.terminal.err(
    `Reading the first ${MOST_ROWS} rows of ${counted(proposal.flows.length * 2, 'table')}, to compare values (--no-rows: none).`,
  )
  const samples = await Promise.all(SIDES.map((side) => samplesOf(cli, sources[side], proposal, side)))
  return withEvidence(proposal, (side, table) => samples[side]!.get(table) ?? null)
}

async function samplesOf(
  cli: Cli,
  { name, connector, url }: Source,
  proposal: Proposal,
  side: 0 | 1,
): Promise<ReadonlyMap<string, SampledTable>> {
  const tables = proposal.flows.map((flow) => sampledColumns(proposal, flow.tables[side].object, side))
  let done = 0
  const told = (): void => {
    done++
    if (tables.length > 20 && done % 20 === 0) cli.terminal.err(`${name}: ${done} of ${tables.length} tables read`)
  }
  const sampled = await cli.backend.sample(connector, { url }, tables, MOST_ROWS, told)
  const found = new Map<string, SampledTable>()
  sampled.forEach((sample, place) => {
    const { object } = tables[place]!
    if ('refused' in sample) cli.terminal.err(`The rows of ${object} in ${name} are not compared: ${sample.refused}`)
    else found.set(object, sample)
  })
  return found
}

/** Prints what the rows say of each flow: how its fields agree, and what its match rules find. */
export function printEvidence(cli: Cli, proposal: Proposal): void {
  const { terminal } = cli
  const [a, b] = proposal.systems.map(({ name }) => name) as [string, string]
  const look = { width: terminal.width, indent: '  ', paintTitle: (text: string) => terminal.paint('dim', text) }
  const seen = proposal.flows.filter(({ rows }) => rows !== undefined)
  for (const flow of seen.slice(0, MOST_SHOWN)) {
    if (flow.rows === undefined) continue
    terminal.out('')
    terminal.out(terminal.paint('bold', flow.name))
    const rows = flow.fields.map((field) => [field.name, field.columns[0], field.columns[1], agreementOf(field)])
    const columns = [{ title: 'field' }, { title: a }, { title: b }, { title: 'equal', overflow: 'wrap' as const }]
    for (const line of renderTable(columns, rows, look)) terminal.out(line)
    const rules = (flow.rules ?? []).filter(({ field }) => flow.match.includes(field))
    for (const { field, finds, ambiguous } of rules)
      terminal.out(
        `  Equal ${field} pairs ${counted(finds, 'record')} of ${flow.rows[0]} in ${a} and ${flow.rows[1]} in ${b}${ambiguous === 0 ? '' : `; ${ambiguous} could be several`}.`,
      )
    if (rules.length === 0) terminal.out('  No single field can match the records.')
  }
  if (seen.length > MOST_SHOWN)
    terminal.out(`\n… and ${counted(seen.length - MOST_SHOWN, 'more flow')}; the file contains their figures.`)
  terminal.out('')
}

function agreementOf({ seen, values }: ProposedField): string {
  if (seen === undefined || seen.of === 0) return '–'
  const pairs = values === undefined ? '' : `: ${values.map(([left, right]) => `${left} = ${right}`).join(', ')}`
  return `${seen.equal} of ${seen.of}${pairs}`
}
