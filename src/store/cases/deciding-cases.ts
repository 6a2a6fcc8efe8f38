import type { Session } from '../database/database.ts'
import { COUNTED_UNDER } from '../database/case-sql.ts'

export interface DecidingCase {
  readonly id: string
  readonly recordId: string
  readonly field: string | null
  /** The case itself where an answer decides about the record, or the one that it names; null: it can only be tried again. */
  readonly decides: string | null
}

/** Open cases about these records, the oldest first. */
export async function decidingCases(session: Session, recordIds: readonly string[]): Promise<DecidingCase[]> {
  if (recordIds.length === 0) return []
  return session.query(
    `select c.id, c.record_id as "recordId", c.field, coalesce(${COUNTED_UNDER('c')}::text, case
       when exists (select 1 from jsonb_array_elements(c.detail->'choices') o where not o->>'choice' in ('retry', 'ignore')) then c.id::text
       end) as decides
     from case_file c where c.state = 'open' and c.record_id = any($1::bigint[]) order by c.id`,
    [recordIds],
  )
}

/** Makes writes of a flow due again whose cases said that one of these cases decides: it has been answered. */
export async function rearmDecided(session: Session, flowId: number, caseIds: readonly string[]): Promise<void> {
  await session.execute(
    `update dirty d set state = 'waiting', attempts = 0, waits_for = null, waits_image = null, retry_at = null
     from case_file c where c.flow_id = $1 and c.state = 'open' and c.detail->'data'->>'decidedBy' = any($2::text[])
       and d.record_id = c.record_id and d.side_id = c.side_id and d.state = 'quarantined'`,
    [flowId, caseIds],
  )
}
