import { LANGUAGES, type Language } from '../../model/language.ts'
import type { RestDescription } from '../../model/rest-description.ts'
import { type AssembledContract, assemble } from '../text/assemble.ts'
import type { Contract, Flow, Person, SystemDeclaration } from '../contract.ts'
import type { Channel } from '../channel.ts'
import { checkReferences } from './check-references.ts'
import { checkShape } from './check-shape.ts'
import { completeFlow } from './complete-flow.ts'
import type { FlowDraft } from '../draft.ts'
import type { CheckReport, FlowSentences, Place, Problem } from '../finding.ts'
import { Findings } from '../text/findings.ts'
import { contractFingerprint, describedFingerprint } from './fingerprint.ts'
import { type ContractContext, FlowContext } from './flow-context.ts'
import { inheritDefaults } from './inherit.ts'
import { didYouMean } from '../text/near-miss.ts'
import { entriesOf, get, getMap, getScalar, getText, type MapNode, placeOf } from '../text/node.ts'
import { readContractFiles, type SourceFile } from '../text/read-files.ts'
import { readAlerts, readChannels, readRoute } from './read-channels.ts'
import { readDescription } from './rest/read-description.ts'
import { readFlow } from './read-flow.ts'
import { checkTimezone } from './read-type.ts'
import { FIELD_SETTINGS } from '../schema/schema.ts'
import { secretFault, type SecretSource } from '../settings/secrets.ts'
import { webhookKeyFault } from '../settings/key-fault.ts'
import { flowSentences } from '../wording/rulebook.ts'
import { systemSettingFault } from '../settings/system-settings.ts'

/** A field's keys are its settings and the names of systems, so the two must not meet. `shared`, `newest` and `ask` are answers. */
const RESERVED = new Set([...FIELD_SETTINGS, 'shared', 'newest', 'ask', 'both'])

export interface ReadOptions {
  /** Names of the connectors that there are; unless given, any name is believed. */
  readonly connectors?: readonly string[]
  /** What references stand for; unless given, that is not looked at. */
  readonly secrets?: SecretSource
}

/**
 * Reads a contract – a path to a file or folder, or files already read – and reports everything at once: what is wrong,
 * what is still open, and what was decided. Throws only when a path cannot be read (`contract.unreadable`).
 */
export function readContract(source: string | readonly SourceFile[], options: ReadOptions = {}): CheckReport {
  return check(assemble(typeof source === 'string' ? readContractFiles(source) : source), options)
}

function check({ root, place, problems, complete }: AssembledContract, options: ReadOptions): CheckReport {
  const findings = new Findings()
  findings.problems.push(...problems)
  openEmptyFlows(root)
  const shape = checkShape(root)
  findings.problems.push(...shape.problems)
  const broken = (path: string) => !complete || [...shape.broken].some((b) => b === path || b.startsWith(`${path}.`))

  const missing = (setting: string, cure: string) => {
    if (get(root, setting) === undefined && !broken(setting)) {
      findings.error(place, 'missing-setting', `The contract says no \`${setting}\`.`, cure)
    }
  }
  missing('concordat', 'Begin with `concordat: 1`, the version of the contract language.')
  missing('company', 'Add `company:` with the name of the company.')
  missing('timezone', 'Add `timezone:` with the zone of the business, e.g. `Europe/Madrid`.')
  missing('systems', 'Add `systems:` with the business systems and how they are reached.')
  missing('flows', 'Add `flows:` with what is kept in agreement, e.g. `customers:`.')
  const zone = getScalar(root, 'timezone')
  const timezone = zone !== undefined && checkTimezone(findings, zone) ? zone.text : 'UTC'

  inheritDefaults(root)
  const flowNodes = new Map(
    entriesOf(getMap(root, 'flows')).flatMap(([name, { value }]): [string, MapNode][] =>
      value.kind === 'map' ? [[name, value]] : [],
    ),
  )
  const channels = readChannels(root, findings, broken, options.secrets)
  const alerts = readAlerts(root, findings, channels, !broken('channels'))
  const context: ContractContext = {
    timezone,
    people: readPeople(root, findings, channels, !broken('channels')),
    systems: readSystems(root, findings, broken, options),
    complete: { people: !broken('people'), systems: !broken('systems'), flows: complete },
    flowNodes,
    root,
    broken: shape.broken,
    findings,
  }
  const drafts = new Map<string, { draft: FlowDraft; open: number }>()
  for (const [name, node] of flowNodes) {
    const flow = new FlowContext(name, node, context)
    drafts.set(name, { draft: readFlow(flow), open: flow.open })
  }
  checkReferences(
    [...drafts.values()].map(({ draft }) => draft),
    context,
  )

  const flows = new Map<string, Flow>()
  const rulebook: Record<Language, FlowSentences[]> = { en: [], es: [] }
  for (const [name, { draft, open }] of drafts) {
    const flow = open === 0 ? completeFlow(draft) : null
    if (flow !== null) flows.set(name, withDescriptions(flow, context.systems))
    for (const language of LANGUAGES)
      rulebook[language].push(flowSentences(draft, flow !== null, { channels, alerts }, language))
  }
  const sorted = distinct(findings.problems).map(shortened).toSorted(byPlace)
  const valid = sorted.every((problem) => problem.severity !== 'error')
  const contract = {
    company: getText(root, 'company') ?? '',
    timezone,
    people: context.people,
    systems: context.systems,
    flows,
    channels,
    alerts,
  }
  return {
    problems: sorted,
    questions: findings.questions.en,
    contract: valid ? ({ ...contract, fingerprint: contractFingerprint(contract) } satisfies Contract) : null,
    rulebook: rulebook.en,
    translated: { es: { questions: findings.questions.es, rulebook: rulebook.es } },
  }
}

/** A flow that is only named (`customers:`) is a flow in which everything is open. */
function openEmptyFlows(root: MapNode): void {
  const flows = getMap(root, 'flows')
  for (const [name, { place, value }] of flows?.entries ?? []) {
    if (value.kind === 'scalar' && value.value === null)
      flows!.entries.set(name, { place, value: { kind: 'map', place, entries: new Map() } })
  }
}

function readPeople(
  root: MapNode,
  findings: Findings,
  channels: ReadonlyMap<string, Channel>,
  complete: boolean,
): Map<string, Person> {
  const people = new Map<string, Person>()
  for (const [key, { value, place }] of entriesOf(getMap(root, 'people'))) {
    if (value.kind !== 'map') continue
    const name = getText(value, 'name') ?? key
    const email = getScalar(value, 'email')
    if (email === undefined)
      findings.error(
        place,
        'missing-setting',
        `\`${key}\` has no e-mail address.`,
        'Add `email:`; alerts and questions go there.',
      )
    else if (!/^[^\s@]+@[^\s@]+$/.test(email.text))
      findings.error(
        email.place,
        'bad-format',
        `The e-mail address of \`${key}\` is none.`,
        'Write it as name@example.com.',
      )
    const own = readRoute(get(value, 'channels'), findings, channels, complete)
    people.set(key, { key, name, email: email?.text ?? '', ...(own && { channels: own }) })
  }
  return people
}

function readSystems(
  root: MapNode,
  findings: Findings,
  broken: (path: string) => boolean,
  { connectors, secrets }: ReadOptions,
): Map<string, SystemDeclaration> {
  const systems = new Map<string, SystemDeclaration>()
  for (const [name, { value, place }] of entriesOf(getMap(root, 'systems'))) {
    if (value.kind !== 'map') continue
    const connector = getScalar(value, 'connector')
    if (RESERVED.has(name)) {
      findings.error(
        place,
        'bad-name',
        `A system cannot be called \`${name}\`, because fields have a setting of that name.`,
        'Rename the system.',
      )
    }
    if (connector === undefined && !broken(`systems.${name}`)) {
      findings.error(
        place,
        'missing-setting',
        `The system \`${name}\` names no connector.`,
        'Add `connector:`, e.g. `postgres` or `mysql`.',
      )
    } else if (connector !== undefined && connectors !== undefined && !connectors.includes(connector.text)) {
      findings.error(
        connector.place,
        'unknown-connector',
        `\`${connector.text}\` is not a connector${didYouMean(connector.text, connectors) || '.'}`,
        `Write one of ${connectors.map((c) => `\`${c}\``).join(', ')}.`,
      )
    }
    const settings: Record<string, string> = {}
    for (const [setting, entry] of entriesOf(value)) {
      if (setting === 'connector' || entry.value.kind !== 'scalar') continue
      const fault = secretFault(setting, entry.value.text)
      if (fault === 'clear') {
        findings.error(
          entry.value.place,
          'secret-in-clear',
          `\`${setting}\` of the system \`${name}\` holds a secret in clear.`,
          `Put it into an environment variable and write \`\${env:${variable(name, setting)}}\`, or \`\${secret:${variable(name, setting)}}\`; then change the secret, it was in a file.`,
        )
      } else if (fault === 'malformed') {
        findings.error(
          entry.value.place,
          'bad-secret-reference',
          `\`${setting}\` of the system \`${name}\` holds a \`\${…}\` that is no reference.`,
          'Write `${env:NAME}` or `${secret:NAME}`, with letters, digits and `_` in the name.',
        )
      }
      if (setting === 'timezone') checkTimezone(findings, entry.value)
      const own = fault === null ? systemSettingFault(setting, entry.value.text) : null
      if (own) findings.error(entry.value.place, 'bad-system-setting', own.fault, own.cure)
      settings[setting] = entry.value.text
    }
    const key = getScalar(value, 'webhook_secret')
    const weak = key && secretFault('webhook_secret', key.text) === null ? webhookKeyFault(settings, secrets) : null
    if (key && weak)
      findings.error(key.place, 'bad-secret', `\`webhook_secret\` of the system \`${name}\` ${weak.fault}`, weak.cure)
    const description =
      connector?.text === 'rest' ? describedSystem(findings, name, { node: value, place }, settings, broken) : null
    if (connector && connector.text !== 'rest' && getMap(value, 'description'))
      findings.error(
        placeOf(value, ['description']),
        'unknown-key',
        `The connector \`${connector.text}\` takes no \`description\`.`,
        'Take it out, or write `connector: rest`.',
      )
    systems.set(name, { name, connector: connector?.text ?? '', settings, ...(description && { description }) })
  }
  return systems
}

/** The flow, whose fingerprint covers what is described of its objects. */
function withDescriptions(flow: Flow, systems: ReadonlyMap<string, SystemDeclaration>): Flow {
  const described = Object.entries(flow.records).flatMap(([system, { object }]) => {
    const description = systems.get(system)?.description
    const own = description?.objects.find(({ name }) => name === object)
    return description && own ? [[system, { object: own, zone: description.zone, errors: description.errors }]] : []
  })
  return {
    ...flow,
    fingerprint: describedFingerprint(
      flow.fingerprint,
      Object.fromEntries(described) as object & Record<string, unknown>,
    ),
  }
}

/** The description of a system that is reached by its API; null when it has faults. */
function describedSystem(
  findings: Findings,
  name: string,
  { node, place }: { readonly node: MapNode; readonly place: Place },
  settings: Readonly<Record<string, string>>,
  broken: (path: string) => boolean,
): RestDescription | null {
  const at = `systems.${name}`
  if (settings['url'] === undefined && !broken(`${at}.url`))
    findings.error(
      place,
      'missing-setting',
      `The system \`${name}\` names no \`url\`.`,
      'Add `url:` with the address under which its API is found, e.g. `url: https://crm.example/api/v1`.',
    )
  const description = getMap(node, 'description')
  if (description !== undefined)
    return readDescription({
      findings,
      node: description,
      settings: Object.keys(settings),
      broken: broken(`${at}.description`),
    })
  if (!broken(`${at}.description`))
    findings.error(
      place,
      'missing-setting',
      `The system \`${name}\` has no \`description\` of its API.`,
      'Add `description:`; docs/connectors/rest.md says what it holds.',
    )
  return null
}

const variable = (system: string, setting: string) => `${system}_${setting}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_')

function byPlace(
  a: { file: string; line: number; column: number },
  b: { file: string; line: number; column: number },
): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
}

/** What is wrong with a default is wrong in every flow, and said once. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
}

/** What a sentence quotes may be of any length in the contract; nobody reads more than its beginning. */
function shortened(problem: Problem): Problem {
  const short = (sentence: string): string => sentence.replaceAll(/`([^`]{200})[^`]*`/g, '`$1…`')
  return { ...problem, message: short(problem.message), cure: short(problem.cure) }
}
