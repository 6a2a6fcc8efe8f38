import type { Session } from '../database/database.ts'

/** What somebody else did to an account, or in a person's name. */
export type NoticeKind =
  | 'invited'
  | 'reset link made'
  | 'password reset'
  | 'reset confirmed'
  | 'account disabled'
  | 'signed on the command line'

export interface NoticeRow {
  readonly id: string
  readonly at: string
  readonly kind: NoticeKind
  readonly by: string
  readonly subject: string
}

/** Keeps what a person is to be told at their next sign-in. `email`: in lower case. */
export async function addNotice(
  session: Session,
  { email, at, kind, by, subject }: Omit<NoticeRow, 'id' | 'at'> & { readonly email: string; readonly at: Date },
): Promise<void> {
  await session.execute('insert into account_notice (email, at, kind, by, subject) values ($1, $2, $3, $4, $5)', [
    email,
    at,
    kind,
    by,
    subject,
  ])
}

/** What a person has not seen, newest first. */
export async function noticesOf(session: Session, email: string, limit: number): Promise<NoticeRow[]> {
  return session.query<NoticeRow>(
    'select id, at, kind, by, subject from account_notice where email = $1 and seen_at is null order by id desc limit $2',
    [email, limit],
  )
}

/** Takes down that a person has seen what there was up to one of them; answers how many. */
export async function seeNotices(session: Session, email: string, upTo: string, now: Date): Promise<number> {
  return session.execute('update account_notice set seen_at = $3 where email = $1 and id <= $2 and seen_at is null', [
    email,
    upTo,
    now,
  ])
}

/** Takes down that nobody needs to be told any more of what one did; answers how many notices that were. */
export async function dropNoticesBy(session: Session, by: string, now: Date): Promise<number> {
  return session.execute('update account_notice set seen_at = $2 where by = $1 and seen_at is null', [by, now])
}
