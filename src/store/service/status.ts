import type { RunStatus } from '../../model/words.ts'
import type { Session } from '../database/database.ts'
import { IS_DECISION } from '../database/case-sql.ts'

export interface FlowStanding {
  readonly flow: string
  readonly lastSuccess: string | null
  readonly openCases: number
  readonly waitingWrites: number
  readonly run: number | null
  readonly status: RunStatus | null
  readonly message: string | null
  readonly started: string | null
  readonly finished: string | null
  /** Hints have been dealt with since that run, and still are. */
  readonly realTime: boolean
}

/** What the store knows of how each flow stands. */
export async function standings(session: Session): Promise<FlowStanding[]> {
  return session.query<FlowStanding>(
    `select f.name as flow, f.last_success as "lastSuccess",
       (select count(*)::int from case_file c where c.flow_id = f.id and c.state = 'open' and ${IS_DECISION('c')}) as "openCases",
       (select count(*)::int from dirty d join side s on s.id = d.side_id where s.flow_id = f.id) as "waitingWrites",
       n.id::int as run, n.status, n.message, n.started_at as started, n.finished_at as finished,
       exists (select 1 from run r where r.flow_id = f.id and r.id > n.id and r.kind = 'real time' and r.status = 'running') as "realTime"
     from flow f left join lateral (
       -- What real time carries over proves nothing about the rest: a run that looked at everything counts.
       select * from run where flow_id = f.id and kind <> 'real time' order by id desc limit 1) n on true`,
  )
}
