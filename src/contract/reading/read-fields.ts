import type { EdgeCases, FieldMapping, Records } from '../contract.ts'
import { checkColumns, checkIds } from './check-columns.ts'
import { readConflict } from './read-conflict.ts'
import type { FieldDraft } from '../draft.ts'
import type { FlowContext } from './flow-context.ts'
import { entriesOf, get, getMap, getScalar, type MapNode, texts } from '../text/node.ts'
import type { OnConflict } from '../on-conflict.ts'
import { checkMapping, readMapping } from './read-mapping.ts'
import { readType } from './read-type.ts'
import type { QuestionFacts } from '../question-names.ts'
import { conflictQuestion } from '../wording/questions.ts'
import { FIELD_SETTINGS, SUB_FIELD_SETTINGS } from '../schema/schema.ts'
import { systemTitle } from '../phrases.ts'

/** What the fields take from their flow. */
export interface FlowRules {
  readonly systems: readonly string[]
  readonly records: Readonly<Record<string, Records>>
  /** False while the flow has no `records`: then any system of the contract may hold a field. */
  readonly recordsKnown: boolean
  readonly master: string | undefined
  readonly onConflict: OnConflict | undefined
  readonly direction: 'both' | { readonly from: string; readonly to: string } | undefined
  readonly edgeCases: {
    readonly [K in 'editedOutsideMaster' | 'emptyInMaster' | 'invalidValue']: EdgeCases[K] | undefined
  }
}

/** `fields` of a flow, in file order. */
export function readFields(flow: FlowContext, rules: FlowRules, facts: QuestionFacts): FieldDraft[] {
  const fields = entriesOf(getMap(flow.node, 'fields')).flatMap(([name, { value }]) =>
    value.kind === 'map' ? [new FieldReader(flow, rules, facts, name, value).read()] : [],
  )
  checkColumns(flow, fields, rules.systems)
  checkIds(flow, fields, rules.records)
  return fields
}

class FieldReader {
  private readonly flow: FlowContext
  private readonly rules: FlowRules
  private readonly facts: QuestionFacts
  private readonly name: string
  private readonly node: MapNode

  constructor(flow: FlowContext, rules: FlowRules, facts: QuestionFacts, name: string, node: MapNode) {
    this.flow = flow
    this.rules = rules
    this.facts = facts
    this.name = name
    this.node = node
  }

  read(): FieldDraft {
    const { flow, rules, node, name } = this
    const spec = readType(flow, ['fields', name], node, this.facts)
    const { mapping, named } = this.mapping(['fields', name], node, spec, FIELD_SETTINGS)
    const master = this.master(named)
    const onConflict = this.onConflict(master, named)
    const lines = spec?.type === 'lines' ? this.lines(named) : undefined
    this.checkHolders(['fields', name], named, master)
    const editedOutsideMaster =
      (this.own('edited_outside_master') as EdgeCases['editedOutsideMaster'] | undefined) ??
      rules.edgeCases.editedOutsideMaster
    this.checkOneWay(mapping, master, editedOutsideMaster)
    return {
      name,
      spec,
      required: getScalar(node, 'required')?.value === true,
      master,
      onConflict,
      editedOutsideMaster,
      emptyInMaster:
        (this.own('empty_in_master') as EdgeCases['emptyInMaster'] | undefined) ?? rules.edgeCases.emptyInMaster,
      invalidValue:
        (this.own('invalid_value') as EdgeCases['invalidValue'] | undefined) ?? rules.edgeCases.invalidValue,
      mapping,
      ...(lines === undefined ? {} : { lines }),
    }
  }

  private own(setting: string): string | undefined {
    return getScalar(this.node, setting)?.text
  }

  /** Mappings by system, and the systems that were named at all (also where the mapping itself is wrong). */
  private mapping(at: readonly string[], node: MapNode, spec: FieldDraft['spec'], settings: readonly string[]) {
    const { flow, rules } = this
    const name = at.filter((step) => step !== 'fields').join('.')
    const mapping: Record<string, FieldMapping> = {}
    const named: string[] = []
    for (const [key, entry] of entriesOf(node)) {
      if (settings.includes(key)) continue
      if (!rules.systems.includes(key)) {
        if (flow.contract.systems.has(key)) {
          flow.error(
            entry.place,
            'system-without-records',
            `${systemTitle(key)} holds no records of this flow, so it cannot hold \`${name}\`.`,
            `Add \`${key}\` to \`records\`, or remove it here.`,
          )
        } else if (rules.systems.length > 0) {
          flow.unknown(entry.place, 'unknown-key', key, 'a setting of a field or a system of this flow', [
            ...rules.systems,
            ...settings,
          ])
        }
        continue
      }
      named.push(key)
      const read = readMapping(flow, name, entry.place, entry.value, spec)
      if (read === undefined) continue
      const timezone = rules.records[key]?.timezone
      const zoned = spec?.type === 'instant' && getScalar(node, 'timezone') === undefined && timezone !== undefined
      mapping[key] = zoned && read.kind !== 'lines' ? { ...read, timezone } : read
      if (spec !== undefined) checkMapping(flow, entry.place, name, key, spec, read)
    }
    return { mapping, named }
  }

  private checkHolders(at: readonly string[], named: readonly string[], master: string | undefined): void {
    const { flow, rules } = this
    const path = at.join('.')
    if (
      !rules.recordsKnown ||
      [...flow.contract.broken].some((broken) => broken.startsWith(`flows.${flow.name}.${path}.`))
    )
      return
    const name = at.filter((step) => step !== 'fields').join('.')
    const missing = rules.systems.filter((system) => !named.includes(system))
    if (named.length < 2) {
      flow.error(
        flow.place(...at),
        'no-mapping',
        named.length === 0
          ? `\`${name}\` has no mapping in any system.`
          : `\`${name}\` has a mapping in ${systemTitle(named[0]!)} only, so there is nothing to agree with.`,
        `Add ${missing.map((system) => `\`${system}: <column>\``).join(' and ')}.`,
      )
    } else if (master !== undefined && master !== 'shared' && !named.includes(master)) {
      flow.error(
        flow.place(...at),
        'no-mapping',
        `${systemTitle(master)} is master of \`${name}\` but does not hold it.`,
        `Add \`${master}: <column>\`, or give the field another master.`,
      )
    }
  }

  private master(named: readonly string[]): string | undefined {
    const { flow, rules } = this
    const written = getScalar(this.node, 'master')
    if (written === undefined) return rules.master
    const { text, place } = written
    if (text !== 'shared' && !rules.systems.includes(text)) {
      flow.unknown(place, 'unknown-master', text, 'a system of this flow', [...rules.systems, 'shared'])
      return undefined
    }
    const { direction } = rules
    if (direction !== undefined && direction !== 'both' && text !== direction.from) {
      flow.error(
        place,
        'master-against-direction',
        `\`${this.name}\` cannot have the master \`${text}\`, because this flow goes only from ${systemTitle(direction.from)} to ${systemTitle(direction.to)}.`,
        'Remove this master, or write `direction: both`.',
      )
    }
    if (text !== 'shared' && rules.recordsKnown && !named.includes(text) && named.length >= 2) return text
    return text
  }

  private onConflict(master: string | undefined, named: readonly string[]): OnConflict | null | undefined {
    const { flow, rules } = this
    const written = get(this.node, 'on_conflict')
    if (master !== 'shared') {
      if (written !== undefined && master !== undefined) {
        flow.error(
          flow.place('fields', this.name, 'on_conflict'),
          'conflict-without-shared',
          `\`on_conflict\` only means something with \`master: shared\`; the master of \`${this.name}\` is ${systemTitle(master)}.`,
          'Add `master: shared`, or remove it.',
        )
      }
      return master === undefined ? undefined : null
    }
    if (written === undefined) {
      // A flow that is shared as a whole asks once for all its fields.
      if (rules.onConflict === undefined && getScalar(this.node, 'master') !== undefined && rules.master !== 'shared') {
        flow.ask(`fields.${this.name}.on_conflict`, (language) =>
          conflictQuestion(this.name, named, this.facts, language),
        )
      }
      return rules.onConflict
    }
    return readConflict(flow, written, rules, named)
  }

  private lines(named: readonly string[]): { key: readonly string[]; fields: readonly FieldDraft[] } {
    const { flow, node, name } = this
    const fieldNodes = getMap(node, 'fields')
    const fields = entriesOf(fieldNodes).flatMap(([sub, { value }]): FieldDraft[] => {
      if (value.kind !== 'map') return []
      const at = ['fields', name, 'fields', sub]
      const spec = readType(flow, at, value, this.facts)
      if (spec?.type === 'lines') {
        flow.error(
          flow.place(...at),
          'nested-lines',
          'Lines cannot have lines of their own.',
          'Make them a flow of their own, with a reference to this one.',
        )
      }
      const read = this.mapping(at, value, spec, SUB_FIELD_SETTINGS)
      for (const [system, mapping] of Object.entries(read.mapping)) {
        if (!named.includes(system)) {
          flow.error(
            flow.place(...at, system),
            'no-mapping',
            `${systemTitle(system)} does not hold the lines \`${name}\`.`,
            `Add \`${system}: { table: …, parent: … }\` to \`${name}\`.`,
          )
        }
        if (mapping.kind === 'column' && mapping.countryFrom !== undefined) {
          flow.error(
            flow.place(...at, system, 'country_from'),
            'bad-mapping',
            `\`country_from\` is not for fields of lines, such as \`${name}.${sub}\`.`,
            'Write `country: ES` to the field, with the country of numbers without a prefix.',
          )
        }
        if (mapping.kind === 'column' && mapping.currencyFrom !== undefined) {
          flow.error(
            flow.place(...at, system, 'currency_from'),
            'bad-mapping',
            `\`currency_from\` is not for fields of lines, such as \`${name}.${sub}\`.`,
            'Write `currency: EUR` to the field, or map the currency as a field of its own.',
          )
        }
        if (mapping.kind === 'expression' && mapping.write === undefined)
          this.checkComputed(at, system, this.master(named))
      }
      this.checkHolders(at, read.named, undefined)
      return [
        {
          name: sub,
          spec,
          required: getScalar(value, 'required')?.value === true,
          master: undefined,
          onConflict: undefined,
          editedOutsideMaster: undefined,
          emptyInMaster: undefined,
          invalidValue: undefined,
          mapping: read.mapping,
        },
      ]
    })
    return { key: this.key(fields, fieldNodes, named), fields }
  }

  private key(fields: readonly FieldDraft[], fieldNodes: MapNode | undefined, named: readonly string[]): string[] {
    const { flow, node, name } = this
    if (fieldNodes === undefined && !flow.isBroken(`fields.${name}.fields`)) {
      flow.error(
        flow.place('fields', name),
        'missing-setting',
        `The lines \`${name}\` have no fields.`,
        'Add `fields:` with the fields of a line.',
      )
    }
    const written = texts(get(node, 'key'))
    if (written.length === 0 && !flow.isBroken(`fields.${name}.key`)) {
      flow.error(
        flow.place('fields', name),
        'missing-setting',
        `The lines \`${name}\` have no key.`,
        'Add `key:` with the fields that identify a line within its record, e.g. `key: [line_number]`.',
      )
    }
    for (const { text, place } of written) {
      const field = fields.find((f) => f.name === text)
      if (field === undefined) {
        if (fieldNodes?.entries.has(text) !== true && !flow.isBroken(`fields.${name}.fields.${text}`)) {
          flow.unknown(
            place,
            'unknown-field',
            text,
            `a field of the lines \`${name}\``,
            fields.map((f) => f.name),
          )
        }
        continue
      }
      const without = named.filter(
        (system) => field.mapping[system] === undefined && get(getMap(fieldNodes, text), system) === undefined,
      )
      if (without.length > 0 && field.spec !== undefined) {
        flow.error(
          place,
          'key-not-everywhere',
          `\`${text}\` identifies lines, but ${without.map(systemTitle).join(' and ')} does not hold it.`,
          'Map it in every system, or choose another key.',
        )
      }
    }
    return written.map((item) => item.text)
  }

  /** A field that a system only computes can never be written there. */
  private checkOneWay(
    mapping: Readonly<Record<string, FieldMapping>>,
    master: string | undefined,
    edited: string | undefined,
  ): void {
    const { flow, name } = this
    for (const [system, { kind, ...rest }] of Object.entries(mapping)) {
      if (kind !== 'expression' || ('write' in rest && rest.write !== undefined)) continue
      // An id is what it is: new records get theirs by `new_id`.
      const id = this.rules.records[system]?.id
      if ('read' in rest && (rest.read.trim() === id || rest.read.trim() === `column(${JSON.stringify(id)})`)) continue
      this.checkComputed(['fields', name], system, master)
      if (master === system && edited === 'accept') {
        flow.error(
          flow.place('fields', name, system),
          'accept-impossible',
          `An edit of \`${name}\` elsewhere cannot be accepted, because ${systemTitle(system)} only computes it.`,
          `Add \`edited_outside_master: revert\` to \`${name}\`, or add \`write\` to the mapping.`,
        )
      }
    }
  }

  private checkComputed(at: readonly string[], system: string, master: string | undefined): void {
    if (master === undefined || master === system) return
    const name = at.filter((step) => step !== 'fields').join('.')
    this.flow.error(
      this.flow.place(...at, system),
      'one-way-mapping',
      `\`${name}\` is computed in ${systemTitle(system)}, so it cannot be written there, but ${master === 'shared' ? 'its master is shared' : `its master is ${systemTitle(master)}`}.`,
      `Write \`master: ${system}\`, or add \`write\` to the mapping.`,
    )
  }
}
