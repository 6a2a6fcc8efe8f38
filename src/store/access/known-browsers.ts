import type { Session } from '../database/database.ts'

/** Remembers that an account has signed in from a browser. */
export async function rememberBrowser(session: Session, tokenHash: Buffer, account: string, now: Date): Promise<void> {
  await session.execute(
    `insert into known_browser (token_hash, account_id, seen_at) values ($1, $2, $3)
     on conflict (token_hash, account_id) do update set seen_at = $3`,
    [tokenHash, account, now],
  )
}

/** Whether the account with this e-mail has signed in from a browser before. */
export async function knowsBrowser(session: Session, tokenHash: Buffer, email: string): Promise<boolean> {
  const rows = await session.query(
    `select 1 from known_browser b join account a on a.id = b.account_id where b.token_hash = $1 and a.email = $2`,
    [tokenHash, email],
  )
  return rows.length > 0
}

/** Forgets the browsers of an account. */
export async function forgetBrowsersOf(session: Session, account: string): Promise<void> {
  await session.execute('delete from known_browser where account_id = $1', [account])
}
