import type { Connector, RemoteObject } from '../connector-kit/port.ts'
import type { Contract, Field, Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Session } from '../store/database/database.ts'
import type { KnownFlow } from '../store/state/flows.ts'
import { recordsOfRemotes } from '../store/state/links.ts'
import type { Side } from './side.ts'

/*
 * Records that refer to a record which is to be deleted in their system, of whatever flow. The system itself is asked,
 * because it may hold more of them than we know, and may take them all along.
 */

/** A column of one system that refers to records of a flow. */
export interface Referring {
  readonly flow: string
  readonly sideId: number
  readonly column: string
  /** Its records are of the very flow that they refer to. */
  readonly own: boolean
  /** Null where the object is not there. */
  open(): Promise<RemoteObject | null>
}

export interface Dependant {
  readonly flow: string
  readonly remoteId: string
  /** Null when it is not linked. */
  readonly recordId: string | null
  readonly column: string
  readonly own: boolean
}

/** How many of a record's dependants are looked at. */
const MOST = 50

export function referringTo(
  connectors: ReadonlyMap<string, Connector>,
  contract: Contract,
  flow: Flow,
  system: string,
  known: ReadonlyMap<string, KnownFlow>,
): Referring[] {
  return [...contract.flows.values()].flatMap((other): Referring[] => {
    const sideId = known.get(other.name)?.sides.find((side) => side.system === system)?.id
    const records = other.records[system]
    if (sideId === undefined || records === undefined) return []
    const of = (object: string, id: string, fields: readonly Field[]): Referring[] =>
      fields.flatMap(({ spec, mapping }) => {
        const place = mapping[system]
        if (spec.type !== 'reference' || spec.flow !== flow.name || place?.kind !== 'column') return []
        const { column } = place
        return [
          {
            flow: other.name,
            sideId,
            column,
            own: other.name === flow.name,
            open: once(() => openIfThere(connectors.get(system), object, id, column)),
          },
        ]
      })
    const lines = other.fields.flatMap((field) => {
      const place = field.mapping[system]
      // The id of such a row is its parent's, which is the record that refers.
      return place?.kind === 'lines' && field.lines ? of(place.object, place.parent, field.lines.fields) : []
    })
    return [...of(records.object, records.id, other.fields), ...lines]
  })
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null
      throw error
    })
    return made
  }
}

async function openIfThere(
  connector: Connector | undefined,
  object: string,
  id: string,
  column: string,
): Promise<RemoteObject | null> {
  if (!connector) return null
  try {
    return await connector.open({ object, id, fields: [column] })
  } catch (error) {
    const absent = error instanceof ConcordatError && /no-such|forbidden|unsupported/.test(error.code)
    if (absent) return null
    throw error
  }
}

/** What refers to these records of a side, by their remote ids. */
export async function dependantsOf(
  session: Session,
  side: Side,
  remoteIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Dependant[]>> {
  const found = new Map<string, Dependant[]>()
  if (remoteIds.length === 0) return found
  for (const { flow, sideId, column, own, open } of side.referring) {
    const remote = await open()
    if (!remote) continue
    const { maxBatch } = remote.capabilities
    for (let i = 0; i < remoteIds.length; i += maxBatch) {
      const part = remoteIds.slice(i, i + maxBatch)
      const hits = await remote.search(
        part.map((id) => ({ [column]: id })),
        MOST,
      )
      const ids = [...new Set(hits.flat().map((record) => record.id))]
      const records = await recordsOfRemotes(session, sideId, ids)
      hits.forEach((rows, n) => {
        for (const { id } of rows) {
          if (own && id === part[n]) continue
          const list = found.get(part[n]!) ?? []
          found.set(part[n]!, list)
          list.push({ flow, remoteId: id, recordId: records.get(id) ?? null, column, own })
        }
      })
    }
  }
  return found
}
