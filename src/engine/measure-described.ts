import type { Connector } from '../connector-kit/port.ts'
import type { Contract, SystemDeclaration } from '../contract/contract.ts'
import type { MeasureRequest, Passport } from '../model/passport.ts'
import { ConcordatError } from '../model/errors.ts'

/** The system that is to be measured. Throws when it is not there, or its description has not what the request names. */
export function systemToMeasure(
  contract: Contract | null,
  name: string,
  { writes, given }: MeasureRequest,
): SystemDeclaration {
  if (!contract)
    throw new ConcordatError('contract.invalid', 'The contract has problems.', { cure: 'See `concordat check`.' })
  const system = contract.systems.get(name)
  if (system === undefined)
    throw new ConcordatError('connector.unknown', `The contract names no system ${name}.`, {
      cure: `It names: ${[...contract.systems.keys()].join(', ')}.`,
    })
  const objects = system.description?.objects.map((object) => object.name)
  if (objects === undefined) throw nothingToMeasure(name)
  const unknown = [...writes, ...Object.keys(given)].find((object) => !objects.includes(object))
  if (unknown !== undefined)
    throw new ConcordatError(
      'connector.no-such-object',
      `The description of ${name} has no object ${JSON.stringify(unknown)}.`,
      { cure: `It has: ${objects.join(', ')}.` },
    )
  return system
}

/** Measures it, and closes the connection. */
export async function measureConnected(connector: Connector, name: string, request: MeasureRequest): Promise<Passport> {
  try {
    if (!connector.measure) throw nothingToMeasure(name)
    return await connector.measure(request)
  } finally {
    await connector.close()
  }
}

const nothingToMeasure = (name: string) =>
  new ConcordatError(
    'connector.unsupported',
    `What ${name} does is told by its catalogue; there is nothing to measure.`,
    {
      cure: 'Only systems with a description are measured. `concordat check --connect` looks at the others.',
    },
  )
