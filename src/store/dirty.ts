import type { InOthers } from '../model/language.ts'
import type { Session } from './database.ts'
import { columns } from './columns.ts'
import type { Stamp } from './stamp.ts'

/**
 * What has to happen to a record in a side: `sync` brings it to the golden values, creating it where it is absent;
 * `revive` does so too, and takes back what marked it as archived.
 */
export type DirtyAction = 'sync' | 'delete' | 'archive' | 'restore' | 'revive'

export interface DirtyMark {
  readonly recordId: string
  readonly sideId: number
  readonly action: DirtyAction
  readonly rule: string
}

export interface DirtyRow extends DirtyMark {
  readonly attempts: number
  readonly state: 'waiting' | 'parked' | 'quarantined'
  readonly since: string
}

/**
 * Marks are one per record and side; a later decision replaces an earlier one and re-arms what was quarantined. A
 * revival, which is more than a sync, stays one.
 */
export async function markDirty(session: Session, marks: readonly DirtyMark[], stamp: Stamp): Promise<void> {
  if (marks.length === 0) return
  const unique = [...new Map(marks.map((mark) => [`${mark.recordId}/${mark.sideId}`, mark])).values()]
  await session.execute(
    `insert into dirty (record_id, side_id, action, rule, since, run_id)
     select n.*, $5::timestamptz, $6::bigint from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[]) as n(record_id, side_id, action, rule)
     on conflict (record_id, side_id) do update set
       action = case when dirty.action = 'revive' and excluded.action = 'sync' then dirty.action else excluded.action end,
       rule = excluded.rule, run_id = excluded.run_id, state = 'waiting', attempts = 0, error = null, error_in = null, waits_for = null`,
    [...columns(unique, (m) => [m.recordId, m.sideId, m.action, m.rule]), stamp.at, stamp.runId],
  )
}

/** Makes a mark due again that was given up; answers whether there was one. */
export async function rearmDirty(session: Session, sideId: number, recordId: string): Promise<boolean> {
  const touched = await session.execute(
    `update dirty set state = 'waiting', attempts = 0, error = null, error_in = null where side_id = $1 and record_id = $2`,
    [sideId, recordId],
  )
  return touched > 0
}

/** Takes marks back that nothing is left to do for; what was decided about a record (to delete, to restore) stays. */
export async function dropSyncs(
  session: Session,
  marks: readonly { readonly recordId: string; readonly sideId: number }[],
): Promise<void> {
  if (marks.length === 0) return
  await session.execute(
    `delete from dirty d using unnest($1::bigint[], $2::smallint[]) as n(record_id, side_id)
     where d.record_id = n.record_id and d.side_id = n.side_id and d.action = 'sync'`,
    columns(marks, (mark) => [mark.recordId, mark.sideId]),
  )
}

/**
 * How many records the marks of these sides would change, and by side. Quarantined ones are not due, and neither are
 * those whose parent has not come.
 */
export async function countDirty(
  session: Session,
  sideIds: readonly number[],
): Promise<{ readonly records: number; readonly bySide: ReadonlyMap<number, number> }> {
  const rows = await session.query<{ sideId: number | null; count: number }>(
    `select d.side_id as "sideId", count(distinct d.record_id)::int as count from dirty d
     where d.side_id = any($1::smallint[]) and d.state <> 'quarantined' and not ${HELD_BACK}
       and not ${PARKED}
     group by grouping sets ((), (d.side_id))`,
    [sideIds],
  )
  return {
    records: rows.find((row) => row.sideId === null)?.count ?? 0,
    bySide: new Map(rows.flatMap((row) => (row.sideId === null ? [] : [[row.sideId, row.count]]))),
  }
}

/** Sides that have marks which may be due. */
export async function sidesWithMarks(session: Session, sideIds: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await session.query<{ sideId: number }>(
    `select s.id as "sideId" from unnest($1::smallint[]) as s(id)
     where exists (select 1 from dirty d where d.side_id = s.id and d.state <> 'quarantined')`,
    [sideIds],
  )
  return new Set(rows.map((row) => row.sideId))
}

/** A page of due marks of a side in a range of records (exclusive, inclusive), by record id. What is held back in the side is not written over meanwhile. */
export async function dueDirty(
  session: Session,
  sideId: number,
  range: { readonly after: string; readonly upTo: string },
  limit: number,
): Promise<DirtyRow[]> {
  return session.query(
    `select record_id as "recordId", side_id as "sideId", action, rule, attempts, state, since from dirty d
     where side_id = $1 and record_id > $2 and record_id <= $3 and state <> 'quarantined' and not ${HELD_BACK}
     order by record_id limit $4`,
    [sideId, range.after, range.upTo, limit],
  )
}

/** Due marks of a side for some records. */
export async function dueDirtyOf(session: Session, sideId: number, recordIds: readonly string[]): Promise<DirtyRow[]> {
  return session.query(
    `select d.record_id as "recordId", d.side_id as "sideId", d.action, d.rule, d.attempts, d.state, d.since
     from unnest($2::bigint[]) as asked(id)
     cross join lateral (select * from dirty where record_id = asked.id and side_id = $1 limit 1) d
     where d.state <> 'quarantined' and not ${HELD_BACK}
     order by d.record_id`,
    [sideId, recordIds],
  )
}

/** Which of these records have due marks in which of these sides. */
export async function dueAmong(
  session: Session,
  sideIds: readonly number[],
  recordIds: readonly string[],
): Promise<{ readonly recordId: string; readonly sideId: number }[]> {
  return session.query(
    `select d.record_id as "recordId", d.side_id as "sideId"
     from unnest($2::bigint[]) as asked(id) cross join lateral (select * from dirty where record_id = asked.id limit 100) d
     where d.side_id = any($1::smallint[]) and d.state <> 'quarantined' and not ${HELD_BACK} and not ${PARKED}`,
    [sideIds, recordIds],
  )
}

/** What mark `d` refers to is still missing in its system. */
const PARKED = `(d.state = 'parked' and not exists (
  select 1 from link l join side s on s.id = l.side_id join side mine on mine.id = d.side_id
  where l.record_id = d.waits_for and s.system = mine.system))`

/** The record's row in the side of mark `d` waits for somebody to mend it. */
const HELD_BACK = `exists (
  select 1 from held h join link l on l.side_id = h.side_id and l.remote_id = h.remote_id
  where h.side_id = d.side_id and l.record_id = d.record_id)`

export async function clearDirty(session: Session, sideId: number, recordIds: readonly string[]): Promise<void> {
  if (recordIds.length === 0) return
  await session.execute('delete from dirty where side_id = $1 and record_id = any($2::bigint[])', [sideId, recordIds])
}

export interface DirtyFailure {
  readonly recordId: string
  readonly state: 'waiting' | 'parked' | 'quarantined'
  readonly waitsFor: string | null
  readonly error: string
  /** The same in other languages, where it is ours to say. */
  readonly errorIn?: InOthers
}

/** Notes why marks could not be carried out; they stay, and `since` tells how long they have been waiting. */
export async function failDirty(session: Session, sideId: number, failures: readonly DirtyFailure[]): Promise<void> {
  if (failures.length === 0) return
  await session.execute(
    `update dirty d set state = n.state, waits_for = n.waits_for, error = n.error, error_in = n.error_in, attempts = d.attempts + 1
     from unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::jsonb[]) as n(record_id, state, waits_for, error, error_in)
     where d.side_id = $1 and d.record_id = n.record_id`,
    [
      sideId,
      ...columns(failures, (f) => [
        f.recordId,
        f.state,
        f.waitsFor,
        f.error,
        f.errorIn === undefined ? null : JSON.stringify(f.errorIn),
      ]),
    ],
  )
}
