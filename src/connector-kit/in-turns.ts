import type { DeleteItem, KeyColumn, UpdateItem } from './port.ts'
import type { Raw } from '../model/value.ts'

/** What sets columns of one record: an update, or what is freed before all of them. */
export interface Setting {
  readonly id: string
  readonly set: Readonly<Record<string, Raw>>
}

/** The updates of a batch in the order in which they can be applied: what is freed first, then turn by turn. */
export function inTurns(items: readonly UpdateItem[]): readonly (readonly Setting[])[] {
  const freed = freedIn(items)
  const turns = [...Map.groupBy(items, (item) => item.turn ?? 0)].toSorted(([a], [b]) => a - b)
  return [...(freed.length > 0 ? [freed] : []), ...turns.map(([, part]) => part)]
}

/** What items of a batch free first; one without the rest of its ring frees nothing, for nobody would take it. */
export function freedIn(items: readonly (UpdateItem | DeleteItem)[]): Setting[] {
  const members = Map.groupBy(items, (item) => item.ring)
  return items.flatMap(({ id, release, ring }) =>
    release && (ring === undefined || members.get(ring)!.length > 1) ? [{ id, set: release }] : [],
  )
}

/** Keys that a layout tells of: only whole ones, without the id, which is never written. */
export function keysOf(
  table: {
    readonly columns: ReadonlyMap<string, KeyColumn>
    readonly keys: readonly (readonly string[])[]
    readonly foreignKeys: readonly { readonly columns: readonly string[]; readonly object: string }[]
    readonly name: string
  },
  id: string,
): { readonly uniqueKeys: readonly (readonly KeyColumn[])[]; readonly ownReferences: readonly KeyColumn[] } {
  const refers = new Set(table.foreignKeys.flatMap(({ columns }) => columns))
  const column = (name: string): KeyColumn[] => {
    const found = table.columns.get(name)
    if (!found) return []
    const { kind, nullable, maxLength } = found
    return [{ name, kind, nullable, maxLength, ...(refers.has(name) && { refers: true }) }]
  }
  return {
    uniqueKeys: table.keys.flatMap((names) => {
      const columns = names.flatMap(column)
      return columns.length === 0 || columns.length < names.length || names.includes(id) ? [] : [columns]
    }),
    ownReferences: table.foreignKeys.flatMap(({ columns, object }) =>
      object === table.name && columns.length === 1 ? columns.flatMap(column) : [],
    ),
  }
}

/** The ring that an item of a batch belongs to. */
export const ringOf = (item: object): number | undefined =>
  'ring' in item && typeof item.ring === 'number' ? item.ring : undefined
