import type { SourceObject } from './catalogue.ts'
import type { ContractDraft } from './contract-draft.ts'
import { likelyPairs } from './likely-pairs.ts'
import { columnTopic, plural, settingName } from './names.ts'
import { tellingColumns, typedField } from './pair-columns.ts'
import { keyColumns } from './pair-tables.ts'
import { topicOf } from './table-topic.ts'
import { listed } from '../phrases.ts'
import { scalar } from './yaml-scalar.ts'

/*
 * What could not be paired, as comments at the end of a contract file: the tables of each system, and flows that a person
 * completes with the other half.
 */

const MOST_NAMED = 12
const MOST_SKELETONS = 3
const MOST_FIELDS = 12

/** The lines about tables without a counterpart; none where there are none. */
export function skeletonLines({ proposal }: ContractDraft): string[] {
  const [left, right] = proposal.systems
  const [ofLeft, ofRight] = proposal.unpaired
  if (ofLeft.length === 0 && ofRight.length === 0) return []
  const likely = likelyPairs(proposal)
  const pairs =
    likely.length === 0 ? '--pair TABLE:TABLE' : likely.map(({ tables }) => `--pair ${tables.join(':')}`).join(' ')
  const flows = ofLeft.length === 0 || ofRight.length === 0 ? [] : ofLeft.slice(0, MOST_SKELETONS)
  return [
    ...[left, right].flatMap(({ name }, side) => unpairedLine(name, proposal.unpaired[side as 0 | 1])),
    ...(flows.length === 0
      ? []
      : [
          `  # Where two of them hold the same records, let init pair them${likely.length === 0 ? '' : '; by their columns it could be'}: concordat init ${pairs} --force`,
          '  # Or complete one of these, and take the "# " off:',
        ]),
    ...flows.flatMap((table) => ['  #', ...skeleton(table, left.name, right.name).map((line) => `  # ${line}`)]),
    '',
  ]
}

function unpairedLine(system: string, tables: readonly SourceObject[]): string[] {
  if (tables.length === 0) return []
  const names = tables.slice(0, MOST_NAMED).map(({ name }) => name)
  const more = tables.length - names.length
  return [`  # Only in ${system}, without a counterpart: ${listed(more > 0 ? [...names, `${more} more`] : names)}.`]
}

function skeleton(table: SourceObject, left: string, right: string): string[] {
  const topic = topicOf(table)
  const names = new Set<string>()
  const columns = tellingColumns(table, keyColumns(table)).slice(0, MOST_FIELDS)
  return [
    `${settingName(plural(topic.entity))}:`,
    '  records:',
    `    ${scalar(left)}: { table: ${scalar(table.name)}, id: ${scalar(table.primaryKey[0]!)} }`,
    `    ${scalar(right)}: { table: TABLE, id: COLUMN }`,
    '  fields:',
    ...columns.flatMap((column) => {
      const { name, type } = typedField({ topic: columnTopic(column.name, topic), columns: [column, column] })
      if (names.has(name)) return []
      names.add(name)
      return [
        `    ${scalar(name)}: { type: ${type}, ${scalar(left)}: ${scalar(column.name)}, ${scalar(right)}: COLUMN }`,
      ]
    }),
  ]
}
