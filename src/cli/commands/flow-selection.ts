import type { CheckReport } from '../../contract/finding.ts'
import { ConcordatError } from '../../model/errors.ts'
import { counted } from '../print/figures.ts'

/** Which flows a command works on, and which it has to leave because decisions are missing. */
export interface FlowSelection {
  readonly flows: readonly string[]
  readonly undecided: readonly { readonly flow: string; readonly questions: number }[]
}

/**
 * Chooses flows by name (none: all). A flow with open questions is never run; naming one, or having no other, is an
 * error.
 */
export function selectFlows(report: CheckReport, named: readonly string[]): FlowSelection {
  const known = report.rulebook.map((flow) => flow.flow)
  const unknown = named.find((flow) => !known.includes(flow))
  if (unknown !== undefined) throw unknownFlow(unknown, known)

  const chosen = named.length > 0 ? [...new Set(named)] : known
  const undecided = chosen
    .filter((flow) => !report.contract?.flows.has(flow))
    .map((flow) => ({ flow, questions: report.questions.filter((question) => question.flow === flow).length }))
  const flows = chosen.filter((flow) => report.contract?.flows.has(flow))
  const blocking = named.length > 0 ? undecided[0] : flows.length === 0 ? undecided[0] : undefined
  if (blocking !== undefined) {
    const whose =
      named.length === 0 && undecided.length > 1
        ? 'No flow is decided yet'
        : `The flow ${blocking.flow} is not decided yet`
    const open = undecided.reduce((sum, flow) => sum + flow.questions, 0)
    throw new ConcordatError('contract.undecided', `${whose}: ${counted(open, 'question')} still open.`, {
      cure: '`concordat check` lists the questions, with the options and who must answer.',
    })
  }
  return { flows, undecided }
}

/** The sentence about flows that were left out; empty when there are none. */
export function leftOutSentence(undecided: FlowSelection['undecided']): string {
  if (undecided.length === 0) return ''
  const names = undecided.map(({ flow, questions }) => `${flow} (${counted(questions, 'open question')})`).join(', ')
  return `Left out, because decisions are missing: ${names}. \`concordat check\` lists them.`
}

/** The error for a flow that the contract does not have. */
export function unknownFlow(flow: string, known: readonly string[]): ConcordatError {
  return new ConcordatError('engine.unknown-flow', `The contract has no flow "${flow}".`, {
    cure: known.length > 0 ? `Its flows are: ${known.join(', ')}.` : 'It has no flows yet.',
  })
}
