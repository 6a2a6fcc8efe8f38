import type { Person } from '../contract.ts'
import type { QuestionFacts } from '../question-names.ts'
import { FLOW_QUESTIONS, type FlowSetting, flowQuestion } from '../questions.ts'
import { proposedStamps } from './stamps.ts'
import type { Proposal, ProposedField, ProposedFlow, Side } from './proposal.ts'

/*
 * Writes a proposal as a contract file. What the systems say is filled in; every decision that is still open stands
 * there as a question (`#?`) with its answers as comments, so that a person only takes the `# ` off one of them.
 */

/** What people said already, beside what the systems say. */
export interface ContractDraft {
  readonly company: string
  readonly timezone: string
  readonly proposal: Proposal
  readonly people: readonly Person[]
  /** By flow, then by setting: the answer as it stands in the file. */
  readonly answers: Readonly<Record<string, Readonly<Partial<Record<FlowSetting, string>>>>>
  /** Currency of all amounts, where somebody said it. */
  readonly currency: string | null
}

/** Name of the environment variable that holds a system's URL. */
export function urlVariable(system: string): string {
  return `${system.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_URL`
}

/** What a flow's questions are about, as far as it is known. */
export function questionFacts(draft: ContractDraft, flow: string): QuestionFacts {
  const { master, direction } = draft.answers[flow] ?? {}
  const oneWay = direction === undefined ? null : /^(\S+) to (\S+)$/.exec(direction)
  return {
    flow,
    systems: draft.proposal.systems.map((system) => system.name),
    master,
    direction: direction === undefined ? undefined : oneWay === null ? 'both' : { from: oneWay[1]!, to: oneWay[2]! },
    people: draft.people,
  }
}

/** Decisions of a flow that a proposal leaves to people, in the order in which they are best answered. */
export function decisionsOf(flow: ProposedFlow): readonly FlowSetting[] {
  const refers = [...flow.fields, ...flow.fields.flatMap((field) => field.lines?.fields ?? [])].some(
    (field) => field.type === 'reference',
  )
  return (Object.keys(FLOW_QUESTIONS) as FlowSetting[]).filter((setting) => {
    if (setting === 'records' || setting === 'fields') return false
    if (setting === 'match') return flow.match.length === 0
    // A proposal has no conditions.
    if (setting === 'edge_cases.left_filter') return false
    return setting !== 'edge_cases.missing_reference' || refers
  })
}

/** The text of the contract file. */
export function writeContract(draft: ContractDraft): string {
  const lines = [
    `# The rules by which ${listed(draft.proposal.systems.map((system) => system.name))} are kept in agreement.`,
    '#',
    '# What could be read from the systems is filled in; look it over. A line that begins with #? is a question that',
    '# only people can answer: take the "# " off the answer that is right, and change it where it needs changing.',
    '# `concordat check` shows what is still open. Nothing is ever written before every question of a flow is answered.',
    '',
    'concordat: 1',
    `company: ${scalar(draft.company)}`,
    `timezone: ${scalar(draft.timezone)}`,
    '',
    ...peopleLines(draft.people),
    '',
    'systems:',
    ...draft.proposal.systems.map(
      ({ name, connector }) =>
        `  ${scalar(name)}: { connector: ${scalar(connector)}, url: "\${env:${urlVariable(name)}}" }`,
    ),
    '',
    'flows:',
    ...draft.proposal.flows.flatMap((flow) => flowLines(draft, flow)),
  ]
  return lines.join('\n').trimEnd() + '\n'
}

function peopleLines(people: readonly Person[]): string[] {
  return [
    'people:',
    ...(people.length === 0
      ? [
          '  #? Who answers for the flows? One line a person.',
          '  # ana: { name: Ana Ruiz, email: ana@company.example }',
        ]
      : people.map(({ key, name, email }) => `  ${scalar(key)}: { name: ${scalar(name)}, email: ${scalar(email)} }`)),
  ]
}

/** The flow without the field that its direction leaves nothing to: a number that its system chooses is never written. */
function asAnswered(draft: ContractDraft, flow: ProposedFlow): ProposedFlow {
  const { direction } = questionFacts(draft, flow.name)
  const useless = flow.fields.filter(
    ({ keyOf }) =>
      keyOf?.given && typeof direction === 'object' && direction.to === draft.proposal.systems[keyOf.side].name,
  )
  if (useless.length === 0) return flow
  return {
    ...flow,
    fields: flow.fields.filter((field) => !useless.includes(field)),
    match: flow.match.filter((name) => !useless.some((field) => field.name === name)),
  }
}

function flowLines(draft: ContractDraft, proposed: ProposedFlow): string[] {
  const flow = asAnswered(draft, proposed)
  const facts = questionFacts(draft, flow.name)
  const answers = draft.answers[flow.name] ?? {}
  const ask = (setting: FlowSetting, indent: number) => decisionLines(setting, facts, answers[setting], indent)
  const decisions = decisionsOf(flow)
  const group = (name: string): string[] => [
    `    ${name}:`,
    ...decisions.filter((setting) => setting.startsWith(`${name}.`)).flatMap((setting) => ask(setting, 6)),
  ]
  const above = (['master', 'on_conflict', 'direction', 'schedule', 'late_after'] as const).filter(
    (setting) => setting !== 'on_conflict' || answers.master === undefined || answers.master === 'shared',
  )
  return [
    `  ${flow.name}:`,
    ...group('owners'),
    ...above.flatMap((setting) => ask(setting, 4)),
    ...recordLines(draft, flow),
    ...matchLines(flow, facts, answers.match),
    '    fields:',
    ...flow.fields.flatMap((field) => fieldLines(draft, flow, field, '      ')),
    ...unmappedLines(draft, flow),
    ...group('edge_cases'),
    ...group('on_failure'),
    ...group('limits'),
    ...ask('history', 4),
    '',
  ]
}

/** A decision: the answer, or the question with its answers as comments. */
function decisionLines(
  setting: FlowSetting,
  facts: QuestionFacts,
  answer: string | undefined,
  indent: number,
): string[] {
  const key = setting.slice(setting.indexOf('.') + 1)
  const blanks = ' '.repeat(indent)
  const { question, options } = flowQuestion(setting, facts)
  if (answer !== undefined) return [`${blanks}${key}: ${answer}`]
  const only = setting === 'on_conflict' ? 'Only with `master: shared`: ' : ''
  return [`${blanks}#? ${only}${question}`, ...answerLines(key, answersOf(setting, options), blanks)]
}

function answersOf(setting: FlowSetting, options: readonly { answer: string; means: string }[]) {
  if (options.length > 0 || !setting.startsWith('owners.')) return options
  return [{ answer: 'ana', means: 'One of `people` above.' }]
}

function answerLines(key: string, options: readonly { answer: string; means: string }[], blanks: string): string[] {
  const written = options.map(({ answer }) => `${blanks}# ${key}: ${answer}`)
  const width = written.reduce((most, line) => Math.max(most, line.length), 0)
  return options.map(({ means }, place) => `${written[place]!.padEnd(width)}   # ${means}`)
}

function recordLines(draft: ContractDraft, flow: ProposedFlow): string[] {
  return [
    '    records:',
    ...draft.proposal.systems.flatMap(({ name }, side) => {
      const table = flow.tables[side as 0 | 1]
      const changedAt = table.changedAt === null ? '' : `, changed_at: ${scalar(table.changedAt)}`
      return [
        `      ${scalar(name)}: { table: ${scalar(table.object)}, id: ${scalar(table.id)}${changedAt}${newIdText(flow, side as Side)}${stampText(draft, flow, side as Side)} }`,
        ...(table.changedAt === null
          ? [
              `      # ${name} has no column that says when a row of ${table.object} changed: every run reads the whole table.`,
            ]
          : []),
      ]
    }),
    `      # More settings of a system: where: "type = 'customer'" (only some rows), archive: { active: "false" } (what`,
    '      # archiving writes), on_create: { type: customer } (values of new rows), on_update: { version: version + 1 } (values',
    '      # that every update sets).',
  ]
}

/** An id that people give, not the system, is the number by which the other side knows the record. */
function newIdText(flow: ProposedFlow, side: Side): string {
  const number = flow.fields.find(({ keyOf }) => keyOf?.side === side && !keyOf.given)
  return number === undefined ? '' : `, new_id: { from: ${scalar(number.name)} }`
}

/** What an application above the table would set with every update. */
function stampText(draft: ContractDraft, flow: ProposedFlow, side: Side): string {
  const { object, id } = flow.tables[side]
  const table = draft.proposal.systems[side].catalogue.objects.find(({ name }) => name === object)
  if (table === undefined) return ''
  const stamps = proposedStamps(table, new Set([id, ...flow.fields.map((field) => field.columns[side])]))
  const texts = stamps.map(([column, stamp]) => `${scalar(column)}: ${stamp}`)
  return texts.length === 0 ? '' : `, on_update: { ${texts.join(', ')} }`
}

function matchLines(flow: ProposedFlow, facts: QuestionFacts, answer: string | undefined): string[] {
  if (answer !== undefined) return [`    match: ${answer}`]
  if (flow.match.length > 0) {
    return [
      `    match:   # Each of these names one record; take out what does not. Others: [name], or { similar: [name], at_least: 0.92, then: ask }`,
      ...flow.match.map((field) => `      - [${scalar(field)}]`),
    ]
  }
  return [`    #? ${flowQuestion('match', facts).question}`, ...answerLines('match', matchAnswers(flow), '    ')]
}

/** Answers to how records find each other, with fields of this very flow. */
export function matchAnswers(flow: ProposedFlow): readonly { answer: string; means: string }[] {
  const names = flow.fields.filter((field) => field.type !== 'lines').map((field) => field.name)
  const name =
    names.find((one) => one === 'name' || one === 'code') ?? flow.fields.find((field) => field.type === 'text')?.name
  const second = names.find((one) => one === 'postcode' || one === 'city') ?? null
  const reference = flow.fields.find((field) => field.type === 'reference')?.name
  const date = flow.fields.find((field) => field.type === 'date' || field.type === 'instant')?.name
  const alike = [name, second].filter((one) => one !== undefined && one !== null).map((one) => scalar(one))
  return [
    ...(reference !== undefined && date !== undefined
      ? [{ answer: `[[${scalar(reference)}, ${scalar(date)}]]`, means: 'By these fields, all equal.' }]
      : []),
    ...(name !== undefined
      ? [{ answer: `[[${scalar(name)}]]`, means: 'By a field that is equal on both sides.' }]
      : []),
    ...(alike.length > 0
      ? [
          {
            answer: `[{ similar: [${alike.join(', ')}], at_least: 0.92, then: ask }]`,
            means: 'By fields that look alike; a person confirms each pair.',
          },
        ]
      : []),
    { answer: 'none', means: 'Never: what exists on both sides stays apart.' },
  ]
}

function fieldLines(draft: ContractDraft, flow: ProposedFlow, field: ProposedField, blanks: string): string[] {
  const [left, right] = draft.proposal.systems
  const type = field.type === 'reference' ? `reference(${field.flow})` : field.type
  const settings = [
    `type: ${type}`,
    ...(field.required ? ['required: true'] : []),
    ...(field.scale === undefined ? [] : [`scale: ${field.scale}`]),
    ...(field.type === 'money' && draft.currency !== null ? [`currency: ${scalar(draft.currency)}`] : []),
  ]
  if (field.lines !== undefined) {
    const { parents, key, fields } = field.lines
    return [
      `${blanks}${scalar(field.name)}:`,
      ...settings.map((setting) => `${blanks}  ${setting}`),
      `${blanks}  ${scalar(left.name)}: { table: ${scalar(field.columns[0])}, parent: ${scalar(parents[0])} }`,
      `${blanks}  ${scalar(right.name)}: { table: ${scalar(field.columns[1])}, parent: ${scalar(parents[1])} }`,
      `${blanks}  key: [${key.map(scalar).join(', ')}]   # what tells two lines of a record apart`,
      `${blanks}  fields:`,
      ...fields.flatMap((one) => fieldLines(draft, { ...flow, fields }, one, `${blanks}    `)),
    ]
  }
  const columns = [
    `${scalar(left.name)}: ${mappingText(flow, field, 0)}`,
    `${scalar(right.name)}: ${mappingText(flow, field, 1)}`,
  ]
  if (field.keyOf !== undefined) {
    const { name } = draft.proposal.systems[field.keyOf.side]
    const { direction } = questionFacts(draft, flow.name)
    const receives = typeof direction === 'object' && direction.to === name
    return [
      `${blanks}# ${field.columns[field.keyOf.side]} is the key of ${flow.tables[field.keyOf.side].object}. Leave this out if it is no number that the other side knows${field.keyOf.given && typeof direction !== 'object' ? `, or if the direction is only to ${name}` : ''}.`,
      `${blanks}${scalar(field.name)}: { ${[...settings, ...(receives ? [] : [`master: ${scalar(name)}`]), ...columns].join(', ')} }`,
    ]
  }
  if (field.type === 'phone' && countryBeside(flow, field) === undefined) {
    return [
      `${blanks}${scalar(field.name)}: { ${[...settings, ...columns].join(', ')} }   # numbers without +… are of no country; if they are all of one, add country: ES`,
    ]
  }
  if (field.type === 'money' && draft.currency === null) {
    return [
      `${blanks}${scalar(field.name)}:`,
      ...settings.map((setting) => `${blanks}  ${setting}`),
      `${blanks}  #? In which currency are these amounts?`,
      `${blanks}  # currency: EUR`,
      ...columns.map((column) => `${blanks}  ${column}`),
    ]
  }
  return [`${blanks}${scalar(field.name)}: { ${[...settings, ...columns].join(', ')} }`]
}

/** The field with the country of a phone number: `ship_country` for `ship_phone`, else the record's own. */
function countryBeside(flow: ProposedFlow, field: ProposedField): ProposedField | undefined {
  const countries = flow.fields.filter((one) => one.type === 'country')
  const own = `${field.name.replace(/(?:phone|mobile|fax)$/, '')}country`
  return countries.find((one) => one.name === own) ?? countries.find((one) => one.name === 'country')
}

/** How one side holds a field: the column, and how values are written there where the column's name says so. */
function mappingText(flow: ProposedFlow, field: ProposedField, side: Side): string {
  const column = field.columns[side]
  if (field.keyOf?.side === side)
    return /^[A-Za-z_]\w*$/.test(column)
      ? `{ read: ${scalar(column)} }`
      : `{ read: ${scalar(`column(${JSON.stringify(column)})`)} }`
  if (field.asNumber?.[side]) return `{ field: ${scalar(column)}, values: { "1": true, "0": false } }`
  if (field.type === 'country' && /name/i.test(column)) return `{ field: ${scalar(column)}, form: name }`
  if (field.type === 'country' && /(?:3|iso_?alpha_?3)$/i.test(column))
    return `{ field: ${scalar(column)}, form: code3 }`
  const country = field.type === 'phone' ? countryBeside(flow, field) : undefined
  if (country !== undefined) return `{ field: ${scalar(column)}, country_from: ${scalar(country.columns[side])} }`
  return scalar(column)
}

function unmappedLines(draft: ContractDraft, flow: ProposedFlow): string[] {
  return draft.proposal.systems.flatMap(({ name }, side) => {
    const columns = flow.unmapped[side as 0 | 1]
    return columns.length === 0
      ? []
      : wrapped(`Only in ${name}, not kept in agreement: ${columns.join(', ')}`, '      # ')
  })
}

function wrapped(text: string, prefix: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > 120) lines.push(prefix + word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf|~)$/i

/** A YAML scalar that reads back as this very text. */
export function scalar(text: string): string {
  return /^[A-Za-z_][A-Za-z0-9_./-]*$/.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text)
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
