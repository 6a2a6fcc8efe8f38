import { ConcordatError } from '../../model/errors.ts'
import type { Contract } from '../contract.ts'
import type { CheckReport } from '../finding.ts'
import { leftOut, leftOutText } from './left-out.ts'

/** The flows that were asked for and can run; one that is not decided, refers to one that is not, or is not there, is said so. */
export function chosenFlows(check: CheckReport, contract: Contract, asked: readonly string[] | undefined): string[] {
  const known = new Set([...contract.flows.keys(), ...check.rulebook.map((flow) => flow.flow)])
  for (const name of asked ?? []) {
    if (!known.has(name))
      throw new ConcordatError('engine.unknown-flow', `The contract has no flow named ${name}.`, {
        cure: `It has: ${[...known].join(', ')}.`,
      })
  }
  const wanted = asked ?? [...known]
  const cannot = leftOut(check)
  const open = cannot.filter((one) => wanted.includes(one.flow))
  if (open.length > 0 && (asked || open.length === wanted.length)) {
    const missing = cannot.filter((one) => one.refersTo === null && !open.includes(one))
    throw new ConcordatError('contract.undecided', `Decisions are missing: ${open.map(leftOutText).join(', ')}.`, {
      cure: `See \`concordat check\` for the open questions${missing.length > 0 ? `, those of ${missing.map((one) => one.flow).join(', ')} too,` : ''} and who answers them.`,
    })
  }
  return wanted.filter((name) => !cannot.some((one) => one.flow === name))
}
