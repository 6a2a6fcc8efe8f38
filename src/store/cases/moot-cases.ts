import type { Session } from '../database/database.ts'
import { columns } from '../database/columns.ts'
import type { Stamp } from '../log/stamp.ts'

/** An open case whose cause has gone: nobody need answer it, and no answer would do anything. */
export interface MootCase {
  readonly id: string
  readonly recordId: string | null
  readonly sideId: number | null
  readonly remoteId: string | null
  readonly reason: string
}

/**
 * Open cases of a flow about records that are gone or let go of, and about writes that nothing is left to do for. What still is to
 * be deleted or archived in a system stays a case for as long as the record is there; what a row under a known id is, for as long
 * as the row is held for it.
 */
export async function mootCases(session: Session, flowId: number): Promise<MootCase[]> {
  return session.query<MootCase>(
    `select * from (
       select c.id, c.record_id as "recordId", c.side_id as "sideId", c.remote_id as "remoteId", case
         when c.subject like 'record:%:write:%' then case
           when d.record_id is null then
             case when l.record_id is null and exists (
               select 1 from former f where f.record_id = c.record_id and f.side_id = c.side_id) then '${LET_GO}' else '${DONE}' end
           when d.action in ('delete', 'archive') then case when l.state = 'live' then null else '${DONE}' end
           when r.state = 'deleted' then '${DELETED}'
           when r.state = 'left alone' or l.state = 'unlinked' then '${LET_GO}'
           when d.action <> 'restore' and l.state in ('gone', 'archived') then '${DELETED}'
           when l.state = 'out of scope' then '${LEFT}' end
         when c.cause = 'reused_id' then case when not exists (
           select 1 from held h where h.side_id = c.side_id and h.remote_id = c.remote_id) then '${DELETED}' end
         when r.state = 'deleted' then '${DELETED}'
         when r.state = 'left alone' and (c.field is not null or c.subject like 'record:%:deleted') then '${LET_GO}'
         when c.record_id is null and remote.state = 'unlinked' then '${LET_GO}'
         when c.record_id is null and h.remote_id is null then '${DELETED}' end as reason
       from case_file c
       left join record r on r.id = c.record_id
       left join dirty d on d.record_id = c.record_id and d.side_id = c.side_id
       left join link l on l.record_id = c.record_id and l.side_id = c.side_id
       left join link remote on c.record_id is null and remote.side_id = c.side_id and remote.remote_id = c.remote_id
       left join held h on c.record_id is null and h.side_id = c.side_id and h.remote_id = c.remote_id
       where c.flow_id = $1 and c.state = 'open' and (c.record_id is not null or c.remote_id is not null)) as c
     where reason is not null`,
    [flowId],
  )
}

const DONE = 'nothing is left to write'
const DELETED = 'the record was deleted'
const LET_GO = 'the record is no longer kept in agreement'
const LEFT = 'the record left the filter of its system'

/** Closes such cases with their reason, and forgets the writes and the holding back that they were about. */
export async function settleMootCases(session: Session, moot: readonly MootCase[], stamp: Stamp): Promise<void> {
  if (moot.length === 0) return
  await session.execute(
    `update case_file c set state = 'resolved', resolved_at = $1, resolution = 'settled by itself: ' || n.reason
     from unnest($2::bigint[], $3::text[]) as n(id, reason) where c.id = n.id and c.state = 'open'`,
    [stamp.at, ...columns(moot, (one) => [one.id, one.reason])],
  )
  await session.execute(
    `delete from dirty d using unnest($1::bigint[], $2::smallint[]) as n(record_id, side_id)
     where d.record_id = n.record_id and d.side_id = n.side_id and d.state = 'quarantined'`,
    columns(moot, (one) => [one.recordId, one.sideId]),
  )
  const held = moot.filter((one) => one.recordId === null)
  if (held.length === 0) return
  await session.execute(
    `delete from held h using unnest($1::smallint[], $2::text[]) as n(side_id, remote_id)
     where h.side_id = n.side_id and h.remote_id = n.remote_id`,
    columns(held, (one) => [one.sideId, one.remoteId]),
  )
}
