import type { Session } from '../database/database.ts'

const MOST = 200_000

/** The hashes of the secrets of all tokens and sessions, newest first, in base64. */
export async function secretHashes(session: Session): Promise<string[]> {
  const rows = await session.query<{ hash: string }>(
    `select translate(encode(token_hash, 'base64'), E'\\n', '') as hash from (
       (select token_hash from browser_session order by id desc limit $1)
       union all (select token_hash from api_token order by id desc limit $1)) all_of_them`,
    [MOST],
  )
  return rows.map(({ hash }) => hash)
}
