import { withoutMarked } from '../connector-kit/tombstones.ts'
import type { RemoteObject } from '../connector-kit/port.ts'
import type { Contract, Flow } from '../contract/contract.ts'
import { localZone } from '../contract/mapping/mapping.ts'
import { ConcordatError } from '../model/errors.ts'
import { ensureLayout, type KnownFlow } from '../store/state/flows.ts'
import { refuseIncomparableTimes } from './comparable-times.ts'
import { referringTo } from './dependants.ts'
import { openingFacts, type OpeningFacts } from './opening-facts.ts'
import { blocking, holdsObject, openingFindings } from './opening-findings.ts'
import { layoutNames } from './row-shape.ts'
import { compileSide, idMaker, objectSpec, type Side } from './side.ts'
import { trustPlaces } from './trust-places.ts'
import { trustSystems, type TrustParts } from './trust-systems.ts'
import { readWatermark } from './watermark.ts'

/**
 * Opens the flow's object in each of its systems, once they are known to be the right ones, and compiles the mappings;
 * throws where what a catalogue says would lose or corrupt data. `known`: all flows of the contract.
 */
export async function openSides(
  deps: TrustParts,
  contract: Contract,
  flow: Flow,
  known: ReadonlyMap<string, KnownFlow>,
  shapes: Map<number, readonly string[]>,
): Promise<Side[]> {
  const { row: flowRow, sides: rows } = known.get(flow.name)!
  await trustSystems(deps, contract, flow.systems, known)
  const sides: Side[] = []
  const facts = new Map<string, OpeningFacts>()
  const objects = new Map<string, RemoteObject>()
  for (const { system } of rows) objects.set(system, await deps.connectors.get(system)!.open(objectSpec(flow, system)))
  await trustPlaces(deps.database, flow, known.get(flow.name)!, objects, new Date(deps.clock()))
  for (const row of rows) {
    const connector = deps.connectors.get(row.system)!
    const opened = objects.get(row.system)!
    const found = await openingFacts(connector, flow, row.system, opened, deps.clock())
    if (found) facts.set(row.system, found)
    const marks = flow.records[row.system]!.deleted
    const remote = marks ? withoutMarked(opened, marks) : opened
    const behind = await readWatermark(deps, contract, row.system, opened)
    const parents = new Map<string, number>()
    for (const [name, other] of known) {
      const parent = other.sides.find((side) => side.system === row.system)
      if (parent) parents.set(name, parent.id)
    }
    const newId = idMaker(flow, row.system)
    sides.push({
      id: row.id,
      system: row.system,
      remote,
      ...(marks && { readMarked: (ids: readonly string[]) => opened.read(ids) }),
      ...(behind && { behind }),
      mapping: compileSide(flow, row.system, remote.layout),
      places: new Map(remote.layout.columns.map((column, place) => [column, place])),
      layoutId: await ensureLayout(deps.database, flowRow.id, layoutNames(remote.layout), shapes),
      mayWrite: flow.direction === 'both' || flow.direction.to === row.system,
      leads: flow.master === 'shared' || flow.master === row.system,
      localZone: localZone(flow, row.system),
      mayHide: flow.records[row.system]!.hiddenRows === 'may change',
      ...(newId && { newId }),
      parents,
      referring: referringTo(deps.connectors, contract, flow, row.system, known),
      sharing: sharingWith(contract, flow, row.system, known),
    })
  }
  refuseIncomparableTimes(flow, sides)
  refuseUnfit(flow, facts, contract)
  return sides
}

function refuseUnfit(flow: Flow, facts: ReadonlyMap<string, OpeningFacts>, contract: Contract): void {
  const found = blocking(openingFindings(flow, facts, holdsObject(contract)))
  if (found.length === 0) return
  const [first] = found
  throw new ConcordatError('connector.unsupported', found.map(({ message }) => message).join(' '), {
    cure: found.length === 1 ? first!.cure : `${first!.cure} All of it: \`concordat check --connect\`.`,
  })
}

function sharingWith(
  contract: Contract,
  flow: Flow,
  system: string,
  known: ReadonlyMap<string, KnownFlow>,
): Side['sharing'] {
  const object = flow.records[system]?.object
  return [...contract.flows.values()].flatMap(({ name, records }) => {
    const side = known.get(name)?.sides.find((candidate) => candidate.system === system)
    return name !== flow.name && side && records[system]?.object === object ? [{ flow: name, sideId: side.id }] : []
  })
}
