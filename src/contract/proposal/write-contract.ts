import type { Person } from '../contract.ts'
import type { QuestionFacts } from '../question-names.ts'
import { type FlowSetting, flowQuestion } from '../wording/questions.ts'
import {
  asAnswered,
  commonDecisions,
  commonFacts,
  type ContractDraft,
  matchAnswers,
  questionFacts,
  urlVariable,
} from './contract-draft.ts'
import { listed, manyOf } from '../phrases.ts'
import { unfilledColumns } from './new-rows.ts'
import { proposedStamps } from './stamps.ts'
import type { ProposedFlow, Side } from './proposal.ts'
import { fieldLines } from './write-fields.ts'
import { skeletonLines } from './write-skeletons.ts'
import { scalar } from './yaml-scalar.ts'

/*
 * Writes a proposal as a contract file. What the systems say is filled in; every decision that is still open stands
 * there as a question (`#?`) with its answers as comments, so that a person only takes the `# ` off one of them. What is
 * decided once for all flows stands in `defaults`; a flow holds its records, how they match, its fields, and what it
 * answers otherwise.
 */

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
    ...defaultLines(draft),
    '',
    'flows:',
    ...draft.proposal.flows.flatMap((flow) => flowLines(draft, flow)),
    ...skeletonLines(draft),
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

/** The decisions that hold for all flows, each answered or as a question. */
function defaultLines(draft: ContractDraft): string[] {
  const facts = commonFacts(draft)
  const decisions = commonDecisions(draft)
  const ask = (setting: FlowSetting, indent: number) => decisionLines(setting, facts, draft.defaults[setting], indent)
  const single = (...settings: readonly FlowSetting[]) =>
    settings.filter((setting) => decisions.includes(setting)).flatMap((setting) => ask(setting, 2))
  return [
    '# Decisions that hold for every flow below that does not answer the question itself.',
    'defaults:',
    ...groupLines('owners', decisions, 2, ask),
    ...single('master', 'on_conflict', 'direction', 'schedule', 'late_after'),
    ...['edge_cases', 'on_failure', 'limits'].flatMap((group) => groupLines(group, decisions, 2, ask)),
    ...single('history'),
  ]
}

function groupLines(
  group: string,
  decisions: readonly FlowSetting[],
  indent: number,
  ask: (setting: FlowSetting, indent: number) => readonly string[],
): string[] {
  const own = decisions.filter((setting) => setting.startsWith(`${group}.`))
  if (own.length === 0) return []
  return [`${' '.repeat(indent)}${group}:`, ...own.flatMap((setting) => ask(setting, indent + 2))]
}

function flowLines(draft: ContractDraft, proposed: ProposedFlow): string[] {
  const flow = asAnswered(draft, proposed)
  const facts = questionFacts(draft, flow.name)
  const answers = draft.answers[flow.name] ?? {}
  const own = commonDecisions(draft).filter((setting) => answers[setting] !== undefined)
  const ask = (setting: FlowSetting, indent: number) => decisionLines(setting, facts, answers[setting], indent)
  return [
    `  ${flow.name}:`,
    `    # Where the rules for ${manyOf(flow.name)} differ from defaults, give them here, written as they are there.`,
    ...groupLines('owners', own, 4, ask),
    ...own.filter((setting) => !setting.includes('.')).flatMap((setting) => ask(setting, 4)),
    ...recordLines(draft, flow),
    ...matchLines(flow, facts, answers.match),
    '    fields:',
    ...(flow.fields.length > 0
      ? []
      : [
          '      #? No columns look alike: write those that hold the same, as name: { type: text, erp: column, crm: column }.',
        ]),
    ...flow.fields.flatMap((field) => fieldLines(draft, flow, field, '      ')),
    ...unmappedLines(draft, flow),
    ...['edge_cases', 'on_failure', 'limits'].flatMap((group) => groupLines(group, own, 4, ask)),
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
    ...draft.proposal.systems.flatMap(({ name }, side) => closedLines(draft, flow, name, side as Side)),
    `      # More settings of a system: where: "type = 'customer'" (only some rows), archive: { active: "false" } (what`,
    '      # archiving writes), on_create: { type: customer } (values of new rows), on_update: { version: version + 1 } (values',
    '      # that every update sets).',
  ]
}

/** Why nothing can be created in a system. */
function closedLines(draft: ContractDraft, flow: ProposedFlow, system: string, side: Side): string[] {
  const columns = unfilledColumns(draft.proposal, flow, side)
  if (columns.length === 0) return []
  const what = `A new row in ${system} needs ${listed(columns)}, which no field fills: nothing can be created there, unless on_create sets them.`
  return wrapped(what, '      # ')
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

/** What a rule finds in the rows that were looked at. */
function foundText({ rules, rows }: ProposedFlow, name: string): string {
  const rule = rules?.find(({ field }) => field === name)
  if (rule === undefined || rows === undefined) return ''
  const ambiguous = rule.ambiguous === 0 ? 'none ambiguous' : `${rule.ambiguous} ambiguous`
  return `   # finds ${rule.finds} among the first ${rows[0]} and ${rows[1]} rows, ${ambiguous}`
}

function matchLines(flow: ProposedFlow, facts: QuestionFacts, answer: string | undefined): string[] {
  if (answer !== undefined) return [`    match: ${answer}`]
  if (flow.match.length > 0) {
    return [
      `    match:   # Each of these names one record; take out what does not. Others: [name], or { similar: [name], at_least: 0.92, then: ask }`,
      ...flow.match.map((field) => `      - [${scalar(field)}]${foundText(flow, field)}`),
    ]
  }
  return [`    #? ${flowQuestion('match', facts).question}`, ...answerLines('match', matchAnswers(flow), '    ')]
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
