import type { TypeSpec } from '../../model/field-type.ts'
import {
  COUNTRY_FORMS,
  type CountryForm,
  type CountryLanguage,
  PHONE_FORMS,
  type PhoneForm,
} from '../../model/written-form.ts'
import type { FieldMapping } from '../contract.ts'
import { checkRoundTrip } from '../mapping/round-trip.ts'
import { systemTitle } from '../phrases.ts'
import { checkExpression } from './check-expression.ts'
import type { Place } from '../finding.ts'
import type { FlowContext } from './flow-context.ts'
import { didYouMean } from '../text/near-miss.ts'
import { readFilter } from './read-filter.ts'
import { entriesOf, get, getMap, getScalar, type MapNode, type Node, type ScalarNode, texts } from '../text/node.ts'

/** How one system holds a field or sub-field; undefined when what is written was reported. */
export function readMapping(
  flow: FlowContext,
  field: string,
  place: Place,
  node: Node,
  spec: TypeSpec | undefined,
): FieldMapping | undefined {
  const wrong = (message: string, cure: string, at = place) => {
    flow.error(at, 'bad-mapping', message, cure)
    return undefined
  }
  if (spec?.type === 'lines') {
    const table = node.kind === 'map' ? (getScalar(node, 'table') ?? getScalar(node, 'object')) : undefined
    const parent = node.kind === 'map' ? getScalar(node, 'parent') : undefined
    if (
      node.kind !== 'map' ||
      table === undefined ||
      parent === undefined ||
      others(node, ['table', 'object', 'parent', 'id', 'where']).length > 0
    ) {
      return wrong(
        `The lines \`${field}\` need a child table and the column that points to the record.`,
        'Write e.g. `{ table: order_lines, parent: order_id }`.',
      )
    }
    const id = get(node, 'id')
    const columns = id?.kind === 'scalar' ? [id.text] : texts(id).map((column) => column.text)
    const filter = readFilter(flow, node)
    return {
      kind: 'lines',
      object: table.text,
      parent: parent.text,
      ...(columns.length === 0 ? {} : { id: columns }),
      ...(filter === undefined ? {} : { filter }),
    }
  }
  if (node.kind === 'scalar') {
    return node.text === ''
      ? wrong(`\`${field}\` names no column.`, 'Write the name of the column.')
      : { kind: 'column', column: node.text }
  }
  if (node.kind === 'list') return undefined
  const ofLines = others(node, [
    'field',
    'values',
    'form',
    'language',
    'country_from',
    'currency_from',
    'read',
    'write',
  ])
  // Without a type nobody knows whether these are lines; the missing type is reported or asked for.
  if (ofLines.length > 0 && spec === undefined) return undefined
  if (ofLines.length > 0 && spec !== undefined) {
    return wrong(
      `\`${ofLines[0]}\` is only for fields of type lines; \`${field}\` is ${spec.type}.`,
      'Remove it, or correct the type.',
    )
  }
  const column = getScalar(node, 'field')
  const read = getScalar(node, 'read')
  if (column !== undefined && (read !== undefined || get(node, 'write') !== undefined)) {
    return wrong(`\`${field}\` has both a column and an expression.`, 'Keep `field`, or `read` and `write`.')
  }
  if (column !== undefined) {
    const values = readValues(flow, field, getMap(node, 'values'), spec)
    if (values === null) return undefined
    const written = readForm(flow, field, node, spec)
    if (written === null) return undefined
    return { kind: 'column', column: column.text, ...(values === undefined ? {} : { values }), ...written }
  }
  const formed = FORM_SETTINGS.find((setting) => get(node, setting) !== undefined)
  if (formed !== undefined) {
    return wrong(
      `\`${formed}\` says how \`${field}\` stands in a column, and no column is named.`,
      read === undefined ? 'Add `field:` with its name.' : 'Use `field`, or put the form into the expressions.',
      getScalar(node, formed)?.place,
    )
  }
  if (read === undefined) {
    return wrong(
      get(node, 'write') !== undefined
        ? `\`${field}\` is written by an expression but not read.`
        : `\`${field}\` names no column.`,
      get(node, 'write') !== undefined
        ? 'Add `read:` with the expression that gives the value.'
        : 'Add `field:` with its name, or `read:` with an expression.',
    )
  }
  if (get(node, 'values') !== undefined) {
    return wrong(
      `\`${field}\` has both a value table and an expression.`,
      'Use `field` with `values`, or put the cases into the expression.',
    )
  }
  return readExpression(flow, read, getMap(node, 'write'))
}

/** Reports a mapping that does not give back what it was given (law L29), with the value that shows it. */
export function checkMapping(
  flow: FlowContext,
  place: Place,
  name: string,
  system: string,
  spec: TypeSpec,
  mapping: FieldMapping,
): void {
  if (mapping.kind === 'column' && mapping.values !== undefined && spec.type === 'choice') {
    const reached = new Set(mapping.values.values())
    const without = (spec.values ?? []).filter((value) => !reached.has(value))
    if (without.length > 0) {
      flow.findings.warning(
        place,
        'incomplete-values',
        `The value table of \`${name}\` in ${systemTitle(system)} has nothing for ${without.map((value) => `\`${value}\``).join(', ')}, so that value cannot be written there.`,
        'Add a line for each value.',
      )
    }
  }
  if (mapping.kind === 'lines') return
  const trial = checkRoundTrip({ ...UNRULED, name, spec, mapping: { [system]: mapping } }, system)
  if (trial.ok) return
  flow.error(
    place,
    'not-invertible',
    `\`${name}\` does not survive the way into ${systemTitle(system)} and back: for \`${trial.value}\`, ${trial.reason.replace(/[.:]?$/, '')}.`,
    mapping.kind === 'column'
      ? 'Correct the value table.'
      : 'Correct `read` and `write` so that each undoes the other, or remove `write` and make this system the master.',
  )
}

/** A mapping is tried before the rules of its field are known; they make no difference to it. */
const UNRULED = {
  required: false,
  master: 'shared',
  onConflict: 'ask',
  editedOutsideMaster: 'ask',
  emptyInMaster: 'keep',
  invalidValue: 'hold record',
} as const

function readExpression(flow: FlowContext, read: ScalarNode, writeNode: MapNode | undefined): FieldMapping | undefined {
  let good = checkExpression(flow.findings, read, 'read')
  const write: Record<string, string> = {}
  for (const [column, entry] of entriesOf(writeNode)) {
    if (entry.value.kind !== 'scalar') continue
    good = checkExpression(flow.findings, entry.value, 'write') && good
    write[column] = entry.value.text
  }
  if (!good) return undefined
  return { kind: 'expression', read: read.text, ...(Object.keys(write).length === 0 ? {} : { write }) }
}

/** The value table; null when it was reported as wrong. */
function readValues(
  flow: FlowContext,
  field: string,
  node: MapNode | undefined,
  spec: TypeSpec | undefined,
): ReadonlyMap<string, string> | undefined | null {
  if (node === undefined) return undefined
  let good = true
  const values = new Map<string, string>()
  const back = new Map<string, string>()
  for (const [from, { value, place }] of entriesOf(node)) {
    if (value.kind !== 'scalar') continue
    const to = value.text
    const twin = back.get(to)
    if (twin !== undefined) {
      good = false
      flow.error(
        place,
        'not-one-to-one',
        `The value table of \`${field}\` gives \`${to}\` for both \`${twin}\` and \`${from}\`, so it cannot be read backwards.`,
        'Give each value its own counterpart.',
      )
    }
    if (spec?.type === 'choice' && spec.values !== undefined && !spec.values.includes(to)) {
      good = false
      flow.error(
        value.place,
        'unknown-value',
        `\`${to}\` is not one of the values of \`${field}\`${didYouMean(to, spec.values) || '.'}`,
        `Write one of ${spec.values.map((v) => `\`${v}\``).join(', ')}, or add it to \`values\`.`,
      )
    }
    back.set(to, from)
    values.set(from, to)
  }
  return good ? values : null
}

const FORM_SETTINGS = ['form', 'language', 'country_from', 'currency_from'] as const

/** How the column's values are written; null when it was reported as wrong. */
function readForm(
  flow: FlowContext,
  field: string,
  node: MapNode,
  spec: TypeSpec | undefined,
): Pick<Extract<FieldMapping, { kind: 'column' }>, 'form' | 'language' | 'countryFrom' | 'currencyFrom'> | null {
  const [form, language, countryFrom, currencyFrom] = FORM_SETTINGS.map((setting) => getScalar(node, setting))
  // Without a type nobody knows what may be said; the missing type is reported or asked for.
  if (spec === undefined) return {}
  const wrong = (at: ScalarNode, message: string, cure: string) => {
    flow.error(at.place, 'bad-mapping', message, cure)
    return null
  }
  const any = form ?? language ?? countryFrom ?? currencyFrom
  if (any !== undefined && get(node, 'values') !== undefined) {
    return wrong(any, `\`${field}\` has both a value table and a form.`, 'Keep one of them; a table lists every value.')
  }
  if (countryFrom !== undefined && spec.type !== 'phone' && spec.type !== 'vat') {
    return wrong(
      countryFrom,
      `\`country_from\` is for phone and vat fields; \`${field}\` is ${spec.type}.`,
      'Remove it.',
    )
  }
  if (currencyFrom !== undefined && spec.type !== 'money') {
    return wrong(currencyFrom, `\`currency_from\` is for money fields; \`${field}\` is ${spec.type}.`, 'Remove it.')
  }
  if (form !== undefined) {
    const known: readonly string[] = spec.type === 'country' ? COUNTRY_FORMS : spec.type === 'phone' ? PHONE_FORMS : []
    if (known.length === 0) {
      return wrong(form, `\`form\` is for country and phone fields; \`${field}\` is ${spec.type}.`, 'Remove it.')
    }
    if (!known.includes(form.text)) {
      return wrong(
        form,
        `\`${form.text}\` is not a form of a ${spec.type}${didYouMean(form.text, known) || '.'}`,
        `Write one of ${known.map((one) => `\`${one}\``).join(', ')}.`,
      )
    }
    if (form.text === 'national' && countryFrom === undefined && !('country' in spec)) {
      return wrong(
        form,
        `\`${field}\` can only be written without its country's prefix when the country is known.`,
        'Add `country: ES` to the field, or `country_from:` with the column that holds the country.',
      )
    }
  }
  if (language !== undefined && form?.text !== 'name') {
    return wrong(language, `\`language\` only means something with \`form: name\`.`, 'Remove it, or add `form: name`.')
  }
  return {
    ...(form === undefined || form.text === 'code' || form.text === 'international'
      ? {}
      : { form: form.text as Exclude<CountryForm, 'code'> | Exclude<PhoneForm, 'international'> }),
    ...(language === undefined || language.text === 'en' ? {} : { language: language.text as CountryLanguage }),
    ...(countryFrom === undefined ? {} : { countryFrom: countryFrom.text }),
    ...(currencyFrom === undefined ? {} : { currencyFrom: currencyFrom.text }),
  }
}

function others(node: MapNode, known: readonly string[]): string[] {
  return [...node.entries.keys()].filter((key) => !known.includes(key))
}
