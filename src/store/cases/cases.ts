import type { Language } from '../../model/language.ts'
import type { CaseKind } from '../../model/words.ts'
import type { Session } from '../database/database.ts'
import { columns } from '../database/columns.ts'
import type { Stamp } from '../log/stamp.ts'
import { COUNTED_UNDER, IS_DECISION } from '../database/case-sql.ts'
import { TIED_CAUSES } from './tied-cases.ts'

export interface CaseDraft {
  readonly kind: CaseKind
  readonly cause: string
  /** What it is about; one open case a subject and kind. */
  readonly subject: string
  readonly recordId: string | null
  readonly sideId: number | null
  readonly remoteId: string | null
  readonly field: string | null
  readonly title: string
  readonly detail: CaseDetail
}

export interface CaseDetail {
  readonly sentence: string
  readonly values: Readonly<Record<string, string | null>>
  readonly choices: readonly { readonly choice: string; readonly means: string }[]
  /** What carrying out a choice needs to know. */
  readonly data?: Readonly<Record<string, unknown>>
  /** The same in other languages, the choices' meanings in their order. Cases of before have English only. */
  readonly in?: Readonly<Partial<Record<Exclude<Language, 'en'>, { sentence: string; means: readonly string[] }>>>
}

/** What a case says in a language; in English where it was stored in no other. */
export function caseIn({ sentence, choices, in: others }: CaseDetail, language: Language) {
  const said = language === 'en' ? undefined : others?.[language]
  if (said === undefined) return { sentence, choices }
  return {
    sentence: said.sentence,
    choices: choices.map(({ choice, means }, i) => ({ choice, means: said.means[i] ?? means })),
  }
}

export interface SettledCase {
  readonly kind?: CaseKind
  readonly subject: string
}

/**
 * Opens cases; one that is open already is brought up to date and counted. A held record that somebody has said to leave
 * as it is is not asked about again while the answer to “why” is the same.
 */
export async function openCases(session: Session, cases: readonly CaseDraft[], stamp: Stamp): Promise<void> {
  if (cases.length === 0) return
  const unique = [...new Map(cases.map((draft) => [`${draft.kind}/${draft.subject}`, draft])).values()]
  await session.execute(
    `insert into case_file (flow_id, opened_at, opened_run, kind, cause, subject, record_id, side_id, remote_id, field, title, detail)
     select $1, $2, $3, n.* from unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::smallint[], $9::text[], $10::text[], $11::text[], $12::jsonb[])
       as n(kind, cause, subject, record_id, side_id, remote_id, field, title, detail)
     where n.kind <> 'held record' or not exists (
       select 1 from (select * from case_file o where o.flow_id = $1 and o.subject = n.subject order by o.id desc limit 1) o
       where o.kind = n.kind and o.resolution = 'ignore' and o.detail->>'sentence' = n.detail->>'sentence')
     on conflict (flow_id, kind, subject) where state = 'open' do update set
       detail = case when excluded.cause in ${TIED_CAUSES} and case_file.detail->'data' ? 'tied'
         then excluded.detail || jsonb_build_object('data', (case_file.detail->'data') || coalesce(excluded.detail->'data', '{}'))
         else excluded.detail end, title = excluded.title, record_id = excluded.record_id, count = case_file.count + 1`,
    [
      stamp.flowId,
      stamp.at,
      stamp.runId,
      ...columns(unique, (c) => [
        c.kind,
        c.cause,
        c.subject,
        c.recordId,
        c.sideId,
        c.remoteId,
        c.field,
        c.title,
        JSON.stringify(c.detail),
      ]),
    ],
  )
}

/** Closes cases whose cause has gone away by itself. */
export async function settleCases(session: Session, settled: readonly SettledCase[], stamp: Stamp): Promise<void> {
  if (settled.length === 0) return
  await session.execute(
    `update case_file c set state = 'resolved', resolved_at = $2, resolution = 'settled by itself'
     from unnest($3::text[], $4::text[]) as n(kind, subject)
     where c.flow_id = $1 and c.state = 'open' and c.subject = n.subject and (n.kind is null or c.kind = n.kind)`,
    [stamp.flowId, stamp.at, ...columns(settled, (s) => [s.kind ?? null, s.subject])],
  )
}

/** Closes questions about fields that the contract does not keep in agreement any more. */
export async function settleFormerFields(session: Session, fields: readonly string[], stamp: Stamp): Promise<void> {
  await session.execute(
    `update case_file set state = 'resolved', resolved_at = $2, resolution = 'settled by itself'
     where flow_id = $1 and state = 'open' and field is not null and not field = any($3::text[])`,
    [stamp.flowId, stamp.at, fields],
  )
}

export interface CaseRow extends CaseDraft {
  readonly id: string
  readonly flow: string
  readonly state: 'open' | 'resolved'
  readonly openedAt: string
  readonly openedRun: string
  readonly resolvedAt: string | null
  readonly resolution: string | null
  /** The open case that decides about it; null: it is a decision of its own. */
  readonly under: string | null
}

const SELECT = `select c.id, f.name as flow, c.kind, c.cause, c.subject, c.record_id as "recordId", c.side_id as "sideId",
  c.remote_id as "remoteId", c.field, c.title, c.detail, c.state, c.opened_at as "openedAt", c.opened_run as "openedRun",
  c.resolved_at as "resolvedAt", c.resolution, ${COUNTED_UNDER('c')} as under
  from case_file c join flow f on f.id = c.flow_id`

export interface CaseFilter {
  readonly id?: number
  readonly flow?: string
  readonly kind?: string
  readonly cause?: string
  readonly state?: 'open' | 'resolved' | 'all'
  readonly recordId?: string
  /** Those that this open case decides about; `none`: those that no other one does. */
  readonly under?: number | 'none'
  readonly limit?: number
}

export async function findCases(session: Session, filter: CaseFilter): Promise<CaseRow[]> {
  return session.query<CaseRow>(
    `${SELECT} where ($1::bigint is null or c.id = $1) and ($2::text is null or f.name = $2) and ($3::text is null or c.kind = $3)
       and ($4::text is null or c.cause = $4) and ($5::text = 'all' or c.state = $5) and ($6::bigint is null or c.record_id = $6)
       and ($7::text is null or coalesce(${COUNTED_UNDER('c')}::text, 'none') = $7)
     order by c.id limit $8`,
    [
      filter.id ?? null,
      filter.flow ?? null,
      filter.kind ?? null,
      filter.cause ?? null,
      filter.state ?? 'open',
      filter.recordId ?? null,
      filter.under === undefined ? null : String(filter.under),
      filter.limit ?? 10_000,
    ],
  )
}

/** SQL for the oldest open case of a flow about a write that is given up, until somebody decides or asks to try it again. */
export const REFUSED = (flowId: string): string =>
  `(select min(c.id) from case_file c join dirty d on d.record_id = c.record_id and d.side_id = c.side_id
    where c.flow_id = ${flowId} and c.state = 'open' and c.kind = 'quarantined record' and d.state = 'quarantined')`

/** The same as a case; null when there is none. */
export async function refusedCase(session: Session, flowId: number): Promise<CaseRow | null> {
  const [row] = await session.query<CaseRow>(`${SELECT} where c.id = ${REFUSED('$1')}`, [flowId])
  return row ?? null
}

/** What cases say, and what was said to them, by id. */
export async function caseTexts(
  session: Session,
  ids: readonly string[],
): Promise<(Pick<CaseRow, 'id' | 'detail' | 'resolution'> & { readonly resolvedBy: string | null })[]> {
  return session.query(
    'select id, detail, resolved_by as "resolvedBy", resolution from case_file where id = any($1::bigint[])',
    [ids],
  )
}

/** How many cases of a flow are open, and how many of them are decisions of their own. */
export async function countOpenCases(
  session: Session,
  flowId: number,
): Promise<{ readonly open: number; readonly decisions: number }> {
  const [row] = await session.query<{ open: number; decisions: number }>(
    `select count(*)::int as open, (count(*) filter (where ${IS_DECISION('c')}))::int as decisions
     from case_file c where c.flow_id = $1 and c.state = 'open'`,
    [flowId],
  )
  return row!
}

/** How many records are held by cases that a run has opened. */
export async function countHeldBy(session: Session, flowId: number, runId: string): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select count(*)::int as count from case_file
     where flow_id = $1 and opened_run = $2 and state = 'open' and kind in ('held record', 'ambiguous match')`,
    [flowId, runId],
  )
  return row!.count
}

/** Takes cases for resolution; answers those that nobody had taken before. */
export async function closeCases(
  session: Session,
  cases: readonly { readonly id: string; readonly approved: number | null }[],
  decision: { readonly by: string; readonly resolution: string; readonly now: Date },
): Promise<ReadonlySet<string>> {
  if (cases.length === 0) return new Set()
  const rows = await session.query<{ id: string }>(
    `update case_file c set state = 'resolved', resolved_at = $3, resolved_by = $4, resolution = $5, approved = n.approved,
       carried_out = false
     from unnest($1::bigint[], $2::int[]) as n(id, approved) where c.id = n.id and c.state = 'open' returning c.id`,
    [...columns(cases, (one) => [one.id, one.approved]), decision.now, decision.by, decision.resolution],
  )
  return new Set(rows.map((row) => row.id))
}

/** Decisions of people that no run has carried out yet, oldest first. */
export async function decisionsToCarryOut(session: Session, flowId: number): Promise<CaseRow[]> {
  return session.query<CaseRow>(
    `${SELECT} where c.flow_id = $1 and not c.carried_out order by c.resolved_at, c.id limit 5000`,
    [flowId],
  )
}

export async function markCarriedOut(session: Session, ids: readonly string[]): Promise<void> {
  await session.execute('update case_file set carried_out = true where id = any($1::bigint[])', [ids])
}

/** What stands about a limit of a flow: whether people are being asked, and how much they have let through. */
export interface LimitStanding {
  readonly open: boolean
  readonly approved: number
}

export async function limitStanding(
  session: Session,
  flowId: number,
  { kind, subject }: Required<SettledCase>,
): Promise<LimitStanding> {
  const [row] = await session.query<LimitStanding>(
    `select coalesce(bool_or(state = 'open'), false) as open, coalesce(max(approved), 0) as approved from case_file
     where flow_id = $1 and kind = $2 and subject = $3 and (state = 'open' or approved is not null)`,
    [flowId, kind, subject],
  )
  return row!
}

/** Takes so many off what people have let through; all of it without a count. */
export async function spendApproval(
  session: Session,
  flowId: number,
  { kind, subject }: Required<SettledCase>,
  count: number | null = null,
): Promise<void> {
  await session.execute(
    `update case_file set approved = case when approved > $4::int then approved - $4::int end
     where flow_id = $1 and kind = $2 and subject = $3 and approved is not null`,
    [flowId, kind, subject, count],
  )
}

/** Limits that wait for a person: the kinds of a flow's open cases about unusually many changes or deletions. */
export async function openLimits(session: Session, flowId: number): Promise<ReadonlySet<CaseKind>> {
  const rows = await session.query<{ kind: CaseKind }>(
    `select distinct kind from case_file where flow_id = $1 and state = 'open' and kind in ('breaker tripped', 'mass deletion', 'restored system')`,
    [flowId],
  )
  return new Set(rows.map((row) => row.kind))
}
