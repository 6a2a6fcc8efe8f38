import { tellingColumns } from './pair-columns.ts'
import { keyColumns } from './pair-tables.ts'
import type { Proposal, Side } from './proposal.ts'

/** A table to be sampled, its id and the columns that are looked at. */
export interface SampledColumns {
  readonly object: string
  readonly id: string
  readonly columns: readonly string[]
}

/** How many rows of a table are looked at. */
export const MOST_ROWS = 1000

/** What is looked at of a table: columns that tell something, and those of fields; never one that keeps a secret. */
export function sampledColumns(proposal: Proposal, object: string, side: Side): SampledColumns {
  const table = proposal.systems[side].catalogue.objects.find((one) => one.name === object)!
  const used = proposal.flows.filter((flow) => flow.tables[side].object === object).flatMap(({ fields }) => fields)
  const columns = [
    ...tellingColumns(table, keyColumns(table)).map((column) => column.name),
    ...used.filter((field) => field.type !== 'lines').map((field) => field.columns[side]),
  ]
  return { object, id: table.primaryKey[0]!, columns: [...new Set(columns)] }
}
