import type { CheckReport, Problem } from '../../contract/finding.ts'
import { asAnswered, type ContractDraft, type SettingAnswers } from '../../contract/proposal/contract-draft.ts'
import { type Named, ownersOf, withOwners } from '../../contract/proposal/owners.ts'
import type { Proposal } from '../../contract/proposal/proposal.ts'
import { leadsDecisions, startFrom, type StartingPoint } from '../../contract/proposal/starting-points.ts'
import { writeContract } from '../../contract/proposal/write-contract.ts'
import type { FlowSetting } from '../../contract/wording/questions.ts'
import { readContract } from '../../contract/reading/read-contract.ts'

/** What people say when a contract is begun. */
export interface Decisions {
  readonly company: string
  readonly timezone: string
  readonly currency: string | null
  readonly owners: { readonly business: Named; readonly technical: Named } | null
  /** Who has the last word; null: open. */
  readonly leads: string | null
  readonly start: StartingPoint | null
  /** What is answered otherwise than the starting point does; null: decided later. */
  readonly answers: Readonly<Partial<Record<FlowSetting, string | null>>>
  /** How records of a flow find each other, where no field is chosen for it. */
  readonly match: Readonly<Record<string, string | null>>
}

/** The draft of the contract by these decisions. */
export function draftOf(proposal: Proposal, decisions: Decisions): ContractDraft {
  const { company, timezone, currency, owners, leads, start } = decisions
  const begun: ContractDraft = { company, timezone, proposal, people: [], defaults: {}, answers: {}, currency }
  const owned = owners === null ? begun : withOwners(begun, ownersOf(owners.business, owners.technical))
  const led =
    leads === null
      ? owned
      : start === null
        ? { ...owned, defaults: { ...owned.defaults, ...leadsDecisions(leads) } }
        : startFrom(owned, start, leads)
  const flows = new Set(proposal.flows.map(({ name }) => name))
  const match = Object.entries(decisions.match).filter(([flow]) => flows.has(flow))
  const answers = Object.fromEntries(
    [...flows].map((flow): [string, SettingAnswers] => {
      const own = led.answers[flow] ?? {}
      const chosen = match.find(([name]) => name === flow)
      return [flow, chosen === undefined ? own : merged(own, { match: chosen[1] })]
    }),
  )
  return { ...led, defaults: merged(led.defaults, decisions.answers), answers }
}

function merged(answers: SettingAnswers, changed: Decisions['answers']): SettingAnswers {
  return Object.fromEntries(
    Object.entries({ ...answers, ...changed }).flatMap(([setting, answer]) =>
      typeof answer === 'string' ? [[setting, answer]] : [],
    ),
  )
}

/** Flows that are to be told how their records find each other, as far as no field says it. */
export const withoutMatch = (draft: ContractDraft) =>
  draft.proposal.flows.map((flow) => asAnswered(draft, flow)).filter(({ match }) => match.length === 0)

/** What `check` says of the file by a draft. */
export const reportOf = (draft: ContractDraft): CheckReport =>
  readContract([{ name: 'concordat.yaml', text: writeContract(draft) }])

/** What is wrong with a contract by these decisions, that was not wrong without them. */
export function faultsOf(proposal: Proposal, decisions: Decisions): readonly Problem[] {
  return reportOf(draftOf(proposal, decisions)).problems.filter(({ severity }) => severity === 'error')
}
