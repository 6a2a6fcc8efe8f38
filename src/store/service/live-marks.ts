import type { Session } from '../database/database.ts'

/** A mark that is another text once something of the kind has changed. */
export interface LiveMark {
  readonly type: 'run' | 'case' | 'alert' | 'flow' | 'log'
  /** Null: it is of no single flow. */
  readonly flow: string | null
  readonly mark: string
}

/** Marks of everything that people watch; each part is read from the end of an index. */
export async function liveMarks(session: Session): Promise<LiveMark[]> {
  return session.query<LiveMark>(
    `select 'run' as type, f.name as flow, coalesce((
       select string_agg(n.id || n.status || md5(coalesce(n.report::text, '')), ',') from (
         select id, status, report from run where flow_id = f.id order by id desc limit 2) n), '') as mark
     from flow f
     union all
     select 'case', f.name, (select count(*) from case_file where flow_id = f.id and state = 'open')::text
       || '/' || coalesce((select max(id) from case_file where flow_id = f.id and state = 'open'), 0)
       || '/' || coalesce((select max(id) from case_file where flow_id = f.id and state = 'resolved'), 0)
     from flow f
     union all
     select 'log', f.name, coalesce((select max(at) from revision where flow_id = f.id)::text, '') || coalesce((
       select string_agg(s.id || coalesce(o.at::text, '') || (select count(*) from batch b where b.side_id = s.id and b.settled_at is null), ',')
       from side s left join lateral (
         select max(n.at) as at from unnest(array['create', 'update', 'delete', 'archive', 'restore']) as k(kind)
         cross join lateral (select max(at) as at from operation where side_id = s.id and kind = k.kind) n) o on true
       where s.flow_id = f.id), '')
     from flow f
     union all
     select 'flow', f.name, coalesce((select md5(s::text) from flow_service s where s.flow_id = f.id), '') from flow f
     union all
     select 'flow', null, coalesce((select md5(string_agg(h.system || h.failures || coalesce(h.retry_at::text, ''), ',' order by h.system)) from system_health h), '')
     union all
     select 'alert', null, coalesce((select max(id) from alert), 0)
       || '/' || coalesce((select md5(string_agg(a.id || coalesce(a.cleared_at::text, '') || coalesce(a.acknowledged_at::text, '') || a.condition::text, ',' order by a.id)) from alert a where a.ended_at is null), '')`,
  )
}
