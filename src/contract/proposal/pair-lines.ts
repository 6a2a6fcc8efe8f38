import type { SourceCatalogue, SourceObject } from './catalogue.ts'
import { tableTopic } from './names.ts'
import { pairColumns, tellingColumns, typedField } from './pair-columns.ts'
import { type FlowTables, pairReferences, pointsTo } from './pair-references.ts'
import type { Both, ProposedField, Side } from './proposal.ts'

interface Child {
  readonly table: SourceObject
  readonly parent: string
}

/** The `lines` of a flow: child tables on both sides whose rows can be told apart by the same sub-fields; null: none. */
export function pairLines(
  catalogues: Both<SourceCatalogue>,
  flow: FlowTables,
  flows: readonly FlowTables[],
): ProposedField | null {
  const [left, right] = ([0, 1] as const).map((side) => children(catalogues[side], flow.tables[side], side, flows))
  const proposals = left!.flatMap((a) => right!.map((b) => linesField([a, b], flows))).filter((field) => field !== null)
  return proposals.toSorted((x, y) => y.lines!.fields.length - x.lines!.fields.length)[0] ?? null
}

function children(catalogue: SourceCatalogue, parent: SourceObject, side: Side, flows: readonly FlowTables[]): Child[] {
  return catalogue.objects.flatMap((table): Child[] => {
    if (table === parent || table.primaryKey.length === 0 || flows.some((flow) => flow.tables[side] === table))
      return []
    const column = table.columns.find(({ name }) => pointsTo(table, name, parent))
    if (column === undefined) return []
    const topic = tableTopic(table.name)
    const named = topic.isLines || topic.qualifiers.includes(tableTopic(parent.name).noun)
    const keyed = table.primaryKey.length > 1 && table.primaryKey.includes(column.name)
    return named || keyed ? [{ table, parent: column.name }] : []
  })
}

function linesField(pair: Both<Child>, flows: readonly FlowTables[]): ProposedField | null {
  const tables = [pair[0].table, pair[1].table] as const
  const parents = [pair[0].parent, pair[1].parent] as const
  const aside = [new Set([parents[0]]), new Set([parents[1]])] as const
  const references = pairReferences(tables, flows, aside)
  const columns = ([0, 1] as const).map((side) => {
    const used = new Set([...aside[side], ...references.map((field) => field.columns[side]), ...ownId(tables[side])])
    return tellingColumns(tables[side], used)
  }) as [SourceObject['columns'], SourceObject['columns']]
  const fields = [...references, ...pairColumns(tables, columns).map(typedField)]
  const key = keyOf(tables, fields)
  if (key.length === 0 || fields.length === key.length) return null
  return {
    name: 'lines',
    type: 'lines',
    required: false,
    columns: [tables[0].name, tables[1].name],
    lines: { parents, key, fields },
  }
}

/** A child's own single-column key says nothing about the line. */
function ownId(table: SourceObject): readonly string[] {
  return table.primaryKey.length === 1 ? table.primaryKey : []
}

/** A line number identifies a line best; else what makes a row unique in either system; else what it refers to. */
function keyOf(tables: Both<SourceObject>, fields: readonly ProposedField[]): readonly string[] {
  const numbered = fields.find((field) => field.name === 'line' && field.type === 'integer')
  if (numbered !== undefined) return [numbered.name]
  const unique = fields.filter((field) =>
    ([0, 1] as const).some((side) =>
      [tables[side].primaryKey, ...tables[side].uniqueKeys].some(
        (key) => key.length > 1 && key.includes(field.columns[side]),
      ),
    ),
  )
  if (unique.length > 0) return unique.map((field) => field.name)
  const reference = fields.find((field) => field.type === 'reference')
  return reference === undefined ? [] : [reference.name]
}
