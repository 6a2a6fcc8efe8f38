import { randomBytes } from 'node:crypto'
import type { Session } from '../database/database.ts'

/** Eight letters and digits that tell this store from any other; chosen when they are first needed. */
export async function installationName(session: Session): Promise<string> {
  await session.execute('insert into installation (name) values ($1) on conflict do nothing', [
    randomBytes(4).toString('hex'),
  ])
  const [row] = await session.query<{ name: string }>('select name from installation')
  return row!.name
}
