import type { Place } from '../finding.ts'

/*
 * A contract file as a tree in which everything knows its place, so that every later check can name line and column.
 * Anchors, aliases and merge keys are resolved; keys are unique; null entries of a map are kept but `get` skips them.
 */

export type Node = MapNode | ListNode | ScalarNode

export interface MapNode {
  readonly kind: 'map'
  readonly place: Place
  readonly entries: Map<string, Entry>
}

export interface Entry {
  /** Place of the key. */
  readonly place: Place
  readonly value: Node
  /** A flow's setting that stands in `defaults`. */
  readonly inherited?: true
}

export interface ListNode {
  readonly kind: 'list'
  readonly place: Place
  readonly items: Node[]
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly place: Place
  readonly value: string | number | boolean | null
  /** As written: `007` stays `007`; quotes and escapes of YAML undone. */
  readonly text: string
  /** Column of the text's first character when the text stands in the file letter by letter, else null. */
  readonly textColumn: number | null
}

/** The value of a key; undefined when the key is absent or has no value. */
export function get(map: MapNode | undefined, key: string): Node | undefined {
  const value = map?.entries.get(key)?.value
  return value?.kind === 'scalar' && value.value === null ? undefined : value
}

export function getMap(map: MapNode | undefined, key: string): MapNode | undefined {
  const value = get(map, key)
  return value?.kind === 'map' ? value : undefined
}

export function getScalar(map: MapNode | undefined, key: string): ScalarNode | undefined {
  const value = get(map, key)
  return value?.kind === 'scalar' ? value : undefined
}

export function getText(map: MapNode | undefined, key: string): string | undefined {
  return getScalar(map, key)?.text
}

/** Scalars of a list as text; other items are left out. */
export function texts(node: Node | undefined): readonly ScalarNode[] {
  return node?.kind === 'list' ? node.items.filter((item) => item.kind === 'scalar') : []
}

/** Entries whose value is not null, in file order. */
export function entriesOf(map: MapNode | undefined): readonly (readonly [string, Entry])[] {
  return map === undefined ? [] : [...map.entries].filter(([key]) => get(map, key) !== undefined)
}

/** Where a key stands, or would stand: its own place, else that of the innermost map around it. */
export function placeOf(root: MapNode, path: readonly (string | number)[]): Place {
  let place = root.place
  let node: Node | undefined = root
  for (const step of path) {
    if (node?.kind === 'map') {
      const entry: Entry | undefined = node.entries.get(String(step))
      if (entry === undefined) return place
      place = entry.place
      node = entry.value
    } else if (node?.kind === 'list') {
      node = node.items[Number(step)]
      if (node === undefined) return place
      place = node.place
    } else return place
  }
  return place
}

/** The place of the character at `offset` of a scalar's text, as exactly as the file's way of writing it allows. */
export function placeInText(scalar: ScalarNode, offset: number): Place {
  return scalar.textColumn === null ? scalar.place : { ...scalar.place, column: scalar.textColumn + offset }
}

/** Only file, line and column. */
export function plainPlace(place: Place): Place {
  return { file: place.file, line: place.line, column: place.column }
}
