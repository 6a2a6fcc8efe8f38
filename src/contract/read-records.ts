import type { Filter } from '../model/filter.ts'
import type { Records } from './contract.ts'
import { parseDuration } from './duration.ts'
import { demandedValues, parseFilter } from './filter-text.ts'
import type { FlowContext } from './flow-context.ts'
import { nearMiss } from './near-miss.ts'
import { checkTimezone } from './read-type.ts'
import { entriesOf, getMap, getScalar, getText, type MapNode, placeInText } from './node.ts'

const DEFAULT_OVERLAP_MS = 60_000

/** `records` of a flow by system, in file order; systems whose declaration is unusable are reported and left out. */
export function readRecords(flow: FlowContext): Record<string, Records> {
  const records: Record<string, Records> = {}
  repairNames(flow)
  for (const [system, entry] of entriesOf(getMap(flow.node, 'records'))) {
    if (entry.value.kind !== 'map') continue
    const read = readOne(flow, system, entry.value)
    if (read !== null) records[system] = read
  }
  return records
}

/** Reports unknown systems; one that is just misspelt goes on under its right name, so that nothing else complains. */
function repairNames(flow: FlowContext): void {
  const { systems, complete } = flow.contract
  const node = getMap(flow.node, 'records')
  if (node === undefined || !complete.systems) return
  const written = [...node.entries]
  const names = new Set(node.entries.keys())
  node.entries.clear()
  for (const [system, entry] of written) {
    const near = systems.has(system) ? system : nearMiss(system, systems.keys())
    node.entries.set(near === null || (near !== system && names.has(near)) ? system : near, entry)
    if (!systems.has(system))
      flow.unknown(entry.place, 'unknown-system', system, 'a system of this contract', [...systems.keys()])
  }
}

function readOne(flow: FlowContext, system: string, node: MapNode): Records | null {
  const at = `records.${system}`
  const place = flow.place('records', system)
  const table = getScalar(node, 'table')
  const object = table ?? getScalar(node, 'object')
  if (table !== undefined && getScalar(node, 'object') !== undefined) {
    flow.error(
      flow.place('records', system, 'object'),
      'conflicting-settings',
      '`table` and `object` say the same thing twice.',
      'Keep one of the two.',
    )
  }
  const id = getText(node, 'id')
  if (object === undefined && !flow.isBroken(`${at}.table`) && !flow.isBroken(`${at}.object`)) {
    flow.error(
      place,
      'missing-setting',
      `The records of ${system} name no table.`,
      'Add `table:` (or `object:`) with its name.',
    )
  }
  if (id === undefined && !flow.isBroken(`${at}.id`)) {
    flow.error(
      place,
      'missing-setting',
      `The records of ${system} name no id.`,
      'Add `id:` with the column that identifies a record for ever.',
    )
  }
  const filter = readFilter(flow, node)
  const overlap = getText(node, 'overlap')
  const onCreate = {
    ...(filter === undefined ? {} : demandedValues(filter)),
    ...columnValues(getMap(node, 'on_create')),
  }
  const archive = getMap(node, 'archive')
  if (archive !== undefined && archive.entries.size === 0) {
    flow.error(
      flow.place('records', system, 'archive'),
      'empty-setting',
      '`archive` names no column.',
      'Write a column and its value, e.g. `archive: { active: false }`.',
    )
  }
  const changedAt = getText(node, 'changed_at')
  const version = getText(node, 'version')
  const own = getScalar(node, 'timezone')
  if (own !== undefined) checkTimezone(flow.findings, own)
  const timezone = own?.text ?? flow.contract.systems.get(system)?.settings['timezone']
  if (object === undefined || id === undefined) return null
  return {
    object: object.text,
    id,
    ...(changedAt === undefined ? {} : { changedAt }),
    ...(version === undefined ? {} : { version }),
    ...(filter === undefined ? {} : { filter }),
    onCreate,
    ...(timezone === undefined ? {} : { timezone }),
    ...(archive === undefined || archive.entries.size === 0 ? {} : { archive: columnValues(archive) }),
    overlapMs: overlap === undefined ? DEFAULT_OVERLAP_MS : (parseDuration(overlap) ?? DEFAULT_OVERLAP_MS),
  }
}

function readFilter(flow: FlowContext, node: MapNode): Filter | undefined {
  const where = getScalar(node, 'where')
  if (where === undefined) return undefined
  const parsed = parseFilter(where.text)
  if ('filter' in parsed) return parsed.filter
  flow.error(
    placeInText(where, parsed.error.at),
    'bad-filter',
    `${parsed.error.message}.`,
    "A condition looks like `type = 'customer' and closed_at is not null`.",
  )
  return undefined
}

function columnValues(node: MapNode | undefined): Record<string, string | null> {
  const values: Record<string, string | null> = {}
  for (const [column, { value }] of node?.entries ?? []) {
    if (value.kind === 'scalar') values[column] = value.value === null ? null : value.text
  }
  return values
}
