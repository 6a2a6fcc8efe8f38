import { ConcordatError } from '../model/errors.ts'
import { openDatabase, type Database } from './database/database.ts'
import { startEmbedded } from './embedded/embedded-server.ts'
import { guard } from './embedded/guardian.ts'
import { migrate } from './migrate.ts'
import { refusePooler } from './database/pooler.ts'

interface OpenedStore {
  readonly database: Database
  readonly url: string
  /** Why it is away, as far as that is known. */
  trouble(): string | null
  stop(): Promise<void>
}

/** Opens the store that was named, else the embedded one, with its tables as this version needs them. */
export async function openStore(
  options: { readonly databaseUrl?: string; readonly onNotice?: (text: string) => void },
  env: Readonly<Record<string, string | undefined>>,
  connections: number,
): Promise<OpenedStore> {
  const given = options.databaseUrl ?? env['DATABASE_URL']
  if (given !== undefined && given !== '') {
    // The URL itself stays out of the message: it may hold a password.
    if (!/^postgres(?:ql)?:\/\//i.test(given))
      throw new ConcordatError('store.unreachable', 'DATABASE_URL is not the URL of a PostgreSQL database.', {
        cure: 'Write it as postgres://user:password@host/database, or leave it out and use the embedded server.',
      })
    await refusePooler(given)
    const database = await openDatabase(given, { connections })
    await migrate(database)
    return { database, url: given, trouble: () => null, stop: () => database.close() }
  }
  const server = await startEmbedded({ env, ...(options.onNotice && { onProgress: options.onNotice }) })
  try {
    await server.createDatabase('concordat')
    const url = server.socketUrl('concordat')
    const database = await openDatabase(url, { connections })
    await migrate(database)
    const guardian = guard(server, options.onNotice ?? (() => {}))
    return {
      database,
      url,
      trouble: () => guardian.trouble(),
      stop: async () => {
        await guardian.stop()
        await database.close()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
