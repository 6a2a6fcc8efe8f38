import type { Connector, ConnectorKind } from '../connector-kit/port.ts'
import { ConcordatError } from '../model/errors.ts'
import type { RestDescription } from '../model/rest-description.ts'

/** The connectors by name; each with its driver is loaded when a system first needs it. */
const KINDS: Readonly<Record<string, () => Promise<ConnectorKind>>> = {
  postgres: async () => (await import('../connectors/sql/postgres/postgres.ts')).postgresKind,
  mysql: async () => (await import('../connectors/sql/mysql/mysql.ts')).mysqlKind,
  rest: async () => (await import('../connectors/rest/rest.ts')).restKind,
}

/** Names of the connectors that there are. */
export const kindNames: readonly string[] = Object.keys(KINDS)

/** Makes a connector of a kind; throws `connector.unknown`. */
export async function connect(
  kind: string,
  settings: Readonly<Record<string, string>>,
  description?: RestDescription,
): Promise<Connector> {
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (!found)
    throw new ConcordatError('connector.unknown', `There is no connector named ${kind}.`, {
      cure: `There are: ${kindNames.join(', ')}.`,
    })
  return (await found()).connect(settings, description)
}
