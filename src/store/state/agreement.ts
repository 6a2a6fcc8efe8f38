import type { Agreement } from '../../model/report.ts'
import type { Standing } from '../../model/words.ts'
import { escapeLike } from '../database/escape-like.ts'
import type { Session } from '../database/database.ts'
import { IS_DECISION } from '../database/case-sql.ts'

/*
 * How far the records of flows agree. Counted are golden records, and remote records that no golden record could be read
 * from, as long as any system has them inside its filter; each once, by the first of these classes that applies: a person
 * has to decide · a write or another look is due · left out by a rule · in agreement.
 */

/** A flow and the systems that its contract names. */
export interface FlowSystems {
  readonly name: string
  readonly systems: readonly string[]
}

/** The counted records with their class; `id` is null for a remote record without a golden one. */
const CLASSIFIED = `
  mine as (
    select s.id, s.flow_id from unnest($1::text[], $2::text[]) as n(flow, system)
      join flow f on f.name = n.flow join side s on s.flow_id = f.id and s.system = n.system),
  systems as (select flow_id, count(*) as count from mine group by 1),
  linked as (
    select l.record_id, count(*) filter (where l.state = 'live') as live, bool_or(l.state in ('live', 'archived')) as here,
      bool_or(l.state = 'out of scope') as outside, bool_or(l.state = 'live' and l.waived is not null) as differs
    from link l join mine on mine.id = l.side_id group by 1),
  cases as (
    select c.flow_id, c.record_id, c.side_id, c.remote_id from case_file c
    where c.state = 'open' and c.flow_id in (select flow_id from systems)
      -- What only waits for a record that another case is about waits, and needs no decision of its own.
      and (c.cause <> 'missing_reference' or ${IS_DECISION('c')})),
  asked as (
    select record_id from cases where record_id is not null
    union select l.record_id from cases c join link l on l.side_id = c.side_id and l.remote_id = c.remote_id
    union select d.record_id from dirty d join mine on mine.id = d.side_id where d.state = 'quarantined' and d.waits_for is null),
  due as (
    select d.record_id from dirty d join mine on mine.id = d.side_id
    union select l.record_id from held h join mine on mine.id = h.side_id
      join link l on l.side_id = h.side_id and l.remote_id = h.remote_id),
  classified as (
    select r.flow_id, r.id, case
        when a.record_id is not null then 'needs a decision'
        when w.record_id is not null or r.state = 'pending' then 'waiting'
        when r.state = 'held' then 'needs a decision'
        when r.state in ('left alone', 'deleted') or coalesce(l.live, 0) < s.count then 'left out'
        when l.differs then 'allowed differences' else 'in agreement' end as class
    from systems s join record r on r.flow_id = s.flow_id
      left join linked l on l.record_id = r.id left join asked a on a.record_id = r.id left join due w on w.record_id = r.id
    -- What was archived somewhere is deleted by decision, and there all the same; so is what may have come back.
    where (r.state <> 'deleted' or l.here or a.record_id is not null)
      -- Outside every filter, and nobody has to do anything about it.
      and (l.record_id is null or l.here or not l.outside or a.record_id is not null or w.record_id is not null)
    union all
    select mine.flow_id, null, case when exists (
        select 1 from cases c where c.side_id = h.side_id and c.remote_id = h.remote_id) then 'needs a decision' else 'waiting' end
    from held h join mine on mine.id = h.side_id
    where not exists (select 1 from link l where l.side_id = h.side_id and l.remote_id = h.remote_id))`

const parameters = (flows: readonly FlowSystems[]): readonly [string[], string[]] => {
  const sides = flows.flatMap(({ name, systems }) => systems.map((system) => [name, system] as const))
  return [sides.map(([flow]) => flow), sides.map(([, system]) => system)]
}

/** Ids of a page of records of one standing, by id; what has no golden record is not among them. */
export async function recordsOf(
  session: Session,
  flows: readonly FlowSystems[],
  standing: Standing,
  page: { readonly after: string; readonly limit: number; readonly text: string },
): Promise<string[]> {
  const classes = standing === 'in agreement' ? ['in agreement', 'allowed differences'] : [standing]
  const rows = await session.query<{ id: string }>(
    `with ${CLASSIFIED}
     select c.id from classified c join record r on r.id = c.id
     where c.class = any($3::text[]) and c.id > $4 and ($5 = '' or r.golden ilike $6) order by c.id limit $7`,
    [...parameters(flows), classes, page.after, page.text, `%${escapeLike(page.text)}%`, page.limit],
  )
  return rows.map((row) => row.id)
}

/**
 * How many records are gone, or not what they were, without that anybody knows by name which ones may be deleted elsewhere:
 * one question is open about all of them. `$1`: flows.
 */
const WITHHELD = `
  select f.name as flow, sum(case c.kind when 'mass deletion' then (c.detail->'data'->>'count')::int
      else jsonb_array_length(c.detail->'data'->'lost') end)::int as count
  from case_file c join flow f on f.id = c.flow_id
  where f.name = any($1::text[]) and c.state = 'open' and c.kind in ('mass deletion', 'restored system') group by 1`

/** By flow: how far its records agree. A flow that has never run has no records. */
export async function agreements(
  session: Session,
  flows: readonly FlowSystems[],
): Promise<ReadonlyMap<string, Agreement>> {
  const rows = await session.query<{ flow: string; class: Standing; count: number }>(
    `with ${CLASSIFIED}
     select f.name as flow, c.class, count(*)::int as count from classified c join flow f on f.id = c.flow_id group by 1, 2`,
    [...parameters(flows)],
  )
  const withheld = await session.query<{ flow: string; count: number }>(WITHHELD, [flows.map(({ name }) => name)])
  return new Map(
    flows.map(({ name }) => {
      const count = (wanted: Standing): number =>
        rows.find((row) => row.flow === name && row.class === wanted)?.count ?? 0
      const differing = count('allowed differences')
      const same = count('in agreement')
      const asked = Math.min(same, withheld.find((row) => row.flow === name)?.count ?? 0)
      return [
        name,
        {
          in_agreement: same - asked + differing,
          allowed_differences: differing,
          waiting: count('waiting'),
          needs_decision: count('needs a decision') + asked,
          left_out: count('left out'),
        },
      ]
    }),
  )
}
