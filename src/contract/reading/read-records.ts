import type { NewId } from '../../model/new-id.ts'
import type { Stamp } from '../../model/stamp.ts'
import type { Records } from '../contract.ts'
import { parseDuration } from '../schedule/duration.ts'
import { compileExpression } from '../expression/expression.ts'
import { demandedValues } from '../expression/filter-text.ts'
import type { FlowContext } from './flow-context.ts'
import { nearMiss } from '../text/near-miss.ts'
import { checkTimezone } from './read-type.ts'
import { entriesOf, get, getMap, getScalar, getText, type MapNode, placeInText } from '../text/node.ts'
import { readFilter } from './read-filter.ts'

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
  const created = stampedColumns(flow, system, 'on_create', getMap(node, 'on_create'))
  const updated = stampedColumns(flow, system, 'on_update', getMap(node, 'on_update'))
  const onCreate = { ...(filter === undefined ? {} : demandedValues(filter)), ...created.values }
  const archive = getMap(node, 'archive')
  if (archive !== undefined && archive.entries.size === 0) {
    flow.error(
      flow.place('records', system, 'archive'),
      'empty-setting',
      '`archive` names no column.',
      'Write a column and its value, e.g. `archive: { active: false }`.',
    )
  }
  const deleted = getMap(node, 'deleted')
  if (deleted !== undefined && deleted.entries.size === 0) {
    flow.error(
      flow.place('records', system, 'deleted'),
      'empty-setting',
      '`deleted` names no column.',
      'Write a column and its value, e.g. `deleted: { is_deleted: 1 }`.',
    )
  }
  const changedAt = getText(node, 'changed_at')
  const version = getText(node, 'version')
  const own = getScalar(node, 'timezone')
  if (own !== undefined) checkTimezone(flow.findings, own)
  const timezone = own?.text ?? flow.contract.systems.get(system)?.settings['timezone']
  const newId = readNewId(flow, system, node)
  const hiddenRows = getText(node, 'hidden_rows') as Records['hiddenRows']
  const cascades = getText(node, 'cascades') as Records['cascades']
  const updateStamps = {
    ...Object.fromEntries(Object.entries(updated.values).map(([column, value]) => [column, { kind: 'value', value }])),
    ...updated.stamps,
  } as Record<string, Stamp>
  for (const [setting, columns] of [
    ['on_update', updateStamps],
    ['on_create', { ...created.values, ...created.stamps }],
  ] as const)
    if (id !== undefined && Object.hasOwn(columns, id))
      flow.error(
        flow.place('records', system, setting, id),
        'id-mapped',
        `\`${setting}\` names \`${id}\`, the id of the records of ${system}, which is different for each record and never changed.`,
        setting === 'on_create' ? 'Say with `new_id` who makes the ids of new records.' : 'Take it out.',
      )
  if (object === undefined || id === undefined) return null
  return {
    object: object.text,
    id,
    ...(changedAt === undefined ? {} : { changedAt }),
    ...(version === undefined ? {} : { version }),
    ...(filter === undefined ? {} : { filter }),
    onCreate,
    ...(timezone === undefined ? {} : { timezone }),
    ...(isEmpty(created.stamps) ? {} : { createStamps: created.stamps }),
    ...(isEmpty(updateStamps) ? {} : { updateStamps }),
    ...(newId === undefined ? {} : { newId }),
    ...(hiddenRows === undefined ? {} : { hiddenRows }),
    ...(cascades === undefined ? {} : { cascades }),
    ...(archive === undefined || archive.entries.size === 0 ? {} : { archive: columnValues(archive) }),
    ...(deleted === undefined || deleted.entries.size === 0 ? {} : { deleted: columnValues(deleted) }),
    overlapMs: overlap === undefined ? DEFAULT_OVERLAP_MS : (parseDuration(overlap) ?? DEFAULT_OVERLAP_MS),
  }
}

const isEmpty = (columns: object): boolean => Object.keys(columns).length === 0

/** Fixed values, and what is worked out at each write. */
function stampedColumns(
  flow: FlowContext,
  system: string,
  setting: 'on_create' | 'on_update',
  node: MapNode | undefined,
): { readonly values: Record<string, string | null>; readonly stamps: Record<string, Stamp> } {
  const values = columnValues(node)
  const stamps: Record<string, Stamp> = {}
  for (const [column, text] of Object.entries(values)) {
    if (text === null) continue
    const [, of, by] = /^\s*([^\s+]+)\s*\+\s*([0-9]{1,9})\s*$/.exec(text) ?? []
    if (/^now\(\)$/i.test(text.trim())) stamps[column] = { kind: 'now' }
    else if (setting === 'on_update' && of !== undefined) {
      if (of !== column)
        flow.error(
          flow.place('records', system, setting, column),
          'bad-expression',
          `\`${column}\` can only be moved on from what it holds itself, and \`${text}\` begins with \`${of}\`.`,
          `Write \`${column} + ${by}\`, or \`now()\`, or a fixed value.`,
        )
      stamps[column] = { kind: 'add', by: Number(by) }
    } else continue
    delete values[column]
  }
  return { values, stamps }
}

function readNewId(flow: FlowContext, system: string, node: MapNode): NewId | undefined {
  const written = get(node, 'new_id')
  if (written === undefined) return undefined
  const place = flow.place('records', system, 'new_id')
  if (written.kind === 'scalar') {
    const digits = /^hex ([0-9]+)$/.exec(written.text)?.[1]
    return digits === undefined ? { kind: 'uuid' } : { kind: 'hex', digits: Number(digits) }
  }
  if (written.kind !== 'map') return undefined
  const from = getScalar(written, 'from')
  const sequence = getText(written, 'sequence')
  const prefix = getText(written, 'prefix')
  if ((from === undefined) === (sequence === undefined) || (from !== undefined && prefix !== undefined)) {
    flow.error(
      place,
      'bad-new-id',
      '`new_id` says not clearly where an id comes from.',
      "Write `uuid`, `hex 24`, `{ prefix: 'C-', sequence: customer_seq }`, `{ sequence: customer_seq }` or `{ from: number }`.",
    )
    return undefined
  }
  if (from === undefined) return { kind: 'sequence', prefix: prefix ?? '', sequence: sequence! }
  const fields = entriesOf(getMap(flow.node, 'fields')).map(([name]) => name)
  const compiled = compileExpression(from.text, fields)
  if (compiled.ok) return { kind: 'from', expression: from.text }
  flow.error(
    placeInText(from, Math.min(compiled.offset, from.text.length)),
    'bad-expression',
    `This expression is not valid: ${compiled.message.replace(/[.:]?$/, '')}.`,
    "An id is made from fields of the flow, e.g. `number` or `'C-' + number`.",
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
