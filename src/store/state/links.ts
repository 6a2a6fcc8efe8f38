import type { Session } from '../database/database.ts'

export type LinkState = 'live' | 'gone' | 'archived' | 'out of scope' | 'unlinked'
export type RecordState = 'pending' | 'live' | 'held' | 'left alone' | 'deleted'

export interface LinkRow {
  readonly sideId: number
  readonly remoteId: string
  readonly recordId: string
  readonly layoutId: number
  readonly state: LinkState
  readonly waived: string | null
  readonly image: string
}

export interface RecordRow {
  readonly id: string
  readonly version: number
  readonly layoutId: number
  readonly state: RecordState
  readonly golden: string
  readonly createdRun: string
  /** The rule that decided where it goes. */
  readonly createdRule: string
  readonly links: readonly LinkRow[]
}

/** What is known of one remote record: the image it was last seen with, and where. */
export interface Known {
  readonly remoteId: string
  readonly image: string
  readonly layoutId: number
  /** Null: held back before it became a golden record. */
  readonly recordId: string | null
  readonly state: LinkState | null
  /** Set when the record is held back. */
  readonly cause: string | null
}

/** Known images of a page of remote ids, one index probe each whatever the planner believes. */
export async function knownImages(session: Session, sideId: number, remoteIds: readonly string[]): Promise<Known[]> {
  return session.query<Known>(
    `select asked.id as "remoteId", k.image, k."layoutId", k."recordId", k.state, k.cause
     from unnest($2::text[]) as asked(id)
     cross join lateral (
       select coalesce(h.image, l.image) as image, l.layout_id as "layoutId", l.record_id as "recordId", l.state, h.cause
       from (select 1) as one
       left join lateral (select image, layout_id, record_id, state from link where side_id = $1 and remote_id = asked.id limit 1) l on true
       left join lateral (select image, cause from held where side_id = $1 and remote_id = asked.id limit 1) h on true
     ) k
     where k.image is not null`,
    [sideId, remoteIds],
  )
}

/** Golden records by id, each with all its links. */
export async function recordsById(session: Session, ids: readonly string[]): Promise<RecordRow[]> {
  if (ids.length === 0) return []
  const records = await session.query<Omit<RecordRow, 'links'>>(
    `select r.id, r.version, r.layout_id as "layoutId", r.state, r.golden, r.created_run as "createdRun", r.created_rule as "createdRule"
     from unnest($1::bigint[]) as asked(id)
     cross join lateral (select * from record where id = asked.id limit 1) r`,
    [ids],
  )
  const links = await session.query<LinkRow>(
    `select l.side_id as "sideId", l.remote_id as "remoteId", l.record_id as "recordId", l.layout_id as "layoutId", l.state, l.waived, l.image
     from unnest($1::bigint[]) as asked(id)
     cross join lateral (select * from link where record_id = asked.id order by side_id limit 100) l`,
    [ids],
  )
  const byRecord = Map.groupBy(links, (link) => link.recordId)
  return records.map((record) => ({ ...record, links: byRecord.get(record.id) ?? [] }))
}

/** Golden record behind each remote id of a side; ids without a live link are absent. */
export async function recordsOfRemotes(
  session: Session,
  sideId: number,
  remoteIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await session.query<{ remote: string; record: string }>(
    `select asked.id as remote, l.record_id as record
     from unnest($2::text[]) as asked(id)
     cross join lateral (select record_id from link where side_id = $1 and remote_id = asked.id and state in ('live', 'archived') limit 1) l`,
    [sideId, remoteIds],
  )
  return new Map(rows.map((row) => [row.remote, row.record]))
}

/** As `recordsOfRemotes`, for what is gone there: what a reference meant that led to it. */
export async function recordsOnceBehind(
  session: Session,
  sideId: number,
  remoteIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await session.query<{ remote: string; record: string }>(
    `select asked.id as remote, l.record_id as record
     from unnest($2::text[]) as asked(id)
     cross join lateral (select record_id from link where side_id = $1 and remote_id = asked.id and state = 'gone' limit 1) l`,
    [sideId, remoteIds],
  )
  return new Map(rows.map((row) => [row.remote, row.record]))
}

/** Remote id of each golden record in a side; records without a live link there are absent. */
export async function remotesOfRecords(
  session: Session,
  sideId: number,
  recordIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await session.query<{ remote: string; record: string }>(
    `select l.remote_id as remote, asked.id as record
     from unnest($2::bigint[]) as asked(id)
     cross join lateral (select remote_id from link where record_id = asked.id and side_id = $1 and state in ('live', 'archived') limit 1) l`,
    [sideId, recordIds],
  )
  return new Map(rows.map((row) => [row.record, row.remote]))
}

export interface CandidateRow {
  readonly key: string
  readonly recordId: string
}

/** Records that share a match key. */
export async function recordsByKeys(session: Session, keys: readonly string[]): Promise<CandidateRow[]> {
  if (keys.length === 0) return []
  return session.query<CandidateRow>(
    `select asked.key, m.record_id as "recordId"
     from unnest($1::bigint[]) as asked(key)
     cross join lateral (select record_id from match_key where key = asked.key order by record_id limit 50) m`,
    [keys],
  )
}

/** Some live links of a side, whichever come first. */
export async function someLinks(
  session: Session,
  sideId: number,
  limit: number,
): Promise<Pick<LinkRow, 'remoteId' | 'image' | 'layoutId'>[]> {
  return session.query(
    `select remote_id as "remoteId", image, layout_id as "layoutId" from link
     where side_id = $1 and state = 'live' limit $2`,
    [sideId, limit],
  )
}

/** How many live links a side has; no more than `atMost` are counted, because counting takes time. */
export async function countLinks(session: Session, sideId: number, atMost: number | null = null): Promise<number> {
  const [row] = await session.query<{ count: string }>(
    `select count(*) as count from (select 1 from link where side_id = $1 and state = 'live' limit $2::bigint) l`,
    [sideId, atMost],
  )
  return Number(row!.count)
}

/** Whether nothing at all is known of a side: neither linked nor held records. */
export async function isBlank(session: Session, sideId: number): Promise<boolean> {
  const rows = await session.query(
    '(select 1 from link where side_id = $1 limit 1) union all (select 1 from held where side_id = $1 limit 1)',
    [sideId],
  )
  return rows.length === 0
}

/** A page of the records in a state, by id. */
export async function recordsInState(
  session: Session,
  flowId: number,
  state: RecordState,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await session.query<{ id: string }>(
    'select id from record where flow_id = $1 and state = $2 and id > $3 order by id limit $4',
    [flowId, state, after, limit],
  )
  return rows.map((row) => row.id)
}

/**
 * Doubles – held, or left alone by the rules – that share no match key with any other record any more, or with a single one
 * that has no counterpart in their side any more; at most `limit`.
 * What a person has said about one stands.
 */
export async function singleDoubles(
  session: Session,
  flowId: number,
  limit: number,
): Promise<{ readonly sideId: number; readonly remoteId: string }[]> {
  return session.query(
    `select l.side_id as "sideId", l.remote_id as "remoteId" from record r join link l on l.record_id = r.id
     where r.flow_id = $1 and r.created_rule like 'duplicate:%' and r.state in ('held', 'left alone')
       and (r.state = 'held') = (r.created_rule = 'duplicate: asked') and l.state = 'live'
       and exists (select 1 from match_key m where m.record_id = r.id)
       and not exists (
         select 1 from match_key m join match_key o on o.key = m.key and o.record_id <> m.record_id
         join record c on c.id = o.record_id and c.state <> 'deleted'
         where m.record_id = r.id
         group by m.record_id
         having count(distinct c.id) > 1 or bool_or(exists (
           select 1 from link t where t.record_id = c.id and t.side_id = l.side_id and t.state not in ('gone', 'unlinked'))))
     order by l.side_id, r.id limit $2`,
    [flowId, limit],
  )
}
