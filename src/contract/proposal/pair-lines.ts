import type { SourceCatalogue, SourceObject } from './catalogue.ts'
import { entityOf, isDocument, isLineWord, tableTopic } from './names.ts'
import { pairColumns, tellingColumns, typedField } from './pair-columns.ts'
import { type FlowTables, pairReferences, pointsTo } from './pair-references.ts'
import type { Both, ProposedField, Side } from './proposal.ts'

const SIDES = [0, 1] as const

interface Child {
  readonly table: SourceObject
  readonly parent: string
  /** How much speaks for the rows being this parent's own, see `belonging`. */
  readonly belongs: number
}

/** The `lines` of a flow: child tables on both sides whose rows can be told apart by the same sub-fields; null: none. */
export function pairLines(
  catalogues: Both<SourceCatalogue>,
  flow: FlowTables,
  flows: readonly FlowTables[],
): ProposedField | null {
  const childrenOf = (other: FlowTables) =>
    SIDES.map((side) => children(catalogues[side], other.tables[side], side, flows)) as [Child[], Child[]]
  const [left, right] = childrenOf(flow)
  const proposals = left
    .flatMap((a) => right.map((b) => [a, b] as const))
    .filter((pair) => flows.every((other) => other === flow || !claims(childrenOf(other), pair)))
    .map((pair) => linesField(pair, flows))
    .filter((field) => field !== null)
  return proposals.toSorted((x, y) => y.lines!.fields.length - x.lines!.fields.length)[0] ?? null
}

/** Whether the rows of a pair rather belong to the parents that these children were found under. */
function claims(others: Both<readonly Child[]>, pair: Both<Child>): boolean {
  const same = SIDES.map((side) => others[side].find((child) => child.table === pair[side].table))
  if (same[0] === undefined || same[1] === undefined) return false
  return same[0].belongs + same[1].belongs > pair[0].belongs + pair[1].belongs
}

function children(catalogue: SourceCatalogue, parent: SourceObject, side: Side, flows: readonly FlowTables[]): Child[] {
  return catalogue.objects.flatMap((table): Child[] => {
    if (table === parent || table.primaryKey.length === 0 || flows.some((flow) => flow.tables[side] === table))
      return []
    const column = table.columns.find(({ name }) => pointsTo(table, name, parent))
    if (column === undefined) return []
    const topic = tableTopic(table.name)
    const { noun, entity } = tableTopic(parent.name)
    const bare = isLineWord(topic.noun) && isDocument(entity)
    const named = topic.isLines || bare || topic.qualifiers.includes(noun)
    const keyed = table.primaryKey.length > 1 && table.primaryKey.includes(column.name)
    const belongs = belonging(table, column.name, parent)
    const ofAnother = catalogue.objects.some(
      (other) => other !== parent && !isInFlow(other, side, flows) && belongsMore(table, other, belongs),
    )
    return (named || keyed) && !ofAnother ? [{ table, parent: column.name, belongs }] : []
  })
}

const isInFlow = (table: SourceObject, side: Side, flows: readonly FlowTables[]): boolean =>
  flows.some((flow) => flow.tables[side] === table)

/** A parent that has no counterpart takes its lines with it: order lines are no lines of products. */
function belongsMore(table: SourceObject, parent: SourceObject, than: number): boolean {
  const column = table.columns.find(({ name }) => pointsTo(table, name, parent))
  return column !== undefined && belonging(table, column.name, parent) > than
}

/**
 * How much speaks for a table's rows being lines of a parent, where it points to several: `order_details` are the
 * order's and not the product's. Its name says most, then that the parent is a document, then the key.
 */
function belonging(table: SourceObject, column: string, parent: SourceObject): number {
  const { entity, noun, of } = tableTopic(parent.name)
  const said = tableTopic(table.name).of
  // Lines of `purchase_orders` say both words.
  const whole = said.join(' ').endsWith([...of, noun].join(' ')) ? of.length : 0
  const byName = said.includes(noun) ? 5 + whole : said.some((word) => entityOf(word) === entity) ? 4 : 0
  const place = table.primaryKey.length > 1 ? table.primaryKey.indexOf(column) : -1
  return byName + (isDocument(entity) ? 2 : 0) + (place < 0 ? 0 : 1 / (place + 1))
}

function linesField(pair: Both<Child>, flows: readonly FlowTables[]): ProposedField | null {
  const tables = [pair[0].table, pair[1].table] as const
  const parents = [pair[0].parent, pair[1].parent] as const
  const aside = [new Set([parents[0]]), new Set([parents[1]])] as const
  const references = pairReferences(tables, flows, aside)
  const columns = SIDES.map((side) => {
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
    SIDES.some((side) =>
      [tables[side].primaryKey, ...tables[side].uniqueKeys].some(
        (key) => key.length > 1 && key.includes(field.columns[side]),
      ),
    ),
  )
  if (unique.length > 0) return unique.map((field) => field.name)
  const reference = fields.find((field) => field.type === 'reference')
  return reference === undefined ? [] : [reference.name]
}
