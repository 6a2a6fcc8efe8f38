import type { SourceObject } from './catalogue.ts'
import { entityOf, isDocument, isLineWord } from './names.ts'
import { pairColumns, tellingColumns, typedField } from './pair-columns.ts'
import { type FlowTables, pairReferences } from './pair-references.ts'
import type { Pointers } from './pointers.ts'
import type { Both, ProposedField, Side } from './proposal.ts'
import { topicOf } from './table-topic.ts'

const SIDES = [0, 1] as const

interface Child {
  readonly table: SourceObject
  readonly parent: string
  /** How much speaks for the rows being this parent's own, see `belonging`. */
  readonly belongs: number
}

/** Finds the `lines` of flows: child tables on both sides whose rows can be told apart by the same sub-fields. */
export class LinePairs {
  private readonly pointers: Both<Pointers>
  private readonly flows: readonly FlowTables[]
  private readonly inFlow: Both<ReadonlySet<SourceObject>>
  private readonly children = new Map<FlowTables, Both<ReadonlyMap<SourceObject, Child>>>()

  constructor(pointers: Both<Pointers>, flows: readonly FlowTables[]) {
    this.pointers = pointers
    this.flows = flows
    this.inFlow = [new Set(flows.map((flow) => flow.tables[0])), new Set(flows.map((flow) => flow.tables[1]))]
    for (const flow of flows) this.children.set(flow, [this.childrenOf(flow, 0), this.childrenOf(flow, 1)])
  }

  /** Null: the flow has none. */
  of(flow: FlowTables): ProposedField | null {
    const [left, right] = this.children.get(flow)!
    const proposals = [...left.values()]
      .flatMap((a) => [...right.values()].map((b) => [a, b] as const))
      .filter((pair) => this.flows.every((other) => other === flow || !this.claims(other, pair)))
      .map((pair) => linesField(pair, this.flows, this.pointers))
      .filter((field) => field !== null)
    return proposals.toSorted((x, y) => y.lines!.fields.length - x.lines!.fields.length)[0] ?? null
  }

  /** Whether the rows of a pair rather belong to the parents of another flow. */
  private claims(other: FlowTables, pair: Both<Child>): boolean {
    const [left, right] = this.children.get(other)!
    const same = [left.get(pair[0].table), right.get(pair[1].table)] as const
    if (same[0] === undefined || same[1] === undefined) return false
    return same[0].belongs + same[1].belongs > pair[0].belongs + pair[1].belongs
  }

  private childrenOf(flow: FlowTables, side: Side): ReadonlyMap<SourceObject, Child> {
    const parent = flow.tables[side]
    const { noun, entity } = topicOf(parent)
    const found = new Map<SourceObject, Child>()
    for (const { table, column } of this.pointers[side].to(parent)) {
      if (table === parent || table.primaryKey.length === 0 || this.inFlow[side].has(table)) continue
      const topic = topicOf(table)
      const bare = isLineWord(topic.noun) && isDocument(entity)
      const named = topic.isLines || bare || topic.qualifiers.includes(noun)
      const keyed = table.primaryKey.length > 1 && table.primaryKey.includes(column)
      if (!named && !keyed) continue
      const belongs = belonging(table, column, parent)
      // A parent that has no counterpart takes its lines with it: order lines are no lines of products.
      const ofAnother = [...this.pointers[side].from(table)].some(
        ([other, by]) => other !== parent && !this.inFlow[side].has(other) && belonging(table, by, other) > belongs,
      )
      if (!ofAnother) found.set(table, { table, parent: column, belongs })
    }
    return found
  }
}

/**
 * How much speaks for a table's rows being lines of a parent, where it points to several: `order_details` are the
 * order's and not the product's. Its name says most, then that the parent is a document, then the key.
 */
function belonging(table: SourceObject, column: string, parent: SourceObject): number {
  const { entity, noun, of } = topicOf(parent)
  const said = topicOf(table).of
  // Lines of `purchase_orders` say both words.
  const whole = said.join(' ').endsWith([...of, noun].join(' ')) ? of.length : 0
  const byName = said.includes(noun) ? 5 + whole : said.some((word) => entityOf(word) === entity) ? 4 : 0
  const place = table.primaryKey.length > 1 ? table.primaryKey.indexOf(column) : -1
  return byName + (isDocument(entity) ? 2 : 0) + (place < 0 ? 0 : 1 / (place + 1))
}

function linesField(pair: Both<Child>, flows: readonly FlowTables[], pointers: Both<Pointers>): ProposedField | null {
  const tables = [pair[0].table, pair[1].table] as const
  const parents = [pair[0].parent, pair[1].parent] as const
  const aside = [new Set([parents[0]]), new Set([parents[1]])] as const
  const references = pairReferences(tables, flows, aside, pointers)
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
