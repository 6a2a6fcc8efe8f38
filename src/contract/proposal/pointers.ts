import type { SourceCatalogue, SourceObject } from './catalogue.ts'
import { entityOf, singular, wordsOf } from './names.ts'
import { topicOf } from './table-topic.ts'

/** A column of a table that holds the id of a record of another one. */
export interface Pointing {
  readonly table: SourceObject
  readonly column: string
}

/**
 * Which columns of a system point to which tables: by foreign key; where a schema has none on the column, by a name such as
 * `customer_id`. Found once for all tables.
 */
export class Pointers {
  private readonly byName = new Map<string, SourceObject>()
  private readonly byTopic = new Map<string, SourceObject[]>()
  /** By table, then by column. */
  private readonly targets = new Map<SourceObject, Map<string, readonly SourceObject[]>>()
  private readonly sources = new Map<SourceObject, Pointing[]>()

  constructor(catalogue: SourceCatalogue) {
    for (const table of catalogue.objects) {
      this.byName.set(table.name, table)
      const { noun, entity, isOther } = topicOf(table)
      if (!isOther) for (const key of new Set([`noun ${noun}`, `entity ${entity}`])) add(this.byTopic, key, table)
    }
    for (const table of catalogue.objects) {
      const columns = new Map(table.columns.map(({ name }) => [name, this.find(table, name)] as const))
      this.targets.set(table, columns)
      const seen = new Set<SourceObject>()
      for (const [column, targets] of columns) {
        for (const target of targets) if (!seen.has(target)) add(this.sources, target, { table, column })
        for (const target of targets) seen.add(target)
      }
    }
  }

  /** Tables that a column may point to. */
  of(table: SourceObject, column: string): readonly SourceObject[] {
    return this.targets.get(table)?.get(column) ?? []
  }

  /** The tables that point to one, each with the first column that does, in the order of the catalogue. */
  to(target: SourceObject): readonly Pointing[] {
    return this.sources.get(target) ?? []
  }

  /** What a table points to, each with the first column that does. */
  from(table: SourceObject): ReadonlyMap<SourceObject, string> {
    const found = new Map<SourceObject, string>()
    for (const [column, targets] of this.targets.get(table) ?? [])
      for (const target of targets) if (!found.has(target)) found.set(target, column)
    return found
  }

  private find(table: SourceObject, column: string): readonly SourceObject[] {
    const keys = table.foreignKeys.filter((key) => key.columns.includes(column))
    if (keys.length > 0)
      return keys.flatMap((key) => (key.columns.length === 1 ? (this.byName.get(key.object) ?? []) : []))
    const words = wordsOf(column)
    if (words.length < 2 || words.at(-1) !== 'id' || (table.primaryKey.length === 1 && table.primaryKey[0] === column))
      return []
    const noun = singular(words.at(-2)!)
    const named = [
      ...(this.byTopic.get(`noun ${noun}`) ?? []),
      ...(this.byTopic.get(`entity ${entityOf(noun) ?? noun}`) ?? []),
    ]
    return [...new Set(named)]
  }
}

function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key)
  if (values) values.push(value)
  else map.set(key, [value])
}
