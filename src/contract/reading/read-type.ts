import countries from 'i18n-iso-countries'
import type { TypeName, TypeSpec } from '../../model/field-type.ts'
import type { FlowContext } from './flow-context.ts'
import { getScalar, type MapNode, placeInText, texts, get } from '../text/node.ts'
import { nearMiss } from '../text/near-miss.ts'
import type { Place } from '../finding.ts'
import type { QuestionFacts } from '../question-names.ts'
import { currencyQuestion, typeQuestion } from '../wording/questions.ts'
import { TYPE_NAMES } from '../schema/schema.ts'

/** Which settings belong to which type. */
const SETTINGS_OF: Record<TypeName, readonly string[]> = {
  text: ['max_length', 'empty'],
  integer: [],
  decimal: ['scale'],
  money: ['currency', 'scale'],
  boolean: [],
  date: ['timezone'],
  instant: ['timezone', 'precision'],
  choice: ['values'],
  email: [],
  phone: ['country'],
  country: [],
  vat: ['country'],
  url: [],
  binary: [],
  reference: [],
  lines: ['key', 'fields'],
}
const TYPE_SETTINGS = new Set(Object.values(SETTINGS_OF).flat())

/** The type of a field (`at`: its path below the flow); undefined when it is open or was reported. */
export function readType(
  flow: FlowContext,
  at: readonly string[],
  node: MapNode,
  facts: QuestionFacts,
): TypeSpec | undefined {
  const name = at.filter((step) => step !== 'fields').join('.')
  const written = getScalar(node, 'type')
  if (written === undefined) {
    flow.ask([...at, 'type'].join('.'), (language) => typeQuestion(name, facts, language))
    return undefined
  }
  const [, type = written.text, target] = /^([a-z]+) *\( *([^()]*?) *\)$/.exec(written.text) ?? []
  if (!isTypeName(type)) {
    flow.unknown(written.place, 'unknown-type', written.text, 'a type', [...TYPE_NAMES])
    return undefined
  }
  if ((type === 'reference') !== (target !== undefined && target !== '')) {
    flow.error(
      written.place,
      'unknown-type',
      type === 'reference'
        ? 'A reference must say which flow it points to.'
        : `The type \`${type}\` takes nothing in parentheses.`,
      type === 'reference' ? 'Write `reference(customers)`, with the name of a flow.' : `Write \`${type}\`.`,
    )
    return undefined
  }
  for (const setting of node.entries.keys()) {
    if (TYPE_SETTINGS.has(setting) && !SETTINGS_OF[type].includes(setting)) {
      const owners = TYPE_NAMES.filter((t) => SETTINGS_OF[t].includes(setting)).map((t) => `\`${t}\``)
      flow.error(
        flow.place(...at, setting),
        'setting-of-other-type',
        `\`${setting}\` is a setting of ${owners.join(' and ')} fields; \`${name}\` is ${type}.`,
        'Remove it, or correct the type.',
      )
    }
  }
  return build(
    flow,
    at,
    node,
    facts,
    name,
    type,
    target === undefined ? null : { name: target, place: placeInText(written, written.text.indexOf(target)) },
  )
}

function build(
  flow: FlowContext,
  at: readonly string[],
  node: MapNode,
  facts: QuestionFacts,
  name: string,
  type: TypeName,
  target: { name: string; place: Place } | null,
): TypeSpec | undefined {
  const scale = numberOf(node, 'scale')
  switch (type) {
    case 'text': {
      const maxLength = numberOf(node, 'max_length')
      const empty = getScalar(node, 'empty')?.text as 'same as null' | 'distinct' | undefined
      return { type, ...(maxLength === undefined ? {} : { maxLength }), ...(empty === undefined ? {} : { empty }) }
    }
    case 'decimal':
      return { type, ...(scale === undefined ? {} : { scale }) }
    case 'money': {
      const currency = getScalar(node, 'currency')
      const perRow = namesCurrencies(flow, node)
      const named = perRow === 'nowhere' ? {} : { perRow: true as const }
      if (currency === undefined && perRow === 'everywhere')
        return { type, perRow: true, ...(scale === undefined ? {} : { scale }) }
      if (currency === undefined) {
        flow.ask([...at, 'currency'].join('.'), (language) => currencyQuestion(name, facts, language))
        return undefined
      }
      const known = Intl.supportedValuesOf('currency')
      if (!known.includes(currency.text)) {
        const upper = currency.text.toUpperCase()
        flow.error(
          currency.place,
          'unknown-currency',
          `\`${currency.text}\` is not a currency${known.includes(upper) ? `; did you mean \`${upper}\`?` : '.'}`,
          'Write its three letters (ISO 4217), e.g. `EUR` or `USD`.',
        )
        return undefined
      }
      return { type, currency: currency.text, ...named, ...(scale === undefined ? {} : { scale }) }
    }
    case 'date': {
      const zone = getScalar(node, 'timezone')
      if (zone !== undefined && !checkTimezone(flow.findings, zone)) return undefined
      return { type, ...(zone === undefined ? {} : { timezone: zone.text }) }
    }
    case 'instant': {
      const zone = getScalar(node, 'timezone')
      if (zone !== undefined && !checkTimezone(flow.findings, zone)) return undefined
      const precision = getScalar(node, 'precision')?.text as
        'microseconds' | 'milliseconds' | 'seconds' | 'minutes' | undefined
      return { type, timezone: zone?.text ?? flow.contract.timezone, ...(precision === undefined ? {} : { precision }) }
    }
    case 'choice': {
      const values = texts(get(node, 'values')).map((value) => value.text)
      const twice = values.find((value, i) => values.indexOf(value) !== i)
      if (twice !== undefined) {
        flow.error(
          flow.place(...at, 'values'),
          'duplicate-value',
          `The value \`${twice}\` is listed twice.`,
          'Keep one of the two.',
        )
      }
      return { type, ...(get(node, 'values') === undefined ? {} : { values }) }
    }
    case 'phone':
    case 'vat': {
      const country = readCountry(flow, node)
      return { type, ...(country === undefined ? {} : { country }) }
    }
    case 'reference':
      return target === null ? undefined : reference(flow, target)
    default:
      return { type }
  }
}

/** Which systems name the currency of an amount in a column of its own. */
function namesCurrencies(flow: FlowContext, node: MapNode): 'everywhere' | 'somewhere' | 'nowhere' {
  const mappings = [...node.entries].filter(([key]) => flow.contract.systems.has(key))
  const naming = mappings.filter(
    ([, { value }]) => value.kind === 'map' && getScalar(value, 'currency_from') !== undefined,
  )
  return naming.length === 0 ? 'nowhere' : naming.length === mappings.length ? 'everywhere' : 'somewhere'
}

function reference(flow: FlowContext, target: { name: string; place: Place }): TypeSpec | undefined {
  const flows = flow.contract.flowNodes
  if (!flows.has(target.name)) {
    if (!flow.contract.complete.flows || flow.contract.broken.has(`flows.${target.name}`)) return undefined
    flow.unknown(target.place, 'unknown-flow', target.name, 'a flow of this contract', [...flows.keys()])
    return undefined
  }
  return { type: 'reference', flow: target.name }
}

function readCountry(flow: FlowContext, node: MapNode): string | undefined {
  const country = getScalar(node, 'country')
  if (country === undefined) return undefined
  const code = country.text.toUpperCase()
  if (code in countries.getAlpha2Codes()) return code
  flow.error(
    country.place,
    'unknown-country',
    `\`${country.text}\` is not the code of a country.`,
    'Write its two letters (ISO 3166), e.g. `ES` or `DE`; Great Britain is `GB`.',
  )
  return undefined
}

/** Reports a name that is no IANA time zone. */
export function checkTimezone(findings: FlowContext['findings'], zone: { text: string; place: Place }): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone.text }) instanceof Intl.DateTimeFormat
  } catch {
    const near = nearZone(zone.text, [...Intl.supportedValuesOf('timeZone'), 'UTC'])
    findings.error(
      zone.place,
      'unknown-timezone',
      `\`${zone.text}\` is not a time zone${near === null ? '.' : `; did you mean \`${near}\`?`}`,
      'Write a name such as `Europe/Madrid` or `UTC`.',
    )
    return false
  }
}

/** A city alone is near its zone: `Madrid` is meant to be `Europe/Madrid`. */
function nearZone(written: string, known: readonly string[]): string | null {
  const city = written.toLowerCase().replaceAll(' ', '_')
  return known.find((zone) => zone.toLowerCase().endsWith(`/${city}`)) ?? nearMiss(written, known)
}

function numberOf(node: MapNode, key: string): number | undefined {
  const value = getScalar(node, key)?.value
  return typeof value === 'number' ? value : undefined
}

function isTypeName(name: string): name is TypeName {
  return (TYPE_NAMES as readonly string[]).includes(name)
}
