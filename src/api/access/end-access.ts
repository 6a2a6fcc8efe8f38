import { endTokensOf } from '../../store/access/api-tokens.ts'
import { endSessionsOf } from '../../store/access/browser-sessions.ts'
import type { Session } from '../../store/database/database.ts'
import { forgetBrowsersOf } from '../../store/access/known-browsers.ts'

/** Ends everything by which an account is used without its password: sessions, tokens, browsers that are known. */
export async function endAccessOf(session: Session, account: string): Promise<void> {
  await endSessionsOf(session, account)
  await endTokensOf(session, account)
  await forgetBrowsersOf(session, account)
}
