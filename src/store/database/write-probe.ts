import { randomBytes } from 'node:crypto'
import type { Session } from './database.ts'

/** More than fits into what is free in a page, so that a full disk is noticed. */
const BYTES = 12_000

/** Writes something that nobody reads; throws when the store cannot be written. */
export async function probeWriting(session: Session): Promise<void> {
  await session.execute(
    'insert into write_probe (payload) values ($1) on conflict (one) do update set payload = excluded.payload',
    [randomBytes(BYTES).toString('base64')],
  )
}
