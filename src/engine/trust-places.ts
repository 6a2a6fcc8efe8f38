import type { Connector, RemoteObject } from '../connector-kit/port.ts'
import type { Contract, Flow } from '../contract/contract.ts'
import { SYSTEM_WORDS } from '../contract/wording/system-words.ts'
import { inEach } from '../model/language.ts'
import { isSamePlace, type Place, placeDifferences, withPlace } from '../model/place.ts'
import type { Session } from '../store/database/database.ts'
import type { KnownFlow } from '../store/state/flows.ts'
import { forgetElsewhere, noteElsewhere, setPlaces, sidePlaces } from '../store/systems/side-places.ts'
import { objectSpec } from './side.ts'
import { anotherSystem, type Strange } from './trust-systems.ts'

/*
 * Law L30, within a system: what is known of records belongs to the tables that they were agreed in. A contract in which
 * `test.customers` becomes `live.customers` finds records under the same ids that nobody has agreed on.
 */

/** Where a flow's records are in a system, as its catalogue names it. */
export function placeOf(flow: Flow, system: string, opened: RemoteObject): Place {
  const { object, id, lines = [] } = objectSpec(flow, system)
  const catalogue = opened.catalogue
  return {
    table: catalogue?.object.name ?? object,
    'id column': id,
    ...opened.locator,
    ...Object.fromEntries(
      lines.map((one) => [`table of ${one.name}`, catalogue?.lines.get(one.name)?.name ?? one.object]),
    ),
  }
}

/** Makes sure that a flow's objects are those that its records were agreed in; throws `connector.another-system` otherwise. */
export async function trustPlaces(
  session: Session,
  flow: Flow,
  { sides }: KnownFlow,
  opened: ReadonlyMap<string, RemoteObject>,
  now: Date,
): Promise<void> {
  const known = await sidePlaces(
    session,
    sides.map(({ id }) => id),
  )
  const wrong: Strange[] = []
  for (const { id, system } of sides) {
    const place = placeOf(flow, system, opened.get(system)!)
    const { places, estranged, hasState } = known.get(id)!
    if (places.some((one) => isSamePlace(one, place))) {
      const all = withPlace(places, place)
      if (all !== places) await setPlaces(session, id, all)
      else if (estranged) await forgetElsewhere(session, id)
      continue
    }
    if (places.length === 0 || !hasState) {
      await setPlaces(session, id, [place])
      continue
    }
    const [nearest] = places.map((one) => placeDifferences(one, place)).toSorted((a, b) => a.length - b.length)
    const sentence = inEach((language) => SYSTEM_WORDS[language].elsewhere(system, flow.name, nearest!))
    const { en, ...others } = sentence
    await noteElsewhere(session, id, { sentence: en, sentenceIn: others, now })
    wrong.push({ system, flow: flow.name, sentence })
  }
  if (wrong.length > 0) throw anotherSystem(wrong)
}

/** The places to which the contract leads in a system, by side. */
export async function placesIn(
  connector: Connector,
  contract: Contract,
  system: string,
  flows: ReadonlyMap<string, KnownFlow>,
): Promise<ReadonlyMap<number, { readonly flow: string; readonly place: Place }>> {
  const found = new Map<number, { flow: string; place: Place }>()
  for (const flow of contract.flows.values()) {
    if (!flow.systems.includes(system)) continue
    const side = flows.get(flow.name)!.sides.find((one) => one.system === system)!
    found.set(side.id, {
      flow: flow.name,
      place: placeOf(flow, system, await connector.open(objectSpec(flow, system))),
    })
  }
  return found
}
