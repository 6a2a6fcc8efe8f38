import type { Session } from '../database/database.ts'

/** Forgets what nobody can use any more: sessions and links whose time is over, and attempts of long ago. */
export async function forgetAccess(session: Session, now: Date): Promise<void> {
  await session.execute(`delete from browser_session where created_at < $1::timestamptz - interval '7 days'`, [now])
  await session.execute(`delete from account_notice where at < $1::timestamptz - interval '365 days'`, [now])
  await session.execute('delete from one_time_link where expires_at < $1', [now])
  await session.execute(`delete from known_browser where seen_at < $1::timestamptz - interval '180 days'`, [now])
  await session.execute('delete from provider_attempt where expires_at < $1', [now])
  await session.execute(`delete from throttle where level_at < $1::timestamptz - interval '2 days'`, [now])
}
