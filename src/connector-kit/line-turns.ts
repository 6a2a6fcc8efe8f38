import { decodeImage } from '../model/image.ts'
import type { Raw } from '../model/value.ts'
import type { KeyColumn, LinesLayout, LineUpdate } from './port.ts'
import { orderWrites, placeholderFor } from './write-order.ts'

/** Updates of a record's child rows: what is freed first, then turn by turn. */
export interface LineTurns {
  readonly freed: readonly LineUpdate[]
  readonly turns: readonly (readonly LineUpdate[])[]
}

/**
 * In which order child rows change when some of their columns are unique together. `keys`: without the parent's column;
 * `expect`: the image of the whole record before.
 */
export function lineTurns(
  keys: readonly (readonly KeyColumn[])[],
  { place, columns }: LinesLayout,
  expect: string,
  updates: readonly LineUpdate[],
): LineTurns {
  const touched = keys.some((key) => updates.some(({ set }) => key.some(({ name }) => Object.hasOwn(set, name))))
  if (!touched || updates.length < 2) return { freed: [], turns: [updates] }
  const rows = new Map((JSON.parse(decodeImage(expect)[place] ?? '[]') as Raw[][]).map((row) => [row[0], row]))
  const order = orderWrites(
    { uniqueKeys: keys, ownReferences: [] },
    updates.map(({ id, set }) => {
      const row = rows.get(id)
      const before = (column: string): Raw | undefined => row?.[columns.indexOf(column)]
      return {
        kind: 'update' as const,
        id,
        before,
        after: (column: string) => (Object.hasOwn(set, column) ? set[column]! : before(column)),
        sets: new Set(Object.keys(set)),
      }
    }),
    (line, column) => placeholderFor(BigInt(line) + 20_000n, column),
  )
  const freed = updates.flatMap(({ id }, i) => (order[i]!.release ? [{ id, set: order[i]!.release }] : []))
  const turns = [...Map.groupBy(updates, (_, i) => order[i]!.turn)].toSorted(([a], [b]) => a - b)
  return { freed, turns: turns.map(([, part]) => part) }
}

/** The unique keys of a child table without its parent's column; none of them is only what tells its rows apart. */
export function lineKeys(child: {
  readonly table: { readonly columns: ReadonlyMap<string, KeyColumn>; readonly keys: readonly (readonly string[])[] }
  readonly parent: { readonly name: string }
  readonly keys: readonly { readonly name: string }[]
}): readonly (readonly KeyColumn[])[] {
  const own = new Set(child.keys.map(({ name }) => name))
  return child.table.keys.flatMap((names) => {
    const rest = names.filter((name) => name !== child.parent.name)
    const columns = rest.flatMap((name) => child.table.columns.get(name) ?? [])
    return rest.every((name) => own.has(name)) ? [] : [columns]
  })
}
