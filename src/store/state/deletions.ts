import type { Session } from '../database/database.ts'

/** Record behind each linked remote id of a side. */
export async function liveRecords(
  session: Session,
  sideId: number,
  remoteIds: readonly string[],
): Promise<{ remoteId: string; recordId: string }[]> {
  return session.query(
    `select remote_id as "remoteId", record_id as "recordId" from link
     where side_id = $1 and remote_id = any($2::text[]) and state = 'live' order by record_id`,
    [sideId, remoteIds],
  )
}

/** Sets the state of links: gone by itself, or given up by decision. */
export async function setLinkStates(
  session: Session,
  recordId: string,
  state: string,
  sideIds?: readonly number[],
): Promise<void> {
  await session.execute(
    'update link set state = $2 where record_id = $1 and ($3::smallint[] is null or side_id = any($3))',
    [recordId, state, sideIds ?? null],
  )
}

export async function setRecordState(session: Session, recordId: string, state: string): Promise<void> {
  await session.execute('update record set state = $2 where id = $1', [recordId, state])
}

/** The row of each record in a side before it was archived there last. */
export async function imagesBeforeArchive(
  session: Session,
  sideId: number,
  recordIds: readonly string[],
): Promise<{ recordId: string; before: string; layoutId: number }[]> {
  return session.query(
    `select asked.id as "recordId", o.before, o.layout_id as "layoutId"
     from unnest($2::bigint[]) as asked(id)
     cross join lateral (
       select before, layout_id from operation
       where record_id = asked.id and side_id = $1 and kind = 'archive' and coalesce(outcome, 'done') = 'done' and before is not null
       order by id desc limit 1) o`,
    [sideId, recordIds],
  )
}
