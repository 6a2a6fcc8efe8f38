import type { App } from '../../app.ts'
import type { Session } from '../../store/database.ts'
import { addNotice, type NoticeKind } from '../../store/notices.ts'

/** What a message says where something was done to somebody's account; `by`: who did it. */
const WORDS: Readonly<
  Partial<Record<NoticeKind, (by: string) => { subject: string; happened: string; todo: string }>>
> = {
  invited: (by) => ({
    subject: 'You have an account',
    happened: `${by} made an account for you, and a link by which its password is chosen.`,
    todo: 'If you did not expect it, ask who made it, and tell the other owner of your flows: whoever has the link can act as you.',
  }),
  'reset link made': (by) => ({
    subject: 'A link to choose a new password for you was made',
    happened: `${by} made a link by which a new password for your account is chosen.`,
    todo: 'If you did not ask for it, tell the other owner of your flows at once: whoever has the link can act as you.',
  }),
  'password reset': (by) => ({
    subject: 'Your password was chosen anew',
    happened: `The password of your account was chosen by a link that ${by} made. Your sessions and tokens have ended.`,
    todo: 'If it was not you, tell the other owner of your flows and another admin at once.',
  }),
  'account disabled': (by) => ({
    subject: 'Your account was disabled',
    happened: `${by} disabled your account. Its sessions and tokens have ended.`,
    todo: 'If you did not expect it, ask who did it.',
  }),
}

/**
 * Tells somebody what others did to their account: by the channels of the contract where it knows the person, and at their
 * next sign-in. In the transaction that does it, so that neither is without the other.
 */
export async function tellPerson(
  session: Session,
  { alerts }: Pick<App, 'alerts'>,
  notice: { readonly email: string; readonly kind: NoticeKind; readonly by: string; readonly subject?: string },
  now = new Date(),
): Promise<void> {
  const { email, kind, by, subject = '' } = notice
  await addNotice(session, { email, kind, by, subject, at: now })
  const words = WORDS[kind]?.(by === '' ? 'Somebody' : by)
  if (words) await alerts.tellPerson(session, email, { ...words, key: `account ${kind}` })
}
