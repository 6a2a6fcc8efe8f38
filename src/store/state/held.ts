import type { Session } from '../database/database.ts'

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

/** Rows about which people are asked what they are, while what they may be has another row in the same system by now. */
export async function settledIdentities(
  session: Session,
  flowId: number,
): Promise<{ readonly sideId: number; readonly remoteId: string }[]> {
  return session.query(
    `select h.side_id as "sideId", h.remote_id as "remoteId" from case_file c
     join held h on h.side_id = c.side_id and h.remote_id = c.remote_id
     join link l on l.record_id = c.record_id and l.side_id = c.side_id
     where c.flow_id = $1 and c.state = 'open' and c.cause = 'reused_id'
       and l.remote_id <> c.remote_id and l.state not in ('gone', 'unlinked')
     order by 1, 2`,
    [flowId],
  )
}

/** Rows of a side about which people are asked what they are. */
export async function identitiesInDoubt(session: Session, sideId: number): Promise<string[]> {
  const rows = await session.query<{ id: string }>(
    `select remote_id as id from held where side_id = $1 and cause = 'identity' order by 1`,
    [sideId],
  )
  return rows.map((row) => row.id)
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
