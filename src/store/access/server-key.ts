import { randomBytes } from 'node:crypto'
import type { Session } from '../database/database.ts'

/** A key of 256 bits that all processes on this store share; made when it is first needed. `name`: what it is for. */
export async function serverKey(session: Session, name: string): Promise<Buffer> {
  await session.execute('insert into server_key (name, key) values ($1, $2) on conflict do nothing', [
    name,
    randomBytes(32).toString('base64url'),
  ])
  const [row] = await session.query<{ key: string }>('select key from server_key where name = $1', [name])
  return Buffer.from(row!.key, 'base64url')
}
