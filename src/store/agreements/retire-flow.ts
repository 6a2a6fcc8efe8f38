import type { Session } from '../database/database.ts'

/** What happened to writes whose answer will never be known: who could be asked is not there any more. */
const UNKNOWN = 'What became of it was not known when the flow started over.'

/** Flows, also former ones, that have a side in one of these systems or one of these names, with how many records they hold. */
export async function flowsOfSystems(
  session: Session,
  systems: readonly string[],
  names: readonly string[],
): Promise<{ readonly id: number; readonly name: string; readonly records: number }[]> {
  return session.query(
    `select f.id, f.name, (select count(*)::int from record r where r.flow_id = f.id and r.state = 'live') as records
     from flow f where exists (select 1 from side s where s.flow_id = f.id and s.system = any($1::text[]))
       or f.name = any($2::text[]) order by f.name`,
    [systems, names],
  )
}

/** Takes what is known of a flow's records out of use; what was done stays in the log. */
export async function retireFlow(session: Session, flowId: number, by: string, now: Date): Promise<void> {
  const sides = 'select id from side where flow_id = $1'
  const steps: readonly (readonly [string, ...unknown[]])[] = [
    [
      `update operation o set outcome = 'failed', error = '${UNKNOWN}' from batch b
       where b.id = o.batch_id and b.run_id = o.run_id and b.side_id in (${sides}) and b.settled_at is null and o.outcome is null`,
    ],
    [`update batch set settled_at = $2 where side_id in (${sides}) and settled_at is null`, now],
    [`delete from shard where flow_id = $1`],
    [`delete from dirty where side_id in (${sides})`],
    [`delete from held where side_id in (${sides})`],
    [`delete from scan_page where side_id in (${sides})`],
    [`delete from match_key k using record r where r.id = k.record_id and r.flow_id = $1`],
    [`delete from link where side_id in (${sides})`],
    [`update record set state = 'deleted' where flow_id = $1 and state <> 'deleted'`],
    [
      `update case_file set state = 'resolved', resolved_at = $2, resolved_by = $3, resolution = 'started over', approved = null
       where flow_id = $1 and state = 'open'`,
      now,
      by,
    ],
    [
      `update case_file set carried_out = true, approved = null where flow_id = $1 and (not carried_out or approved is not null)`,
    ],
    [
      `update side set cursor_at = null, cursor_id = null, scanned_at = null, served_at = null, places = '[]', elsewhere = null where flow_id = $1`,
    ],
    [`update flow set first_sync_at = null, rules = null, last_success = null where id = $1`],
  ]
  for (const [text, ...values] of steps) await session.execute(text, [flowId, ...values])
}
