import { columns } from '../database/columns.ts'
import { CASES_ABOUT } from '../database/case-sql.ts'
import type { Session } from '../database/database.ts'

/*
 * Cases that no answer of their own is needed for: another case decides about what they wait for. They are counted under
 * that one, so that people count their decisions, not what follows from them.
 */

/** A case that may be decided by another one. */
export interface TiableCase {
  readonly id: string
  readonly kind: string
  readonly recordId: string | null
  /** Records that could be the same thing. */
  readonly candidates: readonly string[]
  /** The oldest open case about what it waits for. */
  readonly awaited: string | null
  readonly under: string | null
}

/** Causes whose cases are tied to others by what is stored; other cases are told by those who open them. */
export const TIED_CAUSES = `('duplicates', 'counterpart_held', 'missing_reference')`

/** Open cases of a flow that may be decided by others. */
export async function tiableCases(session: Session, flowId: number): Promise<TiableCase[]> {
  return session.query(
    `with recursive mine as (
       select c.id, c.kind, c.record_id, c.detail, coalesce(d.waits_for, (c.detail->'data'->>'waitsFor')::bigint) as first
       from case_file c left join dirty d on d.record_id = c.record_id and d.side_id = c.side_id and c.cause = 'missing_reference'
       where c.flow_id = $1 and c.state = 'open' and c.cause in ${TIED_CAUSES}),
     awaited(id, on_id, depth) as (
       select id, first, 1 from mine where first is not null
       union select a.id, d.waits_for, a.depth + 1 from awaited a join dirty d on d.record_id = a.on_id
       where d.waits_for is not null and a.depth < 6),
     decided as (
       select distinct on (a.id) a.id, coalesce((o.detail->'data'->>'decidedBy')::bigint, o.id) as by
       from awaited a cross join lateral (${CASES_ABOUT('a.on_id')}) o
       where o.id <> a.id order by a.id, a.depth desc, o.id)
     select m.id, m.kind, m.record_id as "recordId", array(
         select substr(o->>'choice', 6) from jsonb_array_elements(m.detail->'choices') o where o->>'choice' like 'link %'
         union select jsonb_array_elements_text(coalesce(m.detail->'data'->'candidates', '[]'))) as candidates,
       b.id as awaited, m.detail->'data'->>'decidedBy' as under
     from mine m left join decided on decided.id = m.id left join case_file b on b.id = decided.by and b.state = 'open'
     order by m.id`,
    [flowId],
  )
}

/** Says by which case each of these is decided; null: by its own answer. */
export async function tieCases(
  session: Session,
  ties: readonly { readonly id: string; readonly under: string | null }[],
): Promise<void> {
  await session.execute(
    `update case_file c set detail = case when n.under is null then c.detail #- '{data,decidedBy}' #- '{data,tied}'
       else c.detail || jsonb_build_object('data', coalesce(c.detail->'data', '{}') || jsonb_build_object('decidedBy', n.under, 'tied', true)) end
     from unnest($1::bigint[], $2::text[]) as n(id, under) where c.id = n.id and c.state = 'open'`,
    columns(ties, (tie) => [tie.id, tie.under]),
  )
}
