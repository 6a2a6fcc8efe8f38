import { CASES_ABOUT, COUNTED_UNDER } from '../database/case-sql.ts'
import type { Session } from '../database/database.ts'
import type { FlowSystems } from './agreement.ts'

/** Records of a flow that are not up to date in a system because a record that they refer to waits for a person. */
export interface WaitsOn {
  readonly flow: string
  readonly system: string
  /** The flow of what they refer to. */
  readonly on: string
  readonly count: number
  /** The case that decides, where it is one for all of them. */
  readonly case: number | null
}

/** What of these flows waits for a decision about another record, the most first. */
export async function waitsOn(session: Session, flows: readonly FlowSystems[]): Promise<WaitsOn[]> {
  return session.query(
    `with recursive waiting(record_id, side_id, first_id, on_id, depth) as (
       select d.record_id, d.side_id, d.waits_for, d.waits_for, 1 from dirty d join side s on s.id = d.side_id
         join flow f on f.id = s.flow_id
       where d.state = 'parked' and d.waits_for is not null and f.name = any($1::text[])
       union
       select w.record_id, w.side_id, w.first_id, d.waits_for, w.depth + 1 from waiting w join dirty d on d.record_id = w.on_id
       where d.waits_for is not null and w.depth < 6),
     decided as (
       select distinct on (w.record_id, w.side_id) w.record_id, w.side_id, w.first_id, coalesce(${COUNTED_UNDER('c')}, c.id) as by
       from waiting w cross join lateral (${CASES_ABOUT('w.on_id')}) o join case_file c on c.id = o.id
       where c.record_id is distinct from w.record_id order by w.record_id, w.side_id, w.depth desc, c.id)
     select f.name as flow, s.system, p.name as on, count(*)::int as count,
       case when min(d.by) = max(d.by) then min(d.by)::int end as case
     from decided d join side s on s.id = d.side_id join flow f on f.id = s.flow_id
       join record r on r.id = d.first_id join flow p on p.id = r.flow_id
     group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
    [flows.map(({ name }) => name)],
  )
}
