import type { SourceColumn, SourceObject } from './catalogue.ts'
import { entityOf, phraseSimilarity, settingName, singular, tableTopic, wordsOf } from './names.ts'
import type { Both, ProposedField, Side } from './proposal.ts'

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
): readonly ProposedField[] {
  const [left, right] = [pointers(tables[0], 0, flows, aside[0]), pointers(tables[1], 1, flows, aside[1])]
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

function pointers(
  table: SourceObject,
  side: Side,
  flows: readonly FlowTables[],
  aside: ReadonlySet<string>,
): Pointer[] {
  return table.columns.flatMap((column): Pointer[] => {
    if (aside.has(column.name)) return []
    const flow = flows.find(({ tables }) => pointsTo(table, column.name, tables[side]))
    return flow === undefined ? [] : [{ column, flow: flow.name, role: roleOf(column.name) }]
  })
}

/** By foreign key; where a schema has none on the column, by a name such as `customer_id`. */
export function pointsTo(table: SourceObject, column: string, target: SourceObject): boolean {
  const keys = table.foreignKeys.filter((key) => key.columns.includes(column))
  if (keys.length > 0) return keys.some((key) => key.columns.length === 1 && key.object === target.name)
  const words = wordsOf(column)
  if (words.length < 2 || words.at(-1) !== 'id' || (table.primaryKey.length === 1 && table.primaryKey[0] === column))
    return false
  const noun = words.at(-2)!
  const topic = tableTopic(target.name)
  return !topic.isOther && (singular(noun) === topic.noun || (entityOf(noun) ?? singular(noun)) === topic.entity)
}

function roleOf(column: string): string {
  return wordsOf(column)
    .filter((word) => word !== 'id' && entityOf(word) === undefined)
    .join(' ')
}
