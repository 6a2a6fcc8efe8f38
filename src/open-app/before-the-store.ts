import type { OpenOptions } from '../application.ts'
import type { Catalogue, ConnectionReport, Connector } from '../connector-kit/port.ts'
import { type Sampled, sampleRows, type Sampling } from '../connector-kit/sample-rows.ts'
import type { Problem } from '../contract/finding.ts'
import { readContract } from '../contract/reading/read-contract.ts'
import { resolveSettings } from '../contract/settings/secrets.ts'
import { connectorSettings } from '../contract/settings/system-settings.ts'
import { placeFindings } from '../contract/text/place-findings.ts'
import { readContractFiles } from '../contract/text/read-files.ts'
import { lookAtSystems } from '../engine/look-at-systems.ts'
import { connect, kindNames } from './kinds.ts'
import { readSecret } from './read-secret.ts'

/*
 * What is asked of systems while there is no store yet, or none is needed: `init` and `check`. Only reads.
 */

/** Connects to a system that no contract names yet and reads its catalogue. */
export async function introspectSystem(
  kind: string,
  settings: Readonly<Record<string, string>>,
): Promise<ConnectionReport & { readonly catalogue: Catalogue }> {
  const connector = await connect(kind, settings)
  try {
    return { ...(await connector.test()), catalogue: await connector.introspect({ named: true }) }
  } finally {
    await connector.close()
  }
}

/** The first rows of tables of a system that no contract names yet; only reads. */
export async function sampleSystem(
  kind: string,
  settings: Readonly<Record<string, string>>,
  tables: readonly Sampling[],
  most: number,
  told: (object: string) => void,
): Promise<readonly Sampled[]> {
  const connector = await connect(kind, settings)
  try {
    return await sampleRows(connector, tables, most, told)
  } finally {
    await connector.close()
  }
}

/**
 * What the systems say about the flows of a contract, or about some of them, at their places in its files; needs no store
 * and writes nothing. Flows that are not decided are left out.
 */
export async function lookAtContract(
  options: Pick<OpenOptions, 'contract' | 'env'>,
  names?: readonly string[],
): Promise<readonly Problem[]> {
  const env = options.env ?? process.env
  const files = readContractFiles(options.contract ?? 'concordat.yaml')
  const { contract } = readContract(files, { connectors: kindNames })
  if (!contract) return []
  const connectors = new Map<string, Promise<Connector>>()
  const connectorOf = (name: string): Promise<Connector> => {
    const system = contract.systems.get(name)!
    const secrets = { env, readFile: readSecret }
    const made =
      connectors.get(name) ??
      Promise.resolve().then(() =>
        connect(system.connector, resolveSettings(connectorSettings(system), secrets), system.description),
      )
    connectors.set(name, made)
    return made
  }
  try {
    const flows = [...contract.flows.values()].filter(({ name }) => names === undefined || names.includes(name))
    return placeFindings(files, await lookAtSystems(connectorOf, contract, flows, Date.now()))
  } finally {
    for (const made of connectors.values()) await made.then((connector) => connector.close()).catch(() => {})
  }
}
