import { columns } from '../database/columns.ts'
import type { Session } from '../database/database.ts'
import type { LinkRow, LinkState } from './links.ts'

/** A remote id whose link ends. */
export interface FreedRemote {
  readonly sideId: number
  readonly remoteId: string
  /** The record is gone there, and nobody has decided yet what that means for the other systems. */
  readonly undecided: boolean
}

/** A link that has ended; `state` is the one that it had. */
export interface FormerLink extends LinkRow {
  readonly id: string
  readonly state: LinkState
}

/** What was due in the row that the link led to is due nowhere any more. */
const MOVED = `, undue as (
    delete from dirty d using gone where d.record_id = gone.record_id and d.side_id = gone.side_id and d.action = 'sync')
  insert into former (side_id, remote_id, record_id, ended_at, layout_id, state, waived, image, undecided)
  select side_id, remote_id, record_id, $1::timestamptz, layout_id, state, waived, image, undecided from gone`

/** Ends whatever links these remote ids have, and keeps what they were. */
export async function freeRemotes(session: Session, freed: readonly FreedRemote[], at: Date): Promise<void> {
  if (freed.length === 0) return
  await session.execute(
    `with gone as (
       delete from link l using unnest($2::smallint[], $3::text[], $4::boolean[]) as n(side_id, remote_id, undecided)
       where l.side_id = n.side_id and l.remote_id = n.remote_id
       returning l.*, n.undecided)
     ${MOVED}`,
    [at, ...columns(freed, (f) => [f.sideId, f.remoteId, f.undecided])],
  )
}

/** As `freeRemotes`, for ids that a system has just given to something new: what was linked to them is gone. */
export async function freeGiven(
  session: Session,
  sideId: number,
  remoteIds: readonly string[],
  at: Date,
): Promise<void> {
  if (remoteIds.length === 0) return
  await session.execute(
    `with gone as (
       delete from link where side_id = $2 and remote_id = any($3::text[])
       returning link.*, state in ('live', 'out of scope') as undecided)
     ${MOVED}`,
    [at, sideId, remoteIds],
  )
}

/** Ends a record's link in a side. */
export async function endLink(session: Session, recordId: string, sideId: number, at: Date): Promise<void> {
  await session.execute(
    `with gone as (delete from link where record_id = $2 and side_id = $3 returning link.*, false as undecided)
     ${MOVED}`,
    [at, recordId, sideId],
  )
}

const SELECT = `f.id, f.side_id as "sideId", f.remote_id as "remoteId", f.record_id as "recordId", f.layout_id as "layoutId",
  f.state, f.waived, f.image`

/** What each of these remote ids stood for last. */
export async function formersOfRemotes(
  session: Session,
  sideId: number,
  remoteIds: readonly string[],
): Promise<FormerLink[]> {
  if (remoteIds.length === 0) return []
  return session.query<FormerLink>(
    `select f.* from unnest($2::text[]) as asked(id)
     cross join lateral (
       select ${SELECT} from former f where side_id = $1 and remote_id = asked.id order by f.id desc limit 1) f`,
    [sideId, remoteIds],
  )
}

/** The last ended link of each of these records in a side. */
export async function formersOfRecords(
  session: Session,
  sideId: number,
  recordIds: readonly string[],
): Promise<FormerLink[]> {
  if (recordIds.length === 0) return []
  return session.query<FormerLink>(
    `select f.* from unnest($2::bigint[]) as asked(id)
     cross join lateral (
       select ${SELECT} from former f where record_id = asked.id and side_id = $1 order by f.id desc limit 1) f`,
    [sideId, recordIds],
  )
}

/** Ended links whose end is still to be decided about, oldest first. */
export async function undecidedFormers(session: Session, sideIds: readonly number[]): Promise<FormerLink[]> {
  return session.query<FormerLink>(
    `select ${SELECT} from former f where f.undecided and f.side_id = any($1::smallint[]) order by f.id`,
    [sideIds],
  )
}

/** Notes that it has been decided what these ends mean. */
export async function markDecided(session: Session, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await session.execute('update former set undecided = false where id = any($1::bigint[])', [ids])
}
