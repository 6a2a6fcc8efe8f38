import { type Entry, entriesOf, get, getMap, type MapNode, type Node } from '../text/node.ts'

/*
 * `defaults`: decisions that hold for every flow that does not decide otherwise. They are put into the flows' own trees
 * before a flow is read, so that every reader, sentence and fingerprint sees one flow with all its decisions.
 */

/** Settings whose answers stand one by one below them; any other setting is taken from one place as a whole. */
const GROUPS: ReadonlySet<string> = new Set(['owners', 'schedule', 'edge_cases', 'on_failure', 'limits'])

/** Gives every flow of the contract the defaults that it does not decide itself. Changes `root`. */
export function inheritDefaults(root: MapNode): void {
  const defaults = getMap(root, 'defaults')
  const flows = getMap(root, 'flows')
  if (defaults === undefined || flows === undefined) return
  for (const [name, entry] of flows.entries) {
    if (entry.value.kind === 'map') flows.entries.set(name, { ...entry, value: completed(entry.value, defaults, root) })
  }
}

function completed(flow: MapNode, defaults: MapNode, root: MapNode): MapNode {
  const entries = new Map(flow.entries)
  for (const [setting, entry] of entriesOf(defaults)) {
    const own = get(flow, setting)
    const whole = GROUPS.has(setting) ? entriesByName(setting, entry, root) : undefined
    if (own === undefined) entries.set(setting, inherited(entry, whole))
    else if (own.kind === 'map' && whole !== undefined)
      entries.set(setting, { ...flow.entries.get(setting)!, value: filled(own, whole) })
  }
  return { ...flow, entries }
}

/** The default answers of a group by name; one schedule for all is one for each system. */
function entriesByName(setting: string, { place, value }: Entry, root: MapNode): readonly (readonly [string, Entry])[] {
  if (value.kind === 'map') return entriesOf(value)
  if (setting !== 'schedule') return []
  return entriesOf(getMap(root, 'systems')).map(([system]) => [system, { place, value }])
}

function filled(own: MapNode, defaults: readonly (readonly [string, Entry])[]): MapNode {
  const entries = new Map(own.entries)
  for (const [name, entry] of defaults)
    if (get(own, name) === undefined) entries.set(name, { ...entry, inherited: true })
  return { ...own, entries }
}

function inherited(entry: Entry, parts: readonly (readonly [string, Entry])[] | undefined): Entry {
  const { value } = entry
  const marked: Node =
    value.kind === 'map' && parts !== undefined ? filled({ ...value, entries: new Map() }, parts) : value
  return { ...entry, value: marked, inherited: true }
}

/** Whether a setting of a flow was taken from `defaults`. */
export const isInherited = (map: MapNode | undefined, setting: string): boolean =>
  map?.entries.get(setting)?.inherited === true
