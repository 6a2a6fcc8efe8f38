import type { Connector, RemoteObject } from '../../src/connector-kit/port.ts'
import type { Contract } from '../../src/contract/contract.ts'
import { MemoryConnector } from '../../src/connectors/memory/memory.ts'
import { SystemsDesk } from '../../src/engine/systems-desk.ts'
import type { Database } from '../../src/store/database/database.ts'
import { strangers } from '../../src/store/systems/system-identities.ts'
import type { Business, TableName } from './business.ts'

/* What a person does where runs say that the store is older than what it has written: `concordat systems confirm`. */

/** Confirms each system that is asked about; answers which. */
export async function confirmSystems(
  database: Database,
  contract: Contract,
  businesses: ReadonlyMap<string, Business>,
  clock: () => number,
): Promise<string[]> {
  const asked = (await strangers(database)).map(({ system }) => system)
  const desk = new SystemsDesk({
    deps: { database, connectors: new Map(), clock, contractSource: '', holder: 'ana' },
    contract,
    connect: async (system) => markedConnector(businesses.get(system)!),
  })
  const actor = { kind: 'command line', account: null, who: 'ana', address: 'terminal' } as const
  for (const system of asked) await desk.confirm(system, false, { by: 'ana', actor })
  return asked
}

function markedConnector(business: Business): Connector {
  const inner = new MemoryConnector(business.database)
  return {
    kind: inner.kind,
    test: () => inner.test(),
    introspect: () => inner.introspect(),
    identity: () => inner.identity(),
    close: () => inner.close(),
    open: async (spec) => {
      const object: RemoteObject = await inner.open(spec)
      object.markedAs = async () => business.markedAs(spec.object as TableName)
      return object
    },
  }
}
