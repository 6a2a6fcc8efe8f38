import { escapeLike } from '../database/escape-like.ts'
import type { Language } from '../../model/language.ts'
import type { CaseKind } from '../../model/words.ts'
import type { CaseRow } from './cases.ts'
import type { Session } from '../database/database.ts'
import { COUNTED_UNDER } from '../database/case-sql.ts'
import { TIED_CAUSES } from './tied-cases.ts'

/*
 * Cases as lists: a page of them, groups of those that are alike, and what was answered before. A case is back again when
 * the same question about the same thing had been answered.
 */

export interface CaseSearch {
  /** Null: of all flows. */
  readonly flows: readonly string[] | null
  readonly kind?: string | undefined
  readonly cause?: string | undefined
  /** `-`: about no single field. */
  readonly field?: string | undefined
  readonly state: 'open' | 'resolved' | 'all'
  readonly record?: string | undefined
  readonly run?: number | undefined
  readonly text?: string | undefined
  /** Those that this case decides about, `all`: also those that another case decides about; absent: decisions only. */
  readonly under?: number | 'all' | undefined
}

export interface ListedCase extends CaseRow {
  /** How often it was found. */
  readonly seen: number
  readonly resolvedBy: string | null
  readonly backAgain: boolean
}

const AGAIN = `exists (select 1 from case_file o where o.flow_id = c.flow_id and o.subject = c.subject and o.id < c.id
  and o.kind = c.kind and o.resolved_by is not null)`

const SELECT = `select c.id, f.name as flow, c.kind, c.cause, c.subject, c.record_id as "recordId", c.side_id as "sideId",
  c.remote_id as "remoteId", c.field, c.title, c.detail, c.state, c.opened_at as "openedAt", c.opened_run as "openedRun",
  c.resolved_at as "resolvedAt", c.resolution, c.count as seen, c.resolved_by as "resolvedBy", ${AGAIN} as "backAgain",
  ${COUNTED_UNDER('c')} as under
  from case_file c join flow f on f.id = c.flow_id`

const MATCHES = `($1::text[] is null or f.name = any($1)) and ($2::text is null or c.kind = $2) and ($3::text is null or c.cause = $3)
  and ($4::text is null or case when $4 = '-' then c.field is null else c.field = $4 end)
  and ($5::text = 'all' or c.state = $5) and ($6::bigint is null or c.record_id = $6) and ($7::bigint is null or c.opened_run = $7)
  and ($8::text is null or c.title ilike $8 or c.detail::text ilike $8)
  and ($9::text = 'all' or coalesce(${COUNTED_UNDER('c')}::text, '') = $9)`

const parameters = (search: CaseSearch): unknown[] => [
  search.flows,
  search.kind ?? null,
  search.cause ?? null,
  search.field ?? null,
  search.state,
  search.record ?? null,
  search.run ?? null,
  search.text === undefined || search.text === '' ? null : `%${escapeLike(search.text)}%`,
  // What a record or a run asks for is shown, whoever decides about it.
  String(search.under ?? (search.record === undefined && search.run === undefined ? '' : 'all')),
]

/** A page of cases after (or, newest first, before) one of them. */
export async function listCases(
  session: Session,
  search: CaseSearch,
  page: { readonly order: 'oldest' | 'newest'; readonly after: number | null; readonly limit: number },
): Promise<ListedCase[]> {
  const [sign, direction] = page.order === 'oldest' ? ['>', 'asc'] : ['<', 'desc']
  return session.query<ListedCase>(
    `${SELECT} where ${MATCHES} and ($10::bigint is null or c.id ${sign} $10) order by c.id ${direction} limit $11`,
    [...parameters(search), page.after, page.limit],
  )
}

export async function countCases(session: Session, search: CaseSearch): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select count(*)::int as count from case_file c join flow f on f.id = c.flow_id where ${MATCHES}`,
    parameters(search),
  )
  return row!.count
}

export async function findListedCase(session: Session, id: number): Promise<ListedCase | null> {
  const [row] = await session.query<ListedCase>(`${SELECT} where c.id = $1`, [id])
  return row ?? null
}

export interface CaseGroupRow {
  readonly flow: string
  readonly kind: CaseKind
  readonly cause: string
  readonly field: string | null
  readonly count: number
  /** Opened since the moment that was asked for. */
  readonly new: number
  readonly backAgain: number
  readonly oldest: string
  readonly newest: string
  readonly sampleId: string
  readonly sampleTitle: string
  readonly sampleSentence: string
}

/** Cases by flow, kind, cause and field; the largest group first. */
export async function groupCases(
  session: Session,
  search: CaseSearch,
  newSince: Date,
  language: Language,
): Promise<CaseGroupRow[]> {
  return session.query<CaseGroupRow>(
    `select g.*, c.title as "sampleTitle", 
       coalesce(c.detail->'in'->$11->>'sentence', c.detail->>'sentence') as "sampleSentence" from (
       select f.name as flow, c.kind, c.cause, c.field, count(*)::int as count,
         (count(*) filter (where c.opened_at >= $10))::int as new, (count(*) filter (where ${AGAIN}))::int as "backAgain",
         min(c.opened_at) as oldest, max(c.opened_at) as newest, max(c.id) as "sampleId"
       from case_file c join flow f on f.id = c.flow_id where ${MATCHES} group by 1, 2, 3, 4) g
     join case_file c on c.id = g."sampleId" order by g.count desc, g."sampleId" desc`,
    [...parameters(search), newSince, language],
  )
}

/** What people answered to the last questions that are like this one, newest first. */
export async function answersTo(
  session: Session,
  like: { readonly flow: string; readonly kind: string; readonly cause: string; readonly field: string | null },
  limit: number,
): Promise<string[]> {
  const rows = await session.query<{ resolution: string }>(
    `select c.resolution from case_file c join flow f on f.id = c.flow_id
     where f.name = $1 and c.kind = $2 and c.cause = $3 and c.field is not distinct from $4
       and c.state = 'resolved' and c.resolved_by is not null
     order by c.id desc limit $5`,
    [like.flow, like.kind, like.cause, like.field, limit],
  )
  return rows.map((row) => row.resolution)
}

/** By case: how many open cases it decides about besides its own. */
export async function countUnder(session: Session, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await session.query<{ id: string; count: number }>(
    `select u.detail->'data'->>'decidedBy' as id, count(*)::int as count from case_file u
     where u.state = 'open' and (u.cause in ${TIED_CAUSES} or u.kind = 'quarantined record')
       and u.detail->'data'->>'decidedBy' = any($1::text[]) group by 1`,
    [ids],
  )
  return new Map(rows.map(({ id, count }) => [id, count]))
}
