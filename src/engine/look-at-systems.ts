import type { Connector } from '../connector-kit/port.ts'
import type { Contract, Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { OpeningFinding } from '../model/opening.ts'
import { closerFacts, openingFacts, type OpeningFacts } from './opening-facts.ts'
import { holdsObject, openingFindings } from './opening-findings.ts'
import { objectSpec } from './side.ts'

/**
 * Opens what the flows need in each of their systems, looks closer than a run does, and writes nothing. What cannot be
 * opened is a finding, too.
 */
export async function lookAtSystems(
  connectorOf: (system: string) => Promise<Connector>,
  contract: Contract,
  flows: readonly Flow[],
  now: number,
): Promise<readonly OpeningFinding[]> {
  const findings: OpeningFinding[] = []
  for (const flow of flows) {
    const facts = new Map<string, OpeningFacts>()
    for (const system of flow.systems) {
      try {
        const connector = await connectorOf(system)
        const spec = objectSpec(flow, system)
        const remote = await connector.open(spec)
        const known = await openingFacts(connector, flow, system, remote, now)
        const { id, changedAt, version } = spec
        const mapped = new Set([...spec.fields, ...[id, changedAt, version].filter((name) => name !== undefined)])
        if (known) facts.set(system, await closerFacts(connector, known, remote.measure, mapped))
      } catch (error) {
        if (!(error instanceof ConcordatError)) throw error
        findings.push({
          level: 'refused',
          code: 'not-opened',
          flow: flow.name,
          system,
          setting: ['records', system],
          message: error.message,
          cure: error.cure ?? 'See whether the system can be reached.',
        })
      }
    }
    findings.push(...openingFindings(flow, facts, holdsObject(contract)))
  }
  return findings
}
