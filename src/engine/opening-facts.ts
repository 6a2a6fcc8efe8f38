import type { Capabilities, Connector, Measures, OpenedCatalogue, RemoteObject } from '../connector-kit/port.ts'
import type { Flow } from '../contract/contract.ts'

/** What is known of one system of a flow when it is opened. */
export interface OpeningFacts {
  readonly catalogue: OpenedCatalogue
  /** Whether two rows have the same id; null: nobody looked, since a key of the table proves that none have. */
  readonly sharedId: boolean | null
  /** Whether a write that comes too late is refused by the system itself. */
  readonly guard?: Capabilities['guard']
  /** What the object was measured to do otherwise than described; null: nobody measured it. */
  readonly measured?: NonNullable<RemoteObject['measured']> | null
  /** Only where somebody asks what would happen, since it reads more of the system. */
  readonly looked?: {
    /** Length of the longest value by column, where the column is text. */
    readonly longest: ReadonlyMap<string, number>
    /** How many rows were looked at, and in how many of them each column is filled. */
    readonly rows: number
    readonly filled: ReadonlyMap<string, number>
    readonly pooled: boolean
  }
}

/** For so long a look whether ids are shared is believed. */
const BELIEVED_MS = 10 * 60_000
const looks = new WeakMap<Connector, Map<string, { readonly at: number; readonly shared: boolean }>>()

/** The facts that every opening needs; null for a system without a catalogue. */
export async function openingFacts(
  connector: Connector,
  flow: Flow,
  system: string,
  remote: RemoteObject,
  now: number,
): Promise<OpeningFacts | null> {
  const { measure, measured } = remote
  if (remote.catalogue === undefined) return null
  const guarantees = { guard: remote.capabilities.guard, ...(measured !== undefined && { measured }) }
  const { catalogue } = remote
  const { object, id } = flow.records[system]!
  const { primaryKey, uniqueKeys } = catalogue.object
  if ([primaryKey, ...uniqueKeys].some((key) => key.length === 1 && key[0] === id) || measure === undefined)
    return { catalogue, ...guarantees, sharedId: null }
  const known = looks.get(connector) ?? new Map<string, { at: number; shared: boolean }>()
  looks.set(connector, known)
  const key = JSON.stringify([object, id])
  const last = known.get(key)
  // What was shared may have been put right a moment ago.
  if (last !== undefined && !last.shared && now - last.at < BELIEVED_MS)
    return { catalogue, ...guarantees, sharedId: false }
  const shared = await measure.sharedId()
  known.set(key, { at: now, shared })
  return { catalogue, ...guarantees, sharedId: shared }
}

/** The same with what only those are told who ask. `mapped`: columns that the flow reads or writes. */
export async function closerFacts(
  connector: Connector,
  facts: OpeningFacts,
  measure: Measures | undefined,
  mapped: ReadonlySet<string>,
): Promise<OpeningFacts> {
  if (measure === undefined) return facts
  const { columns } = facts.catalogue.object
  const texts = columns.filter(({ name, kind }) => kind === 'text' && mapped.has(name)).map(({ name }) => name)
  const others = columns
    .filter(({ name, nullable, hasDefault, kind }) => nullable && !hasDefault && kind !== 'binary' && !mapped.has(name))
    .map(({ name }) => name)
  const longest = await measure.longest(texts)
  const { rows, filled } = await measure.filled(others)
  return {
    ...facts,
    looked: {
      longest: new Map(texts.flatMap((name, i) => (typeof longest[i] === 'number' ? [[name, longest[i]]] : []))),
      rows,
      filled: new Map(others.map((name, i) => [name, filled[i]!])),
      pooled: (await connector.isPooled?.()) ?? false,
    },
  }
}
