import type { SourceColumn, SourceObject } from './catalogue.ts'
import { entityOf, phraseSimilarity, settingName, singular, wordsOf } from './names.ts'
import type { Pointers } from './pointers.ts'
import type { Both, ProposedField, Side } from './proposal.ts'
import { isSecret } from './secret-names.ts'

/** A flow as far as references need it. */
export interface FlowTables {
  readonly name: string
  readonly tables: Both<SourceObject>
}

interface Pointer {
  readonly column: SourceColumn
  readonly flow: string
  /** What the column says besides the entity, e.g. `bill to`. */
  readonly role: string
}

/** Reference fields of two tables: columns on both sides that point to records of the same flow. */
export function pairReferences(
  tables: Both<SourceObject>,
  flows: readonly FlowTables[],
  aside: Both<ReadonlySet<string>>,
  pointers: Both<Pointers>,
): readonly ProposedField[] {
  const [left, right] = SIDES.map((side) => pointing(tables[side], side, flows, aside[side], pointers[side])) as [
    Pointer[],
    Pointer[],
  ]
  const taken = new Set<Pointer>()
  const fields: ProposedField[] = []
  for (const a of left) {
    const [b] = right
      .filter((other) => other.flow === a.flow && !taken.has(other))
      .toSorted((x, y) => phraseSimilarity(y.role, a.role) - phraseSimilarity(x.role, a.role))
    if (b === undefined) continue
    taken.add(b)
    const alone = left.filter((other) => other.flow === a.flow).length === 1
    fields.push({
      name: alone ? settingName(singular(a.flow)) : settingName(`${a.role} ${singular(a.flow)}`),
      type: 'reference',
      flow: a.flow,
      required: [a, b].some((pointer) => !pointer.column.nullable && !pointer.column.hasDefault),
      columns: [a.column.name, b.column.name],
    })
  }
  return fields
}

const SIDES = [0, 1] as const

function pointing(
  table: SourceObject,
  side: Side,
  flows: readonly FlowTables[],
  aside: ReadonlySet<string>,
  pointers: Pointers,
): Pointer[] {
  const first = new Map<SourceObject, FlowTables>()
  for (const flow of flows) if (!first.has(flow.tables[side])) first.set(flow.tables[side], flow)
  const places = new Map(flows.map((flow, place) => [flow, place]))
  return table.columns.flatMap((column): Pointer[] => {
    if (aside.has(column.name) || isSecret(column.name)) return []
    const [flow] = pointers
      .of(table, column.name)
      .flatMap((target) => first.get(target) ?? [])
      .toSorted((x, y) => places.get(x)! - places.get(y)!)
    return flow === undefined ? [] : [{ column, flow: flow.name, role: roleOf(column.name) }]
  })
}

function roleOf(column: string): string {
  return wordsOf(column)
    .filter((word) => word !== 'id' && entityOf(word) === undefined)
    .join(' ')
}
