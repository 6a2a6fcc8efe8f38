import type { SourceObject } from '../../contract/proposal/catalogue.ts'
import type { Proposal } from '../../contract/proposal/proposal.ts'
import { type AsideReason, asideReason, TOLD_REASONS } from '../../contract/proposal/set-aside.ts'
import type { Terminal } from '../terminal.ts'
import { count, counted } from '../print/figures.ts'
import { renderTable } from '../print/table.ts'

const MOST_LISTED = 15
const MOST_NAMED = 5

const TELLS: Readonly<Record<AsideReason, (many: number) => string>> = {
  secret: () => '',
  view: (many) => counted(many, 'view'),
  key: (many) => `${counted(many, 'table')} without a primary key of one column`,
  rights: (many) => `${counted(many, 'table')} whose key this user may not read`,
  lines: (many) => `${counted(many, 'table')} that ${many === 1 ? 'holds' : 'hold'} lines of other records`,
  bookkeeping: (many) => `${counted(many, 'table')} of logs, copies and the like`,
}

/** Prints what each system holds: what goes together, what found no counterpart, and what is passed over and why. */
export function printFound(terminal: Terminal, proposal: Proposal): void {
  proposal.systems.forEach(({ name, catalogue }, place) => {
    const side = place as 0 | 1
    const other = proposal.systems[1 - place]!.name
    const byName = new Map(catalogue.objects.map((table) => [table.name, table]))
    const paired = proposal.flows.map((flow) => [
      flow.tables[side].object,
      rowsOf(byName.get(flow.tables[side].object)),
      flow.tables[1 - place]!.object,
    ])
    const alone = proposal.unpaired[side]
    const rows = [...paired, ...alone.slice(0, MOST_LISTED).map((table) => [table.name, rowsOf(table), '–'])]
    const columns = [{ title: `in ${name}` }, { title: 'rows', align: 'right' as const }, { title: `like in ${other}` }]
    const look = { width: terminal.width, paintTitle: (text: string) => terminal.paint('dim', text) }
    terminal.out('')
    if (rows.length > 0) for (const line of renderTable(columns, rows, look)) terminal.out(line)
    if (alone.length > MOST_LISTED)
      terminal.out(`… and ${counted(alone.length - MOST_LISTED, 'more table')} without a counterpart`)
    const aside = Map.groupBy(catalogue.objects, asideReason)
    for (const reason of TOLD_REASONS) {
      const tables = (aside.get(reason) ?? []).filter((table) => !used(proposal, side, table))
      if (tables.length > 0)
        terminal.out(terminal.paint('dim', `Passed over: ${TELLS[reason](tables.length)} (${someOf(tables)}).`))
    }
  })
  terminal.out('')
}

/** Estimates; a table that nobody counted yet has none. */
const rowsOf = (table: SourceObject | undefined): string =>
  table === undefined || table.estimatedRows <= 0 ? '?' : count(Math.round(table.estimatedRows))

function used({ flows }: Proposal, side: 0 | 1, table: SourceObject): boolean {
  return flows.some(
    ({ tables, fields }) =>
      tables[side].object === table.name ||
      fields.some((field) => field.lines !== undefined && field.columns[side] === table.name),
  )
}

function someOf(tables: readonly SourceObject[]): string {
  const names = tables.map((one) => one.name)
  return names.length > MOST_NAMED ? `${names.slice(0, MOST_NAMED).join(', ')} …` : names.join(', ')
}
