import pg from 'pg'
import { ConcordatError } from '../../model/errors.ts'

/*
 * A pooler that gives every transaction another session – PgBouncer in transaction or statement mode, and its like – has no
 * place before the store: a lock that one process holds for as long as it lives would be held by nobody, and settings of a
 * session would be set for somebody else. In session mode it is as good as none.
 */

const PATIENCE_MS = 5_000
/** How many sessions are held open at most, so that another one's must be handed out. */
const MOST_HELD = 5

/** Throws `store.pooled` when the sessions of this database's clients change hands. Sets nothing. */
export async function refusePooler(url: string): Promise<void> {
  if (!(await sharesSessions(url))) return
  throw new ConcordatError(
    'store.pooled',
    'DATABASE_URL leads to a connection pooler that shares sessions between its clients (transaction or statement pooling); the locks that keep two processes from doing the same work do not hold there.',
    {
      cure: 'Name the database itself in DATABASE_URL, or let the pooler pool whole sessions for Concordat (PgBouncer: pool_mode = session).',
      in: {
        es: 'DATABASE_URL lleva a un repartidor de conexiones que comparte las sesiones entre sus clientes (por transacción o por sentencia); allí no valen los bloqueos que impiden que dos procesos hagan el mismo trabajo. Indique la base de datos misma en DATABASE_URL, o deje que reparta sesiones enteras (PgBouncer: pool_mode = session).',
      },
    },
  )
}

/** Whether a client meets another session than before, or that of another client, while both are connected. */
async function sharesSessions(url: string): Promise<boolean> {
  const clients: pg.Client[] = []
  try {
    const client = await connect(url, clients)
    const own = await session(client)
    // Who hands out sessions of its own tells the key of its own, too. All others are asked once all the same.
    const isDirect = (client as { readonly processID?: number | null }).processID === own
    for (let held = 0; held < (isDirect ? 1 : MOST_HELD); held++) {
      const other = await connect(url, clients)
      try {
        if ((await session(other, 'begin; ')) === own) return true
      } catch (error) {
        // Statement pooling knows no transactions.
        return !isDirect && /statement pool/i.test((error as Error).message)
      }
      // The other one's session is kept by its transaction: if ours was given away meanwhile, we get another.
      if ((await session(client)) !== own) return true
    }
    return false
  } catch {
    // Whoever opens the store says why it does not answer.
    return false
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => {})))
  }
}

async function connect(url: string, clients: pg.Client[]): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'concordat',
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  })
  client.on('error', () => {})
  clients.push(client)
  await client.connect()
  return client
}

/** Number of the session at the server that a statement is carried out in. */
async function session(client: pg.Client, before = ''): Promise<number> {
  const answer: unknown = await client.query(`${before}select pg_backend_pid() as pid`)
  const { rows } = (Array.isArray(answer) ? answer.at(-1) : answer) as pg.QueryResult<{ pid: number }>
  return rows[0]!.pid
}
