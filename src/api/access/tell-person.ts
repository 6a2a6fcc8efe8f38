import type { Door } from '../door.ts'
import { LANGUAGES, type Language } from '../../model/language.ts'
import { languageOf } from '../../store/access/accounts.ts'
import type { Session } from '../../store/database/database.ts'
import { addNotice, type NoticeKind } from '../../store/access/notices.ts'
import { NOTICE_WORDS, SOMEBODY } from './notice-words.ts'

interface Notice {
  readonly email: string
  readonly kind: NoticeKind
  /** Who did it; empty: nobody knows. */
  readonly by: string
  /** Spoken where the person has not signed in yet. */
  readonly language: Language
}

/**
 * Tells somebody what others did to their account: by the channels of the contract where it knows the person, in the language
 * that they read Concordat in, and at their next sign-in. In the transaction that does it, so that neither is without the other.
 */
export async function tellPerson(
  session: Session,
  { alerts }: Door['app'],
  { email, kind, by, language: otherwise }: Notice,
  now = new Date(),
): Promise<void> {
  await addNotice(session, { email, kind, by, subject: '', at: now })
  const own = await languageOf(session, email)
  const language = LANGUAGES.find((one) => one === own) ?? otherwise
  const words = NOTICE_WORDS[language][kind]?.(by === '' ? SOMEBODY[language] : by)
  if (words) await alerts.tellPerson(session, email, { ...words, language, key: `account ${kind}` })
}
