import type { InOthers } from '../../model/language.ts'
import type { Session } from '../database/database.ts'
import { columns } from '../database/columns.ts'
import type { Stamp } from '../log/stamp.ts'

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
  readonly waitsFor: string | null
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
       rule = excluded.rule, run_id = excluded.run_id, state = 'waiting', attempts = 0, error = null, error_in = null, waits_for = null,
       waits_image = null, retry_at = null`,
    [...columns(unique, (m) => [m.recordId, m.sideId, m.action, m.rule]), stamp.at, stamp.runId],
  )
}

/** Makes marks due again that were given up; answers how many there were. */
export async function rearmMarks(session: Session, sideId: number, recordIds: readonly string[]): Promise<number> {
  if (recordIds.length === 0) return 0
  return session.execute(
    `update dirty set state = 'waiting', attempts = 0, error = null, error_in = null, waits_for = null, waits_image = null, retry_at = null
     where side_id = $1 and record_id = any($2::bigint[])`,
    [sideId, recordIds],
  )
}

/** Makes refused writes of records due again that bring other values now. */
export async function rearmMoved(session: Session, recordIds: readonly string[]): Promise<void> {
  if (recordIds.length === 0) return
  await session.execute(
    `update dirty set state = 'waiting', attempts = 0, error = null, error_in = null, waits_for = null, waits_image = null, retry_at = null
     where record_id = any($1::bigint[]) and state = 'quarantined' and action in ('sync', 'revive')`,
    [recordIds],
  )
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
  now: Date,
): Promise<{ readonly records: number; readonly bySide: ReadonlyMap<number, number> }> {
  const rows = await session.query<{ sideId: number | null; count: number }>(
    `select d.side_id as "sideId", count(distinct d.record_id)::int as count from dirty d
     where d.side_id = any($1::smallint[]) and not ${givenUp(2)} and not ${HELD_BACK}
       and not ${PARKED}
     group by grouping sets ((), (d.side_id))`,
    [sideIds, now],
  )
  return {
    records: rows.find((row) => row.sideId === null)?.count ?? 0,
    bySide: new Map(rows.flatMap((row) => (row.sideId === null ? [] : [[row.sideId, row.count]]))),
  }
}

/** Sides that have marks which may be due. */
export async function sidesWithMarks(
  session: Session,
  sideIds: readonly number[],
  now: Date,
): Promise<ReadonlySet<number>> {
  const rows = await session.query<{ sideId: number }>(
    `select s.id as "sideId" from unnest($1::smallint[]) as s(id)
     where exists (select 1 from dirty d where d.side_id = s.id and not ${givenUp(2)})`,
    [sideIds, now],
  )
  return new Set(rows.map((row) => row.sideId))
}

/** When marks are looked at. */
export interface Look {
  readonly now: Date
  /** They were tried just before: what another record stood in the way of waits until that one has changed. */
  readonly again: boolean
}

/** A page of due marks of a side in a range of records (exclusive, inclusive), by record id. What is held back in the side is not written over meanwhile. */
export async function dueDirty(
  session: Session,
  sideId: number,
  range: { readonly after: string; readonly upTo: string },
  limit: number,
  { now, again }: Look,
): Promise<DirtyRow[]> {
  return session.query(
    `select record_id as "recordId", side_id as "sideId", action, rule, attempts, state, waits_for as "waitsFor", since from dirty d
     where side_id = $1 and record_id > $2 and record_id <= $3 and not ${givenUp(5)} and not ${HELD_BACK}
       and not ($6 and state = 'waiting' and ${UNCHANGED})
     order by record_id limit $4`,
    [sideId, range.after, range.upTo, limit, now, again],
  )
}

/** Due marks of a side for some records. */
export async function dueDirtyOf(
  session: Session,
  sideId: number,
  recordIds: readonly string[],
  { now, again }: Look,
): Promise<DirtyRow[]> {
  return session.query(
    `select d.record_id as "recordId", d.side_id as "sideId", d.action, d.rule, d.attempts, d.state, d.waits_for as "waitsFor", d.since
     from unnest($2::bigint[]) as asked(id)
     cross join lateral (select * from dirty where record_id = asked.id and side_id = $1 limit 1) d
     where not ${givenUp(3)} and not ${HELD_BACK} and not ($4 and d.state = 'waiting' and ${UNCHANGED})
     order by d.record_id`,
    [sideId, recordIds, now, again],
  )
}

/** Which of these records have due marks in which of these sides. */
export async function dueAmong(
  session: Session,
  sideIds: readonly number[],
  recordIds: readonly string[],
  now: Date,
): Promise<{ readonly recordId: string; readonly sideId: number }[]> {
  return session.query(
    `select d.record_id as "recordId", d.side_id as "sideId"
     from unnest($2::bigint[]) as asked(id) cross join lateral (select * from dirty where record_id = asked.id limit 100) d
     where d.side_id = any($1::smallint[]) and not ${givenUp(3)} and not ${HELD_BACK} and not ${PARKED}`,
    [sideIds, recordIds, now],
  )
}

/** The record that mark `d` waits for, as it is in the system of the mark; null when it is not there. */
const AWAITED = `(
  select md5(l.state || l.image) from link l join side s on s.id = l.side_id join side mine on mine.id = d.side_id
  where l.record_id = d.waits_for and s.system = mine.system limit 1)`

/** It is what it was when mark `d` was found to wait for it. */
const UNCHANGED = `(d.waits_for is not null and ${AWAITED} is not distinct from d.waits_image)`

/** What mark `d` waits for has not come, or not gone. */
const PARKED = `(d.state = 'parked' and (d.waits_for is null or ${UNCHANGED}))`

/**
 * Mark `d` waits for a person, or for the record that stands in its way; `now`: place of the moment among the values. When
 * that record is to be written itself, the two may stand in each other's way, and go together.
 */
const givenUp = (now: number): string =>
  `(d.state = 'quarantined' and (d.waits_for is null or ${UNCHANGED}) and coalesce(d.retry_at > $${now}::timestamptz, true)
    and not exists (select 1 from dirty b where b.record_id = d.waits_for and b.side_id = d.side_id and b.state = 'waiting'))`

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
  /** When it is tried once more, whatever it waits for; absent: not by itself. */
  readonly retryAt?: Date | null
  readonly error: string
  /** The same in other languages, where it is ours to say. */
  readonly errorIn?: InOthers
}

/** Notes why marks could not be carried out; they stay, and `since` tells how long they have been waiting. */
export async function failDirty(session: Session, sideId: number, failures: readonly DirtyFailure[]): Promise<void> {
  if (failures.length === 0) return
  await session.execute(
    `update dirty d set state = n.state, waits_for = n.waits_for, error = n.error, error_in = n.error_in, attempts = d.attempts + 1,
       retry_at = n.retry_at
     from unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::jsonb[], $7::timestamptz[])
       as n(record_id, state, waits_for, error, error_in, retry_at)
     where d.side_id = $1 and d.record_id = n.record_id`,
    [
      sideId,
      ...columns(failures, (f) => [
        f.recordId,
        f.state,
        f.waitsFor,
        f.error,
        f.errorIn === undefined ? null : JSON.stringify(f.errorIn),
        f.retryAt ?? null,
      ]),
    ],
  )
  const waiting = failures.filter((f) => f.waitsFor !== null).map((f) => f.recordId)
  if (waiting.length === 0) return
  await session.execute(
    `update dirty d set waits_image = ${AWAITED} where d.side_id = $1 and d.record_id = any($2::bigint[]) and d.waits_for is not null`,
    [sideId, waiting],
  )
}

/** A write that may go now, because what it waited for has changed. */
interface WokenMark {
  readonly flow: string
  /** Where the record can be looked at: in the system of the mark, or where else it is. */
  readonly system: string
  readonly remoteId: string
}

/**
 * Marks of all flows that waited for another record, or were refused because of it, and need not wait any longer: what
 * they refer to has come, or what stood in their way has changed.
 */
export async function wokenMarks(session: Session, now: Date): Promise<WokenMark[]> {
  return session.query<WokenMark>(
    `select f.name as flow, at.system, at.remote_id as "remoteId"
     from dirty d join side s on s.id = d.side_id join flow f on f.id = s.flow_id
     cross join lateral (
       select o.system, l.remote_id from link l join side o on o.id = l.side_id
       where l.record_id = d.record_id and l.state in ('live', 'archived') order by l.side_id = d.side_id desc, l.side_id limit 1) at
     where not ${HELD_BACK} and (
       (d.state = 'parked' and d.action in ('delete', 'archive') and d.waits_for is not null and not ${PARKED})
       or (d.state = 'parked' and exists (
         select 1 from link p join side ps on ps.id = p.side_id
         where p.record_id = d.waits_for and ps.system = s.system and p.state in ('live', 'archived')
           and d.action not in ('delete', 'archive')))
       or (d.state = 'quarantined' and not ${givenUp(1)}))
     order by d.record_id limit 5000`,
    [now],
  )
}

/** Records with marks in these sides that wait for one of these records, or for one that waits for it. */
export async function waitersOf(
  session: Session,
  sideIds: readonly number[],
  recordIds: readonly string[],
): Promise<string[]> {
  if (recordIds.length === 0) return []
  const rows = await session.query<{ id: string }>(
    `with recursive waiting(id) as (
       select unnest($2::bigint[])
       union
       select d.record_id from waiting w join dirty d on d.waits_for = w.id where d.side_id = any($1::smallint[]))
     select id from waiting where not id = any($2::bigint[]) limit 1000`,
    [sideIds, recordIds],
  )
  return rows.map((row) => row.id)
}

/** Flows with deletions that wait for what refers to the record. */
export async function flowsWithKept(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `select distinct f.name from dirty d join side s on s.id = d.side_id join flow f on f.id = s.flow_id
     where d.state = 'parked' and d.action = 'delete'`,
  )
  return rows.map((row) => row.name)
}
