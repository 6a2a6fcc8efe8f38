import { ConcordatError } from '../model/errors.ts'
import { contractBinding } from '../store/agreements/contract-binding.ts'
import type { Database } from '../store/database/database.ts'
import { openStore } from '../store/open-store.ts'

/** The store, while there is no contract. */
interface BeginningStore {
  readonly database: Database
  close(): Promise<void>
}

/** For people who sign in. */
const CONNECTIONS = 6

/**
 * Opens the store while there is no contract, for signing in. A store that belongs to a contract is not opened: that one is
 * missing rather than not begun.
 */
export async function openBeginning(
  env: Readonly<Record<string, string | undefined>>,
  onNotice?: (text: string) => void,
): Promise<BeginningStore> {
  const { database, stop } = await openStore(onNotice ? { onNotice } : {}, env, CONNECTIONS)
  const known = await contractBinding(database)
  if (known === null) return { database, close: stop }
  await stop()
  throw new ConcordatError(
    'contract.unreadable',
    `There is no contract here, and the store belongs to one of ${known.company}.`,
    {
      cure: 'Start the service in the folder of that contract, or name it with --contract. To begin another one, give it a store of its own (DATABASE_URL, or CONCORDAT_HOME for the embedded one).',
    },
  )
}
