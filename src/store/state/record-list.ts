import type { Standing } from '../../model/words.ts'
import { type FlowSystems, recordsOf } from './agreement.ts'
import { escapeLike } from '../database/escape-like.ts'
import type { InOthers } from '../../model/language.ts'
import type { RecordState } from './links.ts'
import type { Session } from '../database/database.ts'

/*
 * Records as lists, and what is known of one of them besides its values.
 */

export const RECORD_STATES: readonly RecordState[] = ['pending', 'live', 'held', 'left alone', 'deleted']

export interface RecordSearch {
  /** Null: of all flows. */
  readonly flows: readonly string[] | null
  /** How far they agree; null: however far. Needs `of`. */
  readonly standing?: Standing | null
  /** The flows, with the systems that the contract names. */
  readonly of?: readonly FlowSystems[]
  /** Null: in any state. */
  readonly state: RecordState | null
  /** Record id, a remote id (also as `system:id`), or text that the values contain; empty: all. */
  readonly text: string
}

/** Ids of a page of records, by id; those that are meant by an id come alone. */
export async function listRecords(
  session: Session,
  search: RecordSearch,
  page: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const named = search.text === '' ? [] : await recordsNamed(session, search)
  if (named.length > 0) return named.filter((id) => BigInt(id) > BigInt(page.after)).slice(0, page.limit)
  if (search.standing) return standingRecords(session, search.standing, search, page)
  const states = search.state === null ? RECORD_STATES : [search.state]
  const rows =
    search.text === ''
      ? await session.query<{ id: string }>(
          // One index range for each flow and state, so that a rare one is found as fast as a common one.
          `select r.id from flow f cross join unnest($2::text[]) as s(state)
           cross join lateral (
             select id from record where flow_id = f.id and state = s.state and id > $3 order by id limit $4) r
           where $1::text[] is null or f.name = any($1) order by r.id limit $4`,
          [search.flows, states, page.after, page.limit],
        )
      : await session.query<{ id: string }>(
          `select r.id from record r
           where ($1::text[] is null or r.flow_id in (select id from flow where name = any($1))) and r.state = any($2::text[])
             and r.golden ilike $5 and r.id > $3 order by r.id limit $4`,
          [search.flows, states, page.after, page.limit, `%${escapeLike(search.text)}%`],
        )
  return rows.map((row) => row.id)
}

async function standingRecords(
  session: Session,
  standing: Standing,
  { of, flows, text }: RecordSearch,
  page: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const wanted = (of ?? []).filter(({ name }) => flows === null || flows.includes(name))
  return recordsOf(session, wanted, standing, { ...page, text })
}

/** Records that a text names by their id, or by the id that a system gave them. */
async function recordsNamed(session: Session, { flows, state, text }: RecordSearch): Promise<string[]> {
  const colon = text.indexOf(':')
  const rows = await session.query<{ id: string }>(
    `select r.id from record r join flow f on f.id = r.flow_id
     where r.id = $2::bigint and ($1::text[] is null or f.name = any($1)) and ($5::text is null or r.state = $5)
     union
     select l.record_id from side s join flow f on f.id = s.flow_id
     cross join lateral (
       select record_id from link where side_id = s.id and remote_id = case when s.system = $3 then $4 else $6 end) l
     join record r on r.id = l.record_id
     where ($1::text[] is null or f.name = any($1)) and ($5::text is null or r.state = $5)
     order by 1`,
    [
      flows,
      /^\d{1,18}$/.test(text) ? text : null,
      colon < 0 ? null : text.slice(0, colon),
      colon < 0 ? null : text.slice(colon + 1),
      state,
      text,
    ],
  )
  return rows.map((row) => row.id)
}

/** By record: how many cases about it are open. */
export async function openCasesOf(session: Session, recordIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await session.query<{ id: string; count: number }>(
    `select record_id as id, count(*)::int as count from case_file
     where record_id = any($1::bigint[]) and state = 'open' group by 1`,
    [recordIds],
  )
  return new Map(rows.map((row) => [row.id, row.count]))
}

/** What still has to reach a side of a record. */
export interface WaitingMark {
  readonly system: string
  readonly action: string
  readonly state: string
  readonly since: string
  readonly attempts: number
  readonly error: string | null
  readonly errorIn: InOthers | null
}

export async function marksOf(session: Session, recordId: string): Promise<WaitingMark[]> {
  return session.query<WaitingMark>(
    `select s.system, d.action, d.state, d.since, d.attempts, d.error, d.error_in as "errorIn" from dirty d join side s on s.id = d.side_id
     where d.record_id = $1 order by s.id`,
    [recordId],
  )
}

/** A revision with its run and time. */
export interface DatedRevision {
  readonly version: number
  readonly run: string
  readonly at: string
  /** JSON, see `revision.changes`. */
  readonly changes: string
}

/** Revisions of one record, newest first. */
export async function datedRevisions(session: Session, recordId: string): Promise<DatedRevision[]> {
  return session.query<DatedRevision>(
    `select version, run_id as run, at, changes from revision where record_id = $1 order by version desc`,
    [recordId],
  )
}
