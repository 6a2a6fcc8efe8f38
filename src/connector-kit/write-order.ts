import type { Raw } from '../model/value.ts'
import type { KeyColumn } from './port.ts'

/*
 * In which order the writes to one object can land. A unique value is freed before another record takes it; a record that
 * others refer to is deleted after they are gone or have moved away. Rings of unique values are broken by freeing one of
 * them for a moment. Pure.
 *
 *   layer 0 ── creates, then updates by turn, then deletes ──► layer 1 ── …
 */

export interface Keys {
  readonly uniqueKeys: readonly (readonly KeyColumn[])[]
  readonly ownReferences: readonly KeyColumn[]
  /** Columns that may be set for a moment by who does not change them; absent: none. */
  readonly writable?: ReadonlySet<string>
}

/** A write as far as its order matters. Values by column; undefined: not known. */
export interface OrderedWrite {
  readonly kind: 'create' | 'update' | 'delete'
  /** Remote id, where it is known. */
  readonly id: string | null
  before(column: string): Raw | undefined
  after(column: string): Raw | undefined
  /** The columns that it sets. */
  readonly sets: ReadonlySet<string>
}

export interface Turn {
  /** Writes of a lower layer are sent first. */
  readonly layer: number
  /** Among the updates of a layer. */
  readonly turn: number
  /** Writes (by place) without which this one must not be sent. */
  readonly after: readonly number[]
  /** Columns that are set before anything else of the layer, and to what. */
  readonly release: Readonly<Record<string, Raw>> | null
  /** Columns that are only released, and what they hold again afterwards. */
  readonly back: Readonly<Record<string, Raw>> | null
  readonly ring: number | null
  /** A column of the ring where no write of it can free anything for a moment, so that it cannot land; null: it can. */
  readonly stuck: string | null
}

interface Edge {
  readonly from: number
  readonly to: number
  readonly column: KeyColumn | null
  readonly key: readonly KeyColumn[] | null
}

/** `placeholder`: a value that nobody holds, for a column that takes no null; undefined when there is none. */
export function orderWrites(
  { uniqueKeys, ownReferences, writable = NONE }: Keys,
  writes: readonly OrderedWrite[],
  placeholder: (place: number, column: KeyColumn) => Raw | undefined,
): Turn[] {
  const edges = [...keyEdges(uniqueKeys, writes), ...referenceEdges(ownReferences, writes)]
  if (edges.length === 0) return writes.map(() => FIRST)
  const breaking: Breaking = {
    writes,
    placeholder,
    writable,
    released: new Map(),
    back: new Map(),
    rings: new Map(),
    stuck: new Map(),
  }
  return places(breaking, breakRings(breaking, edges))
}

const NONE: ReadonlySet<string> = new Set()
const FIRST: Turn = { layer: 0, turn: 0, after: [], release: null, back: null, ring: null, stuck: null }

/** How rings are broken; by place of the write. */
interface Breaking {
  readonly writes: readonly OrderedWrite[]
  readonly placeholder: (place: number, column: KeyColumn) => Raw | undefined
  readonly writable: ReadonlySet<string>
  readonly released: Map<number, Record<string, Raw>>
  readonly back: Map<number, Record<string, Raw>>
  readonly rings: Map<number, number>
  readonly stuck: Map<number, string>
}

function keyEdges(uniqueKeys: Keys['uniqueKeys'], writes: readonly OrderedWrite[]): Edge[] {
  const edges: Edge[] = []
  for (const key of uniqueKeys) {
    const holders = new Map<string, number>()
    const takers: [number, string][] = []
    writes.forEach((write, n) => {
      const held = write.kind === 'create' ? null : tuple(key, (column) => write.before(column))
      const wanted = write.kind === 'delete' ? null : tuple(key, (column) => write.after(column))
      if (held === wanted) return
      if (held !== null) holders.set(held, n)
      if (wanted !== null) takers.push([n, wanted])
    })
    for (const [to, wanted] of takers) {
      const from = holders.get(wanted)
      if (from !== undefined && from !== to) edges.push({ from, to, key, column: null })
    }
  }
  return edges
}

function referenceEdges(columns: readonly KeyColumn[], writes: readonly OrderedWrite[]): Edge[] {
  const deleted = new Map(writes.flatMap(({ kind, id }, n) => (kind === 'delete' && id !== null ? [[id, n]] : [])))
  if (deleted.size === 0) return []
  return columns.flatMap((column) =>
    writes.flatMap((write, from): Edge[] => {
      if (write.kind === 'create') return []
      const parent = write.before(column.name)
      const to = typeof parent === 'string' ? deleted.get(parent) : undefined
      const leaves = write.kind === 'delete' || write.after(column.name) !== parent
      return to === undefined || to === from || !leaves ? [] : [{ from, to, column, key: null }]
    }),
  )
}

/** The values of a key in one spelling, so that what may collide is not told apart; null: it cannot collide. */
function tuple(key: readonly KeyColumn[], value: (column: string) => Raw | undefined): string | null {
  const values: string[] = []
  for (const { name, kind } of key) {
    const raw = value(name)
    if (raw === null || raw === undefined) return null
    const text = raw.trim().toLowerCase()
    const number = kind === 'integer' || kind === 'decimal' || kind === 'float'
    values.push(number && text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  }
  return JSON.stringify(values)
}

/** Leaves out edges until no ring is left; who stands in one and how it is broken is noted. */
function breakRings(breaking: Breaking, edges: readonly Edge[]): Edge[] {
  const { writes, released, back, rings, stuck } = breaking
  let kept = [...edges]
  for (;;) {
    const parts = ringsOf(writes.length, kept)
    if (parts.length === 0) return kept
    for (const part of parts) {
      const within = kept.filter(({ from, to }) => part.has(from) && part.has(to))
      const [first] = part
      for (const n of part) if (!rings.has(n)) rings.set(n, first!)
      const step = freeing(breaking, within)
      if (step === null) {
        // Nothing can be freed for a moment: whatever the system refuses is tried again when the others have landed.
        const over = within.find(({ key }) => key !== null)
        const column = over?.key!.find(({ name }) => writes[over.to]!.sets.has(name))
        if (column) for (const n of part) stuck.set(n, column.name)
        kept = kept.filter((edge) => edge !== within[0])
        continue
      }
      const { place, column, value } = step
      const write = writes[place]!
      if (write.kind === 'delete') {
        // Who deletes several rows at once does not choose which goes first, so none of them refers to another.
        for (const { from, column: refers } of within)
          if (refers?.nullable) released.set(from, { ...released.get(from), [refers.name]: null })
        kept = kept.filter((edge) => !within.includes(edge) || !edge.column?.nullable)
        continue
      }
      released.set(place, { ...released.get(place), [column.name]: value })
      if (!write.sets.has(column.name))
        back.set(place, { ...back.get(place), [column.name]: write.before(column.name)! })
      kept = kept.filter((edge) => edge.from !== place || !(edge.key?.includes(column) ?? edge.column === column))
    }
  }
}

interface Freeing {
  readonly place: number
  readonly column: KeyColumn
  readonly value: Raw
}

/** What can be freed for a moment: sooner a column that may be empty than one that needs a placeholder, and that changes anyway. */
function freeing({ writes, placeholder, writable }: Breaking, edges: readonly Edge[]): Freeing | null {
  const options = (mayFree: (write: OrderedWrite, column: KeyColumn) => boolean): Omit<Freeing, 'value'>[] =>
    edges.flatMap(({ from, column, key }) => {
      const write = writes[from]!
      if (column) return write.kind === 'delete' && column.nullable ? [{ place: from, column }] : []
      if (write.kind !== 'update') return []
      return key!.filter((one) => mayFree(write, one)).map((one) => ({ place: from, column: one }))
    })
  const first = (among: readonly Omit<Freeing, 'value'>[]): Freeing | null => {
    const empty = among.find(({ column }) => column.nullable)
    if (empty) return { ...empty, value: null }
    for (const option of among) {
      const value = placeholder(option.place, option.column)
      if (value !== undefined) return { ...option, value }
    }
    return null
  }
  return (
    first(options((write, { name }) => write.sets.has(name))) ??
    // Another column of the same key, which holds afterwards what it held before.
    first(options((write, { name }) => writable.has(name) && typeof write.before(name) === 'string'))
  )
}

/** The strongly connected parts of more than one write. */
function ringsOf(count: number, edges: readonly Edge[]): ReadonlySet<number>[] {
  const next: number[][] = Array.from({ length: count }, () => [])
  for (const { from, to } of edges) next[from]!.push(to)
  const index = new Map<number, number>()
  const low = new Map<number, number>()
  const stack: number[] = []
  const onStack = new Set<number>()
  const found: ReadonlySet<number>[] = []
  for (const { from: root } of edges) {
    if (index.has(root)) continue
    // Without recursion: chains are as long as there are records.
    const path: { node: number; at: number }[] = [{ node: root, at: 0 }]
    const enter = (node: number): void => {
      index.set(node, index.size)
      low.set(node, index.get(node)!)
      stack.push(node)
      onStack.add(node)
    }
    enter(root)
    while (path.length > 0) {
      const step = path.at(-1)!
      const to = next[step.node]![step.at++]
      if (to !== undefined) {
        if (!index.has(to)) {
          enter(to)
          path.push({ node: to, at: 0 })
        } else if (onStack.has(to)) low.set(step.node, Math.min(low.get(step.node)!, index.get(to)!))
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent) low.set(parent.node, Math.min(low.get(parent.node)!, low.get(step.node)!))
      if (low.get(step.node) !== index.get(step.node)) continue
      const part = new Set<number>()
      for (;;) {
        const node = stack.pop()!
        onStack.delete(node)
        part.add(node)
        if (node === step.node) break
      }
      if (part.size > 1) found.push(part)
    }
  }
  return found
}

const RANK = { create: 0, update: 1, delete: 2 } as const

function places({ writes, released, back, rings, stuck }: Breaking, edges: readonly Edge[]): Turn[] {
  const layer = writes.map(() => 0)
  const turn = writes.map(() => 0)
  const inOrder = sorted(writes.length, edges)
  const into = Map.groupBy(edges, (edge) => edge.to)
  const members = Map.groupBy([...rings.keys()], (n) => rings.get(n)!)
  const waits = (edge: Edge): number => {
    const [a, b] = [writes[edge.from]!, writes[edge.to]!]
    // A deletion is sent when it is known that what refers to its record has gone.
    if (edge.column) return rings.has(edge.from) && rings.get(edge.from) === rings.get(edge.to) ? 0 : 1
    return RANK[a.kind] < RANK[b.kind] || (a.kind === 'update' && b.kind === 'update') ? 0 : 1
  }
  // All of a ring is sent at once, so what it waits for moves all of it.
  for (let again = true, most = writes.length; again && most > 0; most--) {
    again = false
    for (const n of inOrder) {
      for (const edge of into.get(n) ?? []) layer[n] = Math.max(layer[n]!, layer[edge.from]! + waits(edge))
    }
    for (const ring of members.values()) {
      const last = Math.max(...ring.map((n) => layer[n]!))
      for (const n of ring) {
        if (layer[n] === last) continue
        layer[n] = last
        again = true
      }
    }
  }
  for (const n of inOrder)
    for (const { from } of into.get(n) ?? [])
      if (layer[from] === layer[n] && writes[from]!.kind === writes[n]!.kind)
        turn[n] = Math.max(turn[n]!, turn[from]! + 1)
  return writes.map((_, n) => ({
    layer: layer[n]!,
    turn: turn[n]!,
    after: (into.get(n) ?? []).flatMap(({ from, column }) => (column && layer[from]! < layer[n]! ? [from] : [])),
    release: released.get(n) ?? null,
    back: back.get(n) ?? null,
    ring: rings.get(n) ?? null,
    stuck: stuck.get(n) ?? null,
  }))
}

/** Places in an order in which each comes after what it waits for. */
function sorted(count: number, edges: readonly Edge[]): number[] {
  const waiting = Array.from({ length: count }, () => 0)
  for (const { to } of edges) waiting[to]!++
  const from = Map.groupBy(edges, (edge) => edge.from)
  const result = waiting.flatMap((n, place) => (n === 0 ? [place] : []))
  for (let i = 0; i < result.length; i++)
    for (const { to } of from.get(result[i]!) ?? []) if (--waiting[to]! === 0) result.push(to)
  return result
}

/** A value that nobody holds, for a moment, made of a number that only this write has; undefined: there is none. */
export function placeholderFor(number: bigint, { kind, maxLength, refers }: KeyColumn): Raw | undefined {
  // It would have to be the id of a record.
  if (refers) return undefined
  switch (kind) {
    case 'text': {
      const text = `~${number.toString(36)}`
      return maxLength === null || text.length <= maxLength ? text : text.slice(-maxLength)
    }
    case 'integer':
      return String(-(number % 32_000n) - 1n)
    case 'decimal':
    case 'float':
      return String(-(number % 900n) - 1n)
    case 'uuid':
      return `ffffffff-ffff-4fff-8fff-${number.toString(16).padStart(12, '0').slice(-12)}`
    case 'date':
      return new Date(Date.UTC(1001, 0, 1) + Number(number % 200_000n) * 86_400_000).toISOString().slice(0, 10)
    case 'instant':
    case 'local timestamp':
      return new Date(Date.UTC(1971, 0, 1) + Number(number % 300_000_000n) * 1000).toISOString().slice(0, 19)
    default:
      return undefined
  }
}
