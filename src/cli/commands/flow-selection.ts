import type { CheckReport } from '../../contract/finding.ts'
import { signCure } from '../../contract/wording/sign-cure.ts'
import { type LeftOut, leftOut, leftOutText } from '../../contract/reading/left-out.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { FlowSigning } from '../../model/report.ts'
import { counted } from '../print/figures.ts'

/** Which flows a command works on, and which it has to leave because decisions are missing. */
export interface FlowSelection {
  readonly flows: readonly string[]
  readonly undecided: readonly LeftOut[]
}

/**
 * Chooses flows by name (none: all). A flow with open questions, or one that refers to such a flow, is never run; naming
 * one, or having no other, is an error.
 */
export function selectFlows(report: CheckReport, named: readonly string[]): FlowSelection {
  const known = report.rulebook.map((flow) => flow.flow)
  const unknown = named.find((flow) => !known.includes(flow))
  if (unknown !== undefined) throw unknownFlow(unknown, known)

  const chosen = named.length > 0 ? [...new Set(named)] : known
  const cannot = leftOut(report)
  const undecided = cannot.filter(({ flow }) => chosen.includes(flow))
  const flows = chosen.filter((flow) => !cannot.some((one) => one.flow === flow))
  const blocking = named.length > 0 || flows.length === 0 ? undecided[0] : undefined
  if (blocking !== undefined) throw undecidedFlow(cannot, undecided, blocking, named.length === 0)
  return { flows, undecided }
}

function undecidedFlow(
  cannot: readonly LeftOut[],
  undecided: readonly LeftOut[],
  blocking: LeftOut,
  all: boolean,
): ConcordatError {
  // A flow that waits for another is decided as soon as the other is.
  let root = blocking
  while (root.refersTo !== null) root = cannot.find(({ flow }) => flow === root.refersTo)!
  const [whose, open] =
    all && undecided.length > 1
      ? ['No flow is decided yet', undecided.reduce((sum, { questions }) => sum + questions, 0)]
      : root === blocking
        ? [`The flow ${blocking.flow} is not decided yet`, root.questions]
        : [
            `The flow ${blocking.flow} cannot run, because it refers to ${root.flow}, which is not decided yet`,
            root.questions,
          ]
  return new ConcordatError('contract.undecided', `${whose}: ${counted(open, 'question')} still open.`, {
    cure: '`concordat check` lists the questions, with the options and who must answer.',
  })
}

/** The sentence about flows that are left out; empty when there are none. */
export function leftOutSentence(undecided: FlowSelection['undecided']): string {
  if (undecided.length === 0) return ''
  return `Left out, because decisions are missing: ${undecided.map(leftOutText).join(', ')}. \`concordat check\` lists them.`
}

/** The sentence about flows that are left out because their rules are not signed. */
export const unsignedSentence = (unsigned: readonly FlowSigning[]): string =>
  `Left out, because the rules are not signed: ${unsigned.map(({ flow, why }) => `${flow}: ${why}`).join(' ')} ${signCure(unsigned)}`

/** Nothing was found: because a name is none of the contract's? What the contract no longer has may still be found. */
export function checkNames(
  report: CheckReport,
  names: {
    readonly flow?: string | undefined
    readonly system?: string | undefined
    readonly field?: string | undefined
  },
): void {
  const { flow, system, field } = names
  const flows = report.rulebook.map((one) => one.flow)
  if (flow !== undefined && !flows.includes(flow)) throw unknownFlow(flow, flows)
  const systems = [...(report.contract?.systems?.keys() ?? [])]
  if (system !== undefined && report.contract?.systems && !systems.includes(system)) {
    throw new ConcordatError('connector.unknown', `The contract has no system "${system}".`, {
      cure: `Its systems are: ${systems.join(', ')}.`,
    })
  }
  const concerned = report.rulebook.filter((one) => flow === undefined || one.flow === flow)
  const fields = [...new Set(concerned.flatMap((one) => one.ownership.map((owned) => owned.field)))]
  if (field !== undefined && fields.length > 0 && !fields.includes(field)) {
    throw new ConcordatError(
      'cli.usage',
      `${flow ?? 'No flow'} has ${flow === undefined ? 'a' : 'no'} field "${field}".`,
      {
        cure: `The fields are: ${fields.join(', ')}.`,
      },
    )
  }
}

/** The error for a flow that the contract does not have. */
export function unknownFlow(flow: string, known: readonly string[]): ConcordatError {
  return new ConcordatError('engine.unknown-flow', `The contract has no flow "${flow}".`, {
    cure: known.length > 0 ? `Its flows are: ${known.join(', ')}.` : 'It has no flows yet.',
  })
}
