import type { Connector } from '../connector-kit/port.ts'
import type { Contract, Flow } from '../contract/contract.ts'
import { mappedColumns } from '../contract/mapping/mapping.ts'
import { decodeImage } from '../model/image.ts'
import type { Raw } from '../model/value.ts'
import type { Session } from '../store/database/database.ts'
import { layouts, type KnownFlow } from '../store/state/flows.ts'
import { sampleLinks } from '../store/systems/system-identities.ts'
import { readAll } from './read-all.ts'
import { inShape, layoutNames } from './row-shape.ts'
import { objectSpec } from './side.ts'

/*
 * Whether a database holds the records that were agreed with a system: some of them are read by their ids, and compared
 * with what they were last known to be. Somebody may have edited them since, so most of a record's values are enough;
 * another company's customer has the same id but hardly a value in common.
 */

/** Records of one flow that were looked at. */
export interface Sample {
  readonly flow: string
  readonly looked: number
  /** All mapped values are as they were. */
  readonly same: number
  /** At least half of them are. */
  readonly changed: number
  /** Something else has the id. */
  readonly other: number
  readonly gone: number
}

const MOST = 1_000

/** Compares linked records of every flow of the contract with what a system holds under their ids. */
export async function sampleSystem(
  session: Session,
  contract: Contract,
  known: ReadonlyMap<string, KnownFlow>,
  connector: Connector,
  system: string,
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (const flow of contract.flows.values()) {
    if (flow.systems.includes(system))
      samples.push(await sampleFlow(session, flow, known.get(flow.name)!, connector, system))
  }
  return samples
}

async function sampleFlow(
  session: Session,
  flow: Flow,
  { row, sides }: KnownFlow,
  connector: Connector,
  system: string,
): Promise<Sample> {
  const side = sides.find((one) => one.system === system)!
  const links = await sampleLinks(session, side.id, MOST)
  const sample = { flow: flow.name, looked: links.length, same: 0, changed: 0, other: 0, gone: 0 }
  if (links.length === 0) return sample
  const remote = await connector.open(objectSpec(flow, system))
  const shapes = await layouts(session, row.id)
  const names = layoutNames(remote.layout)
  const mapped = mappedColumns(flow, system)
  const places = remote.layout.columns.flatMap((column, place) =>
    mapped.includes(column) && place !== remote.layout.id ? place : [],
  )
  const { maxBatch } = remote.capabilities
  for (let i = 0; i < links.length; i += maxBatch) {
    const part = links.slice(i, i + maxBatch)
    const found = new Map(
      (
        await readAll(
          { remote },
          part.map((link) => link.remoteId),
        )
      ).map((record) => [record.id, record]),
    )
    for (const { remoteId, image, layoutId } of part) {
      const record = found.get(remoteId)
      if (!record) sample.gone++
      else if (record.image === image) sample.same++
      else sample[likeness(inShape(decodeImage(image), shapes.get(layoutId) ?? [], names), record.values, places)]++
    }
  }
  return sample
}

function likeness(
  before: readonly Raw[],
  now: readonly Raw[],
  places: readonly number[],
): 'same' | 'changed' | 'other' {
  const filled = places.filter((place) => (before[place] ?? null) !== null || (now[place] ?? null) !== null)
  const equal = filled.filter((place) => before[place] === now[place]).length
  if (equal === filled.length) return 'same'
  return equal * 2 >= filled.length ? 'changed' : 'other'
}

/** Whether the records are, all in all, those that were agreed: hardly any is something else, and most are there. */
export const fits = (samples: readonly Sample[]): boolean =>
  samples.every(({ looked, same, changed, other }) => other * 10 <= looked && (same + changed) * 2 >= looked)
