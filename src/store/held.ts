import type { Session } from './database.ts'

export interface HeldAway {
  readonly sideId: number
  readonly remoteId: string
  readonly since: string
}

/** Remote records that wait for what they refer to. */
export async function waitingForReference(session: Session, sideIds: readonly number[]): Promise<HeldAway[]> {
  return session.query<HeldAway>(
    `select side_id as "sideId", remote_id as "remoteId", since from held
     where side_id = any($1::smallint[]) and cause = 'missing_reference' order by side_id, remote_id`,
    [sideIds],
  )
}

/** Linked remote records that a field was skipped of, because what it refers to is not there. */
export async function withoutReference(
  session: Session,
  sideIds: readonly number[],
): Promise<{ readonly sideId: number; readonly remoteId: string }[]> {
  return session.query(
    `select side_id as "sideId", remote_id as "remoteId" from link
     where side_id = any($1::smallint[]) and state = 'live' and waived like '%missing reference: field skipped%'
     order by side_id, remote_id`,
    [sideIds],
  )
}

/** Makes the next look at a held record a first look. */
export async function rearmHeld(session: Session, sideId: number, remoteId: string): Promise<void> {
  await session.execute(
    `update held set image = '', cause = 'missing_reference' where side_id = $1 and remote_id = $2`,
    [sideId, remoteId],
  )
}
