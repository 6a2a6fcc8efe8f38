import type { Person } from '../contract.ts'
import type { QuestionFacts } from '../question-names.ts'
import { FLOW_QUESTIONS, type FlowSetting } from '../wording/questions.ts'
import type { Proposal, ProposedFlow } from './proposal.ts'
import { scalar } from './yaml-scalar.ts'

/*
 * What is known when a contract is begun: what the systems say, and what people said already. The rest are decisions
 * that are still open.
 */

/** Answers by setting, each as it stands in the file. */
export type SettingAnswers = Readonly<Partial<Record<FlowSetting, string>>>

export interface ContractDraft {
  readonly company: string
  readonly timezone: string
  readonly proposal: Proposal
  readonly people: readonly Person[]
  /** What holds for all flows. */
  readonly defaults: SettingAnswers
  /** By flow: its match rules, and what it answers otherwise. */
  readonly answers: Readonly<Record<string, SettingAnswers>>
  /** Currency of all amounts, where somebody said it. */
  readonly currency: string | null
}

/** Name of the environment variable that holds a system's URL. */
export function urlVariable(system: string): string {
  return `${system.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_URL`
}

/** What a flow's questions are about, as far as it is known. */
export function questionFacts(draft: ContractDraft, flow: string): QuestionFacts {
  return factsOf(draft, flow, { ...draft.defaults, ...draft.answers[flow] })
}

/** What the questions about all flows are about: its records where there is only one flow. */
export function commonFacts(draft: ContractDraft): QuestionFacts {
  const { flows } = draft.proposal
  return factsOf(draft, flows.length === 1 ? flows[0]!.name : 'records', draft.defaults)
}

function factsOf(draft: ContractDraft, flow: string, { master, direction }: SettingAnswers): QuestionFacts {
  const oneWay = direction === undefined ? null : /^(\S+) to (\S+)$/.exec(direction)
  return {
    flow,
    systems: draft.proposal.systems.map((system) => system.name),
    master,
    direction: direction === undefined ? undefined : oneWay === null ? 'both' : { from: oneWay[1]!, to: oneWay[2]! },
    people: draft.people,
  }
}

/** Decisions that a proposal leaves to people and that are taken once, in the order in which they are best answered. */
export function commonDecisions(draft: ContractDraft): readonly FlowSetting[] {
  const refers = draft.proposal.flows.some((flow) =>
    [...flow.fields, ...flow.fields.flatMap((field) => field.lines?.fields ?? [])].some(
      (field) => field.type === 'reference',
    ),
  )
  const { master } = draft.defaults
  return (Object.keys(FLOW_QUESTIONS) as FlowSetting[]).filter((setting) => {
    if (setting === 'records' || setting === 'fields' || setting === 'match') return false
    // A proposal has no conditions.
    if (setting === 'edge_cases.left_filter') return false
    if (setting === 'on_conflict') return master === undefined || master === 'shared'
    return setting !== 'edge_cases.missing_reference' || refers
  })
}

/** The flow without the field that its direction leaves nothing to: a number that its system chooses is never written. */
export function asAnswered(draft: ContractDraft, flow: ProposedFlow): ProposedFlow {
  const { direction } = questionFacts(draft, flow.name)
  const useless = flow.fields.filter(
    ({ keyOf, composed }) =>
      (keyOf?.given || composed !== undefined) &&
      typeof direction === 'object' &&
      direction.to === draft.proposal.systems[(composed ?? keyOf!).side].name,
  )
  if (useless.length === 0) return flow
  return {
    ...flow,
    fields: flow.fields.filter((field) => !useless.includes(field)),
    match: flow.match.filter((name) => !useless.some((field) => field.name === name)),
  }
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
            means: 'By fields with similar values; a person confirms each pair.',
          },
        ]
      : []),
    { answer: 'none', means: 'Never: what exists on both sides stays apart.' },
  ]
}
