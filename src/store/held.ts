import type { Session } from './database.ts'

export interface AwaitedReference {
  readonly sideId: number
  readonly remoteId: string
  /** Since when the record is held back for it; null when it is linked and goes without. */
  readonly since: string | null
}

/** Remote records that wait for what they refer to, or go without it because it was not there. */
export async function awaitedReferences(session: Session, sideIds: readonly number[]): Promise<AwaitedReference[]> {
  return session.query<AwaitedReference>(
    `select side_id as "sideId", remote_id as "remoteId", null as since from link
     where side_id = any($1::smallint[]) and state = 'live' and waived like '%missing reference: field skipped%'
     union all
     select side_id, remote_id, since from held
     where side_id = any($1::smallint[]) and cause = 'missing_reference'
     order by 1, 2`,
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

/** A record that was held back is not there any more. */
export async function forgetHeld(session: Session, sideId: number, remoteId: string): Promise<void> {
  await session.execute('delete from held where side_id = $1 and remote_id = $2', [sideId, remoteId])
}
